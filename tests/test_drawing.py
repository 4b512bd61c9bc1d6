"""Pictures say what the arrays say, on any axes, whatever the names hold."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from limelab.drawing import (
    INK,
    LOWERS,
    RAISES,
    UNSURE,
    critical_difference_diagram,
    effect_bars,
    forest_plot,
    literal,
    own_axes,
)

EFFECT = np.array([2.0, -1.5, 0.5])
ERROR = np.array([0.1, 0.2, 0.9])
SURE = np.array([True, True, False])
NAMES = ["cost in $ and $", "a_b^2 <b>", r"\alpha $x_{$"]


def bars(error: Any = ERROR, sure: Any = SURE) -> Any:
    return effect_bars(own_axes(None, height=3), NAMES, EFFECT, error, sure)


def drawn(ax: Any) -> list[str]:
    """What the reader sees beside the bars, once drawn."""
    ax.figure.savefig("/dev/null", format="png")
    return [label.get_text() for label in ax.get_yticklabels()]


def test_bars_are_the_effects_first_on_top() -> None:
    ax = bars()
    widths = [bar.get_width() for bar in ax.patches]
    height = [bar.get_y() for bar in ax.patches]
    assert widths == EFFECT.tolist()
    assert height == sorted(height, reverse=True)


def test_colours_say_the_sign_or_that_there_is_none() -> None:
    colours = [bar.get_facecolor() for bar in bars().patches]
    wanted = [RAISES, LOWERS, UNSURE]
    assert all(same_color(one, two) for one, two in zip(colours, wanted, strict=True))


def test_whiskers_are_95_percent_intervals() -> None:
    (lines,) = bars().collections
    ends = [segment[:, 0].tolist() for segment in lines.get_segments()]
    np.testing.assert_allclose(ends, np.stack([EFFECT - 1.96 * ERROR, EFFECT + 1.96 * ERROR], 1))
    assert not bars(error=None).collections


def test_the_legend_names_just_what_is_drawn() -> None:
    def words(ax: Any) -> list[str]:
        return [text.get_text() for text in ax.get_legend().get_texts()]

    assert words(bars()) == ["raises it", "lowers it", "sign undetermined", "95 % interval"]
    assert words(bars(error=None, sure=SURE | True)) == ["raises it", "lowers it"]


def test_the_legend_covers_no_bar_and_nothing_is_cut_off() -> None:
    ax = bars()
    figure = ax.figure
    figure.draw_without_rendering()
    legend = ax.get_legend().get_window_extent()
    assert legend.y0 >= max(bar.get_window_extent().y1 for bar in ax.patches)
    whole = figure.get_tightbbox().transformed(figure.dpi_scale_trans)
    assert figure.bbox.x0 - 1 <= whole.x0
    assert whole.x1 <= figure.bbox.x1 + 1


@pytest.mark.parametrize("name", NAMES)
def test_names_are_drawn_as_they_stand(name: str) -> None:
    text = Figure().text(0, 0, literal(name))
    ours, formula = text._preprocess_math(text.get_text())  # type: ignore[attr-defined]
    assert (ours, formula) == (name, False)


def test_odd_names_can_be_drawn() -> None:
    assert drawn(bars()) == [literal(name) for name in NAMES]


def test_axes_are_the_callers_or_new_ones_that_pyplot_shows() -> None:
    before = plt.get_fignums()
    mine = Figure().add_subplot()
    assert own_axes(mine, height=1) is mine
    assert plt.get_fignums() == before
    new = own_axes(None, height=2)
    assert new.figure is plt.gcf()
    assert new.figure.get_figheight() == 2  # type: ignore[union-attr]
    assert same_color(bars().lines[0].get_color(), INK)


def forest(**options: Any) -> Any:
    low, high = np.array([1.0, -0.5, np.nan]), np.array([3.0, 1.5, np.nan])
    return forest_plot(NAMES, np.array([2.0, 0.5, 0.2]), low, high, **options)


def test_a_forest_shows_each_interval_first_on_top() -> None:
    ax = forest()
    spans = {
        float(line.get_ydata()[0]): line.get_xdata()
        for line in ax.lines
        if len(line.get_xdata()) == 2
    }
    assert list(spans[2.0]) == [1.0, 3.0]
    assert list(spans[1.0]) == [-0.5, 1.5]
    assert drawn(ax) == [literal(name) for name in NAMES]


def test_a_forest_shows_what_holds_zero_and_what_has_no_interval() -> None:
    dots = [line for line in forest().lines if line.get_marker() == "o"]
    assert [same_color(dot.get_color(), RAISES) for dot in dots] == [True, False, False]
    assert dots[2].get_markerfacecolor() == "white"
    assert dots[2].get_xdata() == [0.2]


def test_a_forest_shades_its_margin_alone() -> None:
    (band,) = forest(margin=0.25).patches
    assert (band.get_x(), band.get_width()) == (-0.25, 0.5)
    assert not forest().patches


def diagram(**options: Any) -> Any:
    ranks = np.array([1.2, 1.9, 2.9])
    return critical_difference_diagram(NAMES, ranks, [(0, 1), (1, 2)], **options)


def test_a_diagram_joins_each_group_and_names_each_rank() -> None:
    ax = diagram()
    bars = [line.get_xdata() for line in ax.lines if line.get_linewidth() == 4]
    np.testing.assert_allclose(bars, [[1.18, 1.92], [1.88, 2.92]])
    words = [text.get_text() for text in ax.texts]
    assert words[3:] == [
        f"{literal(n)} ({r})" for n, r in zip(NAMES, ("1.20", "1.90", "2.90"), strict=True)
    ]
    starts = [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 3]
    assert starts == [1.2, 1.9, 2.9]


def test_a_diagram_shows_a_distance_where_there_is_one() -> None:
    shown = [text.get_text() for text in diagram(distance=1.25).texts]
    assert "critical difference 1.25" in shown
    (bar,) = [line for line in diagram(distance=1.25).lines if same_color(line.get_color(), LOWERS)]
    assert list(bar.get_xdata()) == [1.0, 2.25]
    assert not [text for text in diagram().texts if "critical" in text.get_text()]


def test_new_drawings_take_the_callers_axes() -> None:
    mine = Figure().subplots(2)
    assert forest(ax=mine[0]) is mine[0]
    assert diagram(ax=mine[1]) is mine[1]
    diagram().figure.savefig("/dev/null", format="png")
