"""Bayesian ridge against scikit-learn's, against the normal posterior, and against Ridge."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import BayesianRidge as SklearnBayesianRidge

from limelab.surrogates import BayesianRidge, LeastSquares, Ridge
from limelab.types import Array, BadInput


def sample(seed: int, n: int = 80, k: int = 4) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(2, n, k)) @ rng.normal(size=(k, k)) + rng.normal(size=k)
    return z, rng.random((2, n)) ** 2, z[..., :2] - 3 + rng.normal(size=(2, n, 2))


def test_evidence_is_scikit_learns_on_weights_of_mean_one_and_outputs_of_unit_variance() -> None:
    z, w, y = sample(0)
    fitted = BayesianRidge().fit(z, w, y)
    for i, c in np.ndindex(2, 2):
        mean = np.average(y[i, :, c], weights=w[i])
        sd = np.sqrt(np.average((y[i, :, c] - mean) ** 2, weights=w[i]))
        truth = SklearnBayesianRidge(tol=1e-12, max_iter=10**5)
        truth.fit(z[i], y[i, :, c] / sd, sample_weight=w[i] / w[i].mean())
        assert fitted.coef[i, :, c] == pytest.approx(truth.coef_ * sd, rel=1e-7)
        assert fitted.stderr[i, :, c] == pytest.approx(np.sqrt(np.diag(truth.sigma_)) * sd)
        assert fitted.intercept[i, c] == pytest.approx(truth.intercept_ * sd, rel=1e-7)


def posterior(z: Array, w: Array, y: Array, noise: float, weight: float, prior: Array) -> Any:
    """Mean and covariance, the intercept under a flat prior."""
    root = np.sqrt(w / w.mean())[:, None]
    design = root * np.column_stack([np.ones(len(z)), z])
    penalty = weight * np.diag([0.0] + [1.0] * z.shape[1])
    covariance = np.linalg.inv(noise * design.T @ design + penalty)
    pull = noise * design.T @ (root[:, 0] * y) + penalty @ np.append(0.0, prior)
    return covariance @ pull, covariance


@pytest.mark.parametrize("prior", [[0, 0, 0, 0], [5, -2, 1, 0.5]])
def test_given_precisions_give_the_normal_posterior(prior: list[float]) -> None:
    z, w, y = sample(1)
    fitted = BayesianRidge(0.3, 20, prior).fit(z, w, y)
    for i, c in np.ndindex(2, 2):
        mean, covariance = posterior(z[i], w[i], y[i, :, c], 0.3, 20, np.array(prior))
        assert fitted.coef[i, :, c] == pytest.approx(mean[1:], rel=1e-9)
        assert fitted.intercept[i, c] == pytest.approx(mean[0], rel=1e-9)
        assert fitted.stderr[i, :, c] == pytest.approx(np.sqrt(np.diag(covariance))[1:], rel=1e-9)


def test_given_precisions_of_ratio_alpha_are_ridge() -> None:
    z, w, y = sample(2)
    bayes, ridge = BayesianRidge(2, 6).fit(z, w, y), Ridge(3).fit(z, w, y)
    for name in ("coef", "intercept", "r2", "r2_out"):
        assert getattr(bayes, name) == pytest.approx(getattr(ridge, name), rel=1e-9), name


def test_a_precision_that_is_left_out_is_a_fixed_point_of_the_evidence() -> None:
    """Given the noise that scikit-learn finds, its weights are found, and the other way round."""
    z, w, y = sample(3)
    z, w, y = z[:1], np.ones((1, 80)), y[:1, :, :1]
    y = y / y.std()
    truth = SklearnBayesianRidge(tol=1e-12, max_iter=10**5).fit(z[0], y[0, :, 0])
    for half in (
        BayesianRidge(noise_precision=float(truth.alpha_)),
        BayesianRidge(weight_precision=float(truth.lambda_)),
    ):
        assert half.fit(z, w, y).coef[0, :, 0] == pytest.approx(truth.coef_, rel=1e-7)


def test_much_data_forgets_the_prior_and_none_keeps_it() -> None:
    z, w, y = sample(4)
    flat = BayesianRidge(1, 1e-12, [9, 9, 9, 9]).fit(z, w, y)
    assert flat.coef == pytest.approx(LeastSquares().fit(z, w, y).coef, rel=1e-8)
    firm = BayesianRidge(1, 1e12, [9, 8, 7, 6]).fit(z, w, y)
    assert firm.coef[0, :, 0] == pytest.approx([9, 8, 7, 6])


def test_an_exact_line_and_a_constant_are_borne() -> None:
    z, w, _ = sample(5)
    y = z @ np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 0.0], [0.0, 0.0]]) + 0.1
    fitted = BayesianRidge().fit(z, w, y)
    assert fitted.coef[0, :, 0] == pytest.approx([1, 2, 0, 0], abs=1e-4)
    assert not fitted.coef[..., 1].any()
    assert not fitted.stderr[..., 1].any()
    assert np.isnan(fitted.r2[:, 1]).all()


def test_a_prior_of_another_length_is_refused() -> None:
    z, w, y = sample(6)
    with pytest.raises(BadInput, match="has 2 values; expected one for each of 4 features"):
        BayesianRidge(prior_mean=[1, 2]).fit(z, w, y)


@pytest.mark.parametrize("prior", ["12", 3, [1, float("nan")], ["a"]])
def test_a_bad_prior_is_refused(prior: Any) -> None:
    with pytest.raises(BadInput, match=r"prior_mean=.*expected a finite number for each feature"):
        BayesianRidge(prior_mean=prior)


@pytest.mark.parametrize("name", ["noise_precision", "weight_precision"])
@pytest.mark.parametrize("value", [0, -1, float("inf"), "1"])
def test_a_bad_precision_is_refused(name: str, value: Any) -> None:
    with pytest.raises(BadInput, match=rf"{name}=.*expected a finite number above 0"):
        BayesianRidge(**{name: value})
