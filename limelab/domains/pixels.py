"""Raw pictures as checked arrays, and their values from 0 to 1 whatever range they came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from limelab.types import Array, BadInput

Raw = npt.NDArray[Any]
_CHANNELS = (1, 3, 4)
_HINT = "give ll.Image(limits=(low, high)) where the picture has another range"


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture as the model wants it, and how to read it.

    Attributes
    ----------
    raw : array of shape (H, W) or (H, W, 1, 3 or 4)
        As it came.
    low, high : float
        What is black and what is white in it.
    """

    raw: Raw
    low: float
    high: float

    @property
    def colours(self) -> Array:
        """Values from 0 to 1, (H, W, 3); grey is grey in every channel, transparency left out."""
        values = (self.raw.astype(np.float64) - self.low) / (self.high - self.low)
        deep = values[:, :, None] if values.ndim == 2 else values
        return np.ascontiguousarray(
            np.repeat(deep, 3, axis=2) if deep.shape[2] == 1 else deep[:, :, :3]
        )

    def like_raw(self, colours: Array) -> Raw:
        """Values (..., H, W, 3) from 0 to 1 in the shape, range and dtype of the picture.

        Grey is the mean of the channels, transparency stays, whole numbers are rounded.
        """
        lead = colours.shape[:-3]
        if self.raw.ndim == 2:
            values = colours.mean(axis=-1)
        elif self.raw.shape[2] == 1:
            values = colours.mean(axis=-1, keepdims=True)
        else:
            values = colours
        values = self.low + values * (self.high - self.low)
        whole = np.broadcast_to(self.raw, (*lead, *self.raw.shape)).copy()
        rounded = np.rint(values) if whole.dtype.kind in "iu" else values
        if whole.ndim - len(lead) == 3:
            whole[..., : rounded.shape[-1]] = rounded
        else:
            whole[...] = rounded
        return whole


def picture(raw: Any, label: Any, limits: tuple[float, float] | None) -> Picture:
    """One checked picture.

    Raises
    ------
    BadInput
        Another shape, no numbers, NaN, or a range that is neither 0 to 1 nor 0 to 255 and was not
        named.

    Examples
    --------
    >>> picture(np.full((2, 2), 200, np.uint8), 0, None).colours[0, 0].round(3).tolist()
    [0.784, 0.784, 0.784]
    """
    array = np.asarray(raw)
    _check_shape(array, label)
    if array.dtype.kind not in "uif" or array.dtype.itemsize > 8:
        raise BadInput(
            f"picture {label!r} holds {array.dtype} values; expected numbers; convert it, for "
            "instance by .astype(np.uint8)"
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        count = int((~np.isfinite(array)).sum())
        raise BadInput(
            f"picture {label!r} holds {count} values of {array.size} that are NaN or infinite; "
            "expected finite numbers; fill them, or drop the picture"
        )
    low, high = _limits(array) if limits is None else limits
    if array.min() < low or array.max() > high:
        raise BadInput(
            f"picture {label!r} has {array.dtype} values from {array.min():.4g} to "
            f"{array.max():.4g}; expected {low:g} to {high:g}; {_HINT}"
        )
    return Picture(array, float(low), float(high))


def pictures(rows: Any) -> list[Any]:
    """The pictures of a list or of a stack (n, H, W[, channels]), or a refusal."""
    if isinstance(rows, np.ndarray) and rows.ndim in (2, 3) and rows.dtype != object:
        one = rows.ndim == 2 or (rows.shape[2] in _CHANNELS and rows.shape[1] > 4)
        if one:
            raise BadInput(
                f"rows came as one picture of shape {rows.shape}; expected several; give [picture] "
                "or picture[None]"
            )
    if isinstance(rows, str) or not hasattr(rows, "__len__") or not len(rows):
        raise BadInput(
            f"rows came as {type(rows).__name__}; expected pictures in a list, or a stack of them "
            "(n, H, W) or (n, H, W, channels)"
        )
    return list(rows)


def _check_shape(array: Raw, label: Any) -> None:
    grey = array.ndim == 2
    colour = array.ndim == 3 and array.shape[2] in _CHANNELS
    if not (grey or colour) or min(array.shape[:2]) < 2:
        raise BadInput(
            f"picture {label!r} has shape {array.shape}; expected (H, W) or (H, W, channels) with "
            "1, 3 or 4 channels, at least 2 x 2; move the channels last: np.moveaxis(x, 0, -1)"
        )


def _limits(array: Raw) -> tuple[float, float]:
    """From the dtype; of floats and wide integers, 0 to 1 or 0 to 255, whichever holds them."""
    if array.dtype in (np.uint8, np.uint16):
        return 0.0, float(np.iinfo(array.dtype).max)
    small = array.dtype.kind == "f" and array.max() <= 1.0
    return 0.0, 1.0 if small else 255.0
