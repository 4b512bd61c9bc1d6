"""CSV text: pandas is the oracle, byte for byte."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from limelab.study.lines import csv_text

ANYTHING = st.one_of(
    st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=4),
    st.sampled_from(["a,b", 'say "x"', "two\nlines", "", "nan", "1", "True"]),
    st.none(),
    st.integers(-5, 5),
    st.booleans(),
)
ROW = st.tuples(
    ANYTHING,
    ANYTHING,
    st.floats(width=64),
    st.integers(-(2**60), 2**60),
    st.booleans(),
    st.one_of(st.none(), st.integers(0, 3)),
)


def by_pandas(frame: pd.DataFrame) -> str:
    text: Any = frame.to_csv(
        index=False, header=False, float_format="%.9g", lineterminator="\n", na_rep=""
    )
    return str(text)


@given(st.lists(ROW, max_size=8))
def test_it_is_what_pandas_writes(rows: list[tuple[Any, ...]]) -> None:
    columns: list[Any] = [list(column) for column in zip(*rows, strict=True)] or [[]] * 6
    frame = pd.DataFrame(
        {
            "mixed": np.array([*columns[0], None], dtype=object)[:-1],
            "text": pd.Series([None if v is None else str(v) for v in columns[1]], dtype="str"),
            "number": np.array(columns[2], dtype=float),
            "whole": np.array(columns[3], dtype=np.int64),
            "truth": np.array(columns[4], dtype=bool),
            "perhaps": pd.array(columns[5], dtype="Int64"),
        }
    )
    assert csv_text(frame) == by_pandas(frame)
    assert csv_text(frame[["text"]]) == by_pandas(frame[["text"]])
