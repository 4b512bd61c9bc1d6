"""Agreement with permutation importance between chance and ceiling; it draws what scores hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd
from matplotlib.axes import Axes

from limelab.report import canvas
from limelab.report.lines import counts, legend, metric_label
from limelab.report.markup import Shown
from limelab.report.names import metric_title
from limelab.report.summary import Summary, spread

MOST_TASKS = 40


def with_reference(summary: Summary, stem: str) -> Iterator[Shown]:
    """One panel a metric that carries a null or a ceiling; a row a task."""
    scores = summary.found.scores
    rows = scores[(scores["null"].notna() | scores["ceiling"].notna()) & scores["value"].notna()]
    if rows.empty:
        return
    series = summary.conditions.set_index("condition")["series"]
    rows = rows.assign(series=rows["condition"].astype(str).map(series))
    numbers = spread(rows, ["metric", "task", "series"])
    ends = (
        rows.groupby(["metric", "task"], observed=True)[["null", "ceiling"]].median().reset_index()
    )
    numbers = numbers.merge(ends, on=["metric", "task"])
    panels = []
    for n, (metric, mine) in enumerate(numbers.groupby("metric", observed=True, sort=False)):
        name = metric_title(str(metric))
        tasks = [str(task) for task in mine["task"].unique()][:MOST_TASKS]
        draw = _drawer(summary, mine, tasks, metric_label(summary, str(metric), titled=False))
        height = 62 + (18 + 11 * len(summary.series)) * len(tasks)
        panels.append((name, canvas.picture(f"{stem}-agree{n}", name, draw, height=height)))
    caption = (
        "Marks: median over repeats, outputs and the conditions of a colour; bars: quartiles; "
        f"{counts(numbers)}. Grey tick: the null, agreement with "
        "the importance of models of shuffled targets. Black tick: the ceiling, agreement of the "
        "reference with its own repeats. The shaded span between them is the room that there is."
    )
    many = numbers["task"].nunique()
    caption += f" The first {MOST_TASKS} of {many} tasks are drawn." if many > MOST_TASKS else ""
    title = "Do explanations agree with permutation importance, between chance and ceiling?"
    yield Shown(title, panels, caption, numbers, legend(summary))


def _drawer(
    summary: Summary, rows: pd.DataFrame, tasks: list[str], label: str
) -> Callable[[Axes], None]:
    step, each = 1.0, 0.55 / max(len(summary.series), 1)

    def draw(ax: Axes) -> None:
        for n, task in enumerate(tasks):
            mine = rows[rows["task"] == task]
            _room(ax, -n * step, mine.iloc[0])
            canvas.row_name(ax, -n * step + 0.34, task)
            for _, row in mine.iterrows():
                place = summary.series.index(row["series"])
                _dot(ax, -n * step + 0.12 - each * (place + 0.5), row, summary)
        ax.set_ylim(-len(tasks) * step + 0.48, 0.52)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ends = rows[["low", "high", "null", "ceiling"]]
        ax.set_xlim(
            min(-0.3, float(ends.min().min()) - 0.08), max(1.05, float(ends.max().max()) + 0.05)
        )
        canvas.label_x(ax, label)

    return draw


def _room(ax: Axes, y: float, row: pd.Series) -> None:
    """The span between null and ceiling."""
    low, high = row["null"], row["ceiling"]
    ax.fill_between([low, high], y - 0.45, y + 0.14, color=canvas.PALE, alpha=0.7, linewidth=0)
    ax.vlines([low], y - 0.45, y + 0.14, color=canvas.GREY, linewidth=2)
    ax.vlines([high], y - 0.45, y + 0.14, color=canvas.INK, linewidth=2)


def _dot(ax: Axes, y: float, row: pd.Series, summary: Summary) -> None:
    name = row["series"]
    colour = canvas.colours(summary.series)[name]
    ax.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.5, alpha=0.7)
    mark = canvas.markers(summary.series)[name]
    ax.plot([row["median"]], [y], mark, color=colour, markersize=6.5, markeredgecolor="white")
