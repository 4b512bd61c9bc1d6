"""Paired differences, intervals, corrections and verdicts: arrays in, results out.

It may not touch a model, a file, a condition's parts, or a generator that it was not handed.

Two scopes are kept apart everywhere. *On these tasks*: tasks are fixed, instances and repeats are
crossed random factors. *In general*: the data set is the unit, and fewer than six say nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from limelab.types import Array, BadInput, Bools

FEWEST_CLUSTERS = 6
N_RESAMPLES = 9999
TOO_FEW = "too few data sets"
ON_THESE, IN_GENERAL = "on these tasks", "in general"
COMPARE_COLUMNS = (
    *("a", "b", "difference", "low", "high", "p", "p_holm"),
    *("n_units", "n_clusters", "scope", "sentence"),
)

Codes = npt.NDArray[np.intp]
Grids = dict[Any, tuple[Any, Array]]


@dataclass(frozen=True)
class Estimate:
    """A difference with its interval, in the units of the metric.

    Attributes
    ----------
    estimate, low, high : float
        NaN where the data cannot give them; then `note` says why.
    p : float
        Two-sided, of the hypothesis that the difference is 0.
    n_units : int
        Instances with at least one value (on these tasks), data sets (in general).
    n_clusters : int
        Tasks (on these tasks) or data sets (in general) that were used.
    n_missing : int
        Cells that hold no value: declined explanations, absent rows.
    note : str
        What to know before reading the interval, or "".

    Examples
    --------
    >>> Estimate(0.5, 0.1, 0.9, 0.02, n_units=12, n_clusters=1).low
    0.1
    """

    estimate: float
    low: float
    high: float
    p: float
    n_units: int = 0
    n_clusters: int = 0
    n_missing: int = 0
    note: str = ""


class Intervals(Protocol):
    """Something that gives its estimate with an interval of any level."""

    def at(self, level: float) -> Estimate:
        """The estimate with its interval of this confidence level, 0 < level < 1."""


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
        width, p = np.nan, np.nan
        if self.half.size:
            grid = np.arange(1, self.half.size + 1) / (self.half.size + 1)
            width = float(np.interp(1 - level, grid, self.half))
            p = _inverted_p(self.half, abs(self.estimate))
        low, high = self.estimate - width, self.estimate + width
        counts = (self.n_units, self.n_clusters, self.n_missing)
        return Estimate(self.estimate, low, high, p, *counts, self.note)


@dataclass(frozen=True, eq=False)
class Clusters:
    """Means of data sets, read by Student's t at any level; `clusters` makes it.

    Attributes
    ----------
    means : array of shape (n,)
        Finite means, one a data set.
    n_missing : int
        Data sets without a value.
    """

    means: Array
    n_missing: int

    def at(self, level: float) -> Estimate:
        """The mean with its t interval of this level; NaN below six data sets."""
        n = self.means.size
        centre = float(self.means.mean()) if n else np.nan
        counts = (n, n, self.n_missing)
        if n < FEWEST_CLUSTERS:
            note = f"{TOO_FEW}: {n} of at least {FEWEST_CLUSTERS}"
            return Estimate(centre, np.nan, np.nan, np.nan, *counts, note)
        note = f"{self.n_missing} data sets without a value" if self.n_missing else ""
        error = float(self.means.std(ddof=1) / np.sqrt(n))
        width = float(stats.t.isf((1 - level) / 2, n - 1)) * error
        p = _t_p(centre, error, n - 1)
        return Estimate(centre, centre - width, centre + width, p, *counts, note)


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
    return _crossed_stacks(stacks, rng, n_resamples)[0]


def in_general(cluster_means: Array, *, level: float = 0.95) -> Estimate:
    """The mean over data sets with Student's t interval.

    Parameters
    ----------
    cluster_means : array of shape (n,)
        One mean difference a data set; NaN is counted as missing.
    level : float

    Returns
    -------
    Estimate
        With a NaN interval and a note below six data sets.

    Examples
    --------
    >>> in_general(np.array([0.1, 0.2, 0.3, 0.4])).note
    'too few data sets: 4 of at least 6'
    """
    return clusters(cluster_means).at(level)


def clusters(cluster_means: Array) -> Clusters:
    """The data-set means of `in_general`, to be read at several levels.

    Examples
    --------
    >>> clusters(np.array([1.0, np.nan])).n_missing
    1
    """
    means = np.asarray(cluster_means, dtype=float).ravel()
    present = np.isfinite(means)
    return Clusters(means[present], int((~present).sum()))


def holm(p: Array) -> Array:
    """Holm's adjusted p values; NaN is left out of the family and stays NaN.

    Examples
    --------
    >>> holm(np.array([0.01, np.nan, 0.04])).tolist()
    [0.02, nan, 0.04]
    """
    from statsmodels.stats.multitest import multipletests

    p = np.asarray(p, dtype=float)
    adjusted, known = np.full(p.shape, np.nan), ~np.isnan(p)
    if known.any():
        adjusted[known] = multipletests(p[known], method="holm")[1]
    return adjusted


def holm_levels(p: Array, alpha: float = 0.05) -> Array:
    """The confidence level that each claim's interval needs so that it agrees with Holm.

    Claims are taken from the smallest p upwards: the first of m gets 1 - alpha / m, the next
    1 - alpha / (m - 1), and so on; once one is not rejected, all that follow keep its level.

    Parameters
    ----------
    p : array of shape (m,)
        NaN is left out of the family and gets NaN.
    alpha : float

    Returns
    -------
    array of shape (m,)

    Examples
    --------
    >>> holm_levels(np.array([0.001, 0.4, 0.04]), 0.06).round(3).tolist()
    [0.98, 0.97, 0.97]
    """
    p = np.asarray(p, dtype=float)
    levels = np.full(p.shape, np.nan)
    order = [int(i) for i in np.argsort(p, kind="stable") if not np.isnan(p[i])]
    step = 0
    for place, index in enumerate(order):
        levels[index] = 1 - alpha / (len(order) - step)
        rejected = p[index] <= alpha / (len(order) - step)
        step = place + 1 if rejected and step == place else step
    return levels


def simultaneous(family: Sequence[Intervals], *, level: float = 0.95) -> list[Estimate]:
    """Every member's estimate at the level that Holm asks of it.

    Examples
    --------
    >>> means = np.array([0.9, 1.0, 1.1, 1.2, 1.0, 0.8])
    >>> alone, paired = simultaneous([clusters(means), clusters(means - 1)])
    >>> alone.low < in_general(means).low, paired.low == in_general(means - 1).low
    (True, True)
    """
    p = np.array([member.at(level).p for member in family])
    levels = holm_levels(p, 1 - level)
    levels = np.where(np.isnan(levels), level, levels)
    return [member.at(float(own)) for member, own in zip(family, levels, strict=True)]


def verdict(estimate: Estimate, margin: float) -> str:
    """What the interval says about the claim "the difference is positive".

    The first that holds, in this order:

    1. "too few data sets": the estimate declined for that reason;
    2. "supported": low > margin;
    3. "contradicted": high < 0. It stands before "negligible", so that a sign that is settled
       against the claim is named as such even where the difference is small;
    4. "negligible": margin > 0 and the interval lies within [-margin, margin];
    5. "inconclusive": all else, an absent interval among it.

    Examples
    --------
    >>> verdict(Estimate(-0.02, -0.03, -0.01, 0.001), margin=0.05)
    'contradicted'
    >>> verdict(Estimate(0.0, -0.03, 0.03, 1.0), margin=0.05)
    'negligible'
    """
    if estimate.note.startswith(TOO_FEW):
        return TOO_FEW
    if estimate.low > margin:
        return "supported"
    if estimate.high < 0:
        return "contradicted"
    if margin > 0 and estimate.low >= -margin and estimate.high <= margin:
        return "negligible"
    return "inconclusive"


def differences(
    scores: pd.DataFrame,
    better: Mapping[str, Any],
    worse: Mapping[str, Any],
    where: Mapping[str, Any] | None = None,
    factors: Sequence[str] = (),
    direction: Literal["lower", "higher"] = "higher",
) -> Grids:
    """Better side less worse side, in matched cells; positive means that better is better.

    Rows are matched on task, instance, repeat, output, judge, radius and on every factor that
    neither side names; matched pairs are then averaged within (task, instance, repeat). A pair
    with a missing value is left out of its cell's average, and a cell without any pair is NaN.

    Parameters
    ----------
    scores : DataFrame
        Tidy scores of one metric (`where` may select it), with `task`, `value` and, where they
        apply, `dataset`, `instance`, `repeat`, `output`, `judge`, `radius`.
    better, worse, where : mapping of column to value
        A value matches where it is equal (floats within 1e-9), where the cell is `Name(...)` and
        the value is `Name`, or where any member of a list matches.
    factors : sequence of str
        Columns that tell conditions apart.
    direction : {"lower", "higher"}
        Which values are better.

    Returns
    -------
    dict of task to (dataset, array of shape (I, R))

    Examples
    --------
    >>> frame = pd.DataFrame({"task": "t", "instance": [0, 1, 0, 1], "value": [1., 2., 5., 7.],
    ...                       "surrogate": ["Tree(max_depth=3)"] * 2 + ["Ridge(alpha=1.0)"] * 2})
    >>> made = differences(frame, {"surrogate": "Tree"}, {"surrogate": "Ridge"},
    ...                    factors=["surrogate"], direction="lower")
    >>> made["t"][1].tolist()
    [[4.0], [5.0]]
    """
    if direction not in ("lower", "higher"):
        raise BadInput(f"direction={direction!r} came; wanted 'lower' or 'higher'.")
    chosen = _one_metric(_select(scores, where or {}))
    sides = [_select(chosen, side) for side in (better, worse)]
    cells = [name for name in ("task", "dataset", "instance", "repeat") if name in chosen]
    matched = _matched_on(chosen, factors, {*better, *worse, *cells})
    pairs = _pairs(sides, cells + matched)
    pairs["value"] = (pairs["value_better"] - pairs["value_worse"]) * _sign(direction)
    means = pairs.groupby(cells, dropna=False, sort=False)["value"].mean().reset_index()
    present = pd.concat(sides)[cells].drop_duplicates()
    return _grids(present.merge(means, on=cells, how="left"))


def compare(  # noqa: PLR0913  (public and fixed: DESIGN section 6)
    scores: pd.DataFrame,
    metric: str,
    *,
    rng: np.random.Generator,
    condition: str = "condition",
    unit: str = "instance",
    cluster: str = "task",
    repeat: str = "repeat",
    level: float = 0.95,
    shared_draws: bool | None = None,
) -> pd.DataFrame:
    """All pairs of conditions, paired by (cluster, unit, repeat), in both scopes.

    Parameters
    ----------
    scores : DataFrame
        Tidy, with one `value` in each (condition, cluster, unit, repeat); anything else is
        refused, because an average over radii or outputs is a choice of the reader's.
    metric : str
    rng : Generator
        Of the bootstrap; all pairs share its resamples.
    condition, unit, cluster, repeat : str
        Column names. Clusters are grouped by a `dataset` column, if there is one, for the scope
        "in general".
    level : float
        Of the whole family of pairs: intervals and p_holm carry Holm's correction, apart for
        each scope; p does not.
    shared_draws : bool, optional
        Whether instances were explained from one block of draws; read from a `draws` column
        where not said. Their errors are then correlated, and one repeat cannot show it: refused.

    Returns
    -------
    DataFrame
        a, b, difference (a less b), low, high, p, p_holm, n_units, n_clusters, scope, sentence.

    Examples
    --------
    >>> frame = pd.DataFrame({"metric": "rmse", "task": "wine", "instance": [0, 1, 2] * 2,
    ...                       "repeat": 0, "condition": list("AAABBB"),
    ...                       "value": [1.0, 2.0, 4.0, 2.0, 3.5, 5.0]})
    >>> found = compare(frame, "rmse", rng=np.random.default_rng(0))
    >>> found[["a", "b", "difference", "scope"]].round(3).values.tolist()
    [['A', 'B', -1.167, 'on these tasks'], ['A', 'B', -1.167, 'in general']]
    """
    frame = _of_metric(scores, metric)
    _require(frame, [condition, cluster, "value"])
    keys = [name for name in (condition, cluster, unit, repeat) if name in frame]
    _refuse_repeated_cells(frame, keys)
    _refuse_shared(frame, repeat, shared_draws=shared_draws)
    names = list(pd.unique(frame[condition]))
    frame = frame.sort_values([k for k in keys if k != condition], kind="stable", key=_as_text)
    grids = _condition_grids(frame, names, [condition, cluster, unit, repeat])
    pairs = list(itertools.combinations(range(len(names)), 2))
    stacks = [np.array([grid[i] - grid[j] for i, j in pairs]) for _, grid in grids.values()]
    families: dict[str, Sequence[Intervals]] = {
        ON_THESE: _crossed_stacks(stacks, rng, N_RESAMPLES) if pairs else [],
        IN_GENERAL: _clusters_of(stacks, [dataset for dataset, _ in grids.values()], len(pairs)),
    }
    labels = [(names[i], names[j]) for i, j in pairs]
    return _compared(families, labels, metric, level)


# ---- the crossed bootstrap -------------------------------------------------------------------


def _crossed_stacks(
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
        rows, columns = (_multiplicities(n, n_resamples, rng) for n in stack.shape[1:])
        for place, cells in enumerate(stack):
            deviations[place] += _deviations(cells, rows, columns)
    return [
        _scaled([stack[place] for stack in stacks], deviations[place] / n_tasks[place])
        for place in range(usable.shape[1])
    ]


def _multiplicities(n: int, n_resamples: int, rng: np.random.Generator) -> Array:
    """How often each of n is drawn in each resample, (B, n)."""
    drawn: Array = rng.multinomial(n, np.full(n, 1 / n), size=n_resamples).astype(np.float64)
    return drawn


def _deviations(cells: Array, rows: Array, columns: Array) -> Array:
    """Resampled mean less mean, (B,), of cells (I, R); 0 where a resample holds no value."""
    present = ~np.isnan(cells)
    if not present.any():
        return np.zeros(len(rows))
    centred = np.where(present, cells - np.nanmean(cells), 0.0)
    total = np.einsum("br,br->b", rows @ centred, columns)
    count = np.einsum("br,br->b", rows @ present.astype(float), columns)
    mean: Array = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    return mean


def _scaled(tasks: Sequence[Array], deviations: Array) -> Crossed:
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


def _t_p(centre: float, error: float, dof: int) -> float:
    """Two-sided p of Student's t; 0 spread gives 0, or 1 where the centre is 0 too."""
    if error == 0:
        return float(centre == 0)
    return float(2 * stats.t.sf(abs(centre) / error, dof))


