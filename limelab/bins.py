"""Bin edges of numeric columns, for the laws and representations that need them; arrays only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from limelab.types import Array, Bools, View

Cuts = tuple[Array, ...]
_MANY = 32  # cuts, from which on a search is quicker than comparisons


def quantile_cuts(view: View, bins: int) -> Cuts:
    """Inner edges of each column at its quantiles, ties dropped; none for a category.

    A value v lies in bin ``searchsorted(cuts, v)``: bin b is (cut b-1, cut b], as in lime's
    discretisers (quartiles for 4 bins, deciles for 10).

    Examples
    --------
    >>> from limelab.domains import Table
    >>> quantile_cuts(Table([[1.0], [2.0], [3.0], [4.0], [5.0]]), 4)[0].tolist()
    [2.0, 3.0, 4.0]
    """
    shares = np.arange(1, bins) * 100.0 / bins

    def compute() -> Cuts:
        edges = np.percentile(view.background, shares, axis=0)
        return tuple(
            np.empty(0) if code else np.unique(column)
            for code, column in zip(view.categorical, edges.T, strict=True)
        )

    return view.once(("quantile cuts", bins), compute)


def entropy_cuts(view: View, target: npt.NDArray[np.generic], depth: int) -> Cuts:
    """Inner edges of each column where a classification tree of that depth would split it.

    The criterion is information gain on the background's target, one class a value, as in lime's
    entropy discretiser (depth 3). An edge lies midway between two neighbouring values; the tree
    itself sees ranks, so it depends on no unit (scikit-learn's trees round values to single
    precision). A column that no split improves has no edges.

    Examples
    --------
    >>> from limelab.domains import Table
    >>> entropy_cuts(Table([[1.0], [2.0], [4.0], [9.0]]), np.array([0, 0, 1, 1]), 3)[0].tolist()
    [3.0]
    """
    classes = np.unique(target, return_inverse=True)[1]

    def compute() -> Cuts:
        columns = zip(view.categorical, view.background.T, strict=True)
        return tuple(
            np.empty(0) if code else _splits(column, classes, depth) for code, column in columns
        )

    return view.once(("entropy cuts", depth), compute)


def _splits(column: Array, classes: npt.NDArray[np.intp], depth: int) -> Array:
    from sklearn.tree import DecisionTreeClassifier

    values, ranks = np.unique(column, return_inverse=True)
    tree = DecisionTreeClassifier(criterion="entropy", max_depth=depth, random_state=0)
    grown = tree.fit(ranks[:, None], classes).tree_
    below = np.unique(grown.threshold[grown.feature >= 0]).astype(np.intp)
    low, high = values[below], values[below + 1]
    middle = low + (high - low) / 2
    return np.where(middle < high, middle, low)


def limits(x: Array, cuts: Sequence[Array], categorical: Bools) -> tuple[Array, Array]:
    """Ends (I, d) of the bins that hold x (I, d): a value v is in x's bin where low < v <= high.

    Infinite where a bin is open. The bin of a category is its own code alone.

    Examples
    --------
    >>> cuts = [np.array([1.0, 2.0]), np.empty(0)]
    >>> low, high = limits(np.array([[2.0, 3.0]]), cuts, np.array([False, True]))
    >>> low.tolist(), high.tolist()
    ([[1.0, 2.5]], [[2.0, 3.0]])
    """
    low, high = np.where(categorical, x - 0.5, -np.inf), np.where(categorical, x, np.inf)
    for j in np.flatnonzero(~categorical).tolist():
        edges = np.concatenate([[-np.inf], cuts[j], [np.inf]])
        bins = np.searchsorted(cuts[j], x[:, j])
        low[:, j], high[:, j] = edges[bins], edges[bins + 1]
    return low, high


def same_bin(points: Array, x: Array, cuts: Sequence[Array], categorical: Bools) -> Bools:
    """Whether points (I or 1, N, d) lie in the bin, or are the category, of x (I, d).

    The result (I, N, d) lies in memory column by column, for numpy is slow along the short axis.

    Examples
    --------
    >>> cuts, codes = [np.array([1.0, 2.0]), np.empty(0)], np.array([False, True])
    >>> points = np.array([[[1.5, 3.0], [2.5, 1.0]]])
    >>> same_bin(points, np.array([[2.0, 3.0]]), cuts, codes)[0].tolist()
    [[True, True], [False, False]]
    """
    columns = np.ascontiguousarray(np.swapaxes(points, 1, 2))
    same = np.empty((len(x), *columns.shape[1:]), dtype=bool)
    for j, code in enumerate(categorical):
        theirs, own = columns[:, j], x[:, j, None]
        if code:
            np.equal(theirs, own, out=same[:, j])
        else:
            np.equal(_bins(theirs, cuts[j]), _bins(own, cuts[j]), out=same[:, j])
    return np.swapaxes(same, 1, 2)


def _bins(values: Array, cuts: Array) -> npt.NDArray[np.integer[Any]]:
    """How many cuts lie below each value; a few comparisons are quicker than a search."""
    if len(cuts) > _MANY:
        return np.searchsorted(cuts, values)
    found = np.zeros(values.shape, dtype=np.int8)
    for cut in cuts:
        found += (values > cut).view(np.int8)
    return found


def share_between(view: View, low: Array, high: Array) -> Array:
    """Share (I, d) of the background in (low, high], each (I, d), column by column."""
    table, found = sorted_background(view), np.empty(low.shape)
    for j, column in enumerate(table.T):
        ends = np.searchsorted(column, [high[:, j], low[:, j]], side="right")
        found[:, j] = (ends[0] - ends[1]) / len(table)
    return found


def sorted_background(view: View) -> Array:
    """Each column of the background in order, shape (n, d): an empirical quantile table."""
    return view.once("sorted background", lambda: np.sort(view.background, axis=0))
