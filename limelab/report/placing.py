"""Where names stand in a crowded picture so that none covers another; it draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from limelab.types import Array

LETTER, LINE = 4.7, 11.0  # width of a letter and height of a name in small print, in points
COVERED, HIT, OUTSIDE = 100.0, 5.0, 40.0  # what a name, a mark or a border costs that is covered
_ALONG = np.linspace(0, 1, 9)[:, None]  # a line between two marks, as points that may be covered


@dataclass(frozen=True)
class Place:
    """A place at one of two joined marks: a shift from it in points, and what of a name is there.

    Attributes
    ----------
    end : {0, 1}
        The lower mark, or the upper one.
    shift : (float, float)
    ha : {"left", "center", "right"}
    va : {"top", "center", "bottom"}
    """

    end: int
    shift: tuple[float, float]
    ha: Literal["left", "center", "right"]
    va: Literal["top", "center", "bottom"]


# In the order in which they are liked.
PLACES = (
    Place(1, (0, 6), "center", "bottom"),
    Place(0, (0, -6), "center", "top"),
    Place(1, (7, 0), "left", "center"),
    Place(1, (-7, 0), "right", "center"),
    Place(0, (7, 0), "left", "center"),
    Place(0, (-7, 0), "right", "center"),
    Place(1, (0, 18), "center", "bottom"),
    Place(0, (0, -18), "center", "top"),
    Place(1, (7, 12), "left", "center"),
    Place(1, (-7, 12), "right", "center"),
    Place(0, (7, -12), "left", "center"),
    Place(0, (-7, -12), "right", "center"),
)


def placed(ends: Array, names: Sequence[str], size: tuple[float, float]) -> list[Place]:
    """A place for each name: one after the other, each where it covers least.

    Parameters
    ----------
    ends : array of shape (n, 2, 2)
        The lower and the upper mark of each pair, x and y in points from the corner of the axes.
    names : sequence of str, length n
    size : (float, float)
        Width and height of the axes in points.

    Examples
    --------
    >>> pair = np.array([[50.0, 40.0], [50.0, 60.0]])
    >>> near = placed(np.stack([pair, pair + [4, 0]]), ["one", "two"], (100, 100))
    >>> [place.end for place in near]
    [1, 0]
    """
    marks = (ends[:, None, 0] + _ALONG * (ends[:, 1] - ends[:, 0])[:, None]).reshape(-1, 2)
    taken: list[Array] = []
    chosen = []
    for pair, name in zip(ends, names, strict=True):
        boxes = [box(pair[place.end], place, name) for place in PLACES]
        costs = [_cost(one, taken, marks, size) for one in boxes]
        best = int(np.argmin(costs))
        taken.append(boxes[best])
        chosen.append(PLACES[best])
    return chosen


def box(mark: Array, place: Place, name: str) -> Array:
    """Left, bottom, right and top of a name at a place.

    Examples
    --------
    >>> box(np.zeros(2), Place(1, (0, 6), "center", "bottom"), "ab").tolist()
    [-4.7, 6.0, 4.7, 17.0]
    """
    wide, (x, y) = LETTER * len(name), mark + place.shift
    left = x - {"left": 0.0, "center": wide / 2, "right": wide}[place.ha]
    bottom = y - {"bottom": 0.0, "center": LINE / 2, "top": LINE}[place.va]
    return np.array([left, bottom, left + wide, bottom + LINE])


def _cost(one: Array, taken: Sequence[Array], marks: Array, size: tuple[float, float]) -> float:
    """What a name in a box covers: shares of it over other names and the border, and marks."""
    area = _area(one, one)
    names = sum(_area(one, other) for other in taken) / area
    inside = _area(one, np.array([0.0, 0.0, *size])) / area
    hit = ((marks > one[:2]) & (marks < one[2:])).all(axis=1).sum()
    return float(COVERED * names + HIT * hit + OUTSIDE * (1 - inside))


def _area(one: Array, other: Array) -> float:
    """Area that two boxes share."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    return float(np.prod(np.maximum(sides, 0.0)))
