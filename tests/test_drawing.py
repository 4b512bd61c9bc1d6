"""Pictures say what the arrays say, on any axes, whatever the names hold."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from limelab.drawing import INK, LOWERS, RAISES, UNSURE, effect_bars, literal, own_axes

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


def test_axes_are_the_callers_or_new_and_pyplot_knows_nothing() -> None:
    before = plt.get_fignums()
    mine = Figure().add_subplot()
    assert own_axes(mine, height=1) is mine
    assert own_axes(None, height=2).figure.get_figheight() == 2  # type: ignore[union-attr]
    assert plt.get_fignums() == before
    assert same_color(bars().lines[0].get_color(), INK)
