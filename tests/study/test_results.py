"""What comes back from the tables: numbers as numbers, labels as they were written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import limelab as ll
from limelab import metrics
from limelab.study import Results
from limelab.study.results import read_table
from tests.study.world import IRIS, LIME, Neither, small, two_irises


def read(folder: Path, **columns: list[str]) -> pd.DataFrame:
    pd.DataFrame(columns).to_csv(folder / "table.csv", index=False)
    return read_table(folder / "table.csv")


def test_numbers_and_truth_values_come_back_where_every_entry_says_so(tmp_path: Path) -> None:
    frame = read(
        tmp_path,
        repeat=["0", "1", ""],
        instance=["12", "", "3"],
        output=["True", "False", "True"],
        value=["0.5", "", "1"],
        n_samples=["64", "128", "64"],
        share=["0.5", "", "2"],
        code=["007", "7", "8"],
        precise=["0.10", "0.2", "0.3"],
        odd=["nan", "1", "2"],
        fast=["True", "False", "True"],
        note=["", "1", "2"],
        empty=["", "", ""],
    )
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert (kinds["repeat"], kinds["instance"]) == ("Int64", "Int64")
    assert frame["repeat"].isna().tolist() == [False, False, True]
    assert frame["n_samples"].tolist() == [64, 128, 64]
    assert kinds["n_samples"] == "int64"
    np.testing.assert_array_equal(frame["share"], [0.5, np.nan, 2.0])
    assert frame["fast"].tolist() == [True, False, True]
    for name in ("output", "code", "precise", "odd", "note", "empty"):
        assert all(isinstance(entry, str) for entry in frame[name]), name
    assert frame["code"].tolist() == ["007", "7", "8"]


def test_labels_that_are_not_whole_numbers_stay(tmp_path: Path) -> None:
    assert read(tmp_path, instance=["007", "8"])["instance"].tolist() == ["007", "8"]
    assert read(tmp_path, instance=["a", ""])["instance"].tolist() == ["a", ""]
    assert str(read(tmp_path, repeat=["0", "1"])["repeat"].dtype) == "int64"


@pytest.mark.parametrize("column", ["repeat", "output", "value", "n_samples"])
def test_a_table_without_rows_is_read(tmp_path: Path, column: str) -> None:
    assert len(read(tmp_path, **{column: []})) == 0


def test_scores_of_a_run_are_typed(out: Path) -> None:
    task = ll.Task(two_irises, IRIS.model, instances=2, background=40)
    conditions = ll.vary(LIME, n_samples=[32, 64]) | {"plain": LIME}
    chosen = [metrics.Rmse(), metrics.TopK(2), Neither()]
    scores = small(tasks=[task], conditions=conditions, metrics=chosen, claims=[]).run(out).scores
    assert scores.query("metric == 'rmse'")["repeat"].unique().tolist() == [0, 1]
    assert scores.query("metric == 'top_2_jaccard'")["repeat"].isna().all()
    assert scores.query("condition == 'plain'")["n_samples"].isna().all()
    assert (scores["n_samples"] == 64).any()
    assert set(scores.query("metric == 'neither'")["code"]) == {"007"}
    assert scores["instance"].str.match("flower|$").all()
    assert scores.columns[-1] == "note"


def test_explanations_of_a_run_are_typed(whole: Results) -> None:
    told = whole.explanations
    assert told["selected"].dtype == bool
    assert told["determined"].dtype == bool
    assert told["repeat"].tolist() == sorted(told["repeat"]) or told["repeat"].dtype == "int64"
    assert repr(whole) == f"Results({str(whole.folder)!r})"
