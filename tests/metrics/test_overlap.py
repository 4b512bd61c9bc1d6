"""Agreement of attributions: sets by hand, the published inequalities, invariances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.metrics import (
    feature_agreement,
    pairwise_rank_agreement,
    rank_agreement,
    sign_agreement,
    signed_rank_agreement,
)

TOP_K = [feature_agreement, rank_agreement, sign_agreement, signed_rank_agreement]
SMALL = st.integers(-3, 3).map(float)
PAIRS = st.integers(2, 6).flatmap(
    lambda k: st.tuples(*[st.lists(SMALL, min_size=k, max_size=k).map(np.array)] * 2)
)


@given(PAIRS, st.integers(1, 6), st.randoms(use_true_random=False))
def test_invariances(pair, k, random):
    a, b = pair
    order = list(range(len(a)))
    random.shuffle(order)
    for formula in TOP_K:
        value = float(formula(a, b, k))
        assert 0 <= value <= 1
        assert float(formula(b, a, k)) == pytest.approx(value)
        assert float(formula(3 * a, b, k)) == pytest.approx(value)
        assert float(formula(a[order], b[order], k)) == pytest.approx(value)
        assert float(formula(a, a, k)) == pytest.approx(1)


@given(PAIRS, st.integers(1, 6))
def test_inequalities(pair, k):
    fa, ra, sa, sra = (float(formula(*pair, k)) for formula in TOP_K)
    assert sra <= ra <= fa
    assert sra <= sa <= fa


@given(PAIRS)
def test_pairwise_is_a_loop(pair):
    a, b = (np.abs(side) for side in pair)
    pairs = [(i, j) for i in range(len(a)) for j in range(i)]
    same = [np.sign(a[i] - a[j]) == np.sign(b[i] - b[j]) for i, j in pairs]
    assert float(pairwise_rank_agreement(*pair)) == pytest.approx(np.mean(same))


def test_without_ties_they_are_the_published_sets():
    a, b = np.array([5.0, -4, 3, 2, 1]), np.array([5.0, 4, 2, 3, 1])
    assert [float(f(a, b, 3)) for f in TOP_K] == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1 / 3])


def test_ties_do_not_depend_on_the_direction():
    zeros, rising = np.zeros(4), np.arange(4.0)
    assert pairwise_rank_agreement(zeros, rising) == pairwise_rank_agreement(zeros, -rising[::-1])


def test_stacks_and_nan():
    a = np.random.default_rng(0).normal(size=(3, 2, 5))
    a[0, 0, 0] = np.nan
    for formula in (*(lambda x, y, f=f: f(x, y, 2) for f in TOP_K), pairwise_rank_agreement):
        found = formula(a, a[:1])
        assert found.shape == (3, 2)
        assert np.isnan(found[:, 0]).all()
        assert np.isfinite(found[:, 1]).all()
