"""Realism of the points beside fidelity of what is fitted to them; it draws medians only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from limelab.report import canvas
from limelab.report.lines import counts, legend, metric_label
from limelab.report.markup import Shown
from limelab.report.names import metric_title, setting, short_labels
from limelab.report.placing import placed
from limelab.report.summary import Summary, at, spread

PREFIX, MOST_METRICS, NAME = "realism_", 2, 28
SIZE = {"width": 480, "height": 320}
AXES = (410.0, 240.0)  # what is left for the axes, in points
KEYS = ["condition", "task", "instance"]
TITLE = "Does faithfulness cost realism?"
CAPTION = (
    "Marks: medians over instances, a pair for each way to look; a grey line joins what was fitted "
    "to the same points, and carries their name. "
    "Fidelity is measured at each judge's middle radius, {counts}. To the left the model was asked "
    "about points that could be data; to the right, about points it was never trained for. What "
    "this does not say: that realistic points give a right explanation, or that a classifier that "
    "tells points from data sees what matters to the model."
)


def beside_realism(summary: Summary, stem: str) -> Iterator[Shown]:
    """For each measure of realism and each judge: fidelity against realism."""
    metrics = [m for m in summary.metrics if m.startswith(PREFIX) and _there(summary.of(m))]
    places = _middles(summary)
    panels: list[tuple[str, str]] = []
    tables: list[pd.DataFrame] = []
    for n, metric in enumerate(metrics[:MOST_METRICS]):
        for judge, radius in places:
            numbers = _numbers(summary, metric, (judge, radius))
            name = f"{metric_title(metric)}, judge {judge}, radius {setting(radius)}"
            labels = metric_label(summary, metric), metric_label(summary, summary.fidelity)
            draw = _drawer(summary, numbers, labels)
            svg = canvas.picture(f"{stem}-real{n}-{len(panels)}", name, draw, **SIZE)
            panels.append((name, svg))
            tables.append(numbers.assign(metric=metric, judge=judge, radius=radius))
    if panels:
        whole = pd.concat(tables, ignore_index=True)
        caption = CAPTION.format(counts=counts(whole))
        yield Shown(TITLE, panels, caption, whole, legend(summary), layout="wide")


def _there(cells: pd.DataFrame) -> bool:
    return bool(cells["value"].notna().any())


def _middles(summary: Summary) -> list[tuple[str, float]]:
    """Each judge at its middle radius."""
    places = summary.places(summary.fidelity) if summary.fidelity else []
    by_judge = {judge: [place for place in places if place[0] == judge] for judge, _ in places}
    return [mine[len(mine) // 2] for mine in by_judge.values()]


def _numbers(summary: Summary, metric: str, place: tuple[str, float]) -> pd.DataFrame:
    """Quartiles of realism and of fidelity for each way to look and each series."""
    real = summary.of(metric)[["value", *KEYS]].rename(columns={"value": "realism"})
    cells = at(summary.of(summary.fidelity), place).merge(real, on=KEYS)
    cells = cells[cells["value"].notna() & cells["realism"].notna()]
    cells = cells.assign(look=_looks(summary, cells))
    by = ["look", "series"]
    return spread(cells, by).merge(spread(cells, by, "realism"), on=by, suffixes=("", "_realism"))


def _looks(summary: Summary, cells: pd.DataFrame) -> pd.Series:
    """The way to look of each cell: its levels of all factors but the surrogate and its size."""
    fitted = {"surrogate", "complexity", summary.compared}
    names = [name for name in summary.found.factors if name not in fitted]
    told = pd.Series("", index=cells.index)
    for name in names:
        short = short_labels([str(level) for level in cells[name].unique()])
        levels = cells[name].astype(str).map(short)
        told = levels if name == names[0] else told + " \N{MIDDLE DOT} " + levels
    return told


def _drawer(summary: Summary, rows: pd.DataFrame, labels: tuple[str, str]) -> canvas.Draw:
    def draw(ax: Axes) -> None:
        colour, mark = canvas.colours(summary.series), canvas.markers(summary.series)
        for _, mine in rows.groupby("look", sort=False):
            joined: dict[str, Any] = {"color": canvas.GREY, "linewidth": 0.8, "alpha": 0.6}
            ax.plot(mine["median_realism"], mine["median"], **joined)
        for name, mine in rows.groupby("series", sort=False):
            own: dict[str, Any] = {"color": colour[str(name)], "markeredgecolor": "white"}
            ax.plot(mine["median_realism"], mine["median"], mark[str(name)], markersize=7, **own)
        ax.margins(x=0.16, y=0.12)
        _name(ax, rows)
        canvas.label_x(ax, labels[0])
        canvas.label_y(ax, labels[1])

    return draw


def _name(ax: Axes, rows: pd.DataFrame) -> None:
    """The name of each way to look at one of its marks, clear of the other names."""
    pairs = [mine.sort_values("median").iloc[[0, -1]] for _, mine in rows.groupby("look")]
    names = [canvas.clipped(str(mine["look"].iloc[0]), NAME) for mine in pairs]
    spots = np.stack([mine[["median_realism", "median"]].to_numpy(float) for mine in pairs])
    low, high = np.transpose([ax.get_xlim(), ax.get_ylim()])
    ends = (spots - low) / (high - low) * AXES
    words: dict[str, Any] = {"fontsize": 8.5, "color": canvas.INK}
    for place, name, pair in zip(placed(ends, names, AXES), names, spots, strict=True):
        aside: dict[str, Any] = {"ha": place.ha, "va": place.va, **words}
        ax.annotate(name, pair[place.end], place.shift, textcoords="offset points", **aside)
