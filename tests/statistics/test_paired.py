"""Paired tests against scipy, enumeration and their own symmetry."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from limelab.statistics import sign_flip, t_test, wilcoxon
from limelab.types import BadInput

SMALL = st.lists(st.integers(-4, 4), min_size=1, max_size=7).map(lambda v: np.array(v, float))


def everything(values: np.ndarray, statistic) -> float:
    """Two-sided p of a statistic that is symmetric round 0, over all patterns of signs."""
    signs = np.array(list(itertools.product([-1, 1], repeat=values.size)))
    all_values = np.array([statistic(values * one) for one in signs])
    return float((np.abs(all_values) >= abs(statistic(values)) - 1e-9).mean())


def pratt(values: np.ndarray) -> float:
    return float((stats.rankdata(np.abs(values)) * np.sign(values)).sum())


class TestSignFlip:
    @given(SMALL)
    def test_is_the_enumeration(self, values):
        assert sign_flip(values).p == pytest.approx(everything(values, np.sum))

    def test_is_scipys_permutation_test(self):
        values = np.random.default_rng(0).normal(0.4, 1, size=11)
        wanted = stats.permutation_test(
            (values,), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=False
        )
        assert sign_flip(values).p == pytest.approx(wanted.pvalue)

    def test_drawn_signs_agree_with_all_of_them(self):
        values = np.random.default_rng(1).normal(0.4, 1, size=17)
        signs = 1 - 2 * ((np.arange(2**17)[:, None] >> np.arange(17)) & 1)
        exact = (np.abs(signs @ values) >= abs(values.sum()) - 1e-9).mean()
        found = sign_flip(values, rng=np.random.default_rng(2))
        assert found.p == pytest.approx(exact, abs=4 * np.sqrt(exact / 99_999))
        assert "99999 patterns" in found.note

    def test_many_sets_need_a_generator(self):
        with pytest.raises(BadInput, match="without rng"):
            sign_flip(np.ones(17))

    def test_rounding_breaks_no_tie(self):
        assert sign_flip(np.array([0.1, 0.2, -0.3])).p == 1.0

    def test_nothing_is_said(self):
        assert np.isnan(sign_flip(np.array([np.nan])).p)


class TestWilcoxon:
    @given(SMALL)
    def test_is_the_enumeration_with_ties_and_zeros(self, values):
        assert wilcoxon(values).p == pytest.approx(everything(values, pratt))

    @pytest.mark.parametrize("n", [5, 8, 20, 45])
    def test_is_scipys_exact_test(self, n):
        values = np.random.default_rng(n).normal(0.3, 1, size=n)
        wanted = stats.wilcoxon(values, method="exact")
        found = wilcoxon(values)
        assert found.p == pytest.approx(wanted.pvalue)
        assert min(found.statistic, n * (n + 1) / 2 - found.statistic) == wanted.statistic

    def test_is_scipys_pratt_with_zeros(self):
        values = np.array([0, 0, 1, 2, 2, -1, 3, 4, -2.0])
        wanted = stats.wilcoxon(
            values, zero_method="pratt", method=stats.PermutationMethod(n_resamples=np.inf)
        )
        assert wilcoxon(values).p == pytest.approx(wanted.pvalue)
        assert "2 differences are zero" in wilcoxon(values).note

    @given(SMALL, st.floats(1e-3, 1e3))
    def test_no_scale_and_no_sign_matter(self, values, scale):
        assert wilcoxon(-scale * values).p == pytest.approx(wilcoxon(values).p)

    def test_rounding_breaks_no_tie(self):
        assert wilcoxon(np.array([0.3 - 0.1, -0.2, 0.5])).statistic == 3 + 1.5

    def test_equal_values_show_nothing(self):
        found = wilcoxon(np.zeros(6))
        assert (found.p, found.smallest_p) == (1.0, 1.0)
        assert "cannot reach" in found.sentence()

    def test_thousands_of_sets_are_no_trouble(self):
        values = np.random.default_rng(0).normal(0.05, 1, size=400)
        wanted = stats.wilcoxon(values, method="approx").pvalue
        assert wilcoxon(values).p == pytest.approx(wanted, rel=0.02)


class TestT:
    def test_is_scipys(self):
        values = np.array([0.3, 0.1, -0.2, 0.5, np.nan])
        wanted = stats.ttest_1samp(values[:-1], 0)
        found = t_test(values)
        assert (found.statistic, found.p) == pytest.approx((wanted.statistic, wanted.pvalue))
        assert "1 data sets without a value" in found.note

    @pytest.mark.parametrize(("value", "p", "t"), [(0.0, 1.0, 0.0), (2.0, 0.0, np.inf)])
    def test_no_spread(self, value, p, t):
        found = t_test(np.full(4, value))
        assert (found.p, found.statistic) == (p, t)
