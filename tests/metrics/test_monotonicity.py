"""Monotonicity variants: loops by hand, scipy, and the published correlation with its division."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from limelab.metrics import (
    Monotonicity,
    MonotonicityCorrelation,
    MonotonicityFraction,
    monotonicity,
    monotonicity_correlation,
    monotonicity_fraction,
)
from tests.metrics.asking import NAMES, attributed, coordinates

E = np.random.default_rng(8).normal(size=(2, 3, 4, 2))
ANSWERS = st.lists(st.integers(-4, 4).map(float), min_size=2, max_size=7)


@given(ANSWERS)
def test_formulas_are_loops(answers):
    steps = [b >= a for a, b in itertools.pairwise(answers)]
    assert float(monotonicity(np.array(answers))) == all(steps)
    assert float(monotonicity_fraction(np.array(answers))) == pytest.approx(np.mean(steps))


@given(ANSWERS, st.floats(0.1, 9))
def test_units_of_the_output_are_no_matter(answers, scale):
    y = np.array(answers)
    assert float(monotonicity_fraction(scale * y)) == float(monotonicity_fraction(y))
    assert float(monotonicity(np.sort(y))) == 1


def test_nan_is_kept():
    y = np.array([[0.0, np.nan, 1.0], [0.0, 1.0, 2.0]])
    assert np.isnan(monotonicity(y)[0])
    assert np.isnan(monotonicity_fraction(y)[0])
    assert monotonicity(y)[1] == 1


def test_correlation_is_the_published_one_without_its_division():
    rng = np.random.default_rng(0)
    e, changes = rng.normal(size=6), rng.normal(size=(40, 6)) * rng.random(6)
    f = 0.37
    wanted = stats.spearmanr(np.abs(e), (changes**2 / f**2).mean(axis=0)).statistic
    assert float(monotonicity_correlation(e, changes)) == pytest.approx(wanted)


def bent(rows):
    """A model where the order of features matters."""
    s = rows @ np.array([1.0, -1.0, 2.0, 0.3])
    return np.stack([np.sin(s), s**2], axis=-1)


@pytest.mark.parametrize("cls", [Monotonicity, MonotonicityFraction])
def test_features_are_added_least_first(cls):
    metric, where = cls(), coordinates(3)
    values = metric.score(attributed(metric, E, model=bent, where=where))[0].values
    base = where.background.mean(axis=0)
    for i, c in np.ndindex(3, 2):
        point, told = base.copy(), [bent(base)[c]]
        for j in np.argsort(E[0, i, :, c]):
            point[j] = where.x[i, j]
            told.append(bent(point)[c])
        falls = [b < a for a, b in itertools.pairwise(told)]
        wanted = 1 - np.mean(falls) if cls is MonotonicityFraction else float(not any(falls))
        assert values[0, i, c] == pytest.approx(wanted)


def test_equals_are_added_by_name():
    metric = MonotonicityFraction()
    made = attributed(metric, np.ones((1, 2, 4, 2)), where=coordinates(2))
    points = metric.probes(made, np.random.default_rng(0))[0].reshape(2, 2, 5, 4)
    added = (points == made.coordinates.x[:, None, None]).sum(axis=-2)
    assert tuple(sorted(NAMES)) == NAMES
    assert (added == [4, 3, 2, 1]).all()


def test_correlation_ranks_a_linear_model_by_its_expected_squares():
    """E (w (x - X))^2 = w^2 ((x - mean)^2 + variance): the oracle of many draws."""
    metric, where = MonotonicityCorrelation(draws=4000), coordinates(3)
    made = attributed(metric, E, where=where)
    values = metric.score(made)[0].values
    spread = (where.x - where.background.mean(axis=0)) ** 2 + where.background.var(axis=0)
    weights = np.array([[2.0, 1.0], [-1.0, 0.5], [0.5, -2.0], [0.25, 0.0]])
    squares = spread[:, :, None] * weights**2
    for r, i, c in np.ndindex(values.shape):
        wanted = stats.spearmanr(np.abs(E[r, i, :, c]), squares[i, :, c]).statistic
        assert values[r, i, c] == pytest.approx(wanted)


def test_a_model_that_answers_zero_is_no_error():
    metric = MonotonicityCorrelation()
    made = attributed(metric, E, model=lambda rows: np.zeros((*rows.shape[:-1], 2)))
    (score,) = metric.score(made)
    assert np.isnan(score.values).all()
    assert "all equal" in score.note[0, 0, 0]
