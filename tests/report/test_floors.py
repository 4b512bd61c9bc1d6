"""Baselines in a page: beside the conditions in tables and pictures, never among them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from limelab.report import tables
from limelab.report.figures import figures
from limelab.report.floors import across, together
from limelab.report.found import load
from limelab.report.summary import Summary

Written = Callable[..., Path]
NO_MODEL = "the explainer has no local model"


@pytest.fixture
def summary(written: Written) -> Summary:
    """Two surrogates of two sizes, and two baselines that have no fidelity."""
    own = [
        (f"{s} {k}", s, k, i, metric, judge, value + 0.01 * i)
        for s in ("Ridge", "Tree")
        for k in (3, 7)
        for i in range(4)
        for metric, judge, value in (("rmse", "Gaussian", 0.2), ("top_3_jaccard", "", 0.6))
    ]
    beside = [
        (name, "", "", i, "top_3_jaccard", "", value)
        for name, value in (("random", 0.1), ("constant", 1.0))
        for i in range(4)
    ]
    beside += [(name, "", "", "", "rmse", "Gaussian", None) for name in ("random", "constant")]
    names = ["condition", "surrogate", "complexity", "instance", "metric", "judge", "value"]
    scores = pd.DataFrame([*own, *beside], columns=names).assign(task="t", repeat=0, output="y")
    scores["radius"] = scores["judge"].map({"Gaussian": 0.5})
    scores["zero_share"] = scores["metric"].map({"top_3_jaccard": 0.25})
    scores["note"] = scores["value"].isna().map({True: NO_MODEL, False: ""})
    sides = {name: {"better": "higher", "unit": "share"} for name in ("rmse", "top_3_jaccard")}
    told = {"factors": ["surrogate", "complexity"], "baselines": ["random", "constant"]}
    return Summary(load(written(scores, metrics=sides, **told)))


def test_they_are_no_conditions_and_no_series(summary: Summary) -> None:
    assert summary.series == ["Ridge", "Tree"]
    assert len(summary.conditions) == 4
    assert set(summary.found.baselines["condition"]) == {"random", "constant"}
    assert summary.beside("top_3_jaccard").set_index("condition")["median"].to_dict() == {
        "random": 0.1,
        "constant": 1.0,
    }


def test_tables_hold_them_last_where_they_have_a_value(summary: Summary) -> None:
    table = summary.by_condition
    told = table[table["metric"] == "top_3_jaccard"]["condition"].tolist()
    assert sorted(told[-2:]) == ["constant, a baseline", "random, a baseline"]
    assert not table[table["metric"] == "rmse"]["condition"].str.contains("baseline").any()


def test_what_they_decline_is_one_line_of_its_own(summary: Summary) -> None:
    assert summary.declined.empty
    page = tables.missing(summary)
    assert "Every one of the 32 scores has a value" in page
    assert "2 of their 10 scores have no value" in page


def test_pictures_show_them_in_grey_and_in_no_group(summary: Summary) -> None:
    shown = {one.title: one for one in figures(summary, "s")}
    drawn = "".join(svg for one in shown.values() for _, svg in one.panels)
    assert "(none)" not in drawn
    stable = shown["How stable is an explanation of a given size?"]
    assert all(">random</text>" in svg and ">constant</text>" in svg for _, svg in stable.panels)
    assert "Dashed grey lines" in stable.caption
    assert "Dashed" not in shown["How faithful is an explanation of a given size?"].caption
    ranges = shown["How much do instances differ?"]
    ((_, faithful), (_, same)) = ranges.panels
    assert "random, a baseline" in same
    assert "baseline" not in faithful
    assert ranges.numbers["condition"].str.contains("baseline").sum() == 2


def test_a_study_of_baselines_alone_compares_them(written: Written) -> None:
    scores = pd.DataFrame({"task": "t", "condition": ["a", "b"], "instance": 0, "repeat": 0})
    scores = scores.assign(output="y", metric="cv", judge="", radius=None, value=[1.0, 2.0])
    found = load(written(scores.assign(note=""), baselines=["a", "b"]))
    assert len(found.scores) == 2
    assert found.baselines.empty


def test_lines_that_are_near_share_their_words() -> None:
    rows = pd.DataFrame({"condition": ["x", "y", "z"], "median": [0.5, 0.1, 0.51]})
    assert together(rows, 0.02) == [(0.1, "y"), (0.51, "x, z")]
    assert len(together(rows, 0.001)) == 3


def test_the_axis_grows_for_a_line_nearby_and_not_for_one_far_off() -> None:
    ax = Figure().add_subplot()
    ax.set_ylim(0, 0.4)
    across(ax, pd.DataFrame({"condition": ["x", "y", "z"], "median": [0.1, 5.0, 0.6]}))
    assert [text.get_text() for text in ax.texts] == ["x", "z"]
    assert len(ax.lines) == 2
    low, high = ax.get_ylim()
    assert low == 0
    assert 0.6 < high < 0.7
