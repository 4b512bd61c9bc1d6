"""Reading fitted trees: the arrays answer as the model does, and all else is declined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import (
    AdaBoostRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)

from limelab.blackbox import BlackBox, blackbox
from limelab.exact.boxes import boxes
from limelab.exact.fitted import read
from limelab.types import Array, BadInput, NotApplicable

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4)) * [1.0, 50.0, 1e-3, 1.0] + [0.0, 10.0, 0.0, 1e8]
Y = X[:, 0] * (X[:, 1] - 10) / 50 + np.sin(X[:, 2] * 2e3) + 0.3 * (X[:, 3] - 1e8)
TWO = Y > 0.2
THREE = np.array(["low", "mid", "high"])[np.digitize(Y, [-0.4, 0.6])]
BOOSTED = {"n_estimators": 12, "random_state": 0}

MODELS: dict[str, Any] = {
    "tree": DecisionTreeRegressor(max_depth=6).fit(X, Y),
    "tree of two targets": DecisionTreeRegressor(max_depth=6).fit(X, np.column_stack([Y, -(Y**2)])),
    "one leaf": DecisionTreeRegressor().fit(X, np.ones(len(X))),
    "classes of a tree": DecisionTreeClassifier(max_depth=5).fit(X, THREE),
    "extra tree": ExtraTreeRegressor(max_depth=6, random_state=0).fit(X, Y),
    "classes of an extra tree": ExtraTreeClassifier(max_depth=6, random_state=0).fit(X, TWO),
    "forest": RandomForestRegressor(9, random_state=0).fit(X, Y),
    "poisson forest": RandomForestRegressor(5, criterion="poisson").fit(X, np.exp(Y / 3)),
    "classes of a forest": RandomForestClassifier(9, random_state=0).fit(X, THREE),
    "weighed classes": RandomForestClassifier(5, class_weight="balanced").fit(X, TWO),
    "extra trees": ExtraTreesRegressor(9, random_state=0).fit(X, Y),
    "classes of extra trees": ExtraTreesClassifier(9, random_state=0).fit(X, TWO),
    "boosting": GradientBoostingRegressor(**BOOSTED).fit(X, Y),
    "boosting from zero": GradientBoostingRegressor(init="zero", **BOOSTED).fit(X, Y),
    "absolute boosting": GradientBoostingRegressor(loss="absolute_error", **BOOSTED).fit(X, Y),
    "histograms": HistGradientBoostingRegressor(max_iter=12, random_state=0).fit(X, Y),
    "quantile": HistGradientBoostingRegressor(loss="quantile", quantile=0.3, max_iter=9).fit(X, Y),
}
SCORED: dict[str, Any] = {
    "boosting of two": GradientBoostingClassifier(**BOOSTED).fit(X, TWO),
    "exponential": GradientBoostingClassifier(loss="exponential", **BOOSTED).fit(X, TWO),
    "boosting of three": GradientBoostingClassifier(**BOOSTED).fit(X, THREE),
    "histograms of two": HistGradientBoostingClassifier(max_iter=12).fit(X, TWO),
    "histograms of three": HistGradientBoostingClassifier(max_iter=12).fit(X, THREE),
}


def answers(model: Any, rows: Array) -> Array:
    found = getattr(model, "decision_function", getattr(model, "predict_proba", model.predict))(
        rows
    )
    return np.asarray(found).reshape(len(rows), -1)


def near_borders(model: Any) -> Array:
    """Rows of which one value lies within float32 rounding of a border, on either side."""
    forest = read(model)
    nodes = np.flatnonzero(forest.left >= 0)[:25]
    border = forest.border[nodes]
    steps = (1 - 1e-7, 1 - 1e-9, 1 - 1e-15, 1 + 1e-15, 1 + 1e-9, 1 + 1e-7)
    rows = np.repeat(X[: len(nodes)], len(steps), axis=0)
    rows[np.arange(len(rows)), np.repeat(forest.feature[nodes], len(steps))] = (
        border[:, None] * steps
    ).ravel()
    return rows


@pytest.mark.parametrize("name", [*MODELS, *SCORED])
def test_boxes_answer_as_the_model_does(name: str) -> None:
    model = (MODELS | SCORED)[name]
    found = boxes(read(model))
    rows = np.vstack([X[:20], X[:20] + RNG.normal(size=(20, 4)), near_borders(model)])
    expected = answers(model, rows)
    assert np.allclose(np.stack([found.at(row) for row in rows]), expected, rtol=1e-12, atol=1e-12)


def test_the_log_link_is_undone_by_exp() -> None:
    for loss in ("poisson", "gamma"):
        model = HistGradientBoostingRegressor(loss=loss, max_iter=9).fit(X, np.exp(Y / 3))
        forest = read(model)
        assert forest.raw
        assert forest.outputs == ("log of output",)
        found = [np.exp(boxes(forest).at(row)[0]) for row in X[:20]]
        assert np.allclose(found, model.predict(X[:20]), rtol=1e-12)


def test_outputs_are_named() -> None:
    assert read(MODELS["tree of two targets"]).outputs == ("output 0", "output 1")
    assert read(MODELS["classes of a forest"]).outputs == ("high", "low", "mid")
    assert read(SCORED["boosting of two"]).outputs == ("raw score of True",)
    assert read(SCORED["histograms of three"]).outputs[0] == "raw score of high"


@pytest.mark.parametrize("wrap", [lambda m: m.predict_proba, lambda m: blackbox(m, X[:3])])
def test_bound_methods_and_black_boxes_are_seen_through(wrap: Any) -> None:
    model = MODELS["classes of a forest"]
    assert np.array_equal(read(wrap(model)).value, read(model).value)
    again = blackbox(wrap(model).ask if isinstance(wrap(model), BlackBox) else wrap(model), X[:3])
    assert np.array_equal(read(again.ask).value, read(model).value)


def test_one_kept_output_is_kept() -> None:
    model = MODELS["classes of a forest"]
    forest = read(blackbox(model, X[:3], output="low"))
    assert forest.outputs == ("low",)
    assert np.array_equal(forest.value[:, 0], read(model).value[:, 1])
    boosted = SCORED["boosting of two"]
    inner = blackbox(blackbox(model, X[:3], output="low").ask, X[:3])
    assert read(inner).outputs == ("low",)
    assert read(blackbox(boosted, X[:3], output="True")).outputs == ("raw score of True",)
    with pytest.raises(NotApplicable, match="keep the second"):
        read(blackbox(boosted, X[:3], output="False"))


class Halved(RandomForestRegressor):  # type: ignore[misc]  # sklearn has no types
    def predict(self, X: Any) -> Any:
        return super().predict(X) / 2


def coded() -> Any:
    frame = pd.DataFrame({"a": np.arange(60) % 4, "b": np.arange(60.0)})
    codes = HistGradientBoostingRegressor(max_iter=3, categorical_features=[0])
    return codes.fit(frame, frame["a"] % 2)


DECLINED: tuple[tuple[Any, str], ...] = (
    (LinearRegression().fit(X, Y), "LinearRegression has no exact explanation"),
    (make_pipeline(StandardScaler(), MODELS["tree"]), "a pipeline, whose columns"),
    (AdaBoostRegressor(n_estimators=2).fit(X, Y), "AdaBoostRegressor"),
    (Halved(2).fit(X, Y), "Halved"),
    (lambda x: x[:, 0], "shows no trees"),
    (RandomForestRegressor, "shows no trees"),
    (MODELS["classes of a forest"].predict, "predict is no sum of leaf values"),
    (SCORED["boosting of two"].predict, "predict is no sum of leaf values"),
    (MODELS["tree"].apply, "apply is no sum of leaf values"),
    (
        GradientBoostingRegressor(init=LinearRegression(), n_estimators=2).fit(X, Y),
        "starts from a model that is no tree",
    ),
    (DecisionTreeClassifier().fit(X, np.column_stack([TWO, TWO])), "2 targets at once"),
    (coded(), "splits categories into sets"),
)


@pytest.mark.parametrize(("model", "reason"), DECLINED)
def test_what_is_no_sum_of_trees_is_declined(model: Any, reason: str) -> None:
    with pytest.raises(NotApplicable, match=reason):
        read(model)


def test_a_constant_start_of_the_users_own_is_fine() -> None:
    model = GradientBoostingRegressor(init=DummyRegressor(strategy="median"), n_estimators=4)
    model.fit(X, Y)
    assert boxes(read(model)).at(X[0])[0] == pytest.approx(model.predict(X[:1])[0], rel=1e-12)


@pytest.mark.parametrize("model", [RandomForestRegressor(), HistGradientBoostingClassifier()])
def test_an_unfitted_model_is_bad_input(model: Any) -> None:
    with pytest.raises(BadInput, match="is not fitted"):
        read(model)


def test_another_layout_is_declined_by_name() -> None:
    model = HistGradientBoostingRegressor(max_iter=2).fit(X, Y)
    model._trees = model.__dict__.pop("_predictors")
    with pytest.raises(NotApplicable, match=r"keeps the trees of .* '_predictors'"):
        read(model)
