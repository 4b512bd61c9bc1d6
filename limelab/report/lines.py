"""Fidelity against complexity and against radius; it draws quartiles and computes none."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from limelab.report import canvas, floors
from limelab.report.markup import Shown
from limelab.report.names import metric_title, setting
from limelab.report.summary import Summary, spread

MOST_PANELS = 12
FEW_SERIES = 3
BAND = (
    "Each instance counts once under each condition, with its median over repeats and outputs. "
    "Line: median over instances; band or bar: the middle half of them (quartiles)"
)


def against_complexity(summary: Summary, stem: str) -> Iterator[Shown]:
    """Fidelity, then stability, as the surrogates get larger."""
    if "complexity" not in summary.found.factors:
        return
    titles = [f"How {word} is an explanation of a given size?" for word in ("faithful", "stable")]
    kinds = ([summary.fidelity], summary.stable)
    for n, (title, metrics) in enumerate(zip(titles, kinds, strict=True)):
        cells = summary.cells[
            summary.cells["metric"].isin(metrics) & summary.cells["value"].notna()
        ]
        if not cells.empty:
            numbers = spread(cells, ["metric", "judge", "radius", "series", "complexity"])
            yield _by_panel(summary, f"{stem}-size{n}", title, numbers)


def _by_panel(summary: Summary, stem: str, title: str, numbers: pd.DataFrame) -> Shown:
    by = ["metric", "judge", "radius"]
    groups = list(numbers.groupby(by, observed=True, dropna=False, sort=False))
    panels = []
    for n, (names, rows) in enumerate(groups[:MOST_PANELS]):
        metric, judge, radius = names
        where = f", judge {judge}, radius {setting(radius)}" if judge else ""
        name = metric_title(str(metric)) + where
        label = metric_label(summary, str(metric), titled=False)
        draw = _drawer(
            rows, "complexity", "complexity: the size that a surrogate is allowed", label, summary
        )
        draw = floors.under(draw, summary.beside(str(metric)))
        panels.append((name, canvas.picture(f"{stem}-{n}", f"{title} {name}", draw)))
    caption = f"{BAND}, {counts(numbers)}, {pooled(summary, 'complexity')}. "
    caption += "Every panel has its own scale."
    caption += floors.CAPTION if _has_floors(summary, numbers) else ""
    if len(groups) > MOST_PANELS:
        caption += f" The first {MOST_PANELS} of {len(groups)} panels are drawn."
    return Shown(title, panels, caption + better(summary, numbers), numbers, legend(summary))


def _has_floors(summary: Summary, numbers: pd.DataFrame) -> bool:
    return bool(summary.floors["metric"].isin(numbers["metric"].unique()).any())


def against_radius(summary: Summary, stem: str) -> Iterator[Shown]:
    """Fidelity as the judge looks farther from the instance."""
    cells = summary.of(summary.fidelity)
    cells = cells[cells["value"].notna() & cells["radius"].notna()]
    if cells.groupby("judge", observed=True)["radius"].nunique().max() < 2 or cells.empty:
        return
    title = "How far does an explanation reach?"
    numbers = spread(cells, ["metric", "judge", "radius", "series"])
    limits = _limits(numbers)
    label = metric_label(summary, summary.fidelity, titled=False)
    panels = []
    for n, (judge, rows) in enumerate(numbers.groupby("judge", observed=True, sort=False)):
        draw = _drawer(rows, "radius", f"radius, in {judge}'s own unit", label, summary, limits)
        name = f"{metric_title(summary.fidelity)}, judge {judge}"
        panels.append((name, canvas.picture(f"{stem}-radius{n}", f"{title} {name}", draw)))
    caption = (
        f"{BAND}, {counts(numbers)}, {pooled(summary)}. Radii of different judges are "
        "measured in different units, so compare within a panel."
    )
    yield Shown(title, panels, caption + better(summary, numbers), numbers, legend(summary))


def _drawer(
    rows: pd.DataFrame,
    x: str,
    x_label: str,
    y_label: str,
    summary: Summary,
    limits: tuple[float, float] | None = None,
) -> Callable[[Axes], None]:
    place = _places(rows[x])

    def draw(ax: Axes) -> None:
        colour, mark = canvas.colours(summary.series), canvas.markers(summary.series)
        groups = list(rows.groupby("series", sort=False))
        for n, (name, mine) in enumerate(groups):
            at = mine[x].astype(str).map(place).to_numpy(float)
            shift = (n - (len(groups) - 1) / 2) * 0.06 if len(groups) > FEW_SERIES else 0.0
            order = np.argsort(at)
            _one(
                ax,
                at[order] + shift,
                mine.iloc[order],
                (colour[str(name)], mark[str(name)]),
                band=not shift,
            )
        ax.set_xticks(list(place.values()), [canvas.clipped(name, 12) for name in place])
        ax.margins(x=0.08)
        ax.set_ylim(*(limits or _limits(rows)))
        canvas.label_x(ax, x_label)
        canvas.label_y(ax, y_label)

    return draw


def _one(
    ax: Axes, at: np.ndarray, rows: pd.DataFrame, look: tuple[str, str], *, band: bool
) -> None:
    low, middle, high = (rows[name].to_numpy(float) for name in ("low", "median", "high"))
    if band and len(at) > 1:
        ax.fill_between(at, low, high, color=look[0], alpha=0.13, linewidth=0)
        for edge in (low, high):
            ax.plot(at, edge, color=look[0], linewidth=0.9, alpha=0.6, linestyle=(0, (3, 2)))
    else:
        ax.vlines(at, low, high, color=look[0], alpha=0.5, linewidth=2)
    ax.plot(at, middle, color=look[0], marker=look[1], markersize=6, markeredgecolor="white")


def _places(values: pd.Series) -> dict[str, float]:
    """Where each value stands: evenly in rising order, for radii and sizes often double."""
    told = dict.fromkeys(values.astype(str))
    worth = pd.to_numeric(pd.Series(list(told)), errors="coerce")
    names = list(told)
    if worth.notna().all():
        names = [names[i] for i in np.argsort(worth.to_numpy(), kind="stable")]
    return {name: float(n) for n, name in enumerate(names)}


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """From 0 where nothing is negative; a share of variance is cut at -1."""
    low, high = float(rows["low"].min()), float(rows["high"].max())
    if low < -1 and high <= 1:
        return -1.0, 1.05
    room = 0.06 * ((high - min(low, 0)) or 1)
    return (0.0 if low >= 0 else low - room), high + room


def metric_label(summary: Summary, metric: str, *, titled: bool = True) -> str:
    """Name and unit of a metric, for an axis."""
    told = summary.found.metric(metric)
    unit = told["unit"]
    name = metric_title(metric) if titled or not unit else ""
    side = f" ({told['better']} is better)" if told["better"] in ("lower", "higher") else ""
    return (f"{name}, in {unit}" if name and unit else name or unit) + side


def better(summary: Summary, numbers: pd.DataFrame) -> str:
    """Which direction is better, where all metrics of a figure agree."""
    sides = {summary.found.metric(str(name))["better"] for name in numbers["metric"].unique()}
    side = sides.pop() if len(sides) == 1 else ""
    cut = " Values below -1 lie outside the picture." if (numbers["low"] < -1).any() else ""
    return cut + (f" {side.capitalize()} is better." if side in ("lower", "higher") else "")


def legend(summary: Summary) -> dict[str, tuple[str, str]]:
    """Colours and marks of the series; nothing where there is only one."""
    colour, mark = canvas.colours(summary.series), canvas.markers(summary.series)
    return (
        {name: (colour[str(name)], mark[str(name)]) for name in summary.series}
        if len(colour) > 1
        else {}
    )


def pooled(summary: Summary, *used: str) -> str:
    """What a mark is taken over, beside the instances."""
    scores, apart = summary.found.scores, {summary.compared, *used}
    names = [name for name in summary.found.factors if scores[name].nunique() > 1]
    return "pooled over " + ", ".join(["tasks", *(name for name in names if name not in apart)])


def counts(numbers: pd.DataFrame) -> str:
    """How many values stand behind a mark."""
    least, most = int(numbers["n"].min()), int(numbers["n"].max())
    return f"n = {most:,} a mark" if least == most else f"n = {least:,} to {most:,} a mark"
