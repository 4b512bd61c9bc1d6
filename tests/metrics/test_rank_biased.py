"""Rank-biased overlap: the published example, the infinite sum itself, and invariances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.metrics import rbo
from limelab.types import BadInput

LEVELS = st.integers(0, 4).map(float)
PAIRS = st.integers(1, 6).flatmap(
    lambda k: st.tuples(*[st.lists(LEVELS, min_size=k, max_size=k).map(np.array)] * 2)
)
PERMUTED = st.integers(1, 6).flatmap(
    lambda k: st.tuples(*[st.permutations([float(j) for j in range(1, k + 1)]).map(np.array)] * 2)
)
PERSISTENCE = st.sampled_from([0.3, 0.5, 0.9, 0.98])
FAR = 4000


def summed(agreement, p):
    """The definition: (1 - p) sum p^(d - 1) A_d, as far as it counts."""
    d = np.arange(1, FAR + 1)
    return float(((1 - p) * p ** (d - 1) * np.array([agreement(depth) for depth in d])).sum())


def overlap(a, b, d):
    return len(set(np.argsort(-a)[:d].tolist()) & set(np.argsort(-b)[:d].tolist()))


def test_published_example_with_ties():
    """README of the package dlukes/rbo: [{a, c}, b, d] and [a, {b, c}, d], p = .9."""
    found = rbo(np.array([3.0, 2.0, 3.0, 1.0]), np.array([3.0, 2.0, 2.0, 1.0]), p=0.9)
    assert found.min == pytest.approx(0.48919503099801515)
    assert found.res == pytest.approx(0.47747163566865164)
    assert found.ext == pytest.approx(0.9666666666666667)


@given(PERMUTED, PERSISTENCE)
def test_without_ties_it_is_the_sum(pair, p):
    """All k features are ranked on both sides, so below k the lists are unknown.

    Extrapolated: agreement stays 1. Lowest: nothing new in common. Highest: every new feature is.
    """
    a, b = pair
    k = len(a)
    found = rbo(a, b, p)
    x = [overlap(a, b, d) for d in range(k + 1)]
    assert found.ext == pytest.approx(summed(lambda d: x[min(d, k)] / min(d, k), p))
    assert found.min == pytest.approx(summed(lambda d: x[min(d, k)] / d, p))
    assert found.min + found.res == pytest.approx(summed(lambda d: (x[d] if d < k else d) / d, p))


def test_lists_of_different_lengths():
    """Webber's bounds by hand: {1, 2, 3} against {1}, so the short side knows depth 1 only."""
    found = rbo(np.array([3.0, 2.0, 1.0, 0.0]), np.array([5.0, 0.0, 0.0, 0.0]), p=0.5)
    assert found.min == pytest.approx(summed(lambda d: 1 / d, 0.5))
    assert found.min + found.res == pytest.approx(1)
    assert found.min < found.ext <= found.min + found.res


@given(PAIRS, PERSISTENCE, st.randoms(use_true_random=False))
def test_invariances(pair, p, random):
    a, b = pair
    order = list(range(len(a)))
    random.shuffle(order)
    found = rbo(a, b, p)
    for same in (rbo(b, a, p), rbo(-3 * a, b, p), rbo(a[order], b[order], p)):
        assert np.array(same) == pytest.approx(np.array(found))
    assert 0 <= found.ext <= 1
    assert -1e-12 <= found.min <= found.ext + 1e-9
    assert found.res >= -1e-12
    assert rbo(a, a, p).ext == pytest.approx(1)


def test_the_top_counts_more():
    order = np.array([5.0, 4.0, 3.0, 2.0, 1.0])
    top, tail = order[[1, 0, 2, 3, 4]], order[[0, 1, 2, 4, 3]]
    assert rbo(order, top, 0.5).ext < rbo(order, tail, 0.5).ext


def test_empty_rankings_and_nan():
    empty, full = np.zeros(3), np.array([1.0, 2.0, 3.0])
    assert rbo(empty, empty).ext == 1
    assert rbo(empty, full).ext == 0
    assert (rbo(empty, full).min, rbo(empty, full).res) == pytest.approx((0, 1))
    stack = np.array([[np.nan, 1.0, 2.0], full])
    assert np.isnan(rbo(stack, full)).T.tolist() == [[True] * 3, [False] * 3]


@pytest.mark.parametrize("p", [0.0, 1.0, -1, np.nan])
def test_persistence_lies_inside_the_unit_interval(p):
    with pytest.raises(BadInput, match="persistence"):
        rbo(np.ones(2), np.ones(2), p)
