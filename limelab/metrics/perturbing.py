"""Where a metric asks: x moved, or features replaced, in encoded coordinates; it asks no model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from limelab.types import Array, Bools, Coordinates, Ints


def baseline(coordinates: Coordinates) -> Array:
    """Background mean of numbers, most frequent code of categories (the lowest of equals), (d,).

    Examples
    --------
    >>> rows = np.array([[0.0, 1.0], [4.0, 1.0], [5.0, 0.0]])
    >>> flags = np.array([False, True])
    >>> made = Coordinates(rows, rows, rows, flags, ~flags, np.array([3.0, 0]), np.array([2.2, 0]))
    >>> baseline(made).tolist()
    [3.0, 1.0]
    """
    found = np.array(coordinates.background.mean(axis=0))
    for j in np.flatnonzero(coordinates.categorical):
        codes, counts = np.unique(coordinates.background[:, j], return_counts=True)
        found[j] = codes[counts.argmax()]
    return found


def noisy(coordinates: Coordinates, u: Array, sigma: float) -> Array:
    """Rows with every feature moved a little, from uniforms u (I, n, d): points (I, n, d).

    Numbers move by N(0, (sigma background sd)^2); a category is redrawn from its background
    frequencies with chance sigma sqrt(2 / pi), the mean move of a number (Agarwal et al. 2022,
    OpenXAI, arXiv 2206.11104, whose scale is the range).
    """
    points = coordinates.x[:, None] + sigma * coordinates.scale * special.ndtri(u)
    chance = min(sigma * float(np.sqrt(2 / np.pi)), 1.0)
    for j in np.flatnonzero(coordinates.categorical):
        redrawn = _quantile(coordinates.background[:, j], np.minimum(u[..., j] / chance, 1.0))
        points[..., j] = np.where(u[..., j] < chance, redrawn, coordinates.x[:, None, j])
    return points


def redrawn(coordinates: Coordinates, u: Array) -> Array:
    """Values drawn from each column of the background by itself, u (I, n, d): (I, n, d)."""
    columns = range(u.shape[-1])
    made = [_quantile(coordinates.background[:, j], u[..., j]) for j in columns]
    return np.stack(made, axis=-1)


def other_rows(coordinates: Coordinates, u: Array) -> Array:
    """Whole background rows, from uniforms u (I, n): (I, n, d)."""
    background = coordinates.background
    found: Array = background[np.minimum((u * len(background)).astype(int), len(background) - 1)]
    return found


def in_order(attributions: Array, names: Sequence[str]) -> Ints:
    """Features by falling magnitude, equals by name, so that the order of columns is no matter.

    Parameters
    ----------
    attributions : array of shape (..., k)
        NaN counts as 0.
    names : sequence of str, length k

    Returns
    -------
    int array of shape (..., k)

    Examples
    --------
    >>> in_order(np.array([1.0, -3.0, 1.0]), ["b", "c", "a"]).tolist()
    [1, 2, 0]
    """
    size = np.abs(np.nan_to_num(attributions))
    by_name = np.broadcast_to(np.argsort(np.argsort(np.asarray(names, dtype=str))), size.shape)
    return np.lexsort((by_name, -size), axis=-1)


def places(attributions: Array, names: Sequence[str]) -> Ints:
    """The place of each feature in `in_order`, 0 for the largest, (..., k)."""
    return np.argsort(in_order(attributions, names), axis=-1)


def swapped(x: Array, replaced: Bools, values: Array) -> Array:
    """Points that hold `values` where `replaced` and x elsewhere; all broadcast."""
    return np.where(replaced, values, x)


def _quantile(column: Array, u: Array) -> Array:
    """Inverse of the column's empirical distribution."""
    ordered = np.sort(column)
    found: Array = ordered[np.minimum((u * len(ordered)).astype(int), len(ordered) - 1)]
    return found
