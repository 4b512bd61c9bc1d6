"""Faithfulness by correlation: scipy, a linear model's exact answer, and the jackknife by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from limelab.metrics import (
    FaithfulnessCorrelation,
    FaithfulnessEstimate,
    faithfulness_correlation,
    faithfulness_estimate,
)
from limelab.metrics.faithfulness import correlation_error, pearson
from limelab.types import BadInput
from tests.metrics.asking import attributed, contributions, coordinates

BOTH = [FaithfulnessCorrelation(share=0.5, draws=40), FaithfulnessEstimate()]
E = np.random.default_rng(2).normal(size=(3, 3, 4, 2))
NUMBERS = st.lists(st.integers(-6, 6).map(float), min_size=3, max_size=6).map(np.array)


def test_pearson_is_scipys():
    a, b = np.random.default_rng(0).normal(size=(2, 5, 8))
    wanted = [stats.pearsonr(x, y).statistic for x, y in zip(a, b, strict=True)]
    assert pearson(a, b) == pytest.approx(wanted)
    assert faithfulness_estimate(a, b) == pytest.approx(wanted)


@given(NUMBERS)
def test_laws_of_the_estimate(e):
    drops = np.sin(np.arange(len(e)) * 2.0)
    value = float(faithfulness_estimate(e, drops))
    if np.ptp(e) == 0:
        assert np.isnan(value)
        return
    assert -1 <= value <= 1
    assert float(faithfulness_estimate(3 * e + 1, drops)) == pytest.approx(value, abs=1e-9)
    assert float(faithfulness_estimate(-e, drops)) == pytest.approx(-value, abs=1e-9)
    assert float(faithfulness_estimate(e[::-1], drops[::-1])) == pytest.approx(value, abs=1e-9)
    assert float(faithfulness_estimate(e, e)) == pytest.approx(1)


def test_correlation_sums_over_the_sets():
    rng = np.random.default_rng(1)
    e, sets, drops = rng.normal(size=5), rng.random((20, 5)) < 0.5, rng.normal(size=20)
    sums = [e[members].sum() for members in sets]
    value = float(faithfulness_correlation(e, sets, drops))
    assert value == pytest.approx(stats.pearsonr(sums, drops).statistic)


def test_error_is_the_jackknife():
    a, b = np.random.default_rng(3).normal(size=(2, 12))
    left = [np.corrcoef(np.delete(a, i), np.delete(b, i))[0, 1] for i in range(12)]
    wanted = np.sqrt(11 / 12 * ((left - np.mean(left)) ** 2).sum())
    assert float(correlation_error(a, b)) == pytest.approx(wanted)


@pytest.mark.parametrize("metric", BOTH, ids=lambda metric: metric.name)
def test_exact_contributions_of_a_linear_model_score_one(metric):
    where = coordinates(3)
    exact = contributions(where)
    made = attributed(metric, np.stack([exact, -exact, 2 * exact + 0.0]), where=where)
    values = metric.score(made)[0].values
    assert values[0] == pytest.approx(1)
    assert values[1] == pytest.approx(-1)
    assert values[2] == pytest.approx(1)


def test_every_repeat_is_a_loop_by_hand():
    metric = BOTH[0]
    made = attributed(metric, E)
    points = metric.probes(made, np.random.default_rng(0))[0]
    gone = points != made.coordinates.x[:, None]
    assert (gone.sum(axis=2) == 2).all()
    values = metric.score(made)[0].values
    drops = made.f_at_x[:, None] - made.probes[metric.name][0]
    for r, i, c in np.ndindex(values.shape):
        sums = [E[r, i, members, c].sum() for members in gone[i]]
        assert values[r, i, c] == pytest.approx(stats.pearsonr(sums, drops[i, :, c]).statistic)


def test_the_estimate_replaces_one_feature_at_a_time():
    where = coordinates(2, categorical=(1,))
    metric = FaithfulnessEstimate()
    made = attributed(metric, E[:, :2], where=where)
    points = metric.probes(made, np.random.default_rng(0))[0]
    mode = np.bincount(where.background[:, 1].astype(int)).argmax()
    assert (points[:, 1, 1] == mode).all()
    assert points[:, 0, 0] == pytest.approx(where.background[:, 0].mean())
    assert (points[:, 0, 1:] == where.x[:, 1:]).all()


@pytest.mark.parametrize("metric", BOTH, ids=lambda metric: metric.name)
def test_ties_and_flat_models_are_declined_not_zero(metric):
    e = E.copy()
    e[0, 1, :, 0] = 0.0
    (score,) = metric.score(attributed(metric, e))
    assert np.isnan(score.values[0, 1, 0])
    assert "all equal" in score.note[0, 1, 0]
    flat = attributed(metric, E, model=lambda rows: 0.1 + np.zeros((*rows.shape[:-1], 2)))
    (score,) = metric.score(flat)
    assert np.isnan(score.values).all()


def test_bad_settings():
    for broken in ({"share": 0}, {"draws": 1}, {"share": 2}):
        with pytest.raises(BadInput):
            FaithfulnessCorrelation(**broken)
