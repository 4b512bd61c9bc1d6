"""Every picture that the scores allow is drawn, from numbers that are printed under it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from limelab.report.canvas import colours, picture
from limelab.report.figures import figures
from limelab.report.found import load
from limelab.report.markup import Shown
from limelab.report.summary import Summary


@pytest.fixture(scope="module")
def shown(results: Path) -> dict[str, Shown]:
    return {one.title: one for one in figures(Summary(load(results / "plain")), "s1")}


def test_a_whole_study_has_the_whole_row_of_figures(shown: dict[str, Shown]) -> None:
    assert list(shown) == [
        "Does the explanation hold where somebody else looks?",
        "How far does an explanation reach?",
        "Is a stable explanation also a faithful one?",
        "Do explanations agree with permutation importance, between chance and ceiling?",
        "How much do instances differ?",
    ]


def test_every_figure_says_what_is_seen_over_how_many(shown: dict[str, Shown]) -> None:
    for one in shown.values():
        assert "median" in one.caption
        assert one.panels
        assert not one.numbers.empty


def test_home_cells_are_marked_where_fitted_and_judging_law_agree(shown: dict[str, Shown]) -> None:
    panels = shown["Does the explanation hold where somebody else looks?"].panels
    assert [name for name, _ in panels] == ["LeastSquares$x_1$", "Tree"]
    for _, table in panels:
        assert table.count('class="n home"') == 4


def test_sizes_are_drawn_where_there_is_a_complexity(
    written: Callable[..., Path], rows: Callable[..., pd.DataFrame]
) -> None:
    scores = rows(4)
    number = scores["condition"].str[-1].astype(int)
    scores["complexity"] = 3 + 4 * (number // 2)
    scores["surrogate"] = [("Ridge", "Tree")[n % 2] for n in number]
    made = figures(Summary(load(written(scores, factors=["complexity", "surrogate"]))), "s1")
    first = next(made)
    assert first.title == "How faithful is an explanation of a given size?"
    assert len(first.panels) == 2
    assert sorted(first.numbers["complexity"].astype(int)) == [3, 3, 3, 3, 7, 7, 7, 7]
    assert set(first.legend) == {"Ridge", "Tree"}


def test_a_surrogate_has_one_colour_everywhere() -> None:
    assert colours(["Tree(3)", "Ridge"])["Tree(3)"] == colours(["mine", "Tree"])["Tree"]
    many = [f"s{n}" for n in range(12)]
    assert len(set(colours(many[:8]).values())) == 8
    assert set(colours(many)) == set(many)


def test_a_picture_is_text_that_stays_text() -> None:
    name = "<script> $x_1$ \N{SNOWMAN} --> \u6f22"
    svg = picture("p", name, lambda ax: ax.set_xlabel(name))
    assert svg.startswith("<svg")
    assert svg.count("&lt;script&gt; $x_1$") == 3
    assert "<script" not in svg
    assert "http" not in svg
    assert svg == picture("p", name, lambda ax: ax.set_xlabel(name))
