"""Rank formulas against scipy, enumeration of tie breakings, and their invariances."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from limelab.metrics.ranks import (
    kendall,
    spearman,
    top_k_jaccard,
    top_k_membership,
    weighted_kendall,
)

LEVELS = st.integers(0, 4).map(float)
PAIRS = st.integers(3, 6).flatmap(
    lambda k: st.tuples(*[st.lists(LEVELS, min_size=k, max_size=k).map(np.array)] * 2)
)


def enumerated_membership(values, k):
    """Share of all orders of the features in which a stable sort puts each among the k largest."""
    counts = np.zeros(len(values))
    orders = list(itertools.permutations(range(len(values))))
    for order in orders:
        top = sorted(order, key=lambda j: -values[j])[:k]
        counts[[j for j in top if values[j] > 0]] += 1
    return counts / len(orders)


@given(PAIRS)
def test_correlations_are_scipys(pair):
    a, b = pair
    scipys = (
        (spearman, stats.spearmanr),
        (kendall, stats.kendalltau),
        (weighted_kendall, stats.weightedtau),
    )
    for ours, theirs in scipys:
        found = float(ours(a, b))
        if np.ptp(a) == 0 or np.ptp(b) == 0:
            assert np.isnan(found)
        else:
            assert found == pytest.approx(theirs(a, b).statistic)


@pytest.mark.parametrize("formula", [spearman, kendall, weighted_kendall])
def test_correlations_take_stacks_and_pass_nan_on(formula):
    a = np.random.default_rng(0).random((4, 3, 5))
    b = a[:1, 0]
    found = formula(a, b)
    assert found.shape == (4, 3)
    assert found[2, 1] == pytest.approx(float(formula(a[2, 1], b[0])))
    a[0, 0, 0] = np.nan
    assert np.isnan(formula(a, b)[0, 0])


@given(PAIRS, st.randoms(use_true_random=False))
def test_correlations_invariances(pair, random):
    a, b = pair
    order = list(range(len(a)))
    random.shuffle(order)
    for formula in (spearman, kendall, weighted_kendall):
        value = float(formula(a, b))
        assert np.isnan(value) or -1 <= value <= 1
        for same in (formula(b, a), formula(3 * a, b), formula(a[order], b[order])):
            assert float(same) == pytest.approx(value, nan_ok=True)
        assert np.ptp(a) == 0 or float(formula(a, a)) == pytest.approx(1)


@given(PAIRS, st.integers(1, 6))
def test_membership_is_the_share_of_tie_breakings(pair, k):
    values = pair[0]
    tied = (values == -np.sort(-values)[min(k, len(values)) - 1]) & (values > 0)
    spare = k - (values > values[tied].max()).sum() if tied.any() else 0
    assert spare >= 0
    assert top_k_membership(values, k) == pytest.approx(enumerated_membership(values, k))


@given(PAIRS, st.integers(1, 5))
def test_jaccard_without_ties_is_that_of_sets(pair, k):
    a, b = (np.argsort(side, kind="stable").argsort() + 1.0 for side in pair)
    sets = [set(np.argsort(-side)[:k].tolist()) for side in (a, b)]
    wanted = len(sets[0] & sets[1]) / len(sets[0] | sets[1])
    assert float(top_k_jaccard(a, b, k)) == pytest.approx(wanted)


@given(PAIRS, st.integers(1, 5), st.floats(1e-6, 1e6), st.randoms(use_true_random=False))
def test_jaccard_invariances(pair, k, scale, random):
    a, b = pair
    value = float(top_k_jaccard(a, b, k))
    order = list(range(len(a)))
    random.shuffle(order)
    assert 0 <= value <= 1
    assert float(top_k_jaccard(b, a, k)) == pytest.approx(value)
    assert float(top_k_jaccard(-a * scale, b, k)) == pytest.approx(value)
    assert float(top_k_jaccard(a[order], b[order], k)) == pytest.approx(value)
    assert float(top_k_jaccard(a, a, k)) == pytest.approx(1)


def test_unused_features_are_never_shared():
    assert top_k_jaccard(np.array([1.0, 2, 0, 0, 0, 0]), np.array([0.0, 0, 1, 2, 0, 0]), 4) == 0


def test_rounding_does_not_break_a_tie():
    assert top_k_membership(np.array([0.3, 0.1 + 0.2, 0.1]), 1).tolist() == [0.5, 0.5, 0]
