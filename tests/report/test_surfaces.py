"""A surface of two columns is drawn as the model, its line and its tree, radius by radius."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from limelab.report.found import load
from limelab.report.summary import Summary
from limelab.report.surfaces import of_two_columns


def _surface(radius: float) -> pd.DataFrame:
    ticks = np.linspace(-radius, radius, 5)
    a, b = (grid.ravel() for grid in np.meshgrid(ticks, ticks))
    grid = pd.DataFrame({"a": a, "b": b, "model": a * b, "line": a, "tree": 1.0 * (b > 0)})
    samples = pd.DataFrame({"a": ticks, "b": ticks, "model": ticks**2})
    return pd.concat([grid, samples]).assign(task="t / m", radius=radius)


def test_a_radius_is_three_panels_in_one_scale(
    written: Callable[..., Path], rows: Callable[..., pd.DataFrame]
) -> None:
    folder = written(rows())
    table = pd.concat([_surface(0.5), _surface(2.0)])
    table.to_csv(folder / "measure_surface.csv", index=False)
    pd.DataFrame({"task": ["t"], "value": [1]}).to_csv(folder / "measure_x.csv", index=False)
    (shown,) = of_two_columns(Summary(load(folder)), "s1")
    assert [name for name, _ in shown.panels] == [
        f"t / m, radius {radius}: {what}"
        for radius in ("0.5", "2")
        for what in ("the model and samples", "its line", "its tree")
    ]
    pictures = [svg for _, svg in shown.panels]
    assert all(svg.startswith("<svg") for svg in pictures)
    heights = {
        tuple(re.findall(r'<path d="(M [^"]+)"[^>]*style="fill: #', svg)) for svg in pictures
    }
    assert len(heights) == 6
    assert len(shown.numbers) == 60
    samples = [svg.lower().count("#0072b2") > 0 for svg in pictures]  # in the model's panel alone
    assert samples == [True, False, False] * 2
