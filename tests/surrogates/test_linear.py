"""Lines against statsmodels, scikit-learn, refits and formulas; the laws are in test_laws.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.linear_model import Ridge as SklearnRidge

from limelab.surrogates import AbsoluteRidge, Forward, LeastSquares, Ridge
from limelab.types import Array, BadInput


def sample(seed: int = 0, n: int = 60, k: int = 3) -> tuple[Array, Array, Array]:
    """Two instances and two outputs: correlated z, uneven w, noisy y of uneven variance."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(2, n, k)) @ rng.normal(size=(k, k)) + rng.normal(size=k)
    y = z @ rng.normal(size=(k, 2)) + 3 + rng.normal(size=(2, n, 2)) * (1 + np.abs(z[..., :1]))
    return z, rng.random((2, n)) ** 2, y


def wls(z: Array, w: Array, y: Array) -> Any:
    return sm.WLS(y, sm.add_constant(z), weights=w).fit()


def test_least_squares_is_statsmodels_with_hc3() -> None:
    z, w, y = sample()
    fitted = LeastSquares().fit(z, w, y)
    for i, c in np.ndindex(2, 2):
        truth = wls(z[i], w[i], y[i, :, c])
        assert fitted.coef[i, :, c] == pytest.approx(truth.params[1:], rel=1e-10)
        assert fitted.intercept[i, c] == pytest.approx(truth.params[0], rel=1e-10)
        assert fitted.stderr[i, :, c] == pytest.approx(truth.HC3_se[1:], rel=1e-10)
        assert fitted.r2[i, c] == pytest.approx(truth.rsquared, rel=1e-10)


def test_shared_features_and_weights_are_statsmodels_too() -> None:
    z, w, y = sample(1)
    fitted = LeastSquares().fit(z[:1], w[:1], y)
    for i, c in np.ndindex(2, 2):
        truth = wls(z[0], w[0], y[i, :, c])
        assert fitted.coef[i, :, c] == pytest.approx(truth.params[1:], rel=1e-10)
        assert fitted.stderr[i, :, c] == pytest.approx(truth.HC3_se[1:], rel=1e-10)
        assert fitted.r2[i, c] == pytest.approx(truth.rsquared, rel=1e-10)


def test_r2_out_is_that_of_leaving_each_sample_out() -> None:
    z, w, y = sample(2, n=25)
    target, total = y[0, :, 0], 0.0
    for n in range(25):
        rest = np.arange(25) != n
        left_out = wls(z[0, rest], w[0, rest], target[rest])
        guess = left_out.params @ np.append(1.0, z[0, n])
        total += w[0, n] * (target[n] - guess) ** 2
    mean = np.average(target, weights=w[0])
    variance = w[0] @ (target - mean) ** 2
    fitted = LeastSquares().fit(z, w, y)
    assert fitted.r2_out[0, 0] == pytest.approx(1 - total / variance, rel=1e-9)
    assert fitted.r2_out[0, 0] < fitted.r2[0, 0]


@pytest.mark.parametrize("alpha", [0.0, 0.5, 30.0])
def test_ridge_is_scikit_learns_on_weights_of_mean_one(alpha: float) -> None:
    z, w, y = sample(3)
    fitted = Ridge(alpha).fit(z, w, y)
    for i in range(2):
        truth = SklearnRidge(alpha).fit(z[i], y[i], sample_weight=w[i] / w[i].mean())
        assert fitted.coef[i] == pytest.approx(truth.coef_.T, rel=1e-9)
        assert fitted.intercept[i] == pytest.approx(truth.intercept_, rel=1e-9)


def test_ridge_shrinks_the_same_however_small_the_weights() -> None:
    z, w, y = sample(4)
    assert Ridge(1).fit(z, w * 1e-12, y).coef == pytest.approx(Ridge(1).fit(z, w, y).coef)


def test_a_line_is_recovered_exactly_under_every_weighting() -> None:
    rng = np.random.default_rng(5)
    z, w = rng.normal(size=(4, 12, 3)), rng.random((4, 12)) ** 8
    coef = np.array([1.0, -2.0, 0.5])
    fitted = LeastSquares().fit(z, w, (z @ coef + 7)[..., None])
    assert fitted.coef[:, :, 0] == pytest.approx(np.tile(coef, (4, 1)), abs=1e-9)
    assert fitted.intercept == pytest.approx(np.full((4, 1), 7.0), abs=1e-9)
    assert fitted.r2 == pytest.approx(np.ones((4, 1)), abs=1e-12)


def test_importance_and_effect_are_coefficients_times_weighted_deviations() -> None:
    z, w, y = sample(6)
    fitted = LeastSquares().fit(z, w, y)
    for i in range(2):
        mean = np.average(z[i], axis=0, weights=w[i])
        sd = np.sqrt(np.average((z[i] - mean) ** 2, axis=0, weights=w[i]))
        assert fitted.deviation[i] == pytest.approx(sd)
        assert fitted.effect[i] == pytest.approx(fitted.coef[i] * sd[:, None])
        assert fitted.importance[i] == pytest.approx(np.abs(fitted.coef[i]) * sd[:, None])


