"""Polynomials against scikit-learn's terms, derivatives and the double sum over pairs."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import PolynomialFeatures

from limelab.surrogates import LeastSquares, Polynomial
from limelab.types import Array
from tests.surrogates.test_impact import double_sum


def sample(seed: int, n: int = 90, k: int = 3) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(2, n, k)) + 0.5
    return z, rng.random((2, n)), np.sin(z[..., :2]) * z[..., 1:3] + 0.1


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_a_polynomial_is_least_squares_on_all_terms(degree: int) -> None:
    z, w, y = sample(0)
    fitted, basis = Polynomial(degree).fit(z, w, y), PolynomialFeatures(degree)
    for i in range(2):
        truth = LinearRegression().fit(basis.fit_transform(z[i]), y[i], sample_weight=w[i])
        assert fitted.predict(z)[i] == pytest.approx(truth.predict(basis.transform(z[i])))
        zero = basis.transform(np.zeros((1, 3)))
        assert fitted.intercept[i] == pytest.approx(truth.predict(zero)[0])


def test_coefficients_are_slopes_at_zero() -> None:
    z, w, y = sample(1)
    fitted, step = Polynomial(3).fit(z, w, y), 1e-5 * np.eye(3)
    slopes = (fitted.predict(step[None]) - fitted.predict(-step[None])) / 2e-5
    assert fitted.coef == pytest.approx(slopes, rel=1e-6)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_importance_and_effect_are_the_double_sum_over_all_pairs(degree: int) -> None:
    z, w, y = sample(2, n=40)
    fitted = Polynomial(degree).fit(z, w, y)
    for i, c in np.ndindex(2, 2):

        def said(points: Array, i: int = i, c: int = c) -> Array:
            return fitted.predict(points[None])[i, :, c]

        importance, effect = double_sum(said, z[i], w[i] / w[i].sum())
        assert fitted.importance[i, :, c] == pytest.approx(importance)
        assert fitted.effect[i, :, c] == pytest.approx(effect)


def test_degree_one_is_least_squares() -> None:
    z, w, y = sample(3)
    line, fitted = LeastSquares().fit(z, w, y), Polynomial(1).fit(z, w, y)
    for name in ("coef", "intercept", "importance", "effect", "r2", "r2_out", "deviation"):
        assert getattr(fitted, name) == pytest.approx(getattr(line, name)), name


def test_a_category_has_no_square_and_a_constant_nothing() -> None:
    z, w, y = sample(4)
    z[..., 0], z[..., 1] = z[..., 0] > 0.5, 7.0
    fitted = Polynomial(2).fit(z, w, y)
    squares = [3 + 0, 3 + 3]  # of the terms 0, 1, 2, 00, 01, 02, 11, 12, 22
    assert not fitted.weights[:, squares].any()
    assert not fitted.importance[:, 1].any()
    assert not fitted.selected[:, 1].any()
    assert np.isfinite(fitted.coef).all()


def test_a_constant_target_moves_nothing() -> None:
    z, w, y = sample(5)
    y[..., 1] = 0.1
    fitted = Polynomial().fit(z, w, y)
    assert not fitted.importance[..., 1].any()
    assert np.isnan(fitted.r2[:, 1]).all()
    assert fitted.predict(z)[..., 1] == pytest.approx(np.full(z.shape[:2], 0.1))


def test_a_feature_that_stands_still_far_away_does_no_harm() -> None:
    """As where a law that is free of x is seen from a row far out."""
    near = np.random.default_rng(0).normal(size=(1, 60, 2))
    far = np.concatenate([near, np.full((1, 60, 1), 1e150)], axis=2)
    y = near[..., :1] ** 2 + near[..., 1:]
    plain, beside = (Polynomial(3).fit(z, np.ones((1, 60)), y) for z in (near, far))
    assert beside.importance[0, :2] == pytest.approx(plain.importance[0])
    assert not beside.importance[0, 2].any()
    assert beside.intercept == pytest.approx(plain.intercept)
