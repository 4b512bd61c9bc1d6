"""The truth of an explanation: found where it is known, declined with the reason elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab import exact, models
from limelab.study.knowing import middle, question_of
from limelab.study.ready import fitted, split
from tests.study.spies import Knowing, seen
from tests.study.test_moving import numbers
from tests.study.world import DIABETES, IRIS, LIME, Attributing, small

FOREST = ll.Task(numbers, models.forest(n_estimators=3), instances=2, background=80)
STUDY: dict[str, Any] = {"tasks": [FOREST], "claims": [], "metrics": [Knowing()]}


def test_the_truth_is_what_more_and_more_samples_tend_to(out: Path) -> None:
    conditions = ll.vary(LIME, n_samples=[256, 16384], kernel=[ll.Exponential(1.0)]) | {
        "exact": ll.ExactLime(kernel=ll.Exponential(1.0))
    }
    scores = small(**STUDY, conditions=conditions).run(out).scores
    error = scores.groupby("condition", sort=False)["value"].mean().tolist()
    assert error[2] == 0
    assert 4 < error[0] / error[1] < 16  # the root of 64 times as many is 8
    evidence = seen("knowing")[0]
    assert evidence.truth is not None
    data, model = split(FOREST, 0), fitted(FOREST, 0)
    law, scale = ll.Gaussian(0.25), data.table.scale
    slope = exact.trees(model.whole.model, data.x, law, ll.Flat(), scale=scale).coef
    np.testing.assert_allclose(evidence.truth.gradient, slope, rtol=1e-12)


def test_truth_costs_no_query(out: Path) -> None:
    first = small(**{**STUDY, "metrics": [ll.metrics.Gap()]}, conditions={"lime": LIME}).run(out)
    more = small(**STUDY, conditions={"lime": LIME}).run(out)
    assert more.manifest["queries_now"].keys() <= {"probe"}
    assert first.manifest["queries"].keys() == more.manifest["queries"].keys()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"surrogate": ll.Ridge()}, "surrogate=Ridge"),
        ({"surrogate": ll.LeastSquares(ll.Forward(2))}, "surrogate=LeastSquares(select=Forward"),
        ({"perturbation": ll.Marginals()}, "perturbation=Marginals"),
        ({"kernel": ll.Ball(1.0)}, "kernel=Ball"),
        ({"kernel": ll.Exponential(1.0, ll.Gower())}, "kernel=Exponential"),
        ({"representation": ll.Binned()}, "representation=Binned"),
    ],
)
def test_a_part_without_a_closed_form_is_named(change: dict[str, Any], reason: str) -> None:
    assert str(question_of(replace(LIME, **change))).startswith(
        f"the exact coefficients are not known: {reason}"
    )


def test_designs_and_sizes_ask_one_question() -> None:
    sobol = replace(LIME, perturbation=ll.Gaussian(design=ll.Sobol()), n_samples=512)
    assert question_of(sobol) == question_of(LIME) == ll.ExactLime()
    assert "not made of our parts" in str(question_of(Attributing()))


def test_models_and_tables_without_a_closed_form_say_why(out: Path) -> None:
    boosted = replace(IRIS, model=models.boosting(max_iter=3))
    study = small(**{**STUDY, "tasks": [boosted, IRIS, DIABETES]}, conditions={"lime": LIME})
    results = study.run(out)
    notes = results.scores.groupby("task")["note"].first()
    assert "raw scores" in notes[boosted.name]
    assert notes[IRIS.name].startswith("the exact coefficients are not known: ")
    assert "a pipeline, whose columns are not the trees' columns" in notes[DIABETES.name]
    assert not results.manifest["failures"]


def test_the_middle_of_an_even_number_of_radii_is_the_lower() -> None:
    assert middle(ll.Judge(ll.Gaussian(), radii=(3.0, 1.0))) == 1.0
    assert middle(ll.Judge(ll.Gaussian(), radii=(3.0, 1.0, 2.0))) == 2.0
