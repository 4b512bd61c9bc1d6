"""Two one-sided tests against statsmodels, in both scopes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import ttost_paired

from limelab.statistics import clusters, crossed, equivalence
from limelab.types import BadInput


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=9, unique=True), st.floats(0.05, 2))
def test_is_statsmodels(values, margin):
    values = np.array(values)
    if values.std() < 1e-3:
        return
    wanted = ttost_paired(values, np.zeros_like(values), -margin, margin)[0]
    assert equivalence(clusters(values), margin).p == pytest.approx(wanted, abs=1e-9)


def test_the_interval_agrees_with_p():
    rng = np.random.default_rng(0)
    for _ in range(40):
        measured = crossed([rng.normal(0, 0.5, size=(8, 5))], rng=rng, n_resamples=999)
        found = equivalence(measured, 0.2)
        within = found.found.low > -0.2 and found.found.high < 0.2
        assert within == (found.p <= 0.05) or abs(found.p - 0.05) < 2e-3


def test_error_at_the_border_is_alpha():
    rng = np.random.default_rng(1)
    made = (
        crossed([rng.normal(0.5, 1, size=(10, 10))], rng=rng, n_resamples=299) for _ in range(400)
    )
    assert np.mean([equivalence(one, 0.5).p <= 0.05 for one in made]) <= 0.05 + 2.6 * 0.011


def test_sentences_never_take_no_difference_for_equal():
    near, wide = np.array([0.01, -0.01, 0.02, 0, 0, 0.01]), np.array([1, -1, 2, -2, 0.5, 0.1])
    assert "lies within 0.1 (" in equivalence(clusters(near), 0.1).sentence
    assert "not shown" in equivalence(clusters(wide), 0.1).sentence
    assert "too few data sets" in equivalence(clusters(near[:4]), 0.1).sentence
    assert np.isnan(equivalence(clusters(near[:4]), 0.1).p)


@pytest.mark.parametrize("margin", [0, -0.1, np.inf])
def test_a_margin_is_above_zero(margin):
    with pytest.raises(BadInput, match="margin above 0"):
        equivalence(clusters(np.ones(6)), margin)
