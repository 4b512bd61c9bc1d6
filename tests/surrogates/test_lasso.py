"""The lasso against scikit-learn's and against its optimality conditions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Lasso as SklearnLasso
from sklearn.metrics import r2_score

from limelab.surrogates import Lasso, LeastSquares
from limelab.surrogates.lasso import lasso
from limelab.types import Array, BadInput


def sample(seed: int, n: int = 80, k: int = 6) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(1, n, k)) @ rng.normal(size=(k, k)) + rng.normal(size=k)
    return z, rng.random((1, n)) ** 2, z[..., :2] + rng.normal(size=(1, n, 2))


@pytest.mark.parametrize("alpha", [1e-3, 0.1, 1.0, 10.0])
def test_lasso_is_scikit_learns_with_weights(alpha: float) -> None:
    z, w, y = sample(0)
    fitted = Lasso(alpha).fit(z, w, y)
    for c in range(2):
        truth = SklearnLasso(alpha, tol=1e-13, max_iter=10**6)
        truth.fit(z[0], y[0, :, c], sample_weight=w[0])
        assert fitted.coef[0, :, c] == pytest.approx(truth.coef_, abs=1e-6)
        assert (fitted.selected[0, :, c] == (truth.coef_ != 0)).all()
        assert fitted.intercept[0, c] == pytest.approx(truth.intercept_, abs=1e-5)
        said = r2_score(y[0, :, c], truth.predict(z[0]), sample_weight=w[0])
        assert fitted.r2[0, c] == pytest.approx(said, abs=1e-9)


@given(seed=st.integers(0, 10**6), alpha=st.sampled_from([1e-3, 0.1, 1.0, 10.0]))
def test_the_conditions_of_the_optimum_hold(seed: int, alpha: float) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(20, 6))
    gram, moment = root.T @ root / 20, 5 * rng.normal(size=6)
    b = lasso(gram, moment, alpha)
    slope = moment - gram @ b
    assert slope[b != 0] == pytest.approx(alpha * np.sign(b[b != 0]), rel=1e-8)
    assert (np.abs(slope) <= alpha * (1 + 1e-8)).all()


def test_copies_of_a_feature_are_borne() -> None:
    z, w, y = sample(1)
    doubled = np.concatenate([z, z[..., :1]], axis=2)
    plain, fitted = Lasso(0.1).fit(z, w, y), Lasso(0.1).fit(doubled, w, y)
    assert fitted.coef[:, 0] + fitted.coef[:, 6] == pytest.approx(plain.coef[:, 0], abs=1e-4)
    assert fitted.r2 == pytest.approx(plain.r2, abs=1e-6)


def test_a_small_penalty_is_none_and_a_large_one_leaves_nothing() -> None:
    z, w, y = sample(2)
    assert Lasso(1e-9).fit(z, w, y).coef == pytest.approx(LeastSquares().fit(z, w, y).coef)
    nothing = Lasso(1e6).fit(z, w, y)
    assert not nothing.selected.any()
    assert nothing.r2 == pytest.approx(np.zeros((1, 2)))


def test_r2_out_is_that_on_the_odd_samples_of_a_fit_of_the_even() -> None:
    z, w, y = sample(3)
    half = Lasso(0.2).fit(z[:, ::2], w[:, ::2], y[:, ::2]).predict(z[:, 1::2])[0]
    fitted = Lasso(0.2).fit(z, w, y)
    for c in range(2):
        said = r2_score(y[0, 1::2, c], half[:, c], sample_weight=w[0, 1::2])
        assert fitted.r2_out[0, c] == pytest.approx(said)


def test_a_constant_target_and_a_constant_feature_get_nothing() -> None:
    z, w, y = sample(4)
    z[..., 2], y[..., 1] = 7.0, 0.1
    fitted = Lasso(0.01).fit(z, w, y)
    assert not fitted.coef[:, 2].any()
    assert not fitted.coef[..., 1].any()
    assert np.isnan(fitted.r2[:, 1]).all()
    assert not Lasso(0.01).fit(z[..., [2]], w, y).coef.any()
    assert "no standard errors" in fitted.withheld


@pytest.mark.parametrize("alpha", [0, -1, float("nan"), "1", None])
def test_a_bad_penalty_is_refused(alpha: Any) -> None:
    with pytest.raises(BadInput, match=r"Lasso\(alpha=.*expected a finite number above 0"):
        Lasso(alpha)
