"""A measure's closed form is drawn under what was measured, and its misses are counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

from limelab.report.exact_curves import _drawer, beside_measured
from limelab.report.found import load
from limelab.report.markup import Shown
from limelab.report.summary import Summary

Draw = Callable[..., list[Shown]]


@pytest.fixture
def drawn(written: Callable[..., Path], rows: Callable[..., pd.DataFrame]) -> Draw:
    """A function that draws the figures of one measure's table."""
    folder = written(rows())

    def draw(table: Any) -> list[Shown]:
        pd.DataFrame(table).to_csv(folder / "measure_my_curve.csv", index=False)
        return list(beside_measured(Summary(load(folder)), "s1"))

    return draw


def _table(**columns: Any) -> dict[str, Any]:
    marks = {"exact": [1.0, 2.0], "measured": [1.1, 2.6], "low": [0.9, 2.4], "high": [1.3, 2.8]}
    return {"task": ["t", "t"], **columns, "radius": [0.5, 10.0], **marks}


def test_one_curve_is_one_panel_and_its_misses_are_said(drawn: Draw) -> None:
    (shown,) = drawn(_table())
    assert shown.title == "What was measured and what is exact: my curve"
    assert "1 of 2 intervals miss their line" in shown.caption
    assert len(shown.panels) == 1
    assert not shown.legend
    assert list(shown.numbers["measured"]) == ["1.1", "2.6"]


def test_the_line_and_the_marks_stand_where_the_numbers_say(drawn: Draw) -> None:
    """Panels of the same numbers in another order are the same picture."""
    (shown,) = drawn(_table())
    turned = pd.DataFrame(_table()).iloc[::-1]
    (again,) = drawn(turned)
    other = _table() | {"exact": [1.0, 3.0]}
    (moved,) = drawn(other)
    assert shown.panels == again.panels
    assert shown.panels != moved.panels


def test_the_last_column_that_varies_is_coloured_and_the_others_make_panels(drawn: Draw) -> None:
    parts = [pd.DataFrame(_table(kind=[a] * 2, model=[b] * 2)) for a in "xy" for b in "pqr"]
    (shown,) = drawn(pd.concat(parts))
    assert [name for name, _ in shown.panels] == ["x", "y"]
    assert list(shown.legend) == ["p", "q", "r"]


def test_tasks_are_panels_and_never_colours(drawn: Draw) -> None:
    (shown,) = drawn(pd.concat([pd.DataFrame(_table()), pd.DataFrame(_table() | {"task": "u"})]))
    assert [name for name, _ in shown.panels] == ["t", "u"]
    assert not shown.legend


def test_what_was_foretold_is_not_called_exact(drawn: Draw) -> None:
    table = _table()
    (shown,) = drawn({("foretold" if key == "exact" else key): table[key] for key in table})
    assert "foretold" in shown.title
    assert "no closed form" in shown.caption


def test_a_missing_measurement_is_a_gap_and_no_error(drawn: Draw) -> None:
    holed = _table() | {"measured": [1.1, None], "low": [0.9, None], "high": [1.3, None]}
    (shown,) = drawn(holed)
    assert "0 of 1 intervals miss" in shown.caption


def test_other_tables_are_left_alone(drawn: Draw) -> None:
    assert not drawn({"task": ["t"], "value": [1.0]})


def _axes(places: list[str], series: list[str]) -> Any:
    """What is drawn of series at the same places."""
    told = [(place, name) for name in series for place in places]
    frame = pd.DataFrame(told, columns=["at", "kind"])
    frame = frame.assign(line=1.0, measured=1.1, low=0.9, high=1.3)
    ax = Figure().subplots()
    _drawer(frame, "at", "kind", series)(ax)
    return ax


def test_numbers_are_joined_by_a_curve_and_words_are_not() -> None:
    curves = [line for line in _axes(["1", "2", "4"], ["a"]).lines if line.get_linestyle() == "-"]
    assert [list(curve.get_xdata()) for curve in curves] == [[0.0, 1.0, 2.0]]
    words = _axes(["copula", "noise", "rows"], ["a"])
    assert not [line for line in words.lines if line.get_linestyle() == "-"]
    assert len(words.collections) == 2, "dashes, and bars"


def test_marks_of_several_series_at_one_place_stay_apart() -> None:
    ax = _axes(["1", "2"], ["a", "b", "c"])
    marks = {tuple(line.get_xdata()) for line in ax.lines if line.get_linestyle() == "None"}
    assert len(marks) == 3


def test_names_that_would_touch_are_slanted() -> None:
    few, many = _axes(["one", "two"], ["a"]), _axes([f"law number {n}" for n in range(9)], ["a"])
    assert {name.get_rotation() for name in few.get_xticklabels()} == {0.0}
    assert {name.get_rotation() for name in many.get_xticklabels()} == {40.0}
