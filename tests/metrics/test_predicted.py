"""Predicted instability against the closed form of a near tie and against drawn runs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from limelab.metrics import near_tie_jaccard, predicted_cv, predicted_jaccard, top_k_jaccard

MEANS = arrays(float, 5, elements=st.floats(-3, 3))
SDS = arrays(float, 5, elements=st.floats(0, 2))


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("gap", [0.0, 0.1, 0.5])
def test_a_near_tie_has_a_closed_form(k, gap):
    mean = np.array([40.0, 30, 20, 10])
    mean[k] = mean[k - 1] - gap
    sd = np.zeros(4)
    sd[k - 1 : k + 1] = 0.2
    wanted = near_tie_jaccard(np.array(gap), np.array(0.2 * np.sqrt(2)), k)
    assert predicted_jaccard(mean, sd, k, points=4096) == pytest.approx(float(wanted), abs=0.005)
    assert predicted_jaccard(mean, sd, k) == pytest.approx(float(wanted), abs=0.025)


def test_it_is_what_drawn_runs_do():
    rng = np.random.default_rng(0)
    for d in (6, 30):
        mean, sd = rng.normal(size=d), 0.5 * rng.random(d)
        a, b = mean + sd * rng.normal(size=(2, 20000, d))
        drawn = top_k_jaccard(a, b, 3)
        error = drawn.std() / np.sqrt(len(drawn))
        assert predicted_jaccard(mean, sd, 3) == pytest.approx(drawn.mean(), abs=0.02 + 4 * error)


def test_a_stack_is_its_rows():
    rng = np.random.default_rng(1)
    mean, sd = rng.normal(size=(5, 1, 30)), rng.random((5, 1, 30))
    whole = predicted_jaccard(mean, sd, 3, points=4096)  # more than is held at a time
    assert whole.shape == (5, 1)
    for n in range(5):
        assert predicted_jaccard(mean[n, 0], sd[n, 0], 3, points=4096) == pytest.approx(whole[n, 0])
    assert predicted_jaccard(mean[:0], sd[:0], 3).shape == (0, 1)


@given(MEANS, SDS, st.floats(0.1, 10), st.integers(1, 4))
def test_range_scale_and_certainty(mean, sd, scale, k):
    value = float(predicted_jaccard(mean, sd, k, points=32))
    assert 0 <= value <= 1
    assert float(predicted_jaccard(-mean, np.zeros(5), k, points=32)) == pytest.approx(1)
    assert np.isnan(predicted_jaccard(np.append(mean, np.nan), np.append(sd, 1.0), k, points=4))


def test_near_tie_limits():
    assert near_tie_jaccard(np.array([0.0, 1.0]), np.array(0.0), 3).tolist() == [0.75, 1.0]
    assert near_tie_jaccard(np.array(1e9), np.array(1.0), 3) == 1


def test_variation_is_relative_error():
    mean, sd = np.array([[5.0, 4, 0, 1], [0, 0, 0, 0]]), np.array([[1.0, 2, 9, 1], [1, 1, 1, 1]])
    found = predicted_cv(mean, sd, 3)
    assert found[0] == pytest.approx((0.2 + 0.5 + 1) / 3)
    assert np.isnan(found[1])
