"""Conditional importance: a feature redrawn given all the others; it calls the model, fits none."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

from limelab.blackbox import BlackBox
from limelab.importance.replacing import by_replacing
from limelab.types import Array, Ints, NotApplicable, View

NEAREST = 10  # rows that a category may be taken from
_TINY = 1e-9  # squared standard deviations: breaks ties, and nothing else


def conditional_importance(
    box: BlackBox, view: View, x: Array, *, repeats: int, rng: np.random.Generator
) -> Array:
    """Square root of E (f - f with the feature redrawn given the rest)^2 / 2, in output units.

    A number is redrawn as its linear regression on the other columns (categories one-hot) plus
    the residual of another row, stretched by sqrt((n + r) / (n - r)) for the r columns that were
    fitted, so that features which are linear in each other with even noise are met exactly. A
    category is taken from one of the ten rows nearest in the other columns (numbers in standard
    deviations, a category 1 apart). What a feature shares with others in a curved way is missed
    by the regression, and redrawn whole numbers need not be whole.

    For a linear model of normal features it is |b| sqrt(Var(x_j | rest)), with Var(x_j | rest) =
    1 / (Sigma^-1)_jj (Strobl et al. 2008 introduce the idea, for trees).

    Parameters
    ----------
    box : BlackBox
    view : View
    x : array of shape (n, d)
        Encoded rows that stand for the data.
    repeats : int
    rng : numpy.random.Generator

    Returns
    -------
    importance : array of shape (repeats, d, C)

    Raises
    ------
    NotApplicable
        No more rows than columns: nothing would be left of any feature.

    Examples
    --------
    >>> from limelab.blackbox import blackbox
    >>> from limelab.domains import Table
    >>> x = np.random.default_rng(0).normal(size=(4000, 2))
    >>> x[:, 1] = x[:, 0]
    >>> box = blackbox(lambda rows: 3 * rows[:, 0], x[:4])
    >>> rng = np.random.default_rng(1)
    >>> conditional_importance(box, Table(x), x, repeats=1, rng=rng).round(6).tolist()
    [[[0.0], [0.0]]]
    """
    fitted, residual = _regressions(view, x)
    near = _neighbours(view, x, rng)

    def redrawn() -> Array:
        order, pick = rng.permutation(len(x)), rng.integers(near.shape[2], size=len(x))
        other = fitted + residual[order]
        for at, j in enumerate(np.flatnonzero(view.categorical)):
            other[:, j] = x[near[at, np.arange(len(x)), pick], j]
        return other

    return by_replacing(box, view, x, (redrawn() for _ in range(repeats)))


def _regressions(view: View, x: Array) -> tuple[Array, Array]:
    """Fitted values and stretched residuals (n, d) of each number on the other columns."""
    fitted, residual, blocks = x.copy(), np.zeros_like(x), _design(view, x)
    for j in np.flatnonzero(~view.categorical):
        if np.ptp(x[:, j]) == 0:
            continue
        rest = np.column_stack([np.ones(len(x)), *(b for i, b in enumerate(blocks) if i != j)])
        solution, _, rank, _ = np.linalg.lstsq(rest, x[:, j], rcond=None)
        if rank >= len(x):
            raise NotApplicable(
                f"{len(x)} rows are too few to redraw a feature given {rest.shape[1] - 1} other "
                "columns; hold out more rows"
            )
        fitted[:, j] = rest @ solution
        stretch = np.sqrt((len(x) + rank) / (len(x) - rank))
        residual[:, j] = stretch * (x[:, j] - fitted[:, j])
    return fitted, residual


def _design(view: View, x: Array) -> list[Array]:
    """Columns as a regression sees them: standardised numbers, categories one-hot."""
    blocks = []
    for column, code in zip(x.T, view.categorical, strict=True):
        spread = column.std()
        if code:
            blocks.append((column[:, None] == np.unique(column)[1:]).astype(float))
        else:
            centred = column - column.mean()
            blocks.append((centred / spread if spread > 0 else 0 * centred)[:, None])
    return blocks


def _neighbours(view: View, x: Array, rng: np.random.Generator) -> Ints:
    """For each category the nearest other rows in the other columns, (categories, n, nearest).

    Rows that are as near are taken in a random order, another one for every row.
    """
    codes = np.flatnonzero(view.categorical)
    nearest = min(NEAREST, len(x) - 1)
    if len(codes) == 0:
        return np.zeros((0, len(x), nearest), dtype=np.intp)
    apart = _squares(view, x)
    found = []
    for j in codes:
        rest = apart - (x[:, j][:, None] != x[:, j][None, :])
        rest += _TINY * rng.random(rest.shape)
        np.fill_diagonal(rest, np.inf)
        found.append(np.argsort(rest, axis=1, kind="stable")[:, :nearest])
    return np.array(found)


def _squares(view: View, x: Array) -> Array:
    """Squared distances (n, n): numbers in standard deviations, each category that differs 1."""
    numbers, codes = x[:, ~view.categorical], x[:, view.categorical]
    spread = numbers.std(axis=0)
    scaled = np.divide(numbers, spread, out=np.zeros_like(numbers), where=spread > 0)
    apart = np.zeros((len(x), len(x)))
    if scaled.shape[1]:
        apart += cdist(scaled, scaled, "sqeuclidean")
    apart += codes.shape[1] * cdist(codes, codes, "hamming")
    return apart
