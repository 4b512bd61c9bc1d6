"""A data set that no model could be fitted on is one clear error before anything runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limelab.datasets import Dataset
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
    ],
)
def test_refusals(changes: dict[str, Any], instances: int, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        check_usable("small", replace(SOUND, **changes), instances)
