"""Tables come back as they were written, whatever is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from limelab.report.found import NUMBERS, TEXT, find, load, read_scores
from limelab.types import BadInput


def test_studies_are_found_in_the_folder_and_below_it(results: Path) -> None:
    assert [folder.name for folder in find(results)] == ["plain", "wild"]
    assert find(results / "plain") == [results / "plain"]


def test_scores_agree_with_the_file(results: Path) -> None:
    found = load(results / "plain")
    raw = pd.read_csv(results / "plain" / "scores.csv", keep_default_na=False, dtype=str)
    assert found.factors == ["perturbation", "surrogate"]
    for name in (*TEXT, *found.factors):
        assert list(found.scores[name].astype(str)) == list(raw[name])
    value = pd.to_numeric(raw["value"].replace("", None)).to_numpy(float)
    assert np.array_equal(found.scores["value"], value, equal_nan=True)


def test_missing_columns_are_empty_and_infinities_missing(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").write_text("condition,value,metric\nNA,inf,rmse\nnan,1,rmse\n")
    scores = read_scores(tmp_path / "scores.csv", ["absent"])
    assert set(scores) == {*TEXT, *NUMBERS}
    assert list(scores["condition"]) == ["NA", "nan"]
    assert scores["value"].isna().tolist() == [True, False]
    assert set(scores["task"]) == {""}


def test_a_factor_under_a_name_of_ours_is_no_factor(
    written: Callable[..., Path], rows: Callable[..., pd.DataFrame]
) -> None:
    scores = rows().assign(series="a", label="b", size=rows()["condition"])
    assert load(written(scores, factors=["series", "label", "task", "size"])).factors == ["size"]


def test_values_that_are_no_numbers_are_bad_input(
    written: Callable[..., Path], rows: Callable[..., pd.DataFrame]
) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load(written(rows().assign(value="much")))


def test_a_metric_that_the_manifest_does_not_know_has_empty_words(results: Path) -> None:
    told = load(results / "plain").metric("mine")
    assert {"better", "unit", "says_not"} <= set(told)
    assert set(told.values()) == {""}
