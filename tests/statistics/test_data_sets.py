"""Data-set means against scipy's t test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from limelab.statistics import clusters, in_general


class TestInGeneral:
    def test_is_the_t_test(self):
        means = np.array([0.1, 0.5, -0.2, 0.3, 0.4, 0.25, np.nan])
        test = stats.ttest_1samp(means[:-1], 0)
        low, high = test.confidence_interval(0.9)
        found = in_general(means, level=0.9)
        assert (found.low, found.high, found.p) == pytest.approx((low, high, test.pvalue))
        assert (found.n_clusters, found.n_missing) == (6, 1)

    def test_few_data_sets_say_nothing(self):
        found = in_general(np.array([1.0, 1.0, 1.0, 1.0]))
        assert found.note == "too few data sets: 4 of at least 6"
        assert np.isnan([found.low, found.high, found.p]).all()
        assert found.estimate == 1
        assert np.isnan(clusters(np.ones(5)).against(0.0))
