"""Scores without a value are counted by reason, whatever the size of the table's parts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from limelab import metrics
from limelab.study import declining
from limelab.study.declining import declined, sentences
from tests.study.world import LIME, Declining, small


@pytest.mark.parametrize("part", [1, 7, 200_000])
def test_what_has_no_value_is_counted_by_its_reason(
    out: Path, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    conditions = {"declining": replace(LIME, perturbation=Declining()), "lime": LIME}
    found = small(conditions=conditions, metrics=[metrics.Rmse()], claims=[]).run(out)
    monkeypatch.setattr(declining, "_PART", part)
    missing = found.scores[found.scores["value"].isna()]
    assert declined(out) == Counter(missing["note"])
    assert declined(out) == {"four columns (or fewer) are too few": len(missing)}


def test_the_most_frequent_come_first_and_the_rest_is_counted() -> None:
    told = sentences(Counter({"a": 1, "b": 5, "c": 2, "d": 1}), Path("out"), most=2)
    assert told[0].startswith("declined: 9 scores")
    assert told[1:] == ["  5: b", "  2: c", "  2: for 2 other reasons"]
    assert sentences(Counter(), Path("out")) == []
