"""Diagrams of ranks show the table that the run has written, and bars where letters are shared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from limelab.report.found import load
from limelab.report.ranking import _groups, by_rank
from limelab.report.summary import Summary

NAMES = ("Gaussian(scale=0.25)", "Rows(design=Iid())", "<b>$x$")


def table(**changes) -> pd.DataFrame:
    rows = {
        "metric": "rmse",
        "judge": ["near"] * 3 + ["far"] * 3,
        "subject": "perturbation",
        "level": [*NAMES, *NAMES[::-1]],
        "rank": [1.25, 2.0, 2.75] * 2,
        "letters": ["a", "ab", "b"] * 2,
        "n": 8,
        "distance": 1.17,
        "sentence": "A leads. With 8 data sets a test can reach 0.05: its smallest p is 0.02.",
        "note": "",
    }
    return pd.DataFrame({**rows, **changes})


def shown(written: Callable[..., Path], rows: pd.DataFrame, ranking: pd.DataFrame):
    folder = written(rows)
    ranking.to_csv(folder / "ranking.csv", index=False)
    return list(by_rank(Summary(load(folder)), "s"))


def test_one_diagram_a_judge_with_its_ranks_and_its_bars(written, rows) -> None:
    (one,) = shown(written, rows(), table())
    assert [name for name, _ in one.panels] == [
        "Error of the surrogate (RMSE), judge near: perturbation",
        "Error of the surrogate (RMSE), judge far: perturbation",
    ]
    near, far = (svg for _, svg in one.panels)
    for text in ("Gaussian (1.25)", "Rows (2.00)", "critical difference 1.17", "average rank"):
        assert text in near
    assert "Gaussian (2.75)" in far
    assert "&lt;b&gt;" in near
    assert "<b>" not in near
    assert "With 8 data sets a test can reach 0.05" in one.caption
    assert "What a rank does not say" in one.caption
    assert one.numbers["rank"].tolist() == [1.25, 2.0, 2.75] * 2


def test_few_data_sets_say_so_and_have_no_critical_difference(written, rows) -> None:
    few = table(n=4, distance="", letters="a", note="too few data sets: 4 of at least 6")
    (one,) = shown(written, rows(), few)
    assert "too few data sets: 4 of at least 6" in one.caption
    assert "critical difference" not in one.panels[0][1]
    assert "Nemenyi" not in one.caption


def test_a_run_without_ranks_has_no_diagram(written, rows) -> None:
    assert list(by_rank(Summary(load(written(rows()))), "s")) == []


def test_bars_run_over_places_with_a_letter_in_common() -> None:
    assert list(_groups(["a", "ab", "b", "c"])) == [(0, 1), (1, 2)]
