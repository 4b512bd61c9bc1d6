"""A model of two columns beside its surrogates, from a measure's table; it computes nothing.

A table is drawn where it has the columns radius, a, b, model, line and tree: a grid of places a, b
with three answers for each, and rows without line and tree, which are samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from limelab.report import canvas
from limelab.report.markup import Shown
from limelab.report.names import setting
from limelab.report.summary import Summary

COLUMNS = ("radius", "a", "b", "model", "line", "tree")
KINDS = {"model": "the model and samples", "line": "its line", "tree": "its tree"}
MOST_PANELS = 18
LEVELS = 11
CAPTION = (
    "Height as grey, darker is higher, in one scale for each row of three: the model with samples "
    "of the law, the line and the tree that were fitted to such samples. The cross is the "
    "explained row; axes are background standard deviations from it."
)


def of_two_columns(summary: Summary, stem: str) -> Iterator[Shown]:
    """One figure for each measure that holds a surface."""
    for name, told in summary.found.measures.items():
        if set(COLUMNS) <= set(told) and len(told):
            yield _figure(f"{stem}-surface-{name}", told)


def _figure(stem: str, told: pd.DataFrame) -> Shown:
    rows = told.assign(**{name: pd.to_numeric(told[name].replace("", None)) for name in COLUMNS})
    panels: list[tuple[str, str]] = []
    for n, (_, mine) in enumerate(rows.groupby(["task", "radius"], sort=False)):
        task, radius = mine["task"].iloc[0], setting(float(mine["radius"].iloc[0]))
        for kind, words in KINDS.items():
            title = f"{task}, radius {radius}: {words}"
            panels.append((title, canvas.picture(f"{stem}-{n}-{kind}", title, _drawer(mine, kind))))
    title = "What do a line and a tree make of the same surface?"
    return Shown(title, panels[:MOST_PANELS], CAPTION, told)


def _drawer(rows: pd.DataFrame, kind: str) -> Callable[[Axes], None]:
    grid, samples = rows[rows["line"].notna()], rows[rows["line"].isna()]
    values = grid[["model", "line", "tree"]].to_numpy(float)
    low, high = float(values.min()), float(values.max())

    def draw(ax: Axes) -> None:
        surface = grid.pivot_table(index="b", columns="a", values=kind)
        levels = np.linspace(low, high if high > low else low + 1, LEVELS)
        ax.contourf(surface.columns, surface.index, surface, levels, cmap="Greys", alpha=0.85)
        if kind == "model":
            ax.plot(samples["a"], samples["b"], ".", color="#0072B2", markersize=4)
        ax.plot([0], [0], "P", color="#D55E00", markersize=10, markeredgecolor="white")
        ax.set_xlim(float(grid["a"].min()), float(grid["a"].max()))
        ax.set_ylim(float(grid["b"].min()), float(grid["b"].max()))
        ax.grid(visible=False)
        canvas.label_x(ax, "first column")
        canvas.label_y(ax, "second column")

    return draw
