"""Rows as CSV: what a reader gets back, and what a metric may not do to the rows of others."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
import pytest

from limelab.metrics import Gap
from limelab.study.rows import score_rows, to_csv
from limelab.types import Evidence, Score
from tests.study.test_readonly import evidence
from tests.study.world import IRIS, small


def test_names_with_odd_characters_stay_in_their_row() -> None:
    frame = pd.DataFrame({"feature": ["a\rb", 'c"d', "e,f", "g\nh", "é"], "value": range(5)})
    back = pd.read_csv(io.BytesIO(to_csv(frame)))
    assert back["feature"].tolist() == ["a\\rb", 'c"d', "e,f", "g\nh", "é"]
    assert back["value"].tolist() == list(range(5))
    assert frame["feature"][0] == "a\rb"


@dataclass(frozen=True)
class Spoiling:
    """A metric that writes into its evidence, where it is told to."""

    where: str
    name: ClassVar[str] = "spoiling"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "neither"
    unit: ClassVar[str] = "none"
    says_not: ClassVar[str] = "Anything."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        if self.where == "references":
            evidence.references.clear()  # type: ignore[attr-defined]  # of views of its own
        else:
            array = evidence.judged[0].f if self.where == "judged" else evidence.importance
            array[...] = 0
        return [Score(np.zeros((1, 1, 1)))]


@dataclass(frozen=True)
class Adding:
    """A metric with a column of its own."""

    column: str
    name: ClassVar[str] = "adding"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "neither"
    unit: ClassVar[str] = "none"
    says_not: ClassVar[str] = "Anything."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        return [Score(np.ones((1, 1, 1)), {self.column: "mine"})]


@dataclass(frozen=True)
class Seeing:
    """A metric that tells what it saw."""

    name: ClassVar[str] = "seeing"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "neither"
    unit: ClassVar[str] = "none"
    says_not: ClassVar[str] = "Anything."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        seen = evidence.importance.sum() + evidence.judged[0].f.sum() + len(evidence.references)
        return [Score(np.full((1, 1, 1), seen))]


@pytest.mark.parametrize("where", ["importance", "judged", "references"])
def test_a_metric_that_writes_spoils_nothing(where: str) -> None:
    mine = evidence()
    metrics: list[Any] = [Seeing(), Spoiling(where), Seeing()]
    rows, errors = score_rows(mine, metrics, [0, 1, 2])
    before, after = rows.loc[rows["metric"] == "seeing", "value"]
    assert before == after > 0
    if where == "references":
        assert errors == []
        return
    assert errors == [("spoiling", "ValueError: assignment destination is read-only")]
    assert rows.loc[rows["metric"] == "spoiling", "note"].tolist() == [errors[0][1]]


@pytest.mark.parametrize(
    "column",
    [
        *("repeat", "instance", "output", "metric", "value", "note"),
        *("task", "dataset", "model", "condition", "draws", "cause", "variant", "surrogate"),
    ],
)
def test_a_column_that_the_table_has_is_no_metric_s(column: str) -> None:
    metrics: list[Any] = [Adding(column), Seeing()]
    rows, errors = score_rows(evidence(), metrics, [0, 1, 2], factor_names=["surrogate"])
    ((name, error),) = errors
    assert name == "adding"
    assert f"adds a column {column!r}, which the table of scores has; give it another" in error
    assert rows["metric"].tolist() == ["adding", "seeing"]
    assert np.isnan(rows["value"][0])
    assert rows["note"].tolist() == [error, ""]


@pytest.mark.parametrize("column", ["judge", "radius", "ties"])
def test_judge_radius_and_new_columns_are_a_metric_s(column: str) -> None:
    rows, errors = score_rows(evidence(), [Adding(column)], [0, 1, 2], factor_names=["surrogate"])
    assert errors == []
    assert rows[column].tolist() == ["mine"]


def test_a_factor_s_column_fails_the_metric_in_a_run(tmp_path: Path) -> None:
    results = small(tasks=[IRIS], metrics=[Adding("surrogate"), Gap()], claims=[]).run(tmp_path)
    scores = results.scores
    assert {said.split("(")[0] for said in scores["surrogate"]} == {"LeastSquares", "Tree"}
    mine = scores[scores["metric"] == "adding"]
    assert mine["value"].isna().all()
    assert mine["note"].str.contains("adds a column 'surrogate'").all()
    assert scores.loc[scores["metric"] == "gap", "value"].notna().all()
    assert {f["what"].split(": ")[1] for f in results.manifest["failures"]} == {"adding"}
