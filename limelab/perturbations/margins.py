"""Margins of the background, one column at a time; they know the view that they are handed."""

from __future__ import annotations

import numpy as np

from limelab.types import Array, View


def sorted_background(view: View) -> Array:
    """Each column of the background in order, shape (n, d): an empirical quantile table."""
    return view.once("sorted background", lambda: np.sort(view.background, axis=0))


def redraw(u: Array, view: View) -> Array:
    """Background values at the empirical quantiles u (..., d), column by column.

    A value comes up as often as the background holds it, so categories keep their frequencies.
    """
    table = sorted_background(view)
    position = (u * len(table)).astype(np.intp)
    return np.take_along_axis(table, position.reshape(-1, u.shape[-1]), axis=0).reshape(u.shape)
