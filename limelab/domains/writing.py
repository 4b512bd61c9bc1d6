"""Texts written without some of their characters, thousands at a time; it knows no words."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from limelab.types import Bools, Ints

_BLOCK = 2**18  # characters at once, in cache
_NARROW = "\u0100"  # characters below take a byte each


def without(text: str, unit_of: Ints, there: Bools) -> list[str]:
    """The text with the characters of some units left out.

    Strings joined piece by piece take twice the time of characters picked out of arrays.

    Parameters
    ----------
    text : str
    unit_of : int array of shape (characters,)
        The unit of each character; -1 for what always stays.
    there : bool array of shape (m, units)

    Returns
    -------
    texts : list of str, length m

    Examples
    --------
    >>> without("so it", np.array([0, 0, -1, 1, 1]), np.array([[True, False], [False, True]]))
    ['so ', ' it']
    """
    wide = max(text) >= _NARROW
    encoding = "utf-32-le" if wide else "latin-1"
    codes = np.frombuffer(text.encode(encoding, "surrogatepass" if wide else "strict"),
                          "<u4" if wide else np.uint8)  # fmt: skip
    stays = np.concatenate([there, np.ones((len(there), 1), dtype=bool)], axis=1)
    last = there.shape[1]
    lengths = stays @ np.bincount(np.where(unit_of < 0, last, unit_of), minlength=last + 1)
    step = max(1, _BLOCK // len(codes))
    found: list[str] = []
    for start in range(0, len(there), step):
        kept = np.take(stays[start : start + step], unit_of, axis=1)
        flat = np.broadcast_to(codes, kept.shape)[kept].tobytes()
        joined = flat.decode(encoding, "surrogatepass" if wide else "strict")
        found += _sliced(joined, lengths[start : start + step])
    return found


def _sliced(joined: str, lengths: Ints) -> list[str]:
    ends = [0, *np.cumsum(lengths).tolist()]
    return [joined[start:end] for start, end in pairwise(ends)]
