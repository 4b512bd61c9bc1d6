"""How much instances differ under every condition, metric by metric; it draws quantiles only."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd
from matplotlib.axes import Axes

from limelab.report import canvas
from limelab.report.lines import legend, metric_label
from limelab.report.markup import Shown
from limelab.report.names import metric_title, setting
from limelab.report.summary import BASELINE, Summary, at, spread

MOST_ROWS, MOST_METRICS, TALL = 40, 12, 16
NOWHERE = ("", float("nan"))


def by_condition(summary: Summary, stem: str) -> Iterator[Shown]:
    """One panel a metric; a judged metric at the first judge's middle radius."""
    panels, tables = [], []
    for n, metric in enumerate(summary.metrics[:MOST_METRICS]):
        place = summary.middle(metric)
        if place is None:
            continue
        numbers = _quantiles(at(summary.of(metric), place))
        floors = _baselines(summary, metric, place)
        where = f" (judge {place[0]}, radius {setting(place[1])})" if place[0] else ""
        name = metric_title(metric) + where
        few = pd.concat([numbers.head(MOST_ROWS), floors])
        draw = _drawer(summary, few, metric_label(summary, metric, titled=False))
        svg = canvas.picture(f"{stem}-range{n}", name, draw, height=58 + 30 * len(few))
        panels.append((name, svg))
        both = pd.concat([numbers, floors], ignore_index=True)
        tables.append(both.assign(metric=metric, judge=place[0], radius=place[1]))
    if not panels:
        return
    caption = (
        "Each row is a condition. Dot: median over instances (each with its median over repeats "
        "and outputs; over tasks where a metric has one value a task); thick bar: the middle half; "
        "thin line: from the 10th to the 90th percentile."
    )
    caption += "" if summary.floors.empty else " Grey rows are baselines, floor and ceiling."
    most = max(int((numbers["series"] != "").sum()) for numbers in tables)
    caption += f" The first {MOST_ROWS} of {most} conditions are drawn." if most > MOST_ROWS else ""
    title = "How much do instances differ?"
    numbers = pd.concat(tables, ignore_index=True)
    yield Shown(title, panels, caption, numbers, legend(summary), fold=most > TALL)


def _baselines(summary: Summary, metric: str, place: tuple[str, float]) -> pd.DataFrame:
    """Rows of the baselines, which stand below the conditions and belong to no series."""
    cells = at(summary.floors[summary.floors["metric"].astype(str) == metric], place)
    if cells.empty:
        return pd.DataFrame()
    return _quantiles(cells.assign(label=cells["condition"].astype(str) + BASELINE, series=""))


def _quantiles(cells: pd.DataFrame) -> pd.DataFrame:
    by = ["condition", "label", "series"]
    cells = cells[cells["value"].notna()]
    grouped = cells.groupby(by, observed=True, sort=True)["value"]
    found = spread(cells, by)
    found["p10"], found["p90"] = grouped.quantile(0.1).to_numpy(), grouped.quantile(0.9).to_numpy()
    return found.drop(columns="condition").rename(columns={"label": "condition"})


def _drawer(summary: Summary, rows: pd.DataFrame, label: str) -> Callable[[Axes], None]:
    def draw(ax: Axes) -> None:
        colour, mark = canvas.colours(summary.series), canvas.markers(summary.series)
        for y, (_, row) in enumerate(rows.iterrows()):
            own = colour.get(row["series"], canvas.GREY)
            ax.plot([row["p10"], row["p90"]], [-y, -y], color=own, linewidth=1)
            ax.plot([row["low"], row["high"]], [-y, -y], color=own, linewidth=5, alpha=0.45)
            sign = mark.get(row["series"], "D")
            ax.plot([row["median"]], [-y], sign, color=own, markeredgecolor="white")
            canvas.row_name(ax, -y + 0.42, row["condition"])
        ax.set_ylim(-len(rows) + 0.6, 0.7)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        _x_axis(ax, rows, label)

    return draw


def _x_axis(ax: Axes, rows: pd.DataFrame, label: str) -> None:
    """From 0 where nothing is negative; a share of variance is cut at -1."""
    low, high = float(rows["p10"].min()), float(rows["p90"].max())
    if low < -1 and high <= 1:
        ax.set_xlim(-1, 1.05)
        label += "; below -1 not drawn"
    elif low >= 0:
        ax.set_xlim(0, high * 1.06 or 1)
    canvas.label_x(ax, label)
