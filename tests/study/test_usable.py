"""A data set that no model could be fitted on is one clear error before anything runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limelab.datasets import Dataset, load, names
from limelab.study.usable import check_usable
from limelab.types import BadInput

SOUND = Dataset(
    name="small",
    X=pd.DataFrame({"a": np.arange(6.0), "b": list("xyxyxy")}),
    y=np.array(["no", "yes"] * 3),
    kind="classification",
    target="y",
    source="made",
)


def test_a_sound_one_passes() -> None:
    check_usable("small", SOUND, 4)
    check_usable("small", replace(SOUND, y=np.arange(6.0), kind="regression"), 1)


@pytest.mark.parametrize(
    ("changes", "instances", "said"),
    [
        ({"kind": "regresion"}, 1, "kind='regresion'; expected one of"),
        ({"y": SOUND.y[:4]}, 1, "6 rows and 4 targets"),
        ({}, 5, "expected instances of at most 4"),
        ({"X": SOUND.X.set_axis(["a", "a"], axis=1)}, 1, r"same name \['a'\]; rename"),
        ({"X": SOUND.X.assign(a=[0, np.nan, 2, 3, 4, 5])}, 1, "column 'a', row 1; drop or fill"),
        ({"y": np.array(["no", None] * 3, dtype=object)}, 1, "3 targets are missing"),
        ({"y": np.array(["no"] * 6)}, 1, "one class, "),
        ({"X": SOUND.X.assign(a=[0, 1, np.inf, 3, 4, 5])}, 1, "'a' is infinite in row 2; drop"),
        ({"y": ["1.5", "oops"] * 3, "kind": "regression"}, 1, "target is to be numbers, all fin"),
        ({"y": [1.0, np.inf] * 3, "kind": "regression"}, 1, "target is to be numbers, all fin"),
    ],
)
def test_refusals(changes: dict[str, Any], instances: int, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        check_usable("small", replace(SOUND, **changes), instances)


def torn(entries: list[str]) -> Dataset:
    """A column of text as a file with these entries gives it."""
    y = np.arange(float(len(entries)))
    frame = pd.DataFrame({"a": y, "b": pd.Series(entries, dtype=object)})
    return replace(SOUND, X=frame, y=y, kind="regression")


def test_one_torn_number_does_not_make_a_column_of_words() -> None:
    numbers = [f"{n}.5" for n in range(40)]
    with pytest.raises(BadInput, match=r"column 'b' holds '12x4' in row 7 among numbers; mend it"):
        check_usable("small", torn([*numbers[:7], "12x4", *numbers[8:]]), 1)
    for kept in (numbers, ["0", "1", "2", "3+"] * 10, [f"n{n}" for n in range(40)]):
        check_usable("small", torn(kept), 1)
    meant = torn(["12x4", *numbers])
    check_usable("small", replace(meant, X=meant.X.astype({"b": "category"})), 1)


@pytest.mark.parametrize("name", names())
def test_what_ships_is_usable(name: str) -> None:
    check_usable(name, load(name), 10)
