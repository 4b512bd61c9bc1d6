"""Sizes of effects against scipy and definitions; intervals cover as often as they say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from limelab.statistics import rank_biserial, standardized, superiority, vargha_delaney
from limelab.statistics.effects import _biserial
from limelab.types import BadInput

VALUES = st.lists(st.integers(-5, 5), min_size=2, max_size=9).map(lambda v: np.array(v, float))


def coverage(make, truth, times=400):
    rng = np.random.default_rng(5)
    found = [make(rng) for _ in range(times)]
    return np.mean([one.low <= truth <= one.high for one in found if not np.isnan(one.low)])


class TestStandardized:
    def test_ends_invert_the_noncentral_t(self):
        values = np.random.default_rng(0).normal(0.6, 1, size=12)
        found = standardized(values, level=0.9)
        t, root = stats.ttest_1samp(values, 0).statistic, np.sqrt(12)
        assert found.estimate * root == pytest.approx(t)
        tails = stats.nct.cdf(t, 11, np.array([found.low, found.high]) * root)
        assert tails.tolist() == pytest.approx([0.95, 0.05])

    def test_covers(self):
        share = coverage(lambda rng: standardized(rng.normal(0.8, 1, size=8)), 0.8)
        assert 0.92 <= share <= 0.98

    @given(VALUES, st.floats(0.01, 100))
    def test_no_scale_matters(self, values, scale):
        one, other = standardized(values), standardized(values * scale)
        assert (one.estimate, one.low) == pytest.approx((other.estimate, other.low), nan_ok=True)

    def test_no_spread_is_said(self):
        assert "do not vary" in standardized(np.ones(4)).sentence


class TestSuperiority:
    @given(VALUES)
    def test_is_the_share(self, values):
        wanted = (values > 0).mean() + (values == 0).mean() / 2
        assert superiority(values).estimate == pytest.approx(wanted)
        assert superiority(-values).low == pytest.approx(1 - superiority(values).high)

    def test_is_wilsons_interval(self):
        found = superiority(np.array([1.0] * 7 + [-1.0] * 3))
        wanted = proportion_confint(7, 10, method="wilson")
        assert (found.low, found.high) == pytest.approx(wanted)

    def test_nothing_came(self):
        assert np.isnan(superiority(np.array([np.nan])).estimate)


class TestVarghaDelaney:
    @given(VALUES, VALUES)
    def test_is_the_share_of_pairs(self, a, b):
        pairs = np.array(list(itertools.product(a, b)))
        wanted = (pairs[:, 0] > pairs[:, 1]).mean() + (pairs[:, 0] == pairs[:, 1]).mean() / 2
        found, turned = vargha_delaney(a, b), vargha_delaney(b, a)
        assert found.estimate == pytest.approx(wanted)
        assert found.low <= found.estimate <= found.high
        assert turned.low == pytest.approx(1 - found.high, abs=1e-9)

    def test_is_scipys_u(self):
        rng = np.random.default_rng(0)
        a, b = rng.normal(size=9), rng.normal(0.5, 1, size=7)
        u = stats.mannwhitneyu(a, b).statistic
        assert vargha_delaney(a, b).estimate == pytest.approx(u / 63)

    @pytest.mark.parametrize("shift", [0.0, 1.0, 2.0])
    def test_covers(self, shift):
        truth = float(stats.norm.cdf(shift / np.sqrt(2)))
        share = coverage(
            lambda rng: vargha_delaney(rng.normal(shift, 1, size=10), rng.normal(size=12)), truth
        )
        assert 0.92 <= share <= 0.985

    def test_samples_that_do_not_overlap_have_an_interval(self):
        found = vargha_delaney(np.arange(10.0), np.arange(10.0) - 20)
        assert (found.estimate, found.high) == (1, 1)
        assert 0.6 < found.low < 1
        assert "cannot be given" in vargha_delaney(np.ones(2), np.array([np.nan])).sentence


class TestRankBiserial:
    @given(VALUES)
    def test_is_the_share_of_rank_sum(self, values):
        ranks = stats.rankdata(np.abs(values)) * np.sign(values)
        found = rank_biserial(values)
        if ranks.any():
            assert found.estimate == pytest.approx(ranks.sum() / np.abs(ranks).sum())
            assert rank_biserial(-values).estimate == pytest.approx(-found.estimate)
        else:
            assert np.isnan(found.estimate)

    def test_covers(self):
        rng = np.random.default_rng(0)
        truth = np.mean([_biserial(rng.normal(0.4, 1, size=15)) for _ in range(2000)])
        share = coverage(lambda rng: rank_biserial(rng.normal(0.4, 1, size=15)), truth, 200)
        assert 0.92 <= share <= 0.99

    def test_signs_that_agree_give_no_interval(self):
        found = rank_biserial(np.arange(1.0, 8.0))
        assert found.estimate == 1
        assert np.isnan(found.low)
        assert "no interval" in found.sentence


def test_a_level_is_a_share() -> None:
    with pytest.raises(BadInput):
        superiority(np.ones(3), level=95)
