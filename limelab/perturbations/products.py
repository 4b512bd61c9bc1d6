"""Products whose rows do not depend on how many rows there are; arrays in, arrays out."""

from __future__ import annotations

import numpy as np

from limelab.types import Array

_ROWS = 64  # of a block; linear algebra takes another path for one row than for many


def row_products(a: Array, b: Array) -> Array:
    """a (..., n, q) times b (q, d), each row the same to the last bit for every n.

    So the first samples of a long draw are those of a short one.

    Examples
    --------
    >>> a, b = np.arange(12.0).reshape(6, 2), np.array([[0.1], [0.7]])
    >>> bool((row_products(a, b)[:1] == row_products(a[:1], b)).all())
    True
    """
    n, q = a.shape[-2:]
    blocks = -(-n // _ROWS)
    padded = np.zeros((*a.shape[:-2], blocks * _ROWS, q))
    padded[..., :n, :] = a
    found = padded.reshape(*a.shape[:-2], blocks, _ROWS, q) @ b
    return np.asarray(found.reshape(*a.shape[:-2], blocks * _ROWS, b.shape[1])[..., :n, :])
