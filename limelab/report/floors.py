"""Baselines as dashed lines with their names: floor and ceiling; it draws medians only."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from limelab.report import canvas

NEAR = 0.045  # of the axis: lines closer than this share their words
NAME = 40
CAPTION = (
    " Dashed grey lines: medians of the baselines, floor and ceiling of the metric; one that lies "
    "far off stands in the tables only."
)


def under(draw: canvas.Draw, floors: pd.DataFrame) -> canvas.Draw:
    """The same picture with a line for each baseline."""

    def both(ax: Axes) -> None:
        draw(ax)
        across(ax, floors)

    return both


def across(ax: Axes, floors: pd.DataFrame) -> None:
    """A line for each baseline at its median on the y axis, which grows by its length at most.

    Parameters
    ----------
    ax : Axes
    floors : DataFrame
        condition, median.
    """
    if floors.empty:
        return
    low, high = ax.get_ylim()
    inside = floors[floors["median"].between(low - (high - low), high + (high - low))]
    room = 0.08 * (high - low)
    low = min([low, *(inside["median"] - room / 2)])
    high = max([high, *(inside["median"] + room)])
    for value in inside["median"]:
        ax.axhline(value, color=canvas.GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    words: dict[str, Any] = {"fontsize": 8, "color": canvas.GREY, "ha": "right", "va": "bottom"}
    for value, names in together(inside, NEAR * (high - low)):
        ax.text(0.99, value, names, transform=ax.get_yaxis_transform(), **words)
    ax.set_ylim(low, high)


def together(floors: pd.DataFrame, near: float) -> list[tuple[float, str]]:
    """Lines that are near each other under one text: the highest of them, and their names.

    Examples
    --------
    >>> rows = pd.DataFrame({"condition": ["a", "b", "c"], "median": [0.1, 0.98, 1.0]})
    >>> together(rows, 0.05)
    [(0.1, 'a'), (1.0, 'b, c')]
    """
    made: list[tuple[float, str]] = []
    for name, value in floors.sort_values("median")[["condition", "median"]].itertuples(
        index=False
    ):
        if made and value - made[-1][0] <= near:
            made[-1] = (float(value), f"{made[-1][1]}, {name}")
        else:
            made.append((float(value), str(name)))
    return [(value, canvas.clipped(names, NAME)) for value, names in made]
