"""Average ranks and groups, against scikit-posthocs, published constants and brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scikit_posthocs
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from limelab.statistics import (
    critical_difference,
    nemenyi_groups,
    pairwise_wilcoxon,
    wilcoxon_groups,
)
from limelab.statistics.ranking import _runs
from limelab.types import BadInput


@pytest.fixture
def values():
    rng = np.random.default_rng(1)
    return rng.normal(size=(12, 5)) + np.array([2.0, 0.0, 0.4, 0.8, 2.9]) + rng.normal(size=(12, 1))


@pytest.mark.parametrize(("k", "q"), [(2, 1.960), (3, 2.344), (4, 2.569), (5, 2.728), (10, 3.164)])
def test_critical_difference_has_demsars_constants(k, q):
    assert critical_difference(k, 7) == pytest.approx(q * np.sqrt(k * (k + 1) / 42), abs=1e-3)
    assert critical_difference(4, 14) == pytest.approx(1.254, abs=5e-4)


def test_nemenyi_parts_what_the_posthoc_parts(values):
    p = scikit_posthocs.posthoc_nemenyi_friedman(values).to_numpy()
    found = nemenyi_groups(values, better="lower")
    together = {frozenset(pair) for first, last in found.groups
                for pair in itertools.combinations(found.names[first : last + 1], 2)}  # fmt: skip
    for i, j in itertools.combinations(range(5), 2):
        assert (frozenset((i, j)) in together) == (p[i, j] > 0.05)


def test_no_group_holds_a_pair_that_differs(values):
    pairs = pairwise_wilcoxon(values, "ABCDE")
    found = wilcoxon_groups(values, "ABCDE", better="lower")
    apart = {frozenset(pair) for pair in pairs.loc[pairs.p_holm <= 0.05, ["a", "b"]].to_numpy()}
    assert apart
    for first, last in found.groups:
        for pair in itertools.combinations(found.names[first : last + 1], 2):
            assert frozenset(pair) not in apart
    assert np.isnan(found.distance)


def test_ranks_are_scipys_and_better_turns_them(values):
    found = wilcoxon_groups(values, "ABCDE", better="lower")
    wanted = stats.rankdata(values, axis=1).mean(axis=0)
    assert found.ranks.tolist() == pytest.approx(sorted(wanted))
    turned = wilcoxon_groups(values, "ABCDE", better="higher")
    assert set(turned.names) == set(found.names)
    assert turned.names[0] in found.names[-2:]
    assert turned.ranks.tolist() == pytest.approx((6 - found.ranks)[::-1].tolist())


@given(st.integers(1, 6).flatmap(
    lambda k: st.lists(st.booleans(), min_size=k * k, max_size=k * k)
    .map(lambda bits: np.array(bits).reshape(k, k))
))  # fmt: skip
def test_runs_are_the_longest_without_a_pair_apart(square):
    apart = (square | square.T) & ~np.eye(len(square), dtype=bool)
    k = len(apart)
    good = {
        (a, b) for a in range(k) for b in range(a + 1, k) if not apart[a : b + 1, a : b + 1].any()
    }
    longest = {(a, b) for a, b in good
               if not any(c <= a and b <= d and (c, d) != (a, b) for c, d in good)}  # fmt: skip
    assert set(_runs(apart)) == longest


def test_sentences(values):
    found = wilcoxon_groups(values, "ABCDE", better="lower")
    assert found.sentence().startswith(f"{found.names[0]} ranks best (average rank")
    five = wilcoxon_groups(values[:5], "ABCDE", better="lower")
    assert five.groups == ((0, 4),)
    clear = nemenyi_groups(np.arange(24.0).reshape(12, 2), "AB", better="lower")
    assert "apart from all others" in clear.sentence()


def test_bad_input():
    with pytest.raises(BadInput, match="'lower' or 'higher'"):
        wilcoxon_groups(np.ones((6, 2)), better="best")
    with pytest.raises(BadInput, match="at least"):
        nemenyi_groups(np.ones((1, 2)), better="lower")


def test_letters_are_shared_by_those_not_told_apart() -> None:
    """Two places share a letter exactly where one group holds both."""
    rng = np.random.default_rng(7)
    for _ in range(20):
        values = rng.normal(size=(10, 6)) + np.linspace(0, 3, 6)
        found = nemenyi_groups(values, better="lower")
        for i, mine in enumerate(found.letters):
            for j in range(i + 1, 6):
                bound = any(a <= i and j <= b for a, b in found.groups)
                assert bool(set(mine) & set(found.letters[j])) == bound
    assert found.letters[0].startswith("a")
