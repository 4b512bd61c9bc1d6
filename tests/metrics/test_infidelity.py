"""Infidelity: exact slopes of a linear model, wrong ones in closed form, what it declines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.metrics import Infidelity, NormalizedInfidelity, infidelity, normalized_infidelity
from limelab.metrics.infidelity import signed_slopes
from tests.metrics.asking import WEIGHTS, attributed, coordinates, linear

E = np.random.default_rng(4).normal(size=(2, 3, 4, 2))


def test_formula_is_a_loop():
    rng = np.random.default_rng(0)
    e, moves, drops = rng.normal(size=4), rng.normal(size=(30, 4)), rng.normal(size=30)
    wanted = np.mean([(move @ e - drop) ** 2 for move, drop in zip(moves, drops, strict=True)])
    assert float(infidelity(e, moves, drops)) == pytest.approx(wanted)


@given(st.floats(0.1, 50), st.integers(0, 50))
def test_normalising_is_the_best_scale_and_forgets_it(scale, seed):
    rng = np.random.default_rng(seed)
    e, moves, drops = rng.normal(size=3), rng.normal(size=(12, 3)), rng.normal(size=12)
    value = float(normalized_infidelity(e, moves, drops))
    assert float(normalized_infidelity(scale * e, moves, drops)) == pytest.approx(value)
    fit = np.linalg.lstsq((moves @ e)[:, None], drops, rcond=None)[0].item()
    assert value == pytest.approx(float(infidelity(fit * e, moves, drops)))
    assert value <= float(infidelity(e, moves, drops)) + 1e-12
    order = [2, 0, 1]
    turned = infidelity(e[order], moves[:, order], drops)
    assert float(turned) == pytest.approx(float(infidelity(e, moves, drops)))


def test_zero_attributions_are_scaled_to_nothing():
    drops = np.array([1.0, 3.0])
    assert float(normalized_infidelity(np.zeros(2), np.eye(2), drops)) == 5.0


def test_wrong_slopes_of_a_linear_model_have_a_closed_form():
    where = coordinates(3)
    slopes = WEIGHTS * where.scale[:, None]
    metric = Infidelity(sigma=0.2, size=6000)
    (score,) = metric.score(attributed(metric, E, where=where))
    wanted = 0.04 * ((E - slopes) ** 2).sum(axis=2) / linear(where.background).var(axis=0)
    assert (np.abs(score.values - wanted) < 5 * score.columns["stderr"]).all()
    assert (score.columns["stderr"] < 0.05 * wanted).all()


@pytest.mark.parametrize("cls", [Infidelity, NormalizedInfidelity])
def test_exact_slopes_reach_zero_and_only_the_normalised_forgets_their_scale(cls):
    where = coordinates(3)
    exact = np.broadcast_to(WEIGHTS * where.scale[:, None], E.shape).copy()
    exact[1] *= 5
    metric = cls()
    values = metric.score(attributed(metric, exact, where=where))[0].values
    assert values[0] == pytest.approx(0, abs=1e-20)
    assert (values[1].max() < 1e-20) == (cls is NormalizedInfidelity)


def test_categories_stay_and_numbers_move():
    metric, where = Infidelity(), coordinates(3, categorical=(1,))
    made = attributed(metric, E, where=where)
    points = metric.probes(made, np.random.default_rng(0))[0]
    assert (points[..., 1] == where.x[:, None, 1]).all()
    assert (points[..., [0, 2, 3]] != where.x[:, None, [0, 2, 3]]).all()
    scale = np.where(where.categorical, 1.0, where.scale)
    exact = np.broadcast_to(WEIGHTS * scale[:, None], E.shape)  # the category's counts for nothing
    values = metric.score(attributed(metric, exact, where=where))[0].values
    assert values == pytest.approx(0, abs=1e-20)


def test_signed_slopes_turn_effects_to_background_deviations(evidence):
    importance = np.array([2.0, 0.0, 4.0]).reshape(1, 1, 3, 1)
    effect = np.array([-1.0, 0.0, 4.0]).reshape(1, 1, 3, 1)
    made = evidence((1, 1, 3, 1), importance=importance, effect=effect, slope=5 * importance)
    assert signed_slopes(made).ravel().tolist() == [-5, 0, 20]


def test_coefficients_of_bins_are_no_slopes():
    metric = Infidelity()
    made = attributed(metric, E)
    (score,) = metric.score(replace(made, coef=2 * made.coef))
    assert "no slopes" in score.note
    (score,) = metric.score(replace(made, coef=None))
    assert np.isfinite(score.values).all()
    (score,) = metric.score(attributed(metric, E, where=coordinates(3, categorical=(0, 1, 2, 3))))
    assert "no column holds numbers" in score.note
