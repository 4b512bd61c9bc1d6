"""Realism beside fidelity: medians of matched instances at each judge's middle radius."""

from __future__ import annotations

import pandas as pd
import pytest

from limelab.report.found import load
from limelab.report.realism import beside_realism
from limelab.report.summary import Summary

FACTORS = ["perturbation", "surrogate"]


def scores() -> pd.DataFrame:
    """Two laws by two surrogates, under two judges; realism of each law and instance."""
    made = []
    for law, real in (("Gaussian", 0.9), ("Rows", 0.5)):
        for surrogate, error in (("Ridge", 1.0), ("Tree", 2.0)):
            for i in range(3):
                lead = (f"{law} {surrogate}", law, surrogate, i)
                made.append((*lead, "realism_auc", "", None, real + i / 100))
                made += [
                    (*lead, "rmse", judge, radius, error * radius + i)
                    for judge in ("near", "far")
                    for radius in (1.0, 2.0, 3.0)
                ]
    names = ["condition", *FACTORS, "instance", "metric", "judge", "radius", "value"]
    frame = pd.DataFrame(made, columns=names)
    return frame.assign(task="t / m", repeat=0, output="yes", note="")


def test_medians_of_both_at_the_middle_radius(written) -> None:
    (one,) = beside_realism(Summary(load(written(scores(), factors=FACTORS))), "s")
    assert [name for name, _ in one.panels] == [
        f"Points told from data by a classifier, judge {judge}, radius 2"
        for judge in ("near", "far")
    ]
    here = one.numbers[one.numbers["judge"] == "near"].set_index(["look", "series"])
    assert here["median"].to_dict() == {
        ("Gaussian", "Ridge"): 3.0,
        ("Gaussian", "Tree"): 5.0,
        ("Rows", "Ridge"): 3.0,
        ("Rows", "Tree"): 5.0,
    }
    assert here["median_realism"].tolist() == pytest.approx([0.91, 0.91, 0.51, 0.51])
    assert "Rows" in one.panels[0][1]
    assert "What this does not say" in one.caption


def test_no_realism_no_picture(written) -> None:
    only = scores().query("metric == 'rmse'")
    assert list(beside_realism(Summary(load(written(only, factors=FACTORS))), "s")) == []


def test_realism_without_a_judge_has_nothing_beside_it(written) -> None:
    only = scores().query("metric != 'rmse'")
    assert list(beside_realism(Summary(load(written(only, factors=FACTORS))), "s")) == []
