"""Bin edges of numeric columns, for the laws and representations that need them; arrays only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from limelab.types import Array, View

Cuts = tuple[Array, ...]


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

    The criterion is information gain on the background's target, as in lime's entropy
    discretiser (depth 3).
    """
    from sklearn.tree import DecisionTreeClassifier

    def compute() -> Cuts:
        found = []
        for j, code in enumerate(view.categorical):
            tree = DecisionTreeClassifier(criterion="entropy", max_depth=depth, random_state=0)
            fitted = None if code else tree.fit(view.background[:, [j]], target).tree_
            split = None if fitted is None else fitted.feature >= 0
            found.append(np.empty(0) if fitted is None else np.unique(fitted.threshold[split]))
        return tuple(found)

    return view.once(("entropy cuts", depth), compute)


def assign(values: Array, cuts: Sequence[Array]) -> npt.NDArray[np.int16]:
    """Bins (..., d) of values (..., d); a column without cuts keeps its whole numbers as bins.

    Examples
    --------
    >>> assign(np.array([[0.5, 2.0], [1.0, 0.0]]), [np.array([0.5, 0.8]), np.empty(0)]).tolist()
    [[0, 2], [2, 0]]
    """
    bins = np.empty(values.shape, dtype=np.int16)
    for j, edges in enumerate(cuts):
        column = values[..., j]
        bins[..., j] = np.searchsorted(edges, column) if len(edges) else column
    return bins
