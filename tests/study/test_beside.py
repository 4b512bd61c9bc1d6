"""Baselines beside scores: row by row, each with its own reason, and no column twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
import pytest

import limelab as ll
from limelab import metrics
from limelab.study.beside import BY_ROW, NO_SCORES, OTHER_ROWS, beside
from limelab.types import BadInput, Evidence, Score

RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(60, 3)), columns=list("abc"))
GIVEN = RNG.normal(size=(3, 3))


def line(rows: pd.DataFrame) -> Any:
    return rows.to_numpy() @ [1.0, -2.0, 0.0]


def judged(*chosen: Any, rows: pd.DataFrame = X.iloc[:3]) -> pd.DataFrame:
    return ll.evaluate(GIVEN, line, X, rows, metrics=list(chosen))


def table(*rows: tuple[Any, str, float, str]) -> pd.DataFrame:
    """Scores by instance, metric, value and note."""
    frame = pd.DataFrame(rows, columns=["instance", "metric", "value", "note"])
    return frame.assign(repeat=0, output="y", judge="", radius=np.nan)


@dataclass(frozen=True)
class Telling:
    """Says one number a row, with columns of its own."""

    column: str = "ties"
    name: str = "telling"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    unit: ClassVar[str] = "none"
    says_not: ClassVar[str] = "Anything."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        return [Score(np.ones((1, 3, 1)), {self.column: 7.0})]


class Silent(Telling):
    def score(self, evidence: Evidence) -> Sequence[Score]:
        return []


TAKEN = ["random", "constant", "permutation", "exact", "baseline_note", "value", "instance", "note"]


@pytest.mark.parametrize("column", TAKEN)
def test_a_column_that_the_table_has_is_refused(column: str) -> None:
    with pytest.raises(BadInput, match=f"metric 'telling' adds a column '{column}'"):
        judged(metrics.PGI(1), Telling(column))


@pytest.mark.parametrize("column", ["ties", "judge", "radius"])
def test_other_columns_are_kept(column: str) -> None:
    assert judged(Telling(column))[column].tolist() == [7.0] * 3


def test_a_metric_that_returns_nothing_says_so() -> None:
    alone, among = judged(Silent()), judged(Silent(), metrics.PGI(1))
    assert alone["note"].tolist() == [NO_SCORES]
    assert among["note"].tolist() == [NO_SCORES, "", "", ""]


def test_each_row_has_the_reason_of_its_own() -> None:
    mine = table((0, "m", 1.0, ""), (1, "m", 1.0, ""), (2, "m", 1.0, ""))
    told = table((1, "m", np.nan, "second"), (0, "m", np.nan, "first"), (2, "m", 0.5, ""))
    found = beside(mine, {"random": told})
    assert found["baseline_note"].tolist() == ["random: first", "random: second", ""]
    np.testing.assert_array_equal(found["random"], [np.nan, np.nan, 0.5])


def test_a_value_that_is_no_number_has_a_word() -> None:
    mine = table((0, "m", 1.0, ""), (1, "m", 1.0, ""))
    told = table((0, "m", np.nan, ""), (1, "m", np.inf, ""))
    notes = beside(mine, {"exact": told, "random": "no trees"})["baseline_note"]
    assert notes.tolist() == [
        "exact: its score is nan; random: no trees",
        "exact: its score is inf; random: no trees",
    ]


def test_what_stands_in_other_rows_is_told() -> None:
    by_row = table((0, "m", 1.0, ""), (1, "m", 1.0, ""))
    whole = table(("", "m", np.nan, "why"))
    assert beside(whole, {"exact": by_row})["baseline_note"].tolist() == [f"exact: {BY_ROW}"]
    assert beside(by_row, {"exact": whole})["baseline_note"].tolist() == ["exact: why"] * 2
    assert beside(whole, {"exact": whole})["baseline_note"].tolist() == [""]
    other = table((5, "m", 1.0, ""))
    assert beside(other, {"exact": by_row})["baseline_note"].tolist() == [f"exact: {OTHER_ROWS}"]


def test_names_that_are_missing_or_twice_find_their_rows() -> None:
    rows = X.iloc[:3].set_axis([0.0, np.nan, 0.0])
    found, plain = (judged(metrics.PGI(1), rows=one) for one in (rows, X.iloc[:3]))
    for name in ("value", "random", "constant", "exact"):
        np.testing.assert_array_equal(found[name], plain[name])
    assert found["constant"].notna().all()
