"""Rows as CSV: what a reader gets back."""

from __future__ import annotations

import io

import pandas as pd

from limelab.study.rows import to_csv


def test_names_with_odd_characters_stay_in_their_row() -> None:
    frame = pd.DataFrame({"feature": ["a\rb", 'c"d', "e,f", "g\nh", "é"], "value": range(5)})
    back = pd.read_csv(io.BytesIO(to_csv(frame)))
    assert back["feature"].tolist() == ["a\\rb", 'c"d', "e,f", "g\nh", "é"]
    assert back["value"].tolist() == list(range(5))
    assert frame["feature"][0] == "a\rb"