def test_collinear_features_share_their_coefficient_and_are_counted() -> None:
    z, w, y = sample(7, k=2)
    doubled = np.concatenate([z, z[..., :1]], axis=2)
    alone, fitted = LeastSquares().fit(z, w, y), LeastSquares().fit(doubled, w, y)
    assert fitted.rank.tolist() == [2, 2]
    assert fitted.coef[:, [0, 2]] == pytest.approx(np.repeat(alone.coef[:, :1] / 2, 2, axis=1))
    assert fitted.r2 == pytest.approx(alone.r2)


@pytest.mark.parametrize("unit", [1e-150, 1e-8, 1e8, 1e150])
def test_units_of_a_feature_do_not_matter(unit: float) -> None:
    z, w, y = sample(8)
    scaled = z * [unit, 1.0, 1.0]
    plain, fitted = LeastSquares().fit(z, w, y), LeastSquares().fit(scaled, w, y)
    assert fitted.coef[:, 0] * unit == pytest.approx(plain.coef[:, 0], rel=1e-7)
    assert fitted.importance == pytest.approx(plain.importance, rel=1e-7)
    assert fitted.rank.tolist() == [3, 3]


def test_a_feature_that_stands_still_gets_nothing() -> None:
    z, w, y = sample(9)
    z[..., 1] = 1e6 / 3
    fitted = LeastSquares().fit(z, w, y)
    without = LeastSquares().fit(z[..., [0, 2]], w, y)
    assert not fitted.coef[:, 1].any()
    assert not fitted.selected[:, 1].any()
    assert fitted.deviation[:, 1].tolist() == [0.0, 0.0]
    assert fitted.coef[:, [0, 2]] == pytest.approx(without.coef)


def test_a_constant_target_has_no_coefficients_and_no_r2() -> None:
    z, w, y = sample(10)
    y[..., 1] = 0.1
    fitted = LeastSquares().fit(z, w, y)
    assert not fitted.coef[..., 1].any()
    assert not fitted.stderr[..., 1].any()
    assert fitted.intercept[:, 1] == pytest.approx([0.1, 0.1])
    assert np.isnan(fitted.r2[:, 1]).all()
    assert np.isnan(fitted.r2_out[:, 1]).all()
    assert np.isfinite(fitted.r2[:, 0]).all()


def test_after_a_selection_the_fit_is_that_of_the_chosen_alone() -> None:
    z, w, y = sample(11, k=5)
    fitted = LeastSquares(Forward(2)).fit(z, w, y)
    assert (fitted.selected.sum(axis=1) == 2).all()
    for i, c in np.ndindex(2, 2):
        use = np.flatnonzero(fitted.selected[i, :, c])
        alone = LeastSquares().fit(z[i : i + 1][..., use], w[i : i + 1], y[i : i + 1, :, [c]])
        assert fitted.coef[i, use, c] == pytest.approx(alone.coef[0, :, 0])
        assert fitted.stderr[i, use, c] == pytest.approx(alone.stderr[0, :, 0])
        assert fitted.r2_out[i, c] == pytest.approx(alone.r2_out[0, 0])


@pytest.mark.parametrize("alpha", [-1, float("nan"), float("inf"), "1", True, None, [1.0]])
def test_a_bad_penalty_is_refused(alpha: Any) -> None:
    with pytest.raises(BadInput, match=r"Ridge\(alpha=.*expected a finite number at least 0"):
        Ridge(alpha)


@pytest.mark.parametrize("surrogate", [LeastSquares, Ridge, AbsoluteRidge])
@pytest.mark.parametrize("select", [Forward, 3, "forward"])
def test_a_bad_selector_is_refused(surrogate: Any, select: Any) -> None:
    with pytest.raises(BadInput, match=r"select=.*expected a selector such as Forward\(5\)"):
        surrogate(select=select)


def test_numbers_are_normalised_at_birth() -> None:
    assert repr(Ridge(1)) == repr(Ridge(float(np.float32(1)))) == "Ridge(alpha=1.0, select=None)"
    assert hash(Ridge(1)) == hash(Ridge(1.0))


def test_outputs_next_to_nothing_are_constant() -> None:
    """Sure classifiers give probabilities such as 1e-310, whose squares are 0."""
    z, w, y = sample(12)
    fitted = LeastSquares().fit(z, w, y * 1e-250)
    assert not fitted.coef.any()
    assert np.isnan(fitted.r2).all()


@pytest.mark.parametrize("surrogate", [LeastSquares(), Ridge(), AbsoluteRidge()])
def test_a_target_that_varies_only_where_no_weight_lies_is_constant(surrogate: Any) -> None:
    z, w, y = sample(13)
    w[:, 4:] = 0.0
    y[:, :4] = 0.1
    fitted = surrogate.fit(z, w, y)
    assert not fitted.importance.any()
    assert np.isnan(fitted.r2).all()
    assert np.isnan(fitted.r2_out).all()
    assert fitted.intercept == pytest.approx(np.full((2, 2), 0.1))


