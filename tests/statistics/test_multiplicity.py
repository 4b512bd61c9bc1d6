"""Holm's correction against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from limelab.statistics import clusters, holm, holm_levels, in_general, simultaneous

P_VALUES = st.lists(st.floats(0, 1) | st.just(np.nan), min_size=1, max_size=8).map(np.array)


class TestHolm:
    @given(P_VALUES)
    def test_adjusted_p_is_statsmodels(self, p):
        known = ~np.isnan(p)
        adjusted = holm(p)
        assert np.isnan(adjusted[~known]).all()
        if known.any():
            assert adjusted[known] == pytest.approx(multipletests(p[known], method="holm")[1])

    @given(P_VALUES, st.sampled_from([0.01, 0.05, 0.2]))
    def test_levels_agree_with_the_verdict(self, p, alpha):
        levels, known = holm_levels(p, alpha), ~np.isnan(p)
        assert np.isnan(levels[~known]).all()
        if known.any():
            rejected = multipletests(p[known], alpha=alpha, method="holm")[0]
            clear = np.abs(p[known] - (1 - levels[known])) > 1e-9
            assert ((p[known] <= 1 - levels[known]) == rejected)[clear].all()

    def test_simultaneous_keeps_a_missing_member(self):
        family = [clusters(np.arange(3.0)), clusters(np.arange(1.0, 9.0))]
        few, enough = simultaneous(family)
        assert np.isnan(few.p)
        assert enough == in_general(np.arange(1.0, 9.0))
