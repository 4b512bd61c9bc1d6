"""Closed forms as lines under what was measured; it draws a measure's table and computes nothing.

A table is drawn where it has the columns measured, low, high, and exact or foretold. The column
before that is what goes along the axis; of the others in front of it, the last that varies tells
colours apart and the rest tell panels apart. A column `unit` names the other axis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from limelab.report import canvas
from limelab.report.markup import Shown
from limelab.report.names import setting, with_key
from limelab.report.summary import MOST_SERIES, Summary

VALUES = ("measured", "low", "high")
LINES = {
    "exact": ("exact", "the closed form, with no sampling error"),
    "foretold": ("foretold", "what was foretold, which is no closed form"),
}
MOST_PANELS = 12
CAPTION = (
    "Line: {line}. Mark and bar: what was measured, and the interval from low to high in the "
    "numbers below. {missed} of {n} intervals miss their line."
)


def beside_measured(summary: Summary, stem: str) -> Iterator[Shown]:
    """One figure for each measure with a closed form, or with something foretold."""
    for name, told in summary.found.measures.items():
        lines = [line for line in LINES if line in told]
        if lines and set(VALUES) <= set(told) and len(told):
            yield _figure(f"{stem}-exact-{name}", name, told, lines[0])


def _figure(stem: str, name: str, told: pd.DataFrame, line: str) -> Shown:
    rows = told.assign(**{column: _numbers(told[column]) for column in (*VALUES, line)})
    x, series, apart = _roles(rows, line)
    shown = [(series, key) for key in dict.fromkeys(rows[series])] if series else []
    names = [str(key) for _, key in shown]
    groups = _groups(rows, apart)
    panels = []
    for n, (title, mine) in enumerate(groups[:MOST_PANELS]):
        draw = _drawer(mine.rename(columns={line: "line"}), x, series, names)
        panels.append((title, canvas.picture(f"{stem}-{n}", f"{name} {title}", draw)))
    colour, mark = canvas.colours(names), canvas.markers(names)
    legend = {with_key(series, name): (colour[name], mark[name]) for name in names}
    title = f"What was measured and what is {LINES[line][0]}: {name.replace('_', ' ')}"
    return Shown(
        title, panels, _caption(rows, line, len(groups)), told, legend if len(legend) > 1 else {}
    )


def _numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_numeric(column.replace("", None), errors="coerce")


def _roles(rows: pd.DataFrame, line: str) -> tuple[str, str, list[str]]:
    """What goes along the axis, what colours tell apart ("" for nothing), what panels do."""
    front = list(rows.columns[: list(rows.columns).index(line)])
    x, others = front[-1], [name for name in front[:-1] if rows[name].nunique() > 1]
    if others and others[-1] != "task" and rows[others[-1]].nunique() <= MOST_SERIES:
        return x, others[-1], others[:-1]
    return x, "", others


def _groups(rows: pd.DataFrame, apart: list[str]) -> list[tuple[str, pd.DataFrame]]:
    if not apart:
        return [("", rows)]
    found = rows.groupby(apart, sort=False)
    return [(", ".join(map(str, key)), mine) for key, mine in found]


def _caption(rows: pd.DataFrame, line: str, panels: int) -> str:
    known = rows[[line, "low", "high"]].notna().all(axis=1)
    inside = rows[line].between(rows["low"], rows["high"])
    missed = int((known & ~inside).sum())
    said = CAPTION.format(line=LINES[line][1], missed=missed, n=int(known.sum()))
    if panels > MOST_PANELS:
        said += f" The first {MOST_PANELS} of {panels} panels are drawn."
    return said


def _drawer(rows: pd.DataFrame, x: str, series: str, names: list[str]) -> Callable[[Axes], None]:
    place = _places(rows[x])

    def draw(ax: Axes) -> None:
        colour, mark = canvas.colours(names), canvas.markers(names)
        groups = rows.groupby(series, sort=False) if series else [("", rows)]
        for name, mine in groups:
            look = (colour[str(name)], mark[str(name)]) if series else ("#0072B2", "o")
            _one(ax, mine, mine[x].map(place).to_numpy(float), look)
        ax.set_xticks(list(place.values()), [canvas.clipped(_said(t), 12) for t in place])
        ax.margins(x=0.06)
        canvas.label_x(ax, x.replace("_", " "))
        canvas.label_y(ax, str(rows["unit"].iloc[0]) if "unit" in rows else "measured")

    return draw


def _one(ax: Axes, rows: pd.DataFrame, at: np.ndarray, look: tuple[str, str]) -> None:
    order = np.argsort(at, kind="stable")
    at, rows = at[order], rows.iloc[order]
    ax.plot(at, rows["line"], color=look[0], linewidth=1.6, alpha=0.75)
    ax.vlines(at, rows["low"], rows["high"], color=look[0], linewidth=2)
    ax.plot(at, rows["measured"], look[1], color=look[0], markersize=6, markeredgecolor="white")


def _places(column: pd.Series[Any]) -> dict[str, float]:
    """Where each setting stands: evenly, numbers in rising order, for settings often double."""
    told = list(dict.fromkeys(column))
    worth = _numbers(pd.Series(told))
    if worth.notna().all():
        told = [told[i] for i in np.argsort(worth.to_numpy(), kind="stable")]
    return {text: float(n) for n, text in enumerate(told)}


def _said(text: str) -> str:
    """A number as somebody chose it; words as they are."""
    worth = pd.to_numeric(text, errors="coerce")
    return text if pd.isna(worth) else setting(float(worth))
