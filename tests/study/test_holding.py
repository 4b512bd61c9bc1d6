"""Readers of bounds and summaries are somebody's own: what they break is theirs alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limelab.statistics import clustered_share
from limelab.study.holding import Broken, Held, broken, held, stood
from limelab.types import NotApplicable
from tests.study.test_bounds import NAMES, bound, rows_of, share, shares, study_of

FIVE = ("iris", "wine", "hearts", "penguins", "diabetes")


def spoiling(rows: pd.DataFrame, cluster: Any) -> Any:
    """Writes into all that it is handed."""
    found = share(rows, cluster)
    rows["hit"], rows["task"] = False, "gone"
    cluster[:] = "gone"
    return found


def spoiling_summary(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Writes into the rows and takes them away."""
    found = shares(tables)
    tables["rows_of"]["hit"] = False
    dict.clear(tables)  # type: ignore[arg-type]
    return found


def raising(rows: pd.DataFrame, cluster: Any) -> Any:
    raise KeyError("no such column")


def declining(rows: pd.DataFrame, cluster: Any) -> Any:
    raise NotApplicable("hits are unknown here")


def listing(rows: pd.DataFrame, cluster: Any) -> Any:
    return [0.5]


@dataclass(frozen=True)
class Half:
    """A number whose interval breaks."""

    def at(self, level: float) -> Any:
        raise ZeroDivisionError("no interval")

    def against(self, value: float) -> float:
        return 1.0


def half(rows: pd.DataFrame, cluster: Any) -> Any:
    return Half()


def picky(rows: pd.DataFrame, cluster: Any) -> Any:
    """Breaks without the data set of wine."""
    if not rows["task"].str.startswith("wine").any():
        raise ValueError("wine is wanted")
    return clustered_share(rows["hit"], cluster)


def raising_summary(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    raise KeyError("hits")


def listing_summary(tables: Mapping[str, pd.DataFrame]) -> Any:
    return [1, 2]


def test_nobody_writes_into_the_rows_of_others(tmp_path: Path) -> None:
    spoilt = replace(bound(at_most=0.9), statement="spoilt", read=spoiling)
    after = replace(bound(at_most=0.9), statement="after")
    summaries = [spoiling_summary, shares]
    study = study_of(spoilt, after, names=FIVE, summaries=summaries)
    results = study.run(tmp_path)
    assert results.manifest["failures"] == []
    expected = pd.concat([rows_of(task, 0).assign(task=task.name) for task in study.tasks])
    assert results.claims["number"].to_numpy() == pytest.approx(expected["hit"].mean())
    first, second = (results.measure(one.__name__) for one in summaries)
    pd.testing.assert_frame_equal(first, second)
    assert set(first["hit"]) != {0.0}


@pytest.mark.parametrize(
    ("read", "note", "verdict"),
    [
        (raising, "KeyError: 'no such column'", "not read"),
        (listing, r"TypeError: listing returned [0.5]; expected a number with its", "not read"),
        (half, "ZeroDivisionError: no interval", "not read"),
        (declining, "hits are unknown here", "no data"),
    ],
)
def test_a_bound_that_breaks_is_a_row_and_the_others_stand(
    read: Callable[..., Any], note: str, verdict: str, tmp_path: Path
) -> None:
    whole = bound(at_most=0.9)
    study = study_of(replace(whole, statement="breaks", read=read), whole, names=FIVE)
    results = study.run(tmp_path)
    rows = results.claims.set_index("statement")
    assert set(rows.loc["breaks", "verdict"]) == {verdict}
    assert rows.loc["breaks", "note"].str.startswith(note).all()
    assert rows.loc["breaks", "difference"].isna().all()
    assert rows.loc[whole.statement, "verdict"].iloc[0] == "supported"
    failures = results.manifest["failures"]
    if verdict == "no data":
        assert failures == []
        return
    (failure,) = failures
    assert (failure["kind"], failure["task"]) == ("bound", "")
    assert failure["what"] == f"{read.__name__} of bound 'breaks'"
    assert failure["error"].startswith(note)
    assert not study.run(tmp_path).manifest["unchanged"]


def test_a_broken_bound_is_no_verdict_of_a_quick_run(tmp_path: Path) -> None:
    study = study_of(replace(bound(at_most=0.9), read=raising), names=("iris",))
    results = study.run(tmp_path, quick=True)
    assert set(results.claims["verdict"]) == {"quick run: no verdict"}
    assert len(results.manifest["failures"]) == 1


@pytest.mark.parametrize(
    ("summary", "error"),
    [
        (raising_summary, "KeyError: 'hits'"),
        (listing_summary, "TypeError: listing_summary returned [1, 2]; expected a DataFrame"),
    ],
)
def test_a_summary_that_breaks_is_a_failure_and_the_others_stand(
    summary: Callable[..., Any], error: str, tmp_path: Path
) -> None:
    study = study_of(bound(at_most=0.9), names=("iris",), summaries=[summary, shares])
    results = study.run(tmp_path)
    what = f"summary {summary.__name__}"
    assert results.manifest["failures"] == [
        {"task": "", "what": what, "kind": "summary", "error": error}
    ]
    assert len(results.measure("shares")) == 1
    assert results.measure(summary.__name__).empty
    assert results.claims["number"].notna().all()


def test_a_verdict_that_cannot_be_tried_falls() -> None:
    rows = pd.DataFrame({"task": np.repeat(NAMES, 40), "hit": np.tile(np.arange(40) < 10, 7)})
    rows["dataset"] = rows["task"]
    found = held(replace(bound(at_most=0.9), read=picky), {"rows_of": rows}, {})
    assert isinstance(found, Held)
    told = stood(found, found.read("on these tasks").at(0.95), "on these tasks", 0.95)
    assert (told.verdict, told.whole) == ("inconclusive", "supported")
    assert "not without wine (ValueError: wine is wanted)" in told.stability


def test_failures_are_those_of_readers_that_broke() -> None:
    one, two, three = (replace(bound(at_most=0.5), statement=word) for word in "abc")
    found = {one.digest: "the measure tells nothing", two.digest: Broken("KeyError: 'hit'")}
    (failure,) = broken([one, two, three], found)
    assert failure["what"] == "share of bound 'b'"
