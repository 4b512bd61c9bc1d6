"""What the data never break: ranges, categories, whole numbers, one-hot groups; arrays alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from limelab.types import Array, Bools

_WHOLE = 1e-9


def one_hot_groups(rows: Array, categorical: Bools) -> tuple[tuple[int, ...], ...]:
    """Runs of neighbouring 0/1 columns of which exactly one is 1 in every row.

    Each run is the shortest that starts at its first column; columns declared as one category hold
    codes and are none.

    Parameters
    ----------
    rows : array of shape (n, d)
    categorical : bool array of shape (d,)

    Returns
    -------
    tuple of tuples of int

    Examples
    --------
    >>> rows = np.array([[5.0, 1, 0, 0], [6, 0, 1, 0], [7, 0, 0, 1]])
    >>> one_hot_groups(rows, np.zeros(4, dtype=bool))
    ((1, 2, 3),)
    """
    binary = ~categorical & ((rows == 0) | (rows == 1)).all(axis=0) & (np.ptp(rows, axis=0) > 0)
    groups: list[tuple[int, ...]] = []
    start = 0
    while start < rows.shape[1]:
        run = _run(rows, binary, start)
        groups += [run] if run else []
        start += max(len(run), 1)
    return tuple(groups)


def _run(rows: Array, binary: Bools, start: int) -> tuple[int, ...]:
    total = np.zeros(len(rows))
    for end in range(start, rows.shape[1]):
        total = total + rows[:, end]
        if not binary[end] or (total > 1).any():
            return ()
        if (total == 1).all():
            return tuple(range(start, end + 1))
    return ()


def broken_ranges(points: Array, rows: Array, categorical: Bools) -> Bools:
    """Points with a number outside the rows' range, (n,)."""
    numbers = ~categorical
    low, high = rows[:, numbers].min(axis=0), rows[:, numbers].max(axis=0)
    outside = (points[:, numbers] < low) | (points[:, numbers] > high)
    return np.asarray(outside.any(axis=1), dtype=np.bool_)


def broken_categories(points: Array, rows: Array, categorical: Bools) -> Bools:
    """Points with a code that no row has, (n,)."""
    broken = np.zeros(len(points), dtype=bool)
    for j in np.flatnonzero(categorical):
        broken |= ~np.isin(points[:, j], rows[:, j])
    return broken


def broken_integers(points: Array, integral: Bools) -> Bools:
    """Points with a fraction in a column of whole numbers, (n,)."""
    whole = points[:, integral]
    return np.asarray((np.abs(whole - np.round(whole)) > _WHOLE).any(axis=1), dtype=np.bool_)


def broken_one_hot(points: Array, groups: Sequence[Sequence[int]]) -> Bools:
    """Points with a group that is not one 1 among 0s, (n,).

    Examples
    --------
    >>> broken_one_hot(np.array([[1.0, 0.0], [1.0, 1.0], [0.5, 0.5]]), [[0, 1]]).tolist()
    [False, True, True]
    """
    broken = np.zeros(len(points), dtype=bool)
    for group in groups:
        columns = points[:, list(group)]
        broken |= ~((columns == 0) | (columns == 1)).all(axis=1) | (columns.sum(axis=1) != 1)
    return broken
