"""Cases make the table that they say, and come back from a file as they went."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from limelab.checks import strategies
from limelab.checks.cases import Case, Column, load, save
from limelab.checks.vocabulary import Classes, Constant, Linear, Outputs, Scaled
from limelab.types import BadInput


def test_columns_are_what_they_say() -> None:
    table = (
        Column(mean=3.0, scale=2.0),
        Column(follows=0, rho=0.9),
        Column("whole"),
        Column("constant", mean=7.0),
        Column("code"),
        Column("skewed"),
    )
    frame = Case(table, Constant(0.0), n=4000).frame
    assert abs(frame["x0"].mean() - 3) < 0.1
    assert abs(frame["x0"].std() - 2) < 0.1
    assert abs(frame["x0"].corr(frame["x1"]) - 0.9) < 0.02
    assert set(frame["x2"]) == {-2.0, -1.0, 0.0, 1.0, 2.0}
    assert (frame["x3"] == 7).all()
    assert set(frame["x4"]) == {"yes", "no"}
    assert frame["x5"].min() > 0


@settings(max_examples=20)
@given(strategies.cases())
def test_a_case_reads_back_from_its_own_print(case: Case) -> None:
    again = eval(repr(case), vars(__import__("limelab.checks.vocabulary", fromlist=["*"])))
    assert again == case
    assert again.frame.equals(case.frame)


@settings(max_examples=20)
@given(strategies.cases())
def test_a_model_answers_every_row(case: Case) -> None:
    answers = case.model(case.background)
    assert answers.shape == (case.n,)
    assert np.isfinite(answers).all()


def test_a_file_holds_the_numbers(tmp_path: Path) -> None:
    model = Outputs((Classes(Linear((1.0, 2.0))), Scaled(Constant(1.0), 2.0)))
    case = Case((Column(), Column("code")), model, n=5, seed=9)
    save(tmp_path / "case.json", "check_finite", case)
    check, again = load(tmp_path / "case.json")
    assert check == "check_finite"
    assert again.frame.equals(case.frame)
    assert (again.model, again.seed, again.columns) == (model, 9, case.columns)
    told = json.loads((tmp_path / "case.json").read_text())
    told["table"][0][0] = 123.0  # the numbers rule, not the recipe
    (tmp_path / "case.json").write_text(json.dumps(told))
    assert load(tmp_path / "case.json")[1].frame.iloc[0, 0] == 123.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"limelab case": 99, "check": "x", "case": {}, "table": []}',
        '{"limelab case": 1, "check": "x", "case": {"is": "generator"}, "table": []}',
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(BadInput):
        load(tmp_path / "other.json")
