"""How far two attributions agree, on plain arrays; it may not touch evidence, files or an rng.

The formulas are those of Krishna et al. 2022 (arXiv 2202.01602), with ties settled. Features lie
on the last axis, magnitudes rank them, and axes before it broadcast. Ties at rank k share its
places as in `top_k_membership` and other ties share their average rank, so that every formula is
symmetric, ignores scale and the order of features, and gives 1 for an attribution with itself. The
divisor is k, or fewer where both sides have fewer features that are not 0.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from limelab.metrics.ranks import top_k_membership
from limelab.types import Array, Bools


def feature_agreement(a: Array, b: Array, k: int) -> Array:
    """Share of the top k features that both sides hold.

    Parameters
    ----------
    a, b : arrays of shape (..., k_features)
    k : int

    Returns
    -------
    array of shape (...)

    Examples
    --------
    >>> float(feature_agreement(np.array([3.0, 2.0, 1.0]), np.array([3.0, 1.0, 2.0]), 2))
    0.5
    """
    return _share(a, b, k, np.ones(1, dtype=np.bool_))


def rank_agreement(a: Array, b: Array, k: int) -> Array:
    """Share of the top k features that both sides hold at the same rank.

    Examples
    --------
    >>> float(rank_agreement(np.array([3.0, 2.0, 1.0]), np.array([2.0, 3.0, 1.0]), 2))
    0.0
    """
    return _share(a, b, k, _same_rank(a, b))


def sign_agreement(a: Array, b: Array, k: int) -> Array:
    """Share of the top k features that both sides hold with the same sign.

    Examples
    --------
    >>> float(sign_agreement(np.array([3.0, 2.0, 1.0]), np.array([2.0, -3.0, 1.0]), 2))
    0.5
    """
    return _share(a, b, k, _same_sign(a, b))


def signed_rank_agreement(a: Array, b: Array, k: int) -> Array:
    """Share of the top k features that both sides hold at the same rank with the same sign.

    Examples
    --------
    >>> float(signed_rank_agreement(np.array([3.0, 2.0, 1.0]), np.array([3.0, -2.0, 1.0]), 2))
    0.5
    """
    return _share(a, b, k, _same_rank(a, b) & _same_sign(a, b))


def pairwise_rank_agreement(a: Array, b: Array) -> Array:
    """Share of pairs of features in the same order on both sides; a tie agrees with a tie only.

    Parameters
    ----------
    a, b : arrays of shape (..., k_features)

    Returns
    -------
    array of shape (...)

    Examples
    --------
    >>> float(pairwise_rank_agreement(np.zeros(3), np.array([1.0, 2.0, 3.0])))
    0.0
    """
    i, j = np.triu_indices(np.shape(a)[-1], 1)
    orders = [np.sign(np.abs(side)[..., i] - np.abs(side)[..., j]) for side in (a, b)]
    share: Array = (orders[0] == orders[1]).mean(axis=-1)
    return _where_known(share, a, b)


def _share(a: Array, b: Array, k: int, counts: Bools) -> Array:
    """What both memberships hold and what counts, over the larger membership."""
    first, second = (top_k_membership(np.abs(side), k) for side in (a, b))
    common = np.where(counts, np.minimum(first, second), 0.0).sum(axis=-1)
    size = np.maximum(first.sum(axis=-1), second.sum(axis=-1))
    share: Array = np.divide(common, size, out=np.ones_like(size), where=size > 0)
    return _where_known(share, a, b)


def _same_rank(a: Array, b: Array) -> Bools:
    ranks = [stats.rankdata(-np.abs(side), axis=-1) for side in (a, b)]
    return np.asarray(ranks[0] == ranks[1], dtype=np.bool_)


def _same_sign(a: Array, b: Array) -> Bools:
    return np.asarray(np.sign(a) == np.sign(b), dtype=np.bool_)


def _where_known(share: Array, a: Array, b: Array) -> Array:
    """NaN where a side holds NaN."""
    return np.where(np.isnan(np.sum(a, axis=-1) + np.sum(b, axis=-1)), np.nan, share)
