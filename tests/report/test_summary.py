"""Medians, quartiles and counts are those of plain pandas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from limelab.report.found import load
from limelab.report.names import ALL
from limelab.report.summary import MOST_SERIES, NO_REASON, Summary

Rows = Callable[..., pd.DataFrame]
Written = Callable[..., Path]


@pytest.fixture(scope="module")
def summary(results: Path) -> Summary:
    return Summary(load(results / "plain"))


def test_every_score_is_counted_once(summary: Summary) -> None:
    table, scores = summary.by_condition, summary.found.scores
    assert table["scores"].sum() == len(scores)
    assert table["declined"].sum() == scores["value"].isna().sum()
    assert summary.declined["scores"].sum() == scores["value"].isna().sum()


def test_surrogates_are_the_series(summary: Summary) -> None:
    assert summary.compared == "surrogate"
    assert summary.series == ["LeastSquares$x_1$", "Tree"]
    assert summary.fidelity == "rmse"
    assert summary.middle("rmse") == ("Gaussian", 1.0)


def test_a_reason_that_is_not_given_is_said_so(written: Written, rows: Rows) -> None:
    summary = Summary(load(written(rows().assign(value=float("nan")))))
    assert set(summary.declined["reason"]) == {NO_REASON}
    assert summary.fidelity == ""
    assert summary.middle("rmse") is None


@pytest.mark.parametrize(("conditions", "series"), [(1, 1), (3, 3), (40, 1)])
def test_series_stay_few(written: Written, rows: Rows, conditions: int, series: int) -> None:
    summary = Summary(load(written(rows(conditions))))
    assert len(summary.series) == series <= MOST_SERIES
    assert (summary.series == [ALL]) == (series == 1)


def test_sizes_of_a_surrogate_are_one_series(written: Written, rows: Rows) -> None:
    scores = rows(4)
    number = scores["condition"].str[-1].astype(int)
    scores["complexity"] = 3 + 4 * (number // 2)
    scores["surrogate"] = [f"{('Ridge', 'Tree')[n % 2]}(k={n // 2})" for n in number]
    summary = Summary(load(written(scores, factors=["complexity", "surrogate"])))
    assert summary.series == ["Ridge", "Tree"]


def test_stability_is_what_has_zeros_and_a_better_side(written, rows) -> None:
    names = ("top", "cv", "share_of_zeros", "rmse")
    scores = pd.concat([rows().assign(metric=name, zero_share=0.1) for name in names[:3]])
    scores = pd.concat([scores, rows()])
    sides = dict(zip(names, ("higher", "lower", "neither", "lower"), strict=True))
    told = {name: {"better": side} for name, side in sides.items()}
    found = Summary(load(written(scores, metrics=told)))
    assert found.stable == ["top", "cv"]
