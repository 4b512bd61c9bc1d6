"""On these tasks: instances and repeats resampled, crossed; it may not ask whence cells come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from limelab.statistics.estimates import Estimate
from limelab.types import Array

N_RESAMPLES = 9999


@dataclass(frozen=True, eq=False)
class Crossed:
    """A crossed bootstrap, drawn once, that can be read at any level; `crossed` makes it.

    Attributes
    ----------
    estimate : float
        Mean over tasks of task means.
    half : array of shape (B,)
        Half-widths for error rates 1 / (B + 1), ..., B / (B + 1), from wide to narrow;
        empty where nothing can be resampled.
    n_units, n_clusters, n_missing, note
        As in `Estimate`.
    """

    estimate: float
    half: Array
    n_units: int
    n_clusters: int
    n_missing: int
    note: str

    def at(self, level: float) -> Estimate:
        """The estimate with its interval of this level, and p by inverting the intervals."""
        width = np.nan
        if self.half.size:
            grid = np.arange(1, self.half.size + 1) / (self.half.size + 1)
            width = float(np.interp(1 - level, grid, self.half))
        p = self.against(0.0)
        low, high = self.estimate - width, self.estimate + width
        counts = (self.n_units, self.n_clusters, self.n_missing)
        return Estimate(self.estimate, low, high, p, *counts, self.note)

    def against(self, value: float) -> float:
        """Two-sided p of the hypothesis that the difference is `value`; NaN without an interval."""
        return _inverted_p(self.half, abs(self.estimate - value)) if self.half.size else np.nan


def on_these(
    differences: Sequence[Array],
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    n_resamples: int = N_RESAMPLES,
) -> Estimate:
    """The mean difference on fixed tasks, with a crossed bootstrap interval.

    Instances and repeats of each task are resampled independently (pigeonhole bootstrap, Owen
    2007). As it stands that is liberal where instances or repeats carry the noise (12 instances:
    9 to 11 % at a nominal 5 %) and triples the noise of single cells. Its draws therefore give
    the shape only: they are scaled to the standard error of the two-way analysis of variance and
    to Student's t with Satterthwaite's degrees of freedom, and the interval is symmetric.

    Parameters
    ----------
    differences : sequence of arrays of shape (I_t, R_t)
        One array a task, I_t instances by R_t repeats; NaN cells are missing and are counted.
        With one repeat the interval covers instances only, with one instance repeats only.
    rng : Generator
    level : float
    n_resamples : int
        p is never below 1 / (n_resamples + 1).

    Returns
    -------
    Estimate

    Examples
    --------
    >>> cells = np.add.outer(np.array([1.0, 2.0, 3.0]), np.array([0.1, -0.1]))
    >>> found = on_these([cells], rng=np.random.default_rng(0))
    >>> round(found.estimate, 9), found.n_units, found.n_clusters, found.low < 0 < found.high
    (2.0, 3, 1, True)
    """
    return crossed(differences, rng=rng, n_resamples=n_resamples).at(level)


def crossed(
    differences: Sequence[Array], *, rng: np.random.Generator, n_resamples: int = N_RESAMPLES
) -> Crossed:
    """The bootstrap of `on_these`, to be read at several levels.

    Examples
    --------
    >>> drawn = crossed([np.array([[1.0], [2.0], [3.0]])], rng=np.random.default_rng(0))
    >>> drawn.at(0.99).low < drawn.at(0.9).low
    True
    """
    stacks = [np.asarray(cells, dtype=float)[None] for cells in differences]
    return crossed_stacks(stacks, rng, n_resamples)[0]


def crossed_stacks(
    stacks: Sequence[Array], rng: np.random.Generator, n_resamples: int
) -> list[Crossed]:
    """One `Crossed` for each of P comparisons; stacks are (P, I_t, R_t), one a task.

    All comparisons share the resampled instances and repeats.
    """
    if not stacks:
        return [Crossed(np.nan, np.empty(0), 0, 0, 0, "no tasks")]
    usable = np.array([~np.isnan(stack).all(axis=(1, 2)) for stack in stacks])  # (T, P)
    n_tasks = np.maximum(usable.sum(axis=0), 1)
    deviations = np.zeros((usable.shape[1], n_resamples))
    for stack in stacks:
        rows, columns = (multiplicities(n, n_resamples, rng) for n in stack.shape[1:])
        for place, cells in enumerate(stack):
            deviations[place] += deviations_of(cells, rows, columns)
    return [
        scaled([stack[place] for stack in stacks], deviations[place] / n_tasks[place])
        for place in range(usable.shape[1])
    ]


def multiplicities(n: int, n_resamples: int, rng: np.random.Generator) -> Array:
    """How often each of n is drawn in each resample, (B, n)."""
    drawn: Array = rng.multinomial(n, np.full(n, 1 / n), size=n_resamples).astype(np.float64)
    return drawn


def deviations_of(cells: Array, rows: Array, columns: Array) -> Array:
    """Resampled mean less mean, (B,), of cells (I, R); 0 where a resample holds no value."""
    present = ~np.isnan(cells)
    if not present.any():
        return np.zeros(len(rows))
    centred = np.where(present, cells - np.nanmean(cells), 0.0)
    total = np.einsum("br,br->b", rows @ centred, columns)
    count = np.einsum("br,br->b", rows @ present.astype(float), columns)
    mean: Array = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    return mean


def scaled(tasks: Sequence[Array], deviations: Array) -> Crossed:
    """Deviations (B,) as half-widths of intervals, scaled as `on_these` says."""
    used = [_trimmed(cells) for cells in tasks if not np.isnan(cells).all()]
    n_missing = sum(int(np.isnan(cells).sum()) for cells in tasks)
    counts = (sum(len(cells) for cells in used), len(used), n_missing)
    if not used:
        return Crossed(np.nan, np.empty(0), *counts, "no values")
    estimate = float(np.mean([np.nanmean(cells) for cells in used]))
    if any(cells.size == 1 for cells in used):
        note = "one instance and one repeat in a task: nothing to resample"
        return Crossed(estimate, np.empty(0), *counts, note)
    error, dof = _standard_error(used)
    note = _crossed_note(used, len(tasks) - len(used), n_missing)
    return Crossed(estimate, _half_widths(deviations, error, dof), *counts, note)


def _half_widths(deviations: Array, error: float, dof: float) -> Array:
    """Half-widths (B,) for error rates j / (B + 1): bootstrap shape, t tails, given error."""
    spread = float(deviations.std())
    rates = np.arange(1, deviations.size + 1) / (deviations.size + 1)
    tails = stats.t.isf(rates / 2, dof) / stats.norm.isf(rates / 2)
    shape = np.sort(np.abs(deviations))[::-1]
    widths: Array = shape * tails * (error / spread if spread > 0 else 0.0)
    return widths


def _inverted_p(half: Array, distance: float) -> float:
    """The largest error rate whose interval still holds 0."""
    held = int((half >= distance).sum())
    return min(1.0, (held + 1) / (half.size + 1))


def _trimmed(cells: Array) -> Array:
    """Cells without the instances and the repeats that hold no value at all."""
    present = ~np.isnan(cells)
    trimmed: Array = cells[np.ix_(present.any(axis=1), present.any(axis=0))]
    return trimmed


def _standard_error(tasks: Sequence[Array]) -> tuple[float, float]:
    """Standard error of the mean of task means, and its degrees of freedom.

    The variance is rows + columns - cells, and never below rows or columns alone.
    """
    parts = np.array([_variance_parts(cells) for cells in tasks]) / len(tasks) ** 2
    dofs = np.array([_degrees(cells.shape) for cells in tasks])
    rows, columns, cell = parts.sum(axis=0)
    squares = (parts**2 / dofs).sum(axis=0)
    both = rows + columns - cell
    if both >= max(rows, columns):
        variance, square = both, squares.sum()
    else:
        place = int(columns > rows)
        variance, square = (rows, columns)[place], squares[place]
    return float(np.sqrt(variance)), float(variance**2 / square) if square > 0 else 1.0


def _variance_parts(cells: Array) -> tuple[float, float, float]:
    """What instances, repeats and single cells add to the variance of the mean of (I, R) cells.

    Missing cells are zeros of the linearised mean.
    """
    present = ~np.isnan(cells)
    residual = np.where(present, cells - np.nanmean(cells), 0.0) / present.mean()
    row, column = residual.mean(axis=1), residual.mean(axis=0)
    alone = residual - row[:, None] - column
    n, m = cells.shape
    return (
        float((row**2).sum() / (n * max(n - 1, 1))),
        float((column**2).sum() / (m * max(m - 1, 1))),
        float((alone**2).sum() / (n * m * max((n - 1) * (m - 1), 1))),
    )


def _degrees(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Degrees of freedom of the three parts, at least 1."""
    n, m = shape
    return max(n - 1, 1), max(m - 1, 1), max((n - 1) * (m - 1), 1)


def _crossed_note(used: Sequence[Array], left_out: int, n_missing: int) -> str:
    """What a reader of the interval must know."""
    shapes = np.array([cells.shape for cells in used])
    notes = [
        (f"{left_out} tasks without a value left out", left_out > 0),
        (f"{n_missing} cells missing", n_missing > 0),
        ("one repeat: the interval covers instances only", bool((shapes[:, 1] == 1).any())),
        ("one instance: the interval covers repeats only", bool((shapes[:, 0] == 1).any())),
    ]
    return "; ".join(text for text, holds in notes if holds)
