"""Tasks made ready: rows that can be told apart, refusals that name the place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import limelab as ll
from limelab import datasets, models
from limelab.study.ready import split
from limelab.types import BadInput


def twins() -> datasets.Dataset:
    data = datasets.load("iris")
    frame = data.X.copy()
    frame.index = ["a", "b"] * 75
    return replace(data, X=frame)


def holed() -> datasets.Dataset:
    data = datasets.load("iris")
    frame = data.X.copy()
    frame.iloc[3, 1] = np.nan
    return replace(data, X=frame)


def test_rows_of_one_label_are_told_apart() -> None:
    made = split(ll.Task(twins, models.linear(), instances=6), 0)
    assert len(set(made.labels)) == 6


def test_a_missing_value_names_column_and_row() -> None:
    with pytest.raises(BadInput, match="holds a missing"):
        split(ll.Task(holed, models.linear(), instances=2), 0)
