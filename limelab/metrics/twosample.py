"""Can a classifier tell two samples apart? On plain arrays; it may not touch evidence or an rng.

The classifier is a vote of nearest neighbours, fitted here because metrics import no estimators:
it has no shape of its own, so it sees moved means, lost correlations and filled gaps alike, and
every vote is cast by rows of the other folds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from limelab.metrics.outlying import quantile_among
from limelab.types import Array


@dataclass(frozen=True, eq=False)
class Auc:
    """An area under the curve with its standard error (DeLong et al. 1988)."""

    value: float
    stderr: float


def auc(positive: Array, negative: Array, weights: Array | None = None) -> Auc:
    """Chance that a positive's score is above a negative's, equals by half.

    Parameters
    ----------
    positive, negative : arrays of shape (n,) and (m,)
        At least two each.
    weights : array of shape (n,), optional
        Of the positives, not negative, not all 0.

    Returns
    -------
    Auc

    Examples
    --------
    >>> auc(np.array([2.0, 3.0]), np.array([1.0, 2.0])).value
    0.875
    """
    w = np.ones(len(positive)) if weights is None else np.asarray(weights, dtype=float)
    w = w / w.sum()
    above = quantile_among(positive, negative)
    value = min(float(w @ above), 1.0)
    order = np.argsort(positive, kind="stable")
    mass = np.concatenate([[0.0], np.cumsum(w[order])])
    ordered = positive[order]
    ends = [mass[np.searchsorted(ordered, negative, side)] for side in ("left", "right")]
    below = (ends[0] + ends[1]) / 2
    variance = w**2 @ (above - value) ** 2 + below.var(ddof=1) / len(negative)
    return Auc(value, float(np.sqrt(variance)))


def two_sample_auc(
    points: Array,
    rows: Array,
    *,
    weights: Array | None = None,
    neighbours: int | None = None,
    folds: int = 5,
) -> Auc:
    """Area under the curve of a cross-fitted vote of neighbours that tells points from rows.

    0.5 where the two cannot be told apart (Lopez-Paz & Oquab 2017, arXiv 1610.06545, with the area
    in place of the accuracy), 1 where they always can. Folds are by position, so points and rows
    are to come in random order; copies of a point in several folds give it away.

    Parameters
    ----------
    points, rows : arrays of shape (n, e) and (m, e)
        Where Euclidean distance means something; see `embedded`.
    weights : array of shape (n,), optional
        Of the points, in the votes and in the area.
    neighbours : int, optional
        How many vote: by default the square root of how many are there.
    folds : int

    Returns
    -------
    Auc

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> far = two_sample_auc(rng.normal(5, 1, (40, 2)), rng.normal(0, 1, (40, 2)))
    >>> far.value
    1.0
    """
    w = np.ones(len(points)) if weights is None else np.asarray(weights, dtype=float)
    votes = np.concatenate([w, np.zeros(len(rows))])
    both = np.concatenate([points, rows])
    fold = np.concatenate([np.arange(len(points)), np.arange(len(rows))]) % folds
    score = np.empty(len(both))
    for this in range(folds):
        out = fold == this
        known = (~out)[: len(points)].sum()
        score[out] = _vote(both[out], both[~out], votes[~out], known, neighbours)
    return auc(score[: len(points)], score[len(points) :], w)


def _vote(asked: Array, known: Array, votes: Array, n_points: int, k: int | None) -> Array:
    """Share of the points' votes among the nearest of the known, whose first n are points."""
    k = min(k or int(np.ceil(np.sqrt(len(known)))), len(known))
    index = cKDTree(known).query(asked, k)[1].reshape(len(asked), k)
    of_points = votes[index].sum(axis=1)
    of_rows = (index >= n_points).sum(axis=1)
    total = of_points + of_rows
    share: Array = np.divide(of_points, total, out=np.zeros(len(asked)), where=total > 0)
    return share
