"""Estimators of scikit-learn as surrogates: what they are handed, fit, say and refuse."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
from sklearn.linear_model import Ridge as SklearnRidge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeRegressor

from limelab.surrogates import FromSklearn, LeastSquares, Ridge, Tree
from limelab.types import Array, BadInput


def sample(seed: int, n: int = 300) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(2, n, 3)).astype(np.float32).astype(np.float64)
    return z, rng.random((2, n)), np.sin(z[..., :2]) + z[..., 1:] ** 2


@pytest.mark.parametrize(
    ("estimator", "own"),
    [(LinearRegression(), LeastSquares()), (SklearnRidge(3.0), Ridge(3))],
)
def test_lines_say_what_ours_say(estimator: Any, own: Any) -> None:
    z, w, y = sample(0)
    fitted, truth = FromSklearn(estimator).fit(z, w, y), own.fit(z, w, y)
    for name in ("coef", "intercept", "importance", "effect", "r2", "deviation"):
        assert getattr(fitted, name) == pytest.approx(getattr(truth, name), rel=1e-7), name
    assert fitted.predict(z) == pytest.approx(truth.predict(z))


def test_a_tree_is_ours_and_its_importance_within_a_few_percent() -> None:
    z, w, y = sample(1)
    tree = DecisionTreeRegressor(max_depth=3, min_weight_fraction_leaf=0.05)
    fitted, truth = FromSklearn(tree).fit(z, w, y), Tree(3, min_share=0.05).fit(z, w, y)
    assert fitted.coef is None
    assert fitted.predict(z) == pytest.approx(truth.predict(z))
    assert fitted.importance == pytest.approx(truth.importance, abs=0.08 * truth.importance.max())
    assert not hasattr(tree, "tree_")


def test_samples_of_no_weight_are_not_there() -> None:
    z, w, y = sample(2)
    w[:, 200:] = 0.0
    fitted = FromSklearn(DecisionTreeRegressor(min_samples_leaf=20)).fit(z, w, y)
    short = FromSklearn(DecisionTreeRegressor(min_samples_leaf=20))
    alone = short.fit(z[:, :200], w[:, :200], y[:, :200])
    assert fitted.predict(z) == pytest.approx(alone.predict(z))


def test_a_coefficient_behind_a_link_is_none() -> None:
    z, w, y = sample(3)
    assert FromSklearn(PoissonRegressor()).fit(z, w, np.exp(y / 4)).coef is None


def test_randomness_is_fixed_and_the_estimator_left_alone() -> None:
    z, w, y = sample(4)
    forest = RandomForestRegressor(5)
    surrogate = FromSklearn(forest)
    assert repr(surrogate) == "FromSklearn(RandomForestRegressor(n_estimators=5, random_state=0))"
    assert (surrogate.fit(z, w, y).predict(z) == surrogate.fit(z, w, y).predict(z)).all()
    forest.set_params(n_estimators=7)
    assert forest.random_state is None
    assert surrogate != FromSklearn(forest)
    assert surrogate == FromSklearn(RandomForestRegressor(5, random_state=0))
    assert hash(surrogate) == hash(pickle.loads(pickle.dumps(surrogate)))


def test_a_constant_target_moves_nothing() -> None:
    z, w, y = sample(5)
    fitted = FromSklearn(LinearRegression()).fit(z, w, np.full_like(y, 0.1))
    assert not fitted.importance.any()
    assert fitted.coef is not None
    assert not fitted.coef.any()
    assert np.isnan(fitted.r2).all()


@pytest.mark.parametrize(
    ("estimator", "match"),
    [
        (LinearRegression, "expected a scikit-learn regressor such as"),
        (3, "expected a scikit-learn regressor such as"),
        (LogisticRegression(), "expected a regressor whose fit takes sample_weight"),
        (KNeighborsRegressor(), "expected a regressor whose fit takes sample_weight"),
        (RandomForestRegressor(random_state=np.random.RandomState(0)), "without a lasting name"),
    ],
)
def test_what_cannot_be_a_surrogate_is_refused(estimator: Any, match: str) -> None:
    with pytest.raises(BadInput, match=match):
        FromSklearn(estimator)
