"""Chances that an explanation holds: against known truths, and against the t distribution."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.auditing.holding import held
from limelab.importance import Effects

RNG = np.random.default_rng(0)


def clouds(importance, effect, noise=0.0, n=8, cases=1):
    """Effects (n, cases, k, 1) round true values, with noise of this size."""
    shape = n, cases, len(importance), 1
    parts = [
        np.array(true)[:, None] + noise * RNG.normal(size=shape) for true in (importance, effect)
    ]
    return Effects(*parts)


def told(*values, cases=1):
    return np.broadcast_to(np.array(values, dtype=float)[:, None], (cases, len(values), 1))


def test_what_the_model_does_is_confirmed_and_its_opposite_contradicted():
    model = clouds([3.0, 1.0, 0.5], [3.0, -1.0, 0.2], noise=0.02)
    right = held(told(2.0, 1.0, 0.4), told(2.0, -1.0, 0.4), model, tie=0.05, top=3)
    assert right.lead_chance.item() > 0.999
    assert right.sign_chance.item() > 0.999
    first = held(told(1.0, 2.0, 0.4), told(1.0, -2.0, 0.4), model, tie=0.05, top=3)
    assert (first.lead.item(), first.rival.item()) == (1, 0)
    assert first.lead_doubt.item() < 1e-4
    sign = held(told(2.0, 1.0, 0.4), told(2.0, 1.0, 0.4), model, tie=0.05, top=3)
    assert sign.turned.item() == 1
    assert sign.sign_doubt.item() < 1e-4
    assert sign.lead_chance.item() > 0.999


def test_at_the_border_of_a_tie_the_chance_is_uniform():
    """The lead matters exactly (1 - tie) as much: P(chance > q) = 1 - q, by Student's t."""
    model = clouds([0.95, 1.0], [0.0, 0.0], noise=0.1, n=3, cases=4000)
    found = held(told(2.0, 1.0, cases=4000), told(0, 0, cases=4000), model, tie=0.05, top=1)
    for q in (0.05, 0.5, 0.95):
        share = (found.lead_chance > q).mean()
        assert share == pytest.approx(1 - q, abs=4 * np.sqrt(q * (1 - q) / 4000))


def test_an_effect_below_the_tie_has_no_sign_that_could_be_wrong():
    model = clouds([1.0, 0.5], [1.0, 0.01], noise=0.001)
    found = held(told(1.0, 0.5), told(1.0, -0.5), model, tie=0.05, top=2)
    assert found.sign_chance.item() > 0.999
    large = clouds([1.0, 0.5], [1.0, 0.2], noise=0.001)
    assert held(told(1.0, 0.5), told(1.0, -0.5), large, tie=0.05, top=2).sign_chance.item() < 1e-6


def test_what_the_explanation_leaves_open_is_not_held_against_it():
    model = clouds([1.0, 0.5], [0.9, -0.5], noise=0.001)
    found = held(told(1.0, 0.5), told(0.9, 0.02), model, tie=0.05, top=2)
    assert found.sign_chance.item() > 0.999


def test_no_noise_flat_models_and_missing_explanations():
    exact = held(told(2.0, 1.0), told(2.0, 1.0), clouds([2.0, 1.0], [2.0, 1.0]), tie=0.05, top=2)
    assert (exact.lead_chance.item(), exact.sign_chance.item()) == (1.0, 1.0)
    flat = held(told(2.0, 1.0), told(2.0, 1.0), clouds([0.0, 0.0], [0.0, 0.0]), tie=0.05, top=2)
    assert flat.flat.item()
    assert not exact.flat.item()
    gone = held(told(np.nan, np.nan), told(1.0, 1.0), clouds([2.0, 1.0], [2, 1]), tie=0.05, top=2)
    assert np.isnan(gone.lead_chance.item())


def test_rivals_are_corrected_for_their_number():
    model = clouds([1.0, 1.02, 0.1, 0.1], [0, 0, 0, 0], noise=0.05)
    found = held(told(4.0, 3, 2, 1), told(0, 0, 0, 0), model, tie=0.0, top=1)
    assert found.lead_doubt.item() == pytest.approx(min(1.0, 3 * found.lead_chance.item()))
