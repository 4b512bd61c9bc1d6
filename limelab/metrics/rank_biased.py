"""Rank-biased overlap with ties, on plain arrays; it may not touch evidence, files or an rng."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from limelab.metrics.ranks import TOLERANCE
from limelab.types import Array, BadInput, Ints


class Rbo(NamedTuple):
    """Rank-biased overlap of two rankings that are known to some depth only.

    Attributes
    ----------
    min, res : arrays of shape (...)
        It lies between min and min + res, whatever the rankings hold further down.
    ext : array of shape (...)
        The agreement seen, extrapolated.
    """

    min: Array
    res: Array
    ext: Array


def rbo(a: Array, b: Array, p: float = 0.9) -> Rbo:
    """Rank-biased overlap (Webber, Moffat and Zobel 2010) of the orders of two attributions.

    ``(1 - p) sum_d p^(d - 1) A_d``, A_d the agreement 2 |S_d & T_d| / (|S_d| + |T_d|) of the
    features down to depth d (their equation 28). Features that tie, within 1e-9 of the largest,
    are one set at one depth, as in the package dlukes/rbo; a value of 0 was not used and is not
    ranked, so that rankings may differ in length (there the divisor is the depth, as in the
    paper; the package shortens it, and its bounds then pass 1). Two empty rankings agree fully
    (ext = 1), an empty one agrees with no other (0).

    Parameters
    ----------
    a, b : arrays of shape (..., k_features)
        Magnitudes rank them; signs are ignored.
    p : float
        Persistence, inside (0, 1); the first rank weighs 1 - p.

    Returns
    -------
    Rbo

    Examples
    --------
    >>> found = rbo(np.array([3.0, 2.0, 1.0]), np.array([2.0, 3.0, 1.0]), p=0.9)
    >>> round(float(found.ext), 9), round(float(found.min), 3), round(float(found.res), 3)
    (0.9, 0.423, 0.477)
    """
    if not 0 < p < 1:
        raise BadInput(f"p={p!r} came; the persistence lies inside (0, 1), such as 0.9")
    a, b = np.broadcast_arrays(np.abs(np.asarray(a, float)), np.abs(np.asarray(b, float)))
    ranks = _depths(a), _depths(b)
    lengths = [rank.max(axis=-1) for rank in ranks]
    agreement = _agreements(*ranks)
    short, long = np.minimum(*lengths), np.maximum(*lengths)
    found = Rbo(
        _lowest(agreement, short, p),
        _residual(agreement, short, long, p),
        _extrapolated(agreement, short, long, p),
    )
    missing = np.isnan(a).any(axis=-1) | np.isnan(b).any(axis=-1)
    return Rbo(*(np.where(missing, np.nan, value) for value in found))


def _depths(values: Array) -> Ints:
    """Depth 1, 2, ... of each feature's set of ties (..., k); 0 where it is not ranked."""
    slack = TOLERANCE * np.nan_to_num(values).max(axis=-1, keepdims=True)
    order = np.argsort(-np.nan_to_num(values), axis=-1, kind="stable")
    falling = np.take_along_axis(np.nan_to_num(values), order, axis=-1)
    new = np.concatenate(
        [np.ones((*values.shape[:-1], 1)), falling[..., :-1] - falling[..., 1:] > slack], axis=-1
    )
    depth = np.where(falling > slack, np.cumsum(new, axis=-1), 0)
    found = np.zeros(values.shape, dtype=np.intp)
    np.put_along_axis(found, order, depth.astype(np.intp), axis=-1)
    return found


def _agreements(first: Ints, second: Ints) -> Array:
    """Agreement (..., k) down to depths 1, 2, ..., k.

    A ranking that has ended goes on with one unknown feature a depth, so that without ties the
    divisor is the depth.
    """
    found = np.zeros(first.shape)
    for d in range(1, first.shape[-1] + 1):
        here = [(rank > 0) & (rank <= d) for rank in (first, second)]
        unknown = [np.maximum(d - rank.max(axis=-1), 0) for rank in (first, second)]
        size = sum(side.sum(axis=-1) + more for side, more in zip(here, unknown, strict=True))
        found[..., d - 1] = 2 * (here[0] & here[1]).sum(axis=-1) / size
    return found


def _overlap_at(agreement: Array, depth: Ints) -> Array:
    """Agreement at a depth times the depth: without ties, how many features are in common."""
    at = np.take_along_axis(agreement, np.maximum(depth - 1, 0)[..., None], axis=-1)[..., 0]
    overlap: Array = at * depth
    return overlap


def _weights(agreement: Array, p: float) -> tuple[Array, Array]:
    """Depths d = 1, ..., k and (1 - p) p^(d - 1)."""
    d = np.arange(1.0, agreement.shape[-1] + 1)
    return d, (1 - p) * p ** (d - 1)


def _lowest(agreement: Array, short: Ints, p: float) -> Array:
    """Nothing more in common below the shorter ranking: the overlap stays, depths go on."""
    d, weight = _weights(agreement, p)
    seen = d <= short[..., None]
    overlap = _overlap_at(agreement, short)
    tail = (1 - p) / p * -np.log1p(-p) - np.where(seen, weight / d, 0.0).sum(axis=-1)
    found: Array = np.where(seen, weight * agreement, 0.0).sum(axis=-1) + overlap * tail
    return found


def _residual(agreement: Array, short: Ints, long: Ints, p: float) -> Array:
    """Their equation 30: all that the rest of both rankings may add to the lowest value."""
    overlap = _overlap_at(agreement, long)
    full = np.ceil(short + long - overlap - TOLERANCE)
    d = np.arange(1.0, 2 * agreement.shape[-1] + 1)
    terms = p**d / d

    def between(low: Ints | int, high: Array) -> Array:
        inside = (d > np.asarray(low)[..., None]) & (d <= high[..., None])
        total: Array = np.where(inside, terms, 0.0).sum(axis=-1)
        return total

    spent: Array = short * between(short, full) + long * between(long, full)
    spent = spent + overlap * (-np.log1p(-p) - between(0, full))
    found: Array = p**short + p**long - p**full - (1 - p) / p * spent
    return found


def _extrapolated(agreement: Array, short: Ints, long: Ints, p: float) -> Array:
    """Their equation 32: below the shorter ranking its agreement goes on, below both all stays."""
    d, weight = _weights(agreement, p)
    at_short = _overlap_at(agreement, short)
    at_long = _overlap_at(agreement, long)
    s, n = np.maximum(short, 1), np.maximum(long, 1)
    seen = np.where(d <= long[..., None], weight * agreement, 0.0).sum(axis=-1)
    beyond = (d > short[..., None]) & (d <= long[..., None])
    share = at_short[..., None] * (d - s[..., None]) / (s[..., None] * d)
    carried = np.where(beyond, weight * share, 0.0).sum(axis=-1)
    tail = p**long * ((at_long - at_short) / n + at_short / s)
    found: Array = np.clip(seen + carried + tail, 0.0, 1.0)
    return np.where(long == 0, 1.0, np.where(short == 0, 0.0, found))
