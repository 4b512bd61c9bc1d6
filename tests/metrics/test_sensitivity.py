"""Sensitivities against slow loops, a Lipschitz constant that is known, and their invariances."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from limelab.metrics import (
    avg_sensitivity,
    avg_sensitivity_relative,
    local_lipschitz,
    max_sensitivity,
    max_sensitivity_captum,
    max_sensitivity_relative,
    relative_input_stability,
    relative_input_stability_norm,
    relative_output_stability,
    relative_output_stability_norm,
    relative_representation_stability,
    relative_representation_stability_norm,
)
from limelab.metrics.sensitivity import expected_at_half

NUMBERS = st.floats(-3, 3).filter(lambda v: v == 0 or abs(v) > 1e-3)
ROW = arrays(float, 3, elements=NUMBERS)
MOVED = arrays(float, (4, 3), elements=NUMBERS)
EPS = 1e-6

norm = np.linalg.norm


def relative(v, w):
    return norm([(a - b) / (a if abs(a) >= EPS else EPS) for a, b in zip(v, w, strict=True)])


def relative_norm(v, w):
    return norm(v - w) / norm(v)


@given(ROW, MOVED, ROW, MOVED)
def test_they_are_loops(x, xs, e, es):
    changes = [norm(e - one) for one in es]
    apart = [norm(x - one) for one in xs]
    slopes = [c / d for c, d in zip(changes, apart, strict=True) if d > 0]
    assert local_lipschitz(x, xs, e, es) == pytest.approx(max(slopes, default=np.nan), nan_ok=True)
    assert max_sensitivity(e, es) == pytest.approx(max(changes))
    assert avg_sensitivity(e, es) == pytest.approx(np.mean(changes))
    if norm(e) == 0:
        assert max_sensitivity_captum(e, es) == pytest.approx(max(changes))
        assert np.isnan(max_sensitivity_relative(e, es))
        assert np.isnan(avg_sensitivity_relative(e, es))
        return
    assert max_sensitivity_captum(e, es) == pytest.approx(max(changes) / norm(e))
    assert max_sensitivity_relative(e, es) == pytest.approx(max(changes) / norm(e))
    assert avg_sensitivity_relative(e, es) == pytest.approx(np.mean(changes) / norm(e))


@given(ROW, MOVED, ROW, MOVED)
def test_relative_stabilities_are_loops(x, xs, e, es):
    rows = list(zip(xs, es, strict=True))
    elements = max(relative(e, b) / max(relative(x, a), EPS) for a, b in rows)
    outputs = max(relative(e, b) / max(norm(x - a), EPS) for a, b in rows)
    assert relative_input_stability(x, xs, e, es) == pytest.approx(elements)
    assert relative_representation_stability(x, xs, e, es) == pytest.approx(elements)
    assert relative_output_stability(x, xs, e, es) == pytest.approx(outputs)
    norms = [
        relative_norm(e, b) / relative_norm(x, a)
        for a, b in rows
        if norm(e) > 0 and norm(x) > 0 and norm(x - a) > 0
    ]
    for formula in (
        relative_input_stability_norm,
        relative_output_stability_norm,
        relative_representation_stability_norm,
    ):
        assert formula(x, xs, e, es) == pytest.approx(max(norms, default=np.nan), nan_ok=True)


OF_E = [max_sensitivity, avg_sensitivity, max_sensitivity_relative, avg_sensitivity_relative,
        max_sensitivity_captum]  # fmt: skip
OF_X_AND_E = [local_lipschitz, relative_input_stability, relative_input_stability_norm,
              relative_output_stability, relative_output_stability_norm]  # fmt: skip
CALLS = [lambda x, xs, e, es, f=f: f(e, es) for f in OF_E] + OF_X_AND_E


@given(ROW, MOVED, ROW, MOVED, st.permutations(range(3)), st.permutations(range(4)))
def test_permutations_and_the_optimum(x, xs, e, es, columns, moves):
    for formula in CALLS:
        value = float(formula(x, xs, e, es))
        assert np.isnan(value) or value >= 0
        shuffled = formula(x[columns], xs[moves][:, columns], e[columns], es[moves][:, columns])
        assert float(shuffled) == pytest.approx(value, nan_ok=True)
        still = float(formula(x, xs, e, np.tile(e, (4, 1))))
        assert still == 0 or np.isnan(still)


@given(ROW, MOVED, ROW, MOVED, st.floats(0.5, 20))
def test_scale(x, xs, e, es, c):
    """Absolute ones scale with the explanation, relative ones do not."""
    for formula in (max_sensitivity, avg_sensitivity):
        assert formula(c * e, c * es) == pytest.approx(c * formula(e, es))
    for formula in (max_sensitivity_relative, avg_sensitivity_relative):
        assert formula(c * e, c * es) == pytest.approx(formula(e, es), nan_ok=True)
    value = relative_input_stability_norm(x, xs, e, es)
    assert relative_input_stability_norm(c * x, c * xs, e, c * 0 + es) == pytest.approx(
        value, nan_ok=True
    )
    assert relative_input_stability_norm(x, xs, c * e, c * es) == pytest.approx(value, nan_ok=True)


def test_a_linear_explainer_has_its_largest_singular_value():
    """e(x) = A x: no sample exceeds it, many come near, and few fall short."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(4, 3))
    x, truth = rng.normal(size=3), norm(a, 2)
    found = []
    for n in (3, 3000):
        xs = x + 0.1 * rng.normal(size=(n, 3))
        found.append(float(local_lipschitz(x, xs, a @ x, xs @ a.T)))
    assert found[0] < found[1] <= truth * (1 + 1e-9)
    assert found[1] > 0.995 * truth


