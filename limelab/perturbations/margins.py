"""Margins of the background, one column at a time; they know the view that they are handed."""

from __future__ import annotations

import numpy as np

from limelab.bins import sorted_background
from limelab.types import Array, View


def redraw(u: Array, view: View) -> Array:
    """Background values at the empirical quantiles u (..., d), column by column.

    A value comes up as often as the background holds it, so categories keep their frequencies.
    """
    table = sorted_background(view)
    position = (u * len(table)).astype(np.intp)
    return np.take_along_axis(table, position.reshape(-1, u.shape[-1]), axis=0).reshape(u.shape)
