"""Two pictures mixed part by part, thousands of times; it knows bits, no superpixels' meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from limelab.types import Bools, Ints


@dataclass(frozen=True, eq=False)
class Mix:
    """A picture and what stands in the place of its parts, as bits.

    A number is chosen by "exclusive or": gone ^ (mask & (there ^ gone)) is `there` where the mask
    is all ones, to the last bit and whatever the dtype, at half the time of ``numpy.where``. One
    picture after the other, so that each is made in the processor's cache.

    Attributes
    ----------
    gone, change : unsigned arrays of shape (numbers,)
        Bits of the fill, and those that differ from the picture.
    part : int array of shape (numbers,)
        The part of each number.
    shape, dtype : of the picture
    """

    gone: npt.NDArray[Any]
    change: npt.NDArray[Any]
    part: Ints
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @classmethod
    def of(cls, there: npt.NDArray[Any], gone: npt.NDArray[Any], part: Ints) -> Mix:
        """The mix of two pictures of one shape and dtype; part (numbers,) from 0."""
        bits = np.dtype(f"u{there.dtype.itemsize}")
        native = there.dtype.newbyteorder("=")
        here, fill = (np.array(p, dtype=native).ravel().view(bits) for p in (there, gone))
        return cls(fill, here ^ fill, part, there.shape, native)

    def pictures(self, there: Bools) -> npt.NDArray[Any]:
        """Pictures (m, ...) whose parts are there or gone, (m, parts).

        Examples
        --------
        >>> mix = Mix.of(np.array([[1.5, 2.5]]), np.zeros((1, 2)), np.array([0, 1]))
        >>> mix.pictures(np.array([[True, False]])).tolist()
        [[[1.5, 0.0]]]
        """
        bits = self.gone.dtype.type
        masks = np.where(there, bits(np.iinfo(bits).max), bits(0))
        found = np.empty((len(there), len(self.part)), dtype=bits)
        for picture, mask in zip(found, masks, strict=True):
            np.take(mask, self.part, out=picture, mode="clip")  # "raise" would buffer the output
            picture &= self.change
            picture ^= self.gone
        return found.view(self.dtype).reshape(len(there), *self.shape)
