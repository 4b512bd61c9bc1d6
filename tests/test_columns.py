"""Names that models say, in LightGBM's spelling too, find their columns or are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import VotingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from limelab.columns import in_order, names_of, one_each, places_of
from limelab.types import BadInput

RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(40, 3)), columns=["my age", "z", "my_pay"])
Y = X["my age"] + X["z"]
AMBIGUOUS = ["my_age", "z", "my_pay", "my age"]


def test_exact_names_go_before_underscores_where_a_model_spells_as_it_was_told():
    model = LinearRegression().fit(X.rename(columns={"my age": "my_age"}), Y)
    assert places_of(model, AMBIGUOUS) == [["my_age"], ["z"], ["my_pay"]]


def test_others_than_boosters_look_for_missing_columns_themselves():
    model = LinearRegression().fit(X, Y)
    assert in_order(model, ["z", "my_pay", "my age"]) == list(X.columns)
    assert in_order(model, list(X.columns)) is None
    assert in_order(model, ["z", "my age"]) is None
    assert in_order(model, ["z", "my age", "my_pay", "extra"]) is None


def test_two_columns_that_an_underscore_may_mean_are_refused():
    model = LinearRegression().fit(pd.DataFrame({"a_b_c": [1.0, 2.0]}), [1.0, 2.0])
    places = places_of(model, ["a b_c", "a_b c"])
    assert places is not None
    with pytest.raises(BadInput, match=r"'a_b_c', which may be any of 'a b_c', 'a_b c' of d.csv"):
        one_each(model, places, "d.csv")


def test_a_name_without_a_column_is_refused():
    model = LinearRegression().fit(X, Y)
    with pytest.raises(BadInput, match=r"d\.csv lacks 'z', on which the model was fitted"):
        one_each(model, places_of(model, ["my age", "my_pay"]), "d.csv")


def test_lightgbm_means_either_spelling_wherever_it_is_inside():
    lightgbm = pytest.importorskip("lightgbm")
    plain = lightgbm.LGBMRegressor(n_estimators=2, verbose=-1, min_child_samples=3)
    models = [
        plain,
        make_pipeline(plain),
        GridSearchCV(plain, {"num_leaves": [3]}, cv=2),
        VotingRegressor([("only", plain)]),
    ]
    for model in models:
        model.fit(X, Y)
        assert places_of(model, X.columns) == [["my age"], ["z"], ["my_pay"]]
        assert places_of(model, AMBIGUOUS) == [["my_age", "my age"], ["z"], ["my_pay"]]
    scaled = make_pipeline(StandardScaler(), plain).fit(X, Y)
    assert places_of(scaled, AMBIGUOUS) == [["my age"], ["z"], ["my_pay"]]
    booster = plain.fit(X, Y).booster_
    assert in_order(booster, ["more", "my_pay", "z", "my age"]) == ["my age", "z", "my_pay"]
    with pytest.raises(BadInput, match=r"any of 'my_age', 'my age' .* leave out or rename"):
        in_order(booster, AMBIGUOUS)
    with pytest.raises(BadInput, match="lacks 'z', on which the model was fitted"):
        in_order(booster, ["my age", "my_pay"])


def test_models_of_arrays_name_nothing():
    lightgbm, xgboost = pytest.importorskip("lightgbm"), pytest.importorskip("xgboost")
    rows, y = X.to_numpy(), Y.to_numpy()
    assert names_of(LinearRegression().fit(rows, y)) is None
    assert names_of(lightgbm.train({"verbose": -1}, lightgbm.Dataset(rows, y), 1)) is None
    assert names_of(xgboost.train({}, xgboost.DMatrix(rows, y), 1)) is None
    assert names_of(xgboost.train({}, xgboost.DMatrix(X, y), 1)) == tuple(X.columns)
