"""What the model answers where one column at a time is replaced; it calls the model, no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from limelab.blackbox import BlackBox
from limelab.types import Array, View

_ROWS = 2**16  # rows of one call of the model


def by_replacing(box: BlackBox, view: View, x: Array, others: Iterable[Array]) -> Array:
    """Square root of E (f - f with column j from `other`)^2 / 2, for each of the others.

    Parameters
    ----------
    box : BlackBox
    view : View
    x : array of shape (n, d)
        Encoded rows.
    others : iterable of arrays of shape (n, d)
        Where the columns come from, one a repeat.

    Returns
    -------
    importance : array of shape (repeats, d, C), output units

    Examples
    --------
    >>> from limelab.blackbox import blackbox
    >>> from limelab.domains import Table
    >>> x = np.array([[0.0, 0.0], [1.0, 1.0]])
    >>> box = blackbox(lambda rows: 3 * rows[:, 0], x)
    >>> by_replacing(box, Table(x), x, [x[::-1]]).round(3).tolist()
    [[[2.121], [0.0]]]
    """
    f = box.ask(view.decode(x.copy()))
    return np.stack([_replaced(box, view, x, f, other) for other in others])


def _replaced(box: BlackBox, view: View, x: Array, f: Array, other: Array) -> Array:
    importance = np.empty((x.shape[1], f.shape[1]))
    for columns, change in changes(box, view, x, f, other):
        importance[columns] = size_of(change)
    return importance


def size_of(change: Array) -> Array:
    """Square root of half the mean square (..., C) of changes (..., n, C)."""
    return np.asarray(np.sqrt((change**2).mean(axis=-2) / 2))


def changes(
    box: BlackBox, view: View, x: Array, f: Array, other: Array
) -> Iterator[tuple[range, Array]]:
    """Some columns at a time, and how f (n, C) at x changes with each of them from `other`.

    Yields
    ------
    columns : range
    change : array of shape (columns, n, C)
    """
    for columns in _batches(x):
        blocks = np.repeat(x[None], len(columns), axis=0)
        for block, j in zip(blocks, columns, strict=True):
            block[:, j] = other[:, j]
        answers = box.ask(view.decode(blocks.reshape(-1, x.shape[1])))
        yield columns, answers.reshape(len(columns), len(x), -1) - f


def _batches(x: Array) -> list[range]:
    """Columns to replace in one call: a call costs milliseconds, whatever its length."""
    step = max(1, _ROWS // len(x))
    return [range(j, min(j + step, x.shape[1])) for j in range(0, x.shape[1], step)]
