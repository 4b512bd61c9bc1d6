"""What metrics that ask share: answers come back at their own output, refusals have reasons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from limelab import metrics
from limelab.metrics.probing import at_own_output, packed
from limelab.types import BadInput, Coordinates, NotApplicable
from tests.metrics.asking import attributed

ASKING = [
    one()
    for one in vars(metrics).values()
    if isinstance(one, type) and callable(getattr(one, "probes", None))
]
E = np.random.default_rng(5).normal(size=(3, 4, 4, 2))


def test_block_c_is_read_at_output_c(evidence):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(3, 2, 5, 6, 4))  # I, C, two axes of its own, d
    made = evidence((2, 3, 4, 2))
    answers = packed(points) @ rng.normal(size=(4, 2))
    made = replace(made, probes={"m": answers})
    found = at_own_output(made, "m", (5, 6))
    by_hand = answers.reshape(3, 2, 5, 6, 2)
    assert found.shape == (3, 2, 5, 6)
    for c in range(2):
        assert (found[:, c] == by_hand[:, c, ..., c]).all()


def test_all_of_them_are_here():
    assert len(ASKING) >= 13


@pytest.mark.parametrize("metric", ASKING, ids=lambda metric: metric.name)
def test_points_are_encoded_rows_and_pure(metric):
    made = attributed(metric, E)
    points = metric.probes(made, np.random.default_rng(1))
    assert points.shape[0] == 1
    assert points.shape[1::2] == (4, 4)
    assert (points == metric.probes(made, np.random.default_rng(2))).all()
    (score,) = metric.score(made)
    assert score.values.shape in ((3, 4, 2), (1, 4, 2))
    assert ("of_repeat" in score.columns) == (len(score.values) == 1)
    assert np.isfinite(score.values).any()


@pytest.mark.parametrize("metric", ASKING, ids=lambda metric: metric.name)
def test_without_coordinates_or_with_other_features_it_declines(metric):
    made = attributed(metric, E)
    fewer = Coordinates(*(np.delete(a, 0, axis=-1) for a in vars(made.coordinates).values()))
    for where, why in ((None, "do not share their columns"), (fewer, "no one-to-one")):
        other = replace(made, coordinates=where, probes={})
        with pytest.raises(NotApplicable, match=why):
            metric.probes(other, np.random.default_rng(0))
        (score,) = metric.score(other)
        assert np.isnan(score.values).all()
        assert why in score.note


@pytest.mark.parametrize("metric", ASKING, ids=lambda metric: metric.name)
def test_without_answers_it_says_so(metric):
    with pytest.raises(BadInput, match=f"no answers for '{metric.name}'"):
        metric.score(replace(attributed(metric, E), probes={}))


@pytest.mark.parametrize(
    "name", ["FaithfulnessCorrelation", "FaithfulnessEstimate", "Monotonicity"]
)
def test_no_contributions_is_a_reason_and_effects_another_reading(name):
    metric = getattr(metrics, name)
    made = replace(attributed(metric(), E), contribution=None)
    assert metric().score(made)[0].note == "the explainer gives no contribution"
    effect = attributed(metric(reading="effect"), E)
    assert np.isfinite(metric(reading="effect").score(effect)[0].values).any()
    with pytest.raises(BadInput, match="reading='coef'"):
        metric(reading="coef")
