"""Uniforms that belong to a row, so that a score can name again what its probes drew; no rng.

A metric hands points to the study layer and is handed the answers alone. What it drew must follow
from the evidence, so each row and feature has uniforms of its own, hashed from the row's values and
the features' names. They depend neither on the rows beside it nor on the order of features, and
every condition meets the same ones: differences between conditions are paired.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from limelab.types import Array

_BITS = 53  # as many as a float holds


def uniforms(x: Array, names: Sequence[str], n: int, purpose: str) -> Array:
    """Uniforms in (0, 1), n for each feature of each row.

    Parameters
    ----------
    x : array of shape (I, d)
    names : sequence of str, length d
    n : int
    purpose : str
        Keeps the draws of one metric from those of another.

    Returns
    -------
    array of shape (I, n, d)

    Examples
    --------
    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> u = uniforms(x, ["a", "b"], 5, "doc")
    >>> bool((uniforms(x[1:, ::-1], ["b", "a"], 5, "doc")[0, :, ::-1] == u[1]).all())
    True
    """
    keys = _row_keys(x, names)
    drawn = [[_stream((purpose, name, key), n) for name in names] for key in keys]
    return np.array(drawn).reshape(len(keys), len(names), n).swapaxes(1, 2)


def row_uniforms(x: Array, names: Sequence[str], n: int, purpose: str) -> Array:
    """Uniforms in (0, 1), n for each row as a whole, shape (I, n).

    Examples
    --------
    >>> row_uniforms(np.array([[1.0, 2.0]]), ["a", "b"], 3, "doc").shape
    (1, 3)
    """
    return np.array([_stream((purpose, key), n) for key in _row_keys(x, names)]).reshape(len(x), n)


def _row_keys(x: Array, names: Sequence[str]) -> list[str]:
    """A hash of each row's named values, whatever their order; 0 and -0 are one."""
    plain = (np.asarray(x, dtype=np.float64) + 0.0).tolist()
    named = [repr(sorted(zip(names, row, strict=True))) for row in plain]
    return [hashlib.sha256(text.encode()).hexdigest() for text in named]


def _stream(key: tuple[str, ...], n: int) -> Array:
    digest = hashlib.shake_128(repr(key).encode()).digest(8 * n)
    whole = np.frombuffer(digest, dtype="<u8") >> np.uint64(64 - _BITS)
    uniform: Array = (whole.astype(np.float64) + 0.5) / 2.0**_BITS
    return np.minimum(uniform, np.nextafter(1.0, 0.0))