@pytest.mark.parametrize("alpha", [0.0, 0.5, 30.0])
def test_absolute_ridge_is_scikit_learns_on_raw_weights(alpha: float) -> None:
    z, w, y = sample(14)
    w *= 1e-3
    fitted = AbsoluteRidge(alpha).fit(z, w, y)
    for i in range(2):
        truth = SklearnRidge(alpha).fit(z[i], y[i], sample_weight=w[i])
        assert fitted.coef[i] == pytest.approx(truth.coef_.T, rel=1e-8)
        assert fitted.intercept[i] == pytest.approx(truth.intercept_, rel=1e-8)


def test_a_narrow_kernel_erases_what_an_absolute_penalty_holds() -> None:
    """Section 0 of theory: (S + alpha / sum w)^-1 S b, where `Ridge` has alpha / n."""
    z, w, _ = sample(15, k=1)
    for scale in (1.0, 1e-3, 1e-6):
        weights, v = w * scale, w[0] / w[0].sum()
        s = v @ (z[0, :, 0] - v @ z[0, :, 0]) ** 2
        shrunk = s / (s + 1 / weights[0].sum())
        assert AbsoluteRidge(1).fit(z, weights, z).coef[0, 0, 0] == pytest.approx(shrunk)
        kept = s / (s + 1 / w.shape[1])
        assert Ridge(1).fit(z, weights, z).coef[0, 0, 0] == pytest.approx(kept)


@pytest.mark.parametrize("kind", [np.bool_, np.int8])
def test_zeros_and_ones_may_come_as_they_are(kind: Any) -> None:
    z, w, y = sample(16)
    z = (z > 0).astype(np.float64)
    plain, small = LeastSquares().fit(z, w, y), LeastSquares().fit(z.astype(kind), w, y)
    assert small.coef == pytest.approx(plain.coef, rel=1e-12)
    assert small.predict(z.astype(kind)) == pytest.approx(plain.predict(z))


@pytest.mark.parametrize("select", [None, Forward(2)], ids=repr)
@pytest.mark.parametrize("axes", [(1, 1, 3), (3, 3, 3), (1, 3, 1)])
def test_two_shares_of_one_are_one_line_turned_over(axes: tuple[int, ...], select: Any) -> None:
    rng = np.random.default_rng(7)
    z, w = rng.normal(size=(axes[0], 80, 3)), rng.random((axes[1], 80))
    share = 1 / (1 + np.exp(-z[:1, :, :1] - rng.normal(size=(axes[2], 80, 1))))
    both = np.concatenate([share, 1 - share], axis=2)
    fitted = LeastSquares(select).fit(z, w, both)
    apart = [LeastSquares(select).fit(z, w, both[:, :, c : c + 1]) for c in range(2)]
    for name in ("coef", "stderr", "intercept", "r2", "r2_out", "selected", "importance"):
        alone = np.concatenate([getattr(one, name) for one in apart], axis=-1)
        assert getattr(fitted, name) == pytest.approx(alone, rel=1e-9, abs=1e-14), name
    assert (fitted.coef[..., 0] == -fitted.coef[..., 1]).all()


def test_two_outputs_that_miss_one_are_two_lines() -> None:
    z, w, y = sample(2)
    y = np.concatenate([y[:, :, :1], 1.0 - y[:, :, :1]], axis=2)
    y[1, 5, 1] += 1e-3  # in one sample of one instance
    fitted = LeastSquares().fit(z, w, y)
    truth = wls(z[1], w[1], y[1, :, 1])
    assert fitted.coef[1, :, 1] == pytest.approx(truth.params[1:], rel=1e-10)
    assert fitted.stderr[1, :, 1] == pytest.approx(truth.HC3_se[1:], rel=1e-10)


def test_a_collinear_column_leaves_the_minimum_norm_and_one_rank_less() -> None:
    z, w, y = sample(3)
    z = np.concatenate([z, z[:, :, :1]], axis=2)
    fitted = LeastSquares().fit(z[:1], w[:1], y[:1])
    assert fitted.rank.tolist() == [3]
    assert fitted.coef[0, 0] == pytest.approx(fitted.coef[0, 3], rel=1e-9)
    assert 2 * fitted.coef[0, 0, 0] == pytest.approx(wls(z[0, :, :3], w[0], y[0, :, 0]).params[1])


def test_a_selector_that_looks_at_signs_is_asked_for_both_shares() -> None:
    class Rising:
        def choose(self, gram: Array, moments: Array, first: Array) -> Any:
            return moments > 0

    z, w, _ = sample(4)
    share = 1 / (1 + np.exp(-z[:, :, :1]))
    fitted = LeastSquares(Rising()).fit(z, w, np.concatenate([share, 1 - share], axis=2))
    assert (fitted.selected[..., 0] == ~fitted.selected[..., 1]).all()
