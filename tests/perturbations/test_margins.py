"""Redrawing columns from their margins: each background value as often as it is held."""

from __future__ import annotations

import numpy as np

from limelab.perturbations.margins import redraw
from tests.parts import mixed


def test_an_even_grid_of_quantiles_gives_back_the_background() -> None:
    table = mixed()
    n = len(table.background)
    u = np.repeat(((np.arange(n) + 0.5) / n)[:, None], 6, axis=1)
    assert (redraw(u, table) == np.sort(table.background, axis=0)).all()


def test_the_ends_stay_inside() -> None:
    table = mixed()
    u = np.array([[[2.0**-54] * 6, [1 - 2.0**-53] * 6]])
    assert (redraw(u, table)[0, 0] == table.background.min(axis=0)).all()
    assert (redraw(u, table)[0, 1] == table.background.max(axis=0)).all()
