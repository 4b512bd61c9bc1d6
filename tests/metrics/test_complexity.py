"""Shortness against the usual formulas, its range, and what it declines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from limelab.metrics import (
    Complexity,
    EffectiveComplexity,
    Sparseness,
    complexity,
    effective_complexity,
    sparseness,
)

ATTRIBUTIONS = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=7).map(np.array)


def test_sparseness_is_the_mean_absolute_difference_over_twice_the_mean():
    e = np.abs(np.random.default_rng(0).normal(size=(6, 9)))
    gaps = np.abs(e[:, :, None] - e[:, None]).mean(axis=(1, 2))
    assert sparseness(e) == pytest.approx(gaps / (2 * e.mean(axis=1)))


def test_complexity_is_scipys_entropy():
    e = np.random.default_rng(1).normal(size=(5, 4))
    assert complexity(e) == pytest.approx(stats.entropy(np.abs(e), axis=1))


@given(ATTRIBUTIONS, st.randoms(use_true_random=False))
def test_range_scale_and_order(e, random):
    k, order = len(e), list(range(len(e)))
    random.shuffle(order)
    for formula, high in ((sparseness, 1 - 1 / k), (complexity, np.log(k))):
        value = float(formula(e))
        if not e.any():
            assert np.isnan(value)
            continue
        assert -1e-12 <= value <= high + 1e-12
        for same in (-e, 3 * e, e[order]):
            assert float(formula(same)) == pytest.approx(value, abs=1e-12)
    assert effective_complexity(e) == np.count_nonzero(e)


def test_extremes():
    one, equal = np.eye(5)[2], np.full(5, -2.0)
    assert [float(sparseness(e)) for e in (one, equal)] == pytest.approx([0.8, 0])
    assert [float(complexity(e)) for e in (one, equal)] == pytest.approx([0, np.log(5)])
    assert effective_complexity(np.array([0.3, -0.3, 0.1, np.nan]), 0.2).tolist() != [2.0]
    assert np.isnan(effective_complexity(np.array([1.0, np.nan])))


@pytest.mark.parametrize("metric", [Sparseness(), Complexity(), EffectiveComplexity(0.1)])
def test_metrics_read_importance_and_decline_zeros(metric, evidence, with_hole):
    made = evidence()
    made.importance[0, 1, :, 1] = 0
    (score,) = metric.score(with_hole(made, 2, 0))
    assert score.values.shape == (4, 3, 2)
    assert np.isnan(score.values[0, 1, 1])
    assert score.note[0, 1, 1] == "every importance is 0"
    assert set(score.note[2, 0]) == {"too few samples"}
    assert np.isfinite(score.values).sum() == score.values.size - 3


def test_effective_complexity_is_relative_to_the_largest(evidence):
    made = evidence((1, 1, 4, 1), importance=np.array([10.0, 2.0, 0.5, 0.0]).reshape(1, 1, 4, 1))
    assert EffectiveComplexity(0.1).score(made)[0].values.item() == 2
    assert EffectiveComplexity(0.0).score(made)[0].values.item() == 3
