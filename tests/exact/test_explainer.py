"""ExactLime behind the one protocol: sampled runs scatter round it by their standard errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from limelab.domains import Table
from limelab.exact import ExactLime
from limelab.explanation import Explanation
from limelab.kernels import Exponential, Flat
from limelab.lime import Lime, explain
from limelab.perturbations import Gaussian, Iid, Marginals, Sobol
from limelab.types import BadInput, NotApplicable

SUGAR = load_diabetes(as_frame=True)
WINE = load_wine(as_frame=True)
KIND = WINE.target.map({0: "red", 1: "rose", 2: "white"})
SMALL = {"max_depth": 4, "random_state": 0}

VALUES: dict[str, Any] = {
    "tree": DecisionTreeRegressor(**SMALL),
    "forest": RandomForestRegressor(15, **SMALL),
    "extra trees": ExtraTreesRegressor(15, **SMALL),
    "boosting": GradientBoostingRegressor(n_estimators=25, random_state=0),
    "histograms": HistGradientBoostingRegressor(max_iter=25, random_state=0),
}
SHARES: dict[str, Any] = {
    "tree": DecisionTreeClassifier(**SMALL),
    "forest": RandomForestClassifier(15, **SMALL),
    "extra trees": ExtraTreesClassifier(15, **SMALL),
    "boosting": GradientBoostingClassifier(n_estimators=15, random_state=0),
    "histograms": HistGradientBoostingClassifier(max_iter=15, random_state=0),
}
KERNELS = (Flat(), Exponential(0.4))


def within_four_errors(exact: Explanation, sampled: Explanation) -> bool:
    """Coefficients and f agree, by the standard errors of the sampled run."""
    assert exact.coef is not None
    assert sampled.coef is not None
    assert sampled.stderr is not None
    error = 4 * sampled.stderr + 1e-12 * np.abs(sampled.coef).max()
    near = np.abs(sampled.coef - exact.coef) <= error
    return bool(near.all()) and np.allclose(sampled.f, exact.f, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("name", VALUES)
def test_values_of_every_ensemble(name: str, kernel: Flat | Exponential) -> None:
    model, rows = VALUES[name].fit(SUGAR.data, SUGAR.target), SUGAR.data.iloc[:3]
    exact = explain(model, SUGAR.data, rows, explainer=ExactLime(kernel=kernel))
    sampled = explain(model, SUGAR.data, rows, explainer=Lime(kernel=kernel), seed=1)
    assert within_four_errors(exact, sampled)
    assert exact.outputs == sampled.outputs
    assert exact.units == sampled.units
    for name_ in ("gap", "slope", "selected", "importance", "effect", "contribution"):
        assert getattr(exact, name_).shape == getattr(sampled, name_).shape, name_
    assert np.array_equal(np.asarray(exact.gap), np.asarray(sampled.gap))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("name", SHARES)
def test_classes_of_every_ensemble(name: str, kernel: Flat | Exponential) -> None:
    model, rows = SHARES[name].fit(WINE.data, KIND), WINE.data.iloc[[0, 70]]
    exact = explain(model, WINE.data, rows, explainer=ExactLime(kernel=kernel))
    asked = getattr(model, "decision_function", model)  # the raw scores where there are some
    sampled = explain(asked, WINE.data, rows, explainer=Lime(kernel=kernel), seed=2)
    assert within_four_errors(exact, sampled)
    assert exact.coef is not None
    assert exact.coef.shape == (2, 13, 3)
    assert ("raw scores" in exact.notes[0]) == (asked is not model)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(
    "model",
    [DecisionTreeRegressor(**SMALL), GradientBoostingRegressor(max_depth=1, random_state=0)],
)
def test_r2_where_it_is_known(model: Any, kernel: Flat | Exponential) -> None:
    model.fit(SUGAR.data, SUGAR.target)
    rows = SUGAR.data.iloc[:2]
    exact = explain(model, SUGAR.data, rows, explainer=ExactLime(kernel=kernel))
    many = Lime(kernel=kernel, n_samples=2**15)
    sampled = explain(model, SUGAR.data, rows, explainer=many, seed=3)
    assert np.allclose(exact.r2, sampled.r2_out, atol=0.01)
    assert np.allclose(exact.importance, sampled.importance, rtol=0.2, atol=0.3)


def test_a_forest_has_no_r2_and_says_so() -> None:
    model = VALUES["forest"].fit(SUGAR.data, SUGAR.target)
    exact = explain(model, SUGAR.data, SUGAR.data.iloc[:1], explainer=ExactLime())
    assert np.isnan(exact.r2).all()
    assert "R2 has no closed form" in exact.notes[0]


def test_nothing_is_drawn_asked_or_left_to_a_seed() -> None:
    model = VALUES["forest"].fit(SUGAR.data, SUGAR.target)
    one, other = (ExactLime().explain(model, SUGAR.data, SUGAR.data[:2], seed=s) for s in (0, 9))
    assert one.coef is not None
    assert other.coef is not None
    assert np.array_equal(one.coef, other.coef)
    assert one.stderr is not None
    assert (one.stderr == 0).all()
    assert one.n_samples == 0
    assert "no samples, no queries" in one.notes[0]
    from_sobol = ExactLime(Gaussian(0.5, design=Sobol()))
    same = from_sobol.explain(model, SUGAR.data, SUGAR.data[:2]).coef
    assert same is not None
    assert np.array_equal(one.coef, same)


def test_frame_diagnostics_and_local_model_are_those_of_a_line() -> None:
    model = DecisionTreeRegressor(**SMALL).fit(SUGAR.data, SUGAR.target)
    exact = explain(model, SUGAR.data, SUGAR.data.iloc[:2], explainer=ExactLime(Gaussian(0.3)))
    frame, diagnostics = exact.to_frame(), exact.diagnostics()
    largest = frame.groupby(["instance", "output"])["importance"].transform("max")
    assert frame["determined"].equals(frame["importance"] > 1e-9 * largest)
    assert np.allclose(frame["importance"], np.abs(frame["coef"]) * 0.3)
    assert diagnostics["n_effective"].isna().all()
    assert np.allclose(diagnostics["gap"], np.abs(diagnostics["g"] - diagnostics["f"]))
    assert np.allclose(diagnostics["f"], model.predict(SUGAR.data.iloc[:2]))
    assert exact.model is not None
    z = np.eye(10)[None]
    assert exact.coef is not None
    assert exact.intercept is not None
    expected = exact.intercept[:, None] + exact.coef
    assert np.allclose(exact.model.predict(z), expected)
    exact.plot()
    assert exact.record == f"ExactLime(perturbation={Gaussian(0.3)!r}, kernel=Flat())"


def test_a_constant_column_is_not_moved() -> None:
    frame = SUGAR.data.assign(same=7.5)
    model = ExtraTreesRegressor(5, random_state=0).fit(
        frame.assign(same=np.arange(len(frame))), SUGAR.target
    )
    exact = explain(model, frame, frame.iloc[:1], explainer=ExactLime(kernel=Exponential(0.5)))
    sampled = explain(model, frame, frame.iloc[:1], explainer=Lime(kernel=Exponential(0.5)))
    assert within_four_errors(exact, sampled)
    assert not exact.selected[0, -1, 0]
    assert "did not vary here (constant in the background): same" in exact.notes[0]


def test_arrays_labels_and_a_flat_model() -> None:
    rows = SUGAR.data.to_numpy()
    model = DecisionTreeRegressor().fit(rows, np.full(len(rows), 3.0))
    exact = ExactLime().explain(model, Table(rows), rows[:2])
    assert exact.instances == (0, 1)
    assert exact.f.ravel().tolist() == [3.0, 3.0]
    assert "R2 is undefined" in exact.notes[0]


FITTED = RandomForestRegressor(2, **SMALL).fit(SUGAR.data, SUGAR.target)
CITY = pd.DataFrame({"age": [1.0, 2.0, 3.0, 4.0], "city": ["a", "b", "a", "b"]})


@pytest.mark.parametrize(
    ("explainer", "model", "background", "reason"),
    [
        (ExactLime(Marginals()), FITTED, SUGAR.data, "perturbation=Marginals"),
        (ExactLime(), make_pipeline(FITTED), SUGAR.data, "a pipeline, whose columns"),
        (ExactLime(), FITTED, CITY, r"categorical columns \['city'\]"),
        (ExactLime(), lambda x: x, SUGAR.data, "shows no trees"),
    ],
)
def test_what_it_cannot_explain_is_declined(
    explainer: ExactLime, model: Any, background: Any, reason: str
) -> None:
    with pytest.raises(NotApplicable, match=reason):
        explainer.explain(model, background, background.iloc[:1], seed=0)


def test_other_columns_than_the_models_are_bad_input() -> None:
    with pytest.raises(BadInput, match="fitted on 10"):
        ExactLime().explain(FITTED, SUGAR.data.iloc[:, :9], SUGAR.data.iloc[:1, :9])
    turned = SUGAR.data.iloc[:, ::-1]
    with pytest.raises(BadInput, match="reorder them"):
        ExactLime().explain(FITTED, turned, turned.iloc[:1])


@pytest.mark.parametrize("parts", [{"kernel": Flat}, {"perturbation": Iid()}, {"kernel": 0.75}])
def test_a_part_of_another_kind_is_refused_at_birth(parts: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"ExactLime\("):
        ExactLime(**parts)
