"""Verdicts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.statistics import Estimate, in_general, verdict


class TestVerdict:
    @pytest.mark.parametrize(
        ("low", "high", "margin", "wanted"),
        [
            (0.1, 0.2, 0.0, "supported"),
            (0.1, 0.2, 0.1, "inconclusive"),
            (0.01, 0.09, 0.1, "negligible"),
            (-0.2, -0.1, 0.0, "contradicted"),
            (-0.02, -0.01, 0.1, "contradicted"),
            (-0.1, 0.1, 0.1, "negligible"),
            (0.0, 0.0, 0.0, "inconclusive"),
            (np.nan, np.nan, 0.1, "inconclusive"),
        ],
    )
    def test_by_hand(self, low, high, margin, wanted):
        assert verdict(Estimate(0, low, high, 0.5), margin) == wanted

    def test_too_few(self):
        assert verdict(in_general(np.ones(3)), 0) == "too few data sets"
