"""The one place that makes random generators, from a seed and named axes; it keeps no state."""

from __future__ import annotations

import hashlib

import numpy as np


def generator(seed: int, *axes: str | int | bytes) -> np.random.Generator:
    """A generator that depends on the seed and the axes and on nothing else.

    Parameters
    ----------
    seed : int
        Base seed, at least 0.
    *axes : str, int or bytes
        What the stream is for, in order: ``"draws", 3`` is the third repeat of the draws.

    Returns
    -------
    rng : numpy.random.Generator

    Raises
    ------
    ValueError, TypeError
        A seed or an axis that is neither a whole number nor, an axis, text or bytes.

    Examples
    --------
    >>> generator(0, "draws", 1).integers(100) == generator(0, "draws", 1).integers(100)
    np.True_
    """
    parts = [f"{seed:d}".encode(), *map(_token, axes)]  # a fraction as a seed is refused
    digest = hashlib.sha256(b"".join(b"%d:%s" % (len(part), part) for part in parts)).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "little"))


def _token(axis: str | int | bytes) -> bytes:
    """Bytes that differ whenever the axis differs in value or in kind."""
    if isinstance(axis, bytes):
        return b"b" + axis
    if isinstance(axis, str):
        return b"str" + axis.encode()
    return f"int{axis:d}".encode()  # whatever the width of the integer


def child(seed: int, *axes: str | int | bytes) -> int:
    """A seed of its own for the named axes, such as one repeat of a study.

    Examples
    --------
    >>> child(0, "repeat", 1) == child(0, "repeat", 1) != child(0, "repeat", 2)
    True
    """
    return int(generator(seed, "child", *axes).integers(2**62))
