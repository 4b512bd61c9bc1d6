"""Words are coloured and superpixels tinted by their effects, and nothing unescaped gets out."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import limelab as ll
from limelab.domains import Grid, Image
from limelab.drawing import LOWERS, RAISES
from limelab.marking import coloured_words, overlay
from limelab.types import BadInput, Pieces, Pixels


def opacities(page: str) -> dict[str, tuple[str, float]]:
    """Word: colour and opacity."""
    found = re.findall(r"background:rgba\((\d+,\d+,\d+),([\d.]+)\)[^>]*>([^<]*)</span>", page)
    return {word: (colour, float(opacity)) for colour, opacity, word in found}


def rgb(colour: str) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))


def test_colour_says_the_direction_and_depth_the_size() -> None:
    pieces = Pieces(("up", " ", "down", "little", "unsure"), (0, -1, 1, 2, 3))
    effect, sure = np.array([2.0, -1.0, 0.1, 5.0]), np.array([True, True, True, False])
    marks = opacities(coloured_words(pieces, effect, sure).split("</div>")[0])
    assert marks["up"][0] == marks["little"][0] == rgb(RAISES)
    assert marks["down"][0] == rgb(LOWERS)
    assert marks["up"][1] > marks["down"][1] > marks["little"][1]
    assert "unsure" not in marks


@given(st.text(alphabet="<>&\"' ab\u2028", max_size=40))
def test_any_text_is_escaped(text: str) -> None:
    page = coloured_words(Pieces((text, text), (0, -1)), np.array([1.0]), np.array([True]))
    assert re.fullmatch(
        r'(<(/?)(div|span)( style="[^"<>]*")?( title="[+-][\d.e-]+")?>|[^<>])*', page
    )


def test_the_word_that_decides_is_the_deepest() -> None:
    found = ll.explain(lambda t: [1.0 * ("good" in s) for s in t], None, ["so <good> it is"])
    marks = opacities(found.marked(0).split("</div>")[0])
    assert list(marks) == ["good"]
    assert "&lt;" in found.marked(0)
    assert "white-space:pre-wrap" in found._repr_html_()


def test_superpixels_are_tinted_where_they_act() -> None:
    picture = np.linspace(0, 1, 36).reshape(6, 6)
    lime = ll.Lime(ll.Dropout(), ll.Presence(), n_samples=256)
    found = ll.explain(
        lambda s: s[:, 0, 0] - s[:, 5, 5],
        None,
        [picture],
        domain=Image(Grid(2, 2), ll.domains.Colour()),
        explainer=lime,
    )
    ax = found.plot()
    tint = np.asarray(ax.images[1].get_array())
    assert tint.shape == (6, 6, 4)
    assert tint[0, 5, 3] == 0  # a superpixel that does nothing
    assert tint[5, 5, 3] == pytest.approx(0.75)
    assert tuple((tint[5, 5, :3] * 255).round().astype(int)) == tuple(
        map(int, rgb(LOWERS).split(","))
    )
    assert "output" in ax.get_title(loc="left")
    assert not hasattr(found.plot().figure, "manager")


def test_an_overlay_goes_where_it_is_told() -> None:
    from matplotlib.figure import Figure

    ax = Figure().add_subplot()
    shown = Pixels(np.zeros((2, 2, 3)), np.array([[0, 1], [0, 1]]))
    assert overlay(ax, shown, np.zeros(2), np.zeros(2, bool)) is ax
    assert not np.asarray(ax.images[1].get_array())[..., 3].any()


def test_tables_and_pictures_have_no_words() -> None:
    table = ll.explain(lambda x: x[:, 0], np.eye(5), np.eye(5)[:1])
    with pytest.raises(BadInput, match="no words to colour"):
        table.marked()
