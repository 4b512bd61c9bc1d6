"""The same difference on parts of its cells: disjoint thirds, and without each group of tasks.

It is handed cells and a generator; what a part means for a verdict it may not say.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from limelab.statistics.bootstrap import (
    N_RESAMPLES,
    Crossed,
    deviations_of,
    multiplicities,
    scaled,
)
from limelab.types import Array

THIRDS = 3


def thirds(differences: Sequence[Array]) -> list[list[Array]]:
    """The cells of each task in three parts that share no instance and no repeat.

    The first part holds instances and repeats 0, 3, 6, ..., the second 1, 4, 7, ..., the third
    2, 5, 8, ... An axis with fewer than three places cannot be divided and stays whole.

    Parameters
    ----------
    differences : sequence of arrays of shape (I_t, R_t)

    Returns
    -------
    list of three lists of arrays

    Examples
    --------
    >>> first, second, third = thirds([np.arange(12.0).reshape(4, 3)])
    >>> first[0].tolist(), second[0].tolist(), third[0].tolist()
    ([[0.0], [9.0]], [[4.0]], [[8.0]])
    """
    return [[_third(cells, place) for cells in differences] for place in range(THIRDS)]


def divisible(differences: Sequence[Array]) -> bool:
    """Whether some task has an axis that `thirds` divides."""
    return any(max(cells.shape) >= THIRDS for cells in differences)


def _third(cells: Array, place: int) -> Array:
    rows, columns = (
        slice(place, None, THIRDS) if n >= THIRDS else slice(None) for n in cells.shape
    )
    return cells[rows, columns]


def mean_of_means(differences: Sequence[Array], groups: Sequence[Hashable] | None = None) -> float:
    """Mean over tasks of their means, or over groups of the means of their tasks; NaN if empty.

    Parameters
    ----------
    differences : sequence of arrays of shape (I_t, R_t)
        NaN cells, and tasks without a value, are left out.
    groups : sequence, optional
        The data set of each task.

    Examples
    --------
    >>> cells = [np.array([[1.0]]), np.array([[2.0]]), np.array([[6.0]])]
    >>> mean_of_means(cells), mean_of_means(cells, ["a", "a", "b"])
    (3.0, 3.75)
    """
    names = range(len(differences)) if groups is None else groups
    means: dict[Hashable, list[float]] = {}
    for name, cells in zip(names, differences, strict=True):
        present = cells[np.isfinite(cells)]
        if present.size:
            means.setdefault(name, []).append(float(present.mean()))
    return float(np.mean([np.mean(some) for some in means.values()])) if means else float("nan")


def without_each(
    differences: Sequence[Array],
    groups: Sequence[Hashable],
    *,
    rng: np.random.Generator,
    n_resamples: int = N_RESAMPLES,
) -> dict[Hashable, Crossed]:
    """The crossed bootstrap of `on_these` without the tasks of each group in turn.

    Tasks are resampled once: what is left out is taken off the sum, so that all groups together
    cost about as much as the whole.

    Parameters
    ----------
    differences : sequence of arrays of shape (I_t, R_t)
    groups : sequence
        The data set of each task.
    rng : Generator
    n_resamples : int

    Returns
    -------
    dict of group to Crossed
        Without groups that hold no value, or without which no value is left.

    Examples
    --------
    >>> cells = [np.array([[1.0], [2.0], [3.0]]), np.array([[7.0], [8.0], [9.0]])]
    >>> left = without_each(cells, ["a", "b"], rng=np.random.default_rng(0))
    >>> left["a"].estimate, left["b"].estimate
    (8.0, 2.0)
    """
    there = [n for n, cells in enumerate(differences) if not np.isnan(cells).all()]
    moved = {n: _moved(differences[n], n_resamples, rng) for n in there}
    whole: Array = np.sum(list(moved.values()), axis=0)
    found = {}
    for group in dict.fromkeys(groups[n] for n in there):
        kept = [n for n in there if groups[n] != group]
        if kept:
            gone: Array = np.sum([moved[n] for n in there if groups[n] == group], axis=0)
            found[group] = scaled([differences[n] for n in kept], (whole - gone) / len(kept))
    return found


def _moved(cells: Array, n_resamples: int, rng: np.random.Generator) -> Array:
    rows, columns = (multiplicities(size, n_resamples, rng) for size in cells.shape)
    return deviations_of(cells, rows, columns)
