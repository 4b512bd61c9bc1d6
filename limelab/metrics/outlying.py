"""How far points lie from data, on plain arrays; it may not touch evidence, files or an rng.

Rows are encoded: numbers are measured in background standard deviations, and two categories that
differ are 1 apart, so that distances add up over columns of both kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from limelab.types import Array, Bools, Ints

_TINY = 1e-10


def embedded(parts: Sequence[Array], scale: Array, categorical: Bools) -> list[Array]:
    """Encoded rows where Euclidean distance is the distance of this room.

    Numbers over their scale (as they are where it is 0), categories as indicators over sqrt(2).

    Parameters
    ----------
    parts : sequence of arrays of shape (n, d)
    scale, categorical : arrays of shape (d,)

    Returns
    -------
    list of arrays of shape (n, e), one a part

    Examples
    --------
    >>> flags = np.array([False, True])
    >>> made = embedded([np.array([[2.0, 0], [6, 1]])], np.array([2.0, 0]), flags)
    >>> float(np.linalg.norm(made[0][0] - made[0][1]).round(6)) == round(5**0.5, 6)
    True
    """
    rows = np.concatenate(parts)
    columns = [rows[:, ~categorical] / np.where(scale > 0, scale, 1.0)[~categorical]]
    for j in np.flatnonzero(categorical):
        columns.append((rows[:, j, None] == np.unique(rows[:, j])) / np.sqrt(2))
    whole = np.concatenate(columns, axis=1)
    return np.split(whole, np.cumsum([len(part) for part in parts])[:-1])


def nearest_distance(points: Array, rows: Array) -> Array:
    """Euclidean distance of each point (n, e) to the nearest of some rows (m, e)."""
    return np.asarray(cKDTree(rows).query(points)[0])


def mahalanobis(points: Array, rows: Array) -> Array:
    """Mahalanobis distance of points (n, d) from the mean of rows (m, d), under their covariance.

    Directions in which the rows do not vary are left out (pseudo-inverse).

    Examples
    --------
    >>> rows = np.array([[1.0, 0], [-1, 0], [0, 2], [0, -2]])
    >>> mahalanobis(np.array([[0.0, 4.0]]), rows).round(6).tolist()
    [2.44949]
    """
    centred = points - rows.mean(axis=0)
    inverse = np.linalg.pinv(np.cov(rows, rowvar=False).reshape(rows.shape[1], -1))
    squares = np.einsum("nd,de,ne->n", centred, inverse, centred)
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def local_outlier_factor(points: Array, rows: Array, neighbours: int = 20) -> Array:
    """Local outlier factor of new points among rows (Breunig et al. 2000); 1 is inlying.

    Parameters
    ----------
    points : array of shape (n, e)
    rows : array of shape (m, e)
    neighbours : int
        At most m - 1.

    Returns
    -------
    array of shape (n,)
    """
    k = min(neighbours, len(rows) - 1)
    tree = cKDTree(rows)
    distance, index = _without_itself(*tree.query(rows, k + 1))
    reach = distance[:, -1]
    density = 1 / (np.maximum(distance, reach[index]).mean(axis=1) + _TINY)
    far, near = (np.asarray(side).reshape(len(points), k) for side in tree.query(points, k))
    own = 1 / (np.maximum(far, reach[near]).mean(axis=1) + _TINY)
    return np.asarray(density[near].mean(axis=1) / own)


def quantile_among(values: Array, reference: Array) -> Array:
    """Share of the reference (m,) below each value (...), equals by half.

    Examples
    --------
    >>> quantile_among(np.array([0.0, 2.0, 9.0]), np.array([1.0, 2.0, 3.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    ordered = np.sort(reference)
    below = np.searchsorted(ordered, values, "left")
    share: Array = (below + np.searchsorted(ordered, values, "right")) / (2 * len(ordered))
    return share


def _without_itself(distance: Any, index: Any) -> tuple[Array, Ints]:
    """Neighbours (m, k) of rows among themselves, out of k + 1: without the row itself.

    Where copies of a row crowd it out of its own list, the farthest goes instead.
    """
    own = index == np.arange(len(index))[:, None]
    own[~own.any(axis=1), -1] = True
    shape = len(index), index.shape[1] - 1
    return distance[~own].reshape(shape), index[~own].reshape(shape)
