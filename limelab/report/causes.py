"""What makes explanations change: shares of variance as a run has told them; it computes none."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from matplotlib.axes import Axes

from limelab.report import canvas
from limelab.report.markup import Shown
from limelab.report.names import short_labels
from limelab.report.summary import Summary

ROW, NAME, WIDTH = 0.13, 40, 480
CAUSES = {
    "seed": ("model fitted again with another seed", "#0072B2"),
    "bootstrap": ("model fitted again on resampled rows", "#D55E00"),
    "background": ("background resampled", "#009E73"),
    "repeat": ("new draws, whatever the model", "#CC79A7"),
    "residual": ("new draws that act on one model alone", "#8a8f98"),
}
LABEL = "share of the variance of importances, 0 to 1"
TITLE = "What makes an explanation change?"
CAPTION = (
    "The same rows are explained again after one thing has changed. Importances of an explanation "
    "are divided by their sum; what they do round their mean, at the same row, output, feature and "
    "condition, is split by cause. Marks: share of each cause; lines: 95 % intervals, wide because "
    "each cause was tried {levels} times only and all features are taken to move together. What it "
    "does not say: whether the mean explanation is right, or how large the whole variance is (see "
    "the column variance of the numbers)."
)


def by_cause(summary: Summary, stem: str) -> Iterator[Shown]:
    """One panel for each task and subject; a row a level, a mark a cause."""
    table = summary.found.variance
    table = table[table["cause"] != ""] if not table.empty else table
    if table.empty:
        return
    panels = []
    groups = table.groupby(["task", "subject"], sort=False)
    for n, ((task, subject), rows) in enumerate(groups):
        name = f"{task}: by {subject}"
        height = 70 + 76 * rows["level"].nunique()
        svg = canvas.picture(f"{stem}-cause{n}", name, _drawer(rows), width=WIDTH, height=height)
        panels.append((name, svg))
    tried = table.loc[~table["cause"].isin(["repeat", "residual"]), "levels"].astype(int)
    levels = f"{tried.min() - 1}" if len(tried) else "a few"
    legend = {
        text: (colour, mark)
        for (cause, (text, colour)), mark in zip(CAUSES.items(), canvas.MARKERS, strict=False)
        if cause in set(table["cause"])
    }
    caption = CAPTION.format(levels=levels)
    yield Shown(TITLE, panels, caption, table, legend, layout="wide")


def _drawer(rows: pd.DataFrame) -> canvas.Draw:
    short = short_labels([str(level) for level in rows["level"].unique()])

    def draw(ax: Axes) -> None:
        for n, (level, mine) in enumerate(rows.groupby("level", sort=False)):
            canvas.row_name(ax, 0.36 - n, canvas.clipped(short[str(level)], NAME))
            for _, row in mine.iterrows():
                _mark(ax, -float(n), row)
        ax.set_ylim(0.55 - rows["level"].nunique(), 0.52)
        ax.set_yticks([])
        ax.set_xlim(-0.03, 1.03)
        ax.spines["left"].set_visible(False)
        canvas.label_x(ax, LABEL)

    return draw


def _mark(ax: Axes, top: float, row: pd.Series) -> None:
    place = list(CAUSES).index(row["cause"])
    y, (_, colour) = top + 0.2 - ROW * place, CAUSES[row["cause"]]
    ax.plot([row["share_low"], row["share_high"]], [y, y], color=colour, linewidth=1.4, alpha=0.7)
    mark = canvas.MARKERS[place]
    ax.plot([row["share"]], [y], mark, color=colour, markersize=7, markeredgecolor="white")
