"""Intervals of claims on one axis with the margin shaded; it draws what the claims table holds."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from limelab.report import canvas
from limelab.report.names import number

NUMBERS = ("difference", "low", "high", "margin")
BLUE = "#0072B2"


def limits(claims: pd.DataFrame) -> tuple[float, float]:
    """One axis for all claims of a unit: it holds 0, every margin and every interval."""
    ends = [0.0]
    for name in NUMBERS:
        values = [_value(row, name) for _, row in claims.iterrows()]
        ends += [value for value in values if math.isfinite(value)]
        ends += [-value for value in values if math.isfinite(value)] if name == "margin" else []
    room = 0.06 * ((max(ends) - min(ends)) or 1)
    return min(ends) - room, max(ends) + room


def strip(stem: str, rows: pd.DataFrame, unit: str, ends: tuple[float, float]) -> str:
    """The intervals of one claim, a line for each scope."""

    def draw(ax: Axes) -> None:
        margin = _value(rows.iloc[0], "margin")
        if margin > 0:
            ax.axvspan(-margin, margin, color=canvas.PALE, linewidth=0)
        ax.axvline(0, color=canvas.GREY, linewidth=1)
        for n, (_, row) in enumerate(rows.iterrows()):
            _interval(ax, -float(n), row)
        ax.set_yticks(
            [-float(n) for n in range(len(rows))], [canvas.clipped(s, 16) for s in rows["scope"]]
        )
        ax.set_ylim(0.6 - len(rows), 0.75)
        ax.set_xlim(*ends)
        ax.grid(visible=False)
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
        ax.locator_params(axis="x", nbins=5)
        canvas.label_x(ax, f"better by ({unit})" if unit else "better by", wide=62)

    height = 66 + 26 * len(rows)
    return canvas.picture(stem, _told(rows), draw, width=400, height=height)


def _interval(ax: Axes, y: float, row: pd.Series) -> None:
    low, middle, high = (_value(row, name) for name in ("low", "difference", "high"))
    whole = math.isfinite(low) and math.isfinite(high)
    if whole:
        ax.plot([low, high], [y, y], color=BLUE, linewidth=2.5)
        ax.plot([low, high], [y, y], "|", color=BLUE, markersize=9, markeredgewidth=2)
    if math.isfinite(middle):
        face = BLUE if whole else "white"
        ax.plot([middle], [y], "o", color=BLUE, markerfacecolor=face, markersize=7)
        words = number(middle) if whole else f"{number(middle)}, no interval"
        spot: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 9, "color": canvas.INK}
        ax.annotate(words, (middle, y), (0, 5), textcoords="offset points", **spot)


def _value(row: pd.Series, name: str) -> float:
    """A cell of text as a number; NaN where there is none."""
    try:
        return float(str(row.get(name, "")))
    except ValueError:
        return math.nan


def _told(rows: pd.DataFrame) -> str:
    return "; ".join(str(text) for text in rows.get("sentence", rows["scope"]))
