"""Rank formulas with ties settled, on plain arrays; they may not touch evidence, files or an rng.

Features lie on the last axis; all axes before it broadcast.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from limelab.types import Array, Bools

TOLERANCE = 1e-9


def unit_ranks(values: Array) -> Array:
    """Average ranks, centred and scaled to length 1, so that a dot product is Spearman's rho.

    NaN throughout where all values tie or one is missing.

    Examples
    --------
    >>> unit_ranks(np.array([1.0, 3.0, 2.0])).round(3).tolist()
    [-0.707, 0.707, 0.0]
    """
    ranks = stats.rankdata(values, axis=-1)
    centred = ranks - ranks.mean(axis=-1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=-1, keepdims=True))
    unit: Array = np.divide(centred, length, out=np.full_like(centred, np.nan), where=length > 0)
    return unit


def spearman(a: Array, b: Array) -> Array:
    """Spearman's rank correlation along the last axis, ties by average ranks.

    Parameters
    ----------
    a, b : arrays of shape (..., k)

    Returns
    -------
    array of shape (...)
        NaN where one side is constant or holds NaN.

    Examples
    --------
    >>> round(float(spearman(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]))), 9)
    0.5
    """
    rho = np.einsum("...k,...k->...", unit_ranks(np.asarray(a)), unit_ranks(np.asarray(b)))
    clipped: Array = np.clip(rho, -1, 1)
    return clipped


def kendall(a: Array, b: Array) -> Array:
    """Kendall's tau-b along the last axis.

    Parameters
    ----------
    a, b : arrays of shape (..., k)

    Returns
    -------
    array of shape (...)
        NaN where one side is constant or holds NaN.

    Examples
    --------
    >>> round(float(kendall(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]))), 3)
    0.333
    """
    signs = [_pair_signs(np.asarray(side, dtype=float)) for side in (a, b)]
    agreed = (signs[0] * signs[1]).sum(axis=-1)
    size = np.sqrt((signs[0] ** 2).sum(axis=-1) * (signs[1] ** 2).sum(axis=-1))
    tau: Array = np.divide(agreed, size, out=np.full(np.shape(agreed), np.nan), where=size > 0)
    return tau


def weighted_kendall(a: Array, b: Array) -> Array:
    """Kendall's tau with hyperbolic weights (Vigna 2015, arXiv 1404.3325): the top counts most.

    A pair of features weighs 1 / (r + 1) + 1 / (s + 1) by their places r, s = 0, 1, ... from the
    top, in the order of `a` and in that of `b`, the mean of both; ties of one side are ordered by
    the other. The same as `scipy.stats.weightedtau`, on stacks.

    Parameters
    ----------
    a, b : arrays of shape (..., k)

    Returns
    -------
    array of shape (...)
        NaN where one side is constant or holds NaN.

    Examples
    --------
    >>> round(float(weighted_kendall(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]))), 3)
    0.182
    """
    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    both = _weighted_tau(a, b, _places(a, b)), _weighted_tau(a, b, _places(b, a))
    tau: Array = np.clip((both[0] + both[1]) / 2, -1, 1)
    return tau


def _places(first: Array, second: Array) -> Array:
    """Places 0, 1, ... from the largest, ties of the first side ordered by the second."""
    order = np.lexsort((second, first), axis=-1)[..., ::-1]
    places = np.empty(first.shape)
    np.put_along_axis(places, order, np.broadcast_to(np.arange(first.shape[-1]), order.shape), -1)
    return places


def _weighted_tau(a: Array, b: Array, places: Array) -> Array:
    i, j = np.triu_indices(a.shape[-1], 1)
    share = 1 / (places + 1)
    weight = share[..., i] + share[..., j]
    one, other = _pair_signs(a), _pair_signs(b)
    agreed = (weight * one * other).sum(axis=-1)
    size = np.sqrt((weight * one**2).sum(axis=-1) * (weight * other**2).sum(axis=-1))
    tau: Array = np.divide(agreed, size, out=np.full(np.shape(agreed), np.nan), where=size > 0)
    return tau


def complete(values: Array, axis: int) -> Bools:
    """Where nothing along the axis is NaN.

    Examples
    --------
    >>> complete(np.array([[1.0, np.nan], [1.0, 2.0]]), 1).tolist()
    [False, True]
    """
    return np.asarray(~np.isnan(values).any(axis=axis), dtype=np.bool_)


def top_k_membership(values: Array, k: int) -> Array:
    """How far each feature belongs to the k largest: the share of tie breakings that hold it.

    A value of 0 never belongs (a feature that was not used is not important), so fewer than k
    may. Features that tie with rank k (within 1e-9 of the largest value) share its places.

    Parameters
    ----------
    values : array of shape (..., k_features), not negative
    k : int

    Returns
    -------
    array of the same shape, within [0, 1]
        NaN where a value is NaN.

    Examples
    --------
    >>> top_k_membership(np.array([3.0, 2.0, 2.0, 1.0]), 2).tolist()
    [1.0, 0.5, 0.5, 0.0]
    >>> top_k_membership(np.array([3.0, 0.0, 0.0]), 2).tolist()
    [1.0, 0.0, 0.0]
    """
    values = np.asarray(values, dtype=float)
    slack = TOLERANCE * values.max(axis=-1, keepdims=True)
    border = -np.sort(-values, axis=-1)[..., min(k, values.shape[-1]) - 1][..., None]
    above = values > border + slack
    tied = (np.abs(values - border) <= slack) & (values > slack)
    places = (k - above.sum(axis=-1, keepdims=True)) / np.maximum(
        tied.sum(axis=-1, keepdims=True), 1
    )
    share = np.where(above, 1.0, np.where(tied, np.minimum(places, 1.0), 0.0))
    return np.where(np.isnan(slack), np.nan, share)


def has_tie(membership: Array) -> Bools:
    """Whether a tie at rank k had to be shared, (...)."""
    return np.asarray(((membership > 0) & (membership < 1)).any(axis=-1), dtype=np.bool_)


def soft_jaccard(a: Array, b: Array) -> Array:
    """Sum of minima over sum of maxima of memberships (..., k): Jaccard where nothing ties.

    Two empty sets are equal: 1.

    Examples
    --------
    >>> float(soft_jaccard(np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.0, 1.0])).round(3))
    0.333
    """
    both, either = np.minimum(a, b).sum(axis=-1), np.maximum(a, b).sum(axis=-1)
    empty = np.where(np.isnan(either), np.nan, 1.0)
    shared: Array = np.divide(both, either, out=empty, where=either > 0)
    return shared


def top_k_jaccard(a: Array, b: Array, k: int) -> Array:
    """Jaccard index of the k largest magnitudes, ties shared as in `top_k_membership`.

    With memberships m the index is sum min(m_a, m_b) / sum max(m_a, m_b): the usual one where
    nothing ties, 1 for an explanation with itself, whatever ties it holds.

    Parameters
    ----------
    a, b : arrays of shape (..., k_features)
        Signs are ignored.
    k : int

    Returns
    -------
    array of shape (...)

    Examples
    --------
    >>> a, b = np.array([3.0, 2.0, 1.0, 0.0]), np.array([3.0, 1.0, 2.0, 0.0])
    >>> round(float(top_k_jaccard(a, b, 2)), 3), float(top_k_jaccard(a, b, 3))
    (0.333, 1.0)
    """
    return soft_jaccard(top_k_membership(np.abs(a), k), top_k_membership(np.abs(b), k))


def _pair_signs(values: Array) -> Array:
    """Signs of the differences of all pairs of features, (..., k (k - 1) / 2)."""
    i, j = np.triu_indices(values.shape[-1], 1)
    signs: Array = np.sign(values[..., i] - values[..., j])
    return signs
