"""Stability beside fidelity and beside collapse to zero; it draws cells and computes none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from limelab.report import canvas, floors
from limelab.report.lines import legend, metric_label
from limelab.report.markup import Shown
from limelab.report.names import metric_title, setting
from limelab.report.summary import Summary, at, spread

MOST_DOTS, MOST_METRICS, MOST_BARS = 240, 3, 4
KEYS = ["condition", "task", "instance"]
ZERO_LABEL = "share of features with importance 0"


def beside_fidelity(summary: Summary, stem: str) -> Iterator[Shown]:
    """For each stability metric: against fidelity, and against the share of zeros."""
    metrics = summary.stable[:MOST_METRICS]
    place = summary.middle(summary.fidelity)
    panels, tables = [], []
    for n, metric in enumerate(metrics):
        for x, label, cells in _pairs(summary, metric, place):
            middle = _medians(cells, x)
            name = f"{metric_title(metric)}, against {'fidelity' if x == 'fidelity' else 'zeros'}"
            labels = label, metric_label(summary, metric, titled=False)
            draw = _drawer(summary, cells, middle, x, labels)
            draw = floors.under(draw, summary.beside(metric))
            panels.append((name, canvas.picture(f"{stem}-stable{n}-{x}", name, draw)))
            tables.append(middle.assign(metric=metric, against=x))
    if not panels:
        return
    where = (
        f"Fidelity is measured by the judge {place[0]} at radius {setting(place[1])}. "
        if place
        else ""
    )
    caption = (
        f"{where}Small dots: instances (at most {MOST_DOTS} of a colour, evenly thinned); large "
        "marks: the median over instances of each condition, with quartiles as bars where "
        "conditions are few. An explanation that collapses to zeros is perfectly stable, so "
        "stability is read beside fidelity and zeros."
    )
    caption += floors.CAPTION if any(not summary.beside(m).empty for m in metrics) else ""
    title = "Is a stable explanation also a faithful one?"
    yield Shown(title, panels, caption, pd.concat(tables, ignore_index=True), legend(summary))


def _pairs(
    summary: Summary, metric: str, place: tuple[str, float] | None
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """What stands on the x axis, its label, and cells with both."""
    mine = summary.of(metric)
    mine = mine[mine["value"].notna()]
    if place is not None:
        other = at(summary.of(summary.fidelity), place).rename(columns={"value": "fidelity"})
        both = mine.merge(other[[*KEYS, "fidelity"]].dropna(), on=KEYS)
        if not both.empty:
            yield "fidelity", metric_label(summary, summary.fidelity), both
    if mine["zero_share"].notna().any():
        yield "zero_share", ZERO_LABEL, mine


def _medians(cells: pd.DataFrame, x: str) -> pd.DataFrame:
    """Quartiles of both axes for each condition."""
    by = ["series", "label"]
    both = spread(cells, by).merge(spread(cells, by, x), on=by, suffixes=("", f"_{x}"))
    return both.rename(columns={"label": "condition"})


def _drawer(
    summary: Summary, cells: pd.DataFrame, middle: pd.DataFrame, x: str, labels: tuple[str, str]
) -> Callable[[Axes], None]:
    def draw(ax: Axes) -> None:
        colour, mark = canvas.colours(summary.series), canvas.markers(summary.series)
        for name, rows in cells.groupby("series", sort=False):
            few = rows.iloc[:: -(-len(rows) // MOST_DOTS)]
            own = colour[str(name)]
            dot: dict[str, Any] = {"alpha": 0.4, "markersize": 6, "markeredgewidth": 0}
            ax.plot(few[x], few["value"], ".", color=own, **dot)
        for name, rows in middle.groupby("series", sort=False):
            _marks(ax, rows, x, (colour[str(name)], mark[str(name)]))
        canvas.label_x(ax, labels[0])
        canvas.label_y(ax, labels[1])
        if x == "zero_share":
            ax.set_xlim(-0.04, 1.04)
        elif _far(cells[x]):
            ax.set_xscale("symlog", linthresh=0.1)
            ax.xaxis.set_major_formatter("{x:g}")  # powers would be written in TeX, which is off

    return draw


def _marks(ax: Axes, rows: pd.DataFrame, x: str, look: tuple[str, str]) -> None:
    if len(rows) <= MOST_BARS:
        line: dict[str, Any] = {"color": look[0], "linewidth": 1.2, "alpha": 0.7}
        ax.vlines(rows[f"median_{x}"], rows["low"], rows["high"], **line)
        ax.hlines(rows["median"], rows[f"low_{x}"], rows[f"high_{x}"], **line)
    mark: dict[str, Any] = {"color": look[0], "markersize": 7.5, "markeredgecolor": "white"}
    ax.plot(rows[f"median_{x}"], rows["median"], look[1], **mark)


def _far(values: pd.Series) -> bool:
    """Whether a few values lie so far out that the rest would be one heap."""
    return bool(values.abs().max() > 20 * max(values.abs().median(), 1e-9))