def test_stacks_and_missing_moves():
    rng = np.random.default_rng(1)
    x, xs, e, es = (rng.normal(size=s) for s in ((5, 3), (5, 4, 3), (5, 2), (5, 4, 2)))
    es[0], es[1, 2] = np.nan, np.nan
    for formula in CALLS:
        found = formula(x, xs, e, es)
        assert found.shape == (5,)
        assert np.isnan(found[0])
        left = [0, 1, 3]
        assert found[1] == pytest.approx(float(formula(x[1], xs[1, left], e[1], es[1, left])))


def test_an_attribution_near_zero_explodes_element_by_element_only():
    x, e = np.ones(2), np.array([1.0, 1e-9])
    xs, es = np.array([[1.1, 1.0]]), np.array([[1.0, 1e-2]])
    assert relative_input_stability(x, xs, e, es) > 1e4
    assert relative_input_stability_norm(x, xs, e, es) < 1


@given(st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=7))
def test_at_half_is_the_mean_over_all_halves(values):
    values = np.array(values)
    m = max(len(values) // 2, 1)
    wanted = np.mean([max(half) for half in itertools.combinations(values, m)])
    assert expected_at_half(values) == pytest.approx(wanted)
    assert expected_at_half(np.append(values, np.nan)) == pytest.approx(wanted)
    assert np.isnan(expected_at_half(np.full(3, np.nan)))


def test_an_explanation_of_zeros():
    """captum counts its norm as 1; the others have nothing to divide by."""
    zero, moved = np.zeros(2), np.array([[3.0, 4.0], [0.0, 0.0]])
    assert max_sensitivity_captum(zero, moved) == 5
    assert np.isnan(max_sensitivity_relative(zero, moved))
    assert np.isnan(avg_sensitivity_relative(zero, moved))
    assert relative_input_stability(np.ones(2), np.ones((2, 2)) + 1, zero, moved) == pytest.approx(
        5 / EPS / np.sqrt(2)
    )
    assert np.isnan(relative_input_stability_norm(np.ones(2), np.zeros((2, 2)), zero, moved))
