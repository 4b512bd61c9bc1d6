"""Names keep clear of one another, of marks and of the border."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from limelab.report.placing import LETTER, LINE, PLACES, Place, box, placed

SIZE = (400.0, 240.0)


def shared(one: np.ndarray, other: np.ndarray) -> float:
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    return float(np.prod(np.maximum(sides, 0)))


def boxes(ends: np.ndarray, names: list[str]) -> list[np.ndarray]:
    found = placed(ends, names, SIZE)
    return [box(pair[p.end], p, n) for pair, p, n in zip(ends, found, names, strict=True)]


def test_a_name_alone_stands_above_and_at_the_upper_border_below() -> None:
    pair = np.array([[[200.0, 100.0], [200.0, 150.0]]])
    assert placed(pair, ["alone"], SIZE) == [PLACES[0]]
    assert placed(pair + np.array([0, 85]), ["alone"], SIZE) == [PLACES[1]]


@given(st.integers(0, 10_000))
def test_six_pairs_in_a_small_heap_have_names_apart(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corner = rng.uniform((120, 70), (280, 140))
    lower = corner + rng.uniform(0, 12, size=(3, 2))
    ends = np.stack([lower, lower + rng.uniform(0, (6, 30), size=(3, 2))], axis=1)
    found = boxes(ends, ["Marginals near", "Marginals wide", "Gaussian wide"])
    assert max(shared(a, b) for a, b in zip(found, found[1:] + found[:1], strict=True)) == 0
    for one in found:
        assert one.min() >= 0
        assert (one[2:] <= SIZE).all()


def test_a_name_is_not_larger_than_it_is_taken_for() -> None:
    figure = Figure(figsize=(5, 3), dpi=72)
    ax = figure.add_subplot()
    text = ax.text(0.5, 0.5, "Marginals \N{MIDDLE DOT} near", fontsize=8.5)
    drawn = text.get_window_extent(FigureCanvasAgg(figure).get_renderer())
    assert drawn.width <= LETTER * len(text.get_text()) + 4
    assert drawn.height <= LINE + 2


@pytest.mark.parametrize("place", PLACES)
def test_a_box_lies_where_its_place_says(place: Place) -> None:
    left, bottom, right, top = box(np.array([10.0, 20.0]), place, "name")
    x, y = 10 + place.shift[0], 20 + place.shift[1]
    assert {"left": left, "right": right, "center": (left + right) / 2}[place.ha] == pytest.approx(
        x
    )
    assert {"bottom": bottom, "top": top, "center": (bottom + top) / 2}[place.va] == pytest.approx(
        y
    )
