"""The instability that one run's standard errors foretell; arrays only, it draws no number.

Another run of the same explainer is taken for a normal draw round this one: sd = standard error,
features independent. Errors of neighbouring features are in truth correlated where the features
are, and a selector may exchange features that the standard errors know nothing of; and one run
sees the gaps of a near tie mostly too wide, so it promises up to .17 too much there (two equal
features: 2/3 for 1/2). The prediction stands beside the measured value and never in its place.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from limelab.metrics.ranks import soft_jaccard, top_k_membership
from limelab.types import Array

POINTS = 256  # pairs of runs behind a predicted index
MOST_NUMBERS = 1 << 19  # at a time: 4 MB, which stay near the processor


def near_tie_jaccard(gap: Array, sd: Array, k: int) -> Array:
    """Expected top-k Jaccard of two runs where only ranks k and k + 1 may change places.

    With q the chance that a run ranks them rightly, the runs differ with chance 2 q (1 - q), and
    then they share k - 1 of k + 1 features: 1 - (1 - (k - 1) / (k + 1)) 2 q (1 - q).

    Parameters
    ----------
    gap : array
        Distance of the two importances.
    sd : array
        Standard deviation of the difference of their estimates.
    k : int

    Returns
    -------
    array, broadcast

    Examples
    --------
    >>> float(near_tie_jaccard(np.array(0.0), np.array(1.0), 1))
    0.5
    """
    gap, sd = np.broadcast_arrays(np.asarray(gap, dtype=float), np.asarray(sd, dtype=float))
    never = np.where(gap == 0, 0.0, np.inf)
    q = ndtr(np.divide(gap, sd, out=never, where=sd > 0))
    jaccard: Array = 1 - (1 - (k - 1) / (k + 1)) * 2 * q * (1 - q)
    return jaccard


def predicted_jaccard(mean: Array, sd: Array, k: int, points: int = POINTS) -> Array:
    """Expected top-k Jaccard of two runs whose signed importances are N(mean, sd^2).

    An integral over both runs at Sobol's points as they are, unscrambled: the same each time,
    nothing is drawn. Its error at 256 points is about .01, at most .04.

    Parameters
    ----------
    mean, sd : arrays of shape (..., k_features)
        sd 0 for features that cannot move, such as those that a selector left out.
    k : int
    points : int
        A power of two.

    Returns
    -------
    array of shape (...)
        NaN where a mean or an sd is missing.

    Examples
    --------
    >>> float(predicted_jaccard(np.array([3.0, 2.0, 1.0]), np.zeros(3), 2))
    1.0
    """
    mean, sd = np.broadcast_arrays(np.asarray(mean, dtype=float), np.asarray(sd, dtype=float))
    d = mean.shape[-1]
    rows = mean.reshape(-1, d), sd.reshape(-1, d)
    each = max(1, MOST_NUMBERS // (2 * points * d))
    pieces = [slice(n, n + each) for n in range(0, len(rows[0]), each)]
    found = [_expected(rows[0][piece], rows[1][piece], k, points) for piece in pieces]
    return np.concatenate([np.empty(0), *found]).reshape(mean.shape[:-1])


def _expected(mean: Array, sd: Array, k: int, points: int) -> Array:
    """Of each row of mean and sd (n, d): all its pairs of runs at once."""
    runs = mean + sd * _normal(points, mean.shape[-1])
    first, second = top_k_membership(np.abs(runs), k)
    jaccard: Array = soft_jaccard(first, second).mean(axis=0)
    return jaccard


@lru_cache(maxsize=64)
def _normal(points: int, d: int) -> Array:
    """Normal quantiles (2, points, 1, d) of evenly spread pairs of runs."""
    made: Array = ndtri(_even(points, 2 * d)).reshape(points, 2, 1, d).swapaxes(0, 1)
    made.flags.writeable = False
    return made


def predicted_cv(mean: Array, sd: Array, k: int) -> Array:
    """Mean of sd over mean of the k most important features.

    Parameters
    ----------
    mean, sd : arrays of shape (..., k_features)
    k : int

    Returns
    -------
    array of shape (...)

    Examples
    --------
    >>> float(predicted_cv(np.array([4.0, 2.0, 1.0]), np.array([1.0, 1.0, 9.0]), 2))
    0.375
    """
    return top_ratio(np.asarray(sd, dtype=float), np.asarray(mean, dtype=float), k)


def top_ratio(spread: Array, mean: Array, k: int) -> Array:
    """Mean of spread over mean of the k features (last axis) of largest mean, of those above 0."""
    order = np.argsort(-np.nan_to_num(mean), axis=-1, kind="stable")[..., :k]
    top = np.take_along_axis(mean, order, axis=-1)
    there = top > 0
    ratio = np.divide(
        np.take_along_axis(spread, order, axis=-1), top, out=np.zeros_like(top), where=there
    )
    n = there.sum(axis=-1)
    total = ratio.sum(axis=-1)
    found: Array = np.divide(total, n, out=np.full(np.shape(total), np.nan), where=n > 0)
    return found


def _even(n: int, dims: int) -> Array:
    """Points (n, dims) evenly spread over the open unit cube: Sobol's, plain, centred in cells."""
    points: Array = qmc.Sobol(dims, scramble=False).random(n) + 0.5 / n
    return points
