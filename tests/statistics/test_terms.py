"""Causes as levels, and the tables that hold none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from limelab.statistics.terms import terms_of
from limelab.types import BadInput

TABLE = pd.DataFrame({"a": list("xxyy"), "b": [1, 2, 1, 2], "v": [1.0, 2.0, 3.0, np.nan]})


def test_levels_are_coded_and_pairs_are_levels_too() -> None:
    table = pd.concat([TABLE, TABLE])
    values, (a, pair), n_missing = terms_of(table, "v", ["a", "b:a"])
    assert (values.tolist(), n_missing) == ([1, 2, 3, 1, 2, 3], 2)
    assert (a.codes.tolist(), a.levels) == ([0, 0, 1, 0, 0, 1], 2)
    assert (pair.levels, pair.parts) == (3, {"a", "b"})
    assert pair.indicator.sum(axis=1).tolist() == [1] * 6


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ("a", "distinct columns"),
        ([], "distinct columns"),
        (["a", "a"], "distinct columns"),
        (["c"], "column 'c'"),
        (["a:b"], "3 levels in 3 rows"),
    ],
)
def test_factors_that_split_nothing_are_refused(factors, message) -> None:
    with pytest.raises(BadInput, match=message):
        terms_of(TABLE, "v", factors)


def test_values_are_numbers() -> None:
    with pytest.raises(BadInput, match="finite numbers"):
        terms_of(TABLE.assign(v=list("1234x")[1:]), "v", ["a"])