# ---- tidy rows into cells --------------------------------------------------------------------


def _require(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    for column in columns:
        if column not in frame:
            raise BadInput(
                f"column {column!r} was asked for; the frame has {', '.join(map(str, frame))}. "
                "Name one of these."
            )


def _select(frame: pd.DataFrame, wanted: Mapping[str, Any]) -> pd.DataFrame:
    """Rows that match every column of `wanted`."""
    _require(frame, wanted)
    keep = np.ones(len(frame), dtype=bool)
    for column, value in wanted.items():
        hits = _matches(frame[column], value)
        if not (keep & hits).any():
            raise BadInput(
                f"no row has {column}={value!r}{' with the other values' if hits.any() else ''}; "
                f"available: {_listed(frame.loc[keep, column])}. Name one of these."
            )
        keep &= hits
    return frame[keep]


def _matches(cells: pd.Series[Any], value: Any) -> Bools:
    """Where cells match a value, a `Name` of `Name(...)`, or any of a list."""
    if isinstance(value, (list, tuple, set, frozenset)):
        hits = [_matches(cells, one) for one in value]
        return np.asarray(sum(hits, np.zeros(len(cells), dtype=np.bool_)), dtype=np.bool_)
    if value is None:
        return np.asarray(cells.isna(), dtype=bool)
    if isinstance(value, str):
        text = cells.astype(str)
        return np.asarray((text == value) | text.str.startswith(f"{value}("), dtype=bool)
    if pd.api.types.is_float_dtype(cells) and not isinstance(value, bool):
        close = np.isclose(cells.to_numpy(float), value, rtol=1e-9, atol=1e-12)
        return np.asarray(close, dtype=np.bool_)
    return np.asarray((cells == value).fillna(value=False), dtype=bool)


def _listed(cells: pd.Series[Any], most: int = 12) -> str:
    """The distinct values of a column, for a message."""
    values = [str(value) for value in pd.unique(cells)]
    return ", ".join(values[:most]) + (f", and {len(values) - most} more" * (len(values) > most))


def _one_metric(frame: pd.DataFrame) -> pd.DataFrame:
    _require(frame, ["task", "value"])
    if "metric" in frame and frame["metric"].nunique() > 1:
        raise BadInput(
            f"scores of several metrics came: {_listed(frame['metric'])}; wanted one. "
            "Add where={'metric': ...}."
        )
    return frame


def _matched_on(frame: pd.DataFrame, factors: Sequence[str], apart: set[str]) -> list[str]:
    """Columns beside the cell on which the two sides must agree."""
    _require(frame, factors)
    columns = dict.fromkeys([*factors, "output", "judge", "radius"])
    return [name for name in columns if name in frame and name not in apart]


def _pairs(sides: Sequence[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    """Matched rows of the two sides: keys, value_better, value_worse."""
    better, worse = (_key_means(side, keys) for side in sides)
    pairs = better.merge(worse, on=keys, suffixes=("_better", "_worse"))
    if pairs.empty:
        odd = [key for key in keys if not set(better[key]) & set(worse[key])] or keys
        raise BadInput(
            f"the two sides never meet on {', '.join(odd)}: better has {_listed(better[odd[0]])}; "
            f"worse has {_listed(worse[odd[0]])}. Name this column in better and worse."
        )
    return pairs


def _key_means(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Mean value under each key; NaN as soon as one of the averaged values is missing."""
    grouped = frame.groupby(keys, dropna=False, sort=False)["value"]
    means = grouped.mean().where(grouped.count() == grouped.size())
    return means.reset_index()


def _sign(direction: str) -> float:
    return 1.0 if direction == "higher" else -1.0


def _codes(frame: pd.DataFrame, column: str) -> tuple[Codes, int]:
    """Places along an axis, in order of appearance; one place where there is no such column."""
    if column not in frame or frame[column].isna().all():
        return np.zeros(len(frame), dtype=np.intp), 1
    codes, found = pd.factorize(frame[column], use_na_sentinel=False)
    return codes, len(found)


def _grids(cells: pd.DataFrame) -> Grids:
    """Tasks as (dataset, array (I, R)); rows that are absent are NaN."""
    made: Grids = {}
    for task, rows in cells.groupby("task", sort=False):
        (i, n), (r, m) = _codes(rows, "instance"), _codes(rows, "repeat")
        grid = np.full((n, m), np.nan)
        grid[i, r] = rows["value"].to_numpy(float)
        made[task] = (_dataset(rows, task), grid)
    return made


def _dataset(rows: pd.DataFrame, cluster: Any) -> Any:
    return rows["dataset"].iloc[0] if "dataset" in rows else cluster


# ---- compare ---------------------------------------------------------------------------------


def _of_metric(scores: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Rows of one metric, their values proven to be numbers."""
    frame = _rows_of(scores, metric)
    if "value" in frame:
        values = pd.to_numeric(frame["value"], errors="coerce")
        wrong = np.isinf(values) | (values.isna() & frame["value"].notna())
        if wrong.any():
            raise BadInput(
                f"value holds {frame['value'][wrong].iloc[0]!r} ({int(wrong.sum())} of "
                f"{len(frame)} rows); expected finite numbers, or NaN where there is none"
            )
    return frame


def _rows_of(scores: pd.DataFrame, metric: str) -> pd.DataFrame:
    if "metric" not in scores:
        return scores
    frame = scores[scores["metric"] == metric]
    if frame.empty:
        raise BadInput(
            f"metric {metric!r} was asked for; the scores hold {_listed(scores['metric'])}. "
            "Name one of these."
        )
    return frame


def _refuse_repeated_cells(frame: pd.DataFrame, keys: list[str]) -> None:
    """Raise where a cell holds several values, naming the columns that tell them apart."""
    if not frame.duplicated(keys).any():
        return
    counts = frame.drop(columns=[*keys, "value"]).groupby([frame[k] for k in keys], dropna=False)
    varying = [name for name, n in counts.nunique(dropna=False).max().items() if n > 1]
    several = "; ".join(f"{name}: {_listed(frame[cast('str', name)])}" for name in varying)
    raise BadInput(
        f"several values came in one ({', '.join(keys)}); wanted one. "
        + (f"Filter the scores to one value of {several}." if varying else "Drop duplicate rows.")
    )


def _refuse_shared(frame: pd.DataFrame, repeat: str, *, shared_draws: bool | None) -> None:
    """Raise where draws were shared and there are no repeats to show what that does."""
    if shared_draws is None:
        shared_draws = "draws" in frame and bool((frame["draws"].astype(str) == "shared").any())
    n_repeats = frame[repeat].nunique() if repeat in frame else 1
    if shared_draws and n_repeats < 2:
        raise BadInput(
            f"{n_repeats} repeat with draws='shared' came; wanted at least 2: instances of one "
            "shared block err together, so their spread understates the error. "
            "Run more repeats or use draws='own'."
        )


def _as_text(column: pd.Series[Any]) -> pd.Series[Any]:
    """A sort key for labels of any kind: the bootstrap must not depend on the rows' order."""
    return column.astype(str)


def _condition_grids(frame: pd.DataFrame, names: list[Any], columns: list[str]) -> Grids:
    """Clusters as (dataset, array (conditions, I, R))."""
    condition, cluster, unit, repeat = columns
    made: Grids = {}
    for name, rows in frame.groupby(cluster, sort=False):
        (i, n), (r, m) = _codes(rows, unit), _codes(rows, repeat)
        grid = np.full((len(names), n, m), np.nan)
        grid[pd.Index(names).get_indexer(rows[condition]), i, r] = rows["value"].to_numpy(float)
        made[name] = (_dataset(rows, name), grid)
    return made


def _clusters_of(stacks: Sequence[Array], datasets: Sequence[Any], n: int) -> list[Clusters]:
    """Data-set means of each of the n comparisons: tasks of one set are averaged first."""
    tasks = np.array([[_mean(cells) for cells in stack] for stack in stacks])
    groups = pd.factorize(pd.Series(list(datasets), dtype=object))[0]
    return [
        clusters(np.array([_mean(tasks[groups == g, place]) for g in np.unique(groups)]))
        for place in range(n)
    ]


def _mean(values: Array) -> float:
    """Mean of what is there; NaN without a warning where nothing is."""
    present = values[~np.isnan(values)]
    return float(present.mean()) if present.size else float("nan")


def _compared(
    families: Mapping[str, Sequence[Intervals]],
    labels: Sequence[tuple[Any, Any]],
    metric: str,
    level: float,
) -> pd.DataFrame:
    """Rows of `compare`, the two scopes of a pair below each other."""
    rows = []
    for scope, family in families.items():
        found = simultaneous(family, level=level)
        adjusted = holm(np.array([one.p for one in found]))
        for place, ((a, b), one) in enumerate(zip(labels, found, strict=True)):
            sentence = _sentence(one, (a, b), metric, scope)
            interval = (one.estimate, one.low, one.high, one.p, adjusted[place])
            row = (a, b, *interval, one.n_units, one.n_clusters, scope, sentence)
            rows.append((place, row))
    rows.sort(key=lambda pair: pair[0])
    return pd.DataFrame([row for _, row in rows], columns=list(COMPARE_COLUMNS))


def _sentence(one: Estimate, pair: tuple[Any, Any], metric: str, scope: str) -> str:
    """One comparison in plain English: scope, direction, interval, n."""
    a, b = pair
    where = f"On these {one.n_clusters} tasks" if scope == ON_THESE else "In general"
    if one.n_clusters == 1 and scope == ON_THESE:
        where = "On this task"
    counted = f"{one.n_units} {'instances' if scope == ON_THESE else 'data sets'}"
    if np.isnan(one.low):
        return f"{where}, {a} and {b} cannot be compared in {metric}: {one.note}."
    interval = f"difference {one.estimate:.3g}, interval {one.low:.3g} to {one.high:.3g}"
    told = f"({interval}, {counted}{'; ' + one.note if one.note else ''})"
    if one.low <= 0 <= one.high:
        return f"{where}, no difference in {metric} between {a} and {b} was shown {told}."
    word = "lower" if one.estimate < 0 else "higher"
    return f"{where}, {a} has a {word} {metric} than {b} {told}."
