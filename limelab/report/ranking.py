"""Critical-difference diagrams: average ranks as a run has told them; it computes none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from limelab.drawing import critical_difference_diagram
from limelab.report import canvas
from limelab.report.markup import Shown
from limelab.report.names import metric_title, short_labels
from limelab.report.summary import Summary

WIDTH, NAME = 480, 30
TITLE = "Who ranks best over data sets, and who cannot be told apart?"
CAPTION = (
    "Each data set ranks the levels by their mean in matched cells; the axis is the rank, averaged "
    "over data sets: 1, on the left, is best. A thick bar joins levels that signed-rank tests with "
    "Holm's correction do not tell apart. What a rank does not say: how large a difference is, or "
    "that the best one is good. Under another judge the order may differ."
)
DISTANCE = (
    " The thin line above the axis is Nemenyi's critical difference, another test's answer to how "
    "far apart ranks must lie."
)
AXIS: dict[str, Any] = {"fontsize": 8.5, "color": canvas.GREY, "ha": "center", "va": "top"}


def by_rank(summary: Summary, stem: str) -> Iterator[Shown]:
    """One diagram for each metric, judge and subject."""
    table = summary.found.ranking
    if table.empty:
        return
    panels = []
    for n, (names, rows) in enumerate(_rankings(table)):
        metric, judge, subject = names
        where = f", judge {judge}" if judge else ""
        name = f"{metric_title(metric)}{where}: {subject}"
        height = 96 + 17 * len(rows)
        svg = canvas.picture(f"{stem}-rank{n}", name, _drawer(rows), width=WIDTH, height=height)
        panels.append((name, svg))
    yield Shown(TITLE, panels, _caption(table), table, layout="wide")


def _rankings(table: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], pd.DataFrame]]:
    for names, rows in table.groupby(["metric", "judge", "subject"], sort=False, dropna=False):
        metric, judge, subject = (str(name) for name in names)
        yield (metric, judge, subject), rows.sort_values("rank", kind="stable")


def _caption(table: pd.DataFrame) -> str:
    notes = "; ".join(note for note in dict.fromkeys(table["note"]) if note)
    n = sorted({int(one) for one in table["n"]})
    sets = f"{n[0]}" if len(n) == 1 else f"{n[0]} to {n[-1]}"
    told = dict.fromkeys(_last_sentence(text) for text in table["sentence"])
    few = f" Nothing is told apart here ({notes})." if notes else f" {' '.join(told)}"
    line = DISTANCE if table["distance"].notna().any() else ""
    return f"{CAPTION}{line} {sets} data sets.{few}"


def _last_sentence(text: str) -> str:
    """What the number of data sets can show at all, which stands last."""
    return f"With {text.rpartition('With ')[2]}" if "With " in text else ""


def _drawer(rows: pd.DataFrame) -> canvas.Draw:
    short = short_labels([str(level) for level in rows["level"]])
    names = [canvas.clipped(short[str(level)], NAME) for level in rows["level"]]
    groups = list(_groups([str(letters) for letters in rows["letters"]]))

    def draw(ax: Axes) -> None:
        ranks, distance = rows["rank"].to_numpy(float), float(rows["distance"].iloc[0])
        critical_difference_diagram(names, ranks, groups, distance=distance, ax=ax)
        ax.text(0.5, 1.0, "average rank, 1 is best", transform=ax.transAxes, **AXIS)

    return draw


def _groups(letters: list[str]) -> Iterator[tuple[int, int]]:
    """First and last place of each letter that several share."""
    for letter in dict.fromkeys("".join(letters)):
        places = [place for place, mine in enumerate(letters) if letter in mine]
        if len(places) > 1:
            yield places[0], places[-1]
