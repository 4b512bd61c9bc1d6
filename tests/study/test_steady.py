"""Verdicts that stand, that fall by a third, and that fall by a data set, on tables made for it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limelab.statistics import IN_GENERAL, ON_THESE
from limelab.study.claims import judge_claims
from limelab.study.steady import Stood, stood
from tests.study.test_claims import NAMES, STUDY
from tests.study.world import TREES

SCOPES = (ON_THESE, IN_GENERAL)
INSTANCES, REPEATS = 6, 3


def table(shift: Any, noise: float = 0.01) -> pd.DataFrame:
    """Scores in which the tree errs less by `shift(dataset, instance, repeat)`, and noise."""
    rng, rows = np.random.default_rng(0), []
    for name, instance, repeat in product(NAMES, range(INSTANCES), range(REPEATS)):
        cell: dict[str, Any]
        cell = {"task": f"{name} / linear", "dataset": name, "model": "linear", "metric": "rmse"}
        cell |= {"perturbation": "noise", "instance": instance, "repeat": repeat, "output": "y"}
        cell |= {"judge": "Gaussian", "radius": 1.0, "note": ""}
        told = shift(name, instance, repeat) + noise * rng.normal()
        rows.append({**cell, "surrogate": "LeastSquares(select=None)", "value": 1.0})
        rows.append({**cell, "surrogate": "Tree(max_depth=2)", "value": 1.0 - told})
    return pd.DataFrame(rows)


def judged(shift: Any, margin: float = 0.0, *, verdicts: bool = True) -> pd.DataFrame:
    claim = replace(TREES, margin=margin)
    status = {claim.digest: "declared"}
    study = replace(STUDY, claims=(claim,))
    return judge_claims(study, table(shift), status, verdicts=verdicts).set_index("scope")


@pytest.mark.parametrize(
    ("shift", "margin", "verdict"),
    [(0.5, 0.1, "supported"), (-0.5, 0.1, "contradicted"), (0.0, 0.1, "negligible")],
)
def test_what_holds_everywhere_is_stable(shift: float, margin: float, verdict: str) -> None:
    found = judged(lambda *_: shift, margin)
    assert set(found["verdict"]) == set(found["whole"]) == {verdict}
    assert found["stability"].str.startswith("stable: thirds").all()
    assert found["stability"].str.endswith("without any one of 6 data sets").all()
    assert found["third_low"].between(shift - 0.02, shift + 0.02).all()
    assert (found["third_low"] <= found["third_high"]).all()


def in_one_third(low: float, high: float) -> Any:
    """One value at the instances and repeats of the second third, another at all other cells."""

    def shift(_: str, instance: int, repeat: int) -> float:
        return low if (instance % 3, repeat % 3) == (1, 1) else high

    return shift


@pytest.mark.parametrize("sign", [1, -1])
def test_a_third_that_says_the_opposite_makes_a_verdict_inconclusive(sign: int) -> None:
    found = judged(in_one_third(-0.2 * sign, 0.5 * sign))
    assert set(found["whole"]) == {"supported" if sign == 1 else "contradicted"}
    assert set(found["verdict"]) == {"inconclusive"}
    assert found["stability"].str.contains("1 of 3 thirds of instances and repeats").all()
    assert not found["stability"].str.contains("not without").any()
    for sentence, reason in zip(found["sentence"], found["stability"], strict=True):
        assert f"inconclusive, {reason}" in sentence


def test_a_third_that_says_less_is_no_reversal() -> None:
    found = judged(in_one_third(0.05, 0.5), 0.1)
    assert set(found["verdict"]) == {"supported"}
    assert (found["third_low"] < 0.1).all()


def test_a_third_beyond_the_margin_is_not_negligible() -> None:
    found = judged(in_one_third(0.3, -0.01), 0.2)
    assert set(found["whole"]) == {"negligible"}
    assert set(found["verdict"]) == {"inconclusive"}


def test_a_verdict_that_rests_on_one_data_set_is_inconclusive() -> None:
    found = judged(lambda name, *_: 0.9 if name == "fair" else -0.05)
    row = found.loc[ON_THESE]
    assert (row["whole"], row["verdict"]) == ("supported", "inconclusive")
    assert row["stability"].endswith("but not without fair (contradicted)")
    assert row["third_low"] > 0
    assert found.loc[IN_GENERAL, "whole"] == "inconclusive"
    assert found.loc[IN_GENERAL, "stability"] == ""


def test_leaving_one_of_six_data_sets_out_is_no_lack_of_data() -> None:
    noise = {name: 0.1 * n for n, name in enumerate(NAMES)}
    found = judged(lambda name, *_: 0.4 + noise[name])
    assert found.loc[IN_GENERAL, "verdict"] == "supported"


def test_in_general_a_verdict_can_rest_on_one_data_set() -> None:
    """Five data sets that agree well and one that makes them just enough."""
    means = {"wine": 0.02, "iris": 0.3, "fair": 0.35, "anes96": 0.35, "star98": 0.3}
    found = judged(lambda name, *_: means.get(name, 0.3), 0.09)
    row = found.loc[IN_GENERAL]
    assert (row["whole"], row["verdict"]) == ("supported", "inconclusive")
    assert "not without" in row["stability"]
    assert "(inconclusive)" in row["stability"]


def test_a_quick_run_tries_nothing() -> None:
    found = judged(lambda *_: 0.5, verdicts=False)
    assert set(found["stability"]) == set(found["whole"]) == {""}
    assert found["third_low"].isna().all()


@pytest.mark.parametrize("found", ["inconclusive", "too few data sets"])
def test_what_has_no_direction_is_not_tried(found: str) -> None:
    grids = {"t": ("wine", np.ones((6, 3)))}
    assert stood(found, grids, ON_THESE, (0.0, 0.95), np.random.default_rng(0)) == Stood(
        found, whole=found
    )


def test_what_cannot_be_tried_says_so() -> None:
    grids = {"t": ("wine", np.array([[1.0, 1.1], [0.9, 1.2]]))}
    tried = stood("supported", grids, ON_THESE, (0.0, 0.95), np.random.default_rng(0))
    assert tried.verdict == "supported"
    assert tried.stability.startswith("not tried: fewer than three instances and repeats")
    assert tried.stability.endswith("one data set, so none could be left out")
