"""Closed forms as lines under what was measured; it draws a measure's table and computes nothing.

A table is drawn where it has the columns measured, low, high, and exact or foretold. The column
before that is what goes along the axis; of the others in front of it, the last that varies tells
colours apart and the rest tell panels apart. A column `unit` names the other axis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
MOST_LETTERS = 42  # of names side by side under a panel
ASIDE = 0.1  # of the way to the next place: marks of several series at one place stay apart
CAPTION = (
    "Line or dash: {line}. Mark and bar: what was measured, and the interval from low to high in "
    "the numbers below. {missed} of {n} intervals miss their line."
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
    draw_line = _curve if _are_numbers(place) else _dashes

    def draw(ax: Axes) -> None:
        colour, mark = canvas.colours(names), canvas.markers(names)
        groups = list(rows.groupby(series, sort=False)) if series else [("", rows)]
        for n, (name, mine) in enumerate(groups):
            look = (colour[str(name)], mark[str(name)]) if series else ("#0072B2", "o")
            at = mine[x].map(place).to_numpy(float)
            order, aside = np.argsort(at, kind="stable"), (n - (len(groups) - 1) / 2) * ASIDE
            draw_line(ax, at[order], at[order] + aside, mine["line"].to_numpy()[order], look[0])
            _measured(ax, at[order] + aside, mine.iloc[order], look)
        _label_places(ax, place)
        ax.margins(x=0.06)
        canvas.label_x(ax, x.replace("_", " "))
        canvas.label_y(ax, str(rows["unit"].iloc[0]) if "unit" in rows else "measured")

    return draw


def _curve(ax: Axes, at: Any, _: Any, line: Any, colour: str) -> None:
    """What goes along numbers is a curve."""
    ax.plot(at, line, color=colour, linewidth=1.6, alpha=0.75)


def _dashes(ax: Axes, _: Any, aside: Any, line: Any, colour: str) -> None:
    """Between words there is nothing: each has a dash of its own."""
    ax.hlines(line, aside - ASIDE, aside + ASIDE, color=colour, linewidth=1.6, alpha=0.75)


def _measured(ax: Axes, at: Any, rows: pd.DataFrame, look: tuple[str, str]) -> None:
    ax.vlines(at, rows["low"], rows["high"], color=look[0], linewidth=2)
    ax.plot(at, rows["measured"], look[1], color=look[0], markersize=6, markeredgecolor="white")


def _label_places(ax: Axes, place: dict[str, float]) -> None:
    """Names under their places, slanted where they would touch."""
    said = [canvas.clipped(_said(text), 12) for text in place]
    ax.set_xticks(list(place.values()), said)
    if sum(map(len, said)) > MOST_LETTERS:
        for name in ax.get_xticklabels():
            name.set(rotation=40, ha="right", rotation_mode="anchor")


def _are_numbers(told: Iterable[str]) -> bool:
    return bool(_numbers(pd.Series(list(told))).notna().all())


def _places(column: pd.Series[Any]) -> dict[str, float]:
    """Where each setting stands: evenly, numbers in rising order, for settings often double."""
    told = list(dict.fromkeys(column))
    if _are_numbers(told):
        told = [told[i] for i in np.argsort(_numbers(pd.Series(told)).to_numpy(), kind="stable")]
    return {text: float(n) for n, text in enumerate(told)}


def _said(text: str) -> str:
    """A number as somebody chose it; words as they are."""
    worth = pd.to_numeric(text, errors="coerce")
    return text if pd.isna(worth) else setting(float(worth))
