"""Failures by their cause: one line each, and what to do about columns of text."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from limelab.study.failing import FIT_ON_NUMBERS, MOST_NAMED, failed_lines

X = pd.DataFrame({"size": [1.0, 2.0, 3.0, 4.0], "place": ["north", "south", "north", "east"]})
PRICES = [1.0, 2.0, 3.0, 4.0]


def failures(error: str, tasks: int, blocks: int, kind: str = "facts") -> list[dict[str, Any]]:
    return [
        {"task": f"houses {n} / trees", "what": f"block {m}", "kind": kind, "error": error}
        for n in range(tasks)
        for m in range(blocks)
    ]


def test_a_cause_is_one_line_however_many_blocks_it_has() -> None:
    lines = failed_lines([*failures("ValueError: a", 2, 10), *failures("KeyError: b", 1, 1)])
    assert lines == [
        "failed: 20 blocks of houses 0 / trees, houses 1 / trees: ValueError: a",
        "failed: houses 0 / trees, block 0: KeyError: b",
    ]


def test_many_tasks_are_counted() -> None:
    (line,) = failed_lines(failures("ValueError: a", MOST_NAMED + 3, 1))
    assert line.startswith(f"failed: {MOST_NAMED + 3} blocks of houses 0 / trees, ")
    assert line.endswith("houses 4 / trees and 3 more: ValueError: a")


def test_nothing_failed_is_no_line() -> None:
    assert failed_lines([]) == []


def test_the_remedy_is_named_where_a_fit_cannot_read_text_and_it_helps() -> None:
    model = ExtraTreesRegressor(2, random_state=0)
    with pytest.raises(ValueError, match="north") as caught:
        model.fit(X, PRICES)
    error = f"ValueError: {caught.value}"
    _, remedy = failed_lines(failures(error, 1, 20))
    assert remedy == f"  {FIT_ON_NUMBERS}"
    encoded = make_column_transformer((OrdinalEncoder(), ["place"]), remainder="passthrough")
    assert make_pipeline(encoded, model).fit(X, PRICES).predict(X).shape == (4,)


@pytest.mark.parametrize(
    "error",
    [
        "ValueError: Cannot cast str dtype to float32",
        "ValueError: Cannot cast object dtype to float64",
        "ValueError: could not convert string to float: 'north'",
        "ValueError: DataFrame.dtypes for data must be int, float, bool or category.",
        "ValueError: pandas dtypes must be int, float or bool.",
    ],
)
@pytest.mark.parametrize(("kind", "lines"), [("facts", 2), ("answers", 2), ("scores", 1)])
def test_fits_and_no_metrics_have_the_remedy(error: str, kind: str, lines: int) -> None:
    assert len(failed_lines(failures(error, 1, 2, kind))) == lines
