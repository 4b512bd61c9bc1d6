"""Models of other packages answer as they do by themselves."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from sklearn.linear_model import LinearRegression

import limelab as ll
from limelab.auditing.adapting import ready
from limelab.types import BadInput

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(RNG.normal(size=(40, 2)), columns=["a", "b"]).assign(
    y=lambda frame: 2 * frame["a"] - frame["b"]
)


def test_results_of_statsmodels_get_the_columns_they_were_fitted_on():
    X = FRAME[["a", "b"]]
    shuffled = X[["b", "a"]]
    truth = FRAME["y"].to_numpy()
    plain = sm.OLS(FRAME["y"], sm.add_constant(X)).fit()
    formula = smf.ols("y ~ a + b", FRAME).fit()
    bare = sm.OLS(FRAME["y"], X).fit()
    for results in (plain, formula, bare):
        assert np.allclose(ready(results)(shuffled), truth)
    with pytest.raises(BadInput, match=r"the data lack \['b'\]"):
        ready(plain)(X[["a"]])
    model = LinearRegression()
    assert ready(model) is model


def test_a_booster_of_xgboost_answers_rows():
    xgboost = pytest.importorskip("xgboost")
    matrix = xgboost.DMatrix(FRAME[["a", "b"]], FRAME["y"])
    booster = xgboost.train({"max_depth": 2}, matrix, 5)
    asked = ready(booster)
    for order in (["a", "b"], ["b", "a"]):
        np.testing.assert_allclose(asked(FRAME[order]), booster.predict(matrix), rtol=1e-6)
    with pytest.raises(BadInput, match="lacks 'b', on which the model was fitted"):
        asked(FRAME[["a"]])
    assert ll.explain(asked, FRAME[["a", "b"]], FRAME[["a", "b"]][:2]).effect.shape == (2, 2, 1)


def test_estimators_of_lightgbm_are_asked_as_they_are():
    lightgbm = pytest.importorskip("lightgbm")
    X = FRAME[["a", "b"]].rename(columns={"a": "a long name"})
    model = lightgbm.LGBMRegressor(n_estimators=5, verbose=-1, min_child_samples=3)
    model.fit(X, FRAME["y"])
    found = ll.explain(ready(model), X, X[:2])
    np.testing.assert_allclose(found.f[:, 0], model.predict(X[:2]))


def test_an_audit_gives_boosters_the_columns_that_they_name():
    lightgbm, xgboost = pytest.importorskip("lightgbm"), pytest.importorskip("xgboost")
    X, y = FRAME[["a", "b"]].rename(columns={"a": "my a"}), FRAME["y"]
    shuffled = X[["b", "my a"]]
    quiet = {"verbose": -1, "min_data_in_leaf": 3}
    light = lightgbm.train(quiet, lightgbm.Dataset(X, y), 5)
    extreme = xgboost.train({"max_depth": 2}, xgboost.DMatrix(X, y), 5)
    for booster, answers in ((light, light.predict(X)), (extreme, extreme.inplace_predict(X))):
        told = ll.audit(booster, shuffled, shuffled[:2], repeats=5)
        np.testing.assert_allclose(told.verdicts["f"], answers[:2], rtol=1e-6)
    found = ll.explain(light, shuffled, shuffled[:2])
    np.testing.assert_allclose(found.f[:, 0], light.predict(X)[:2])
    with pytest.raises(BadInput, match="lacks 'my_a', on which the model was fitted"):
        ll.explain(light, FRAME[["a", "b"]], FRAME[["a", "b"]][:2])


def test_boosters_of_arrays_name_no_columns():
    lightgbm, xgboost = pytest.importorskip("lightgbm"), pytest.importorskip("xgboost")
    X, y = FRAME[["a", "b"]].to_numpy(), FRAME["y"].to_numpy()
    quiet = {"verbose": -1, "min_data_in_leaf": 3}
    light = lightgbm.train(quiet, lightgbm.Dataset(X, y), 5)
    extreme = xgboost.train({"max_depth": 2}, xgboost.DMatrix(X, y), 5)
    for booster, answers in ((light, light.predict(X)), (extreme, extreme.inplace_predict(X))):
        found = ll.explain(ready(booster), FRAME[["a", "b"]], FRAME[["a", "b"]][:2])
        np.testing.assert_allclose(found.f[:, 0], answers[:2], rtol=1e-6)
