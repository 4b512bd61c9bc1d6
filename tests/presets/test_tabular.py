"""From lime's own samples come lime's own numbers, and from our draws the same within errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from limelab.domains import Table
from limelab.explanation import Explanation
from limelab.lime import Lime, fit
from limelab.presets import lime_tabular, lime_tabular_around, lime_tabular_continuous
from limelab.types import Array, BadInput, Cloud

lime_package = pytest.importorskip("lime.lime_tabular")

LOADERS: dict[str, Callable[..., Any]] = {
    "cancer": load_breast_cancer,
    "wine": load_wine,
    "diabetes": load_diabetes,
}
MODES: dict[str, tuple[Callable[..., Lime], dict[str, bool]]] = {
    "bins": (lime_tabular, {}),
    "continuous": (lime_tabular_continuous, {"discretize_continuous": False}),
    "around": (
        lime_tabular_around,
        {"discretize_continuous": False, "sample_around_instance": True},
    ),
}
SELECTIONS = ("auto", "forward_selection", "highest_weights", "lasso_path", "none")
SAMPLES = 800


@cache
def task(name: str) -> tuple[Array, Any, Callable[[Array], Array]]:
    """Data, a forest, and the question that lime puts to it."""
    data, target = LOADERS[name](return_X_y=True)
    if name == "diabetes":
        data = np.delete(data, 1, axis=1)  # two values: a quartile bin without width
        forest = RandomForestRegressor(20, max_depth=6, random_state=0, n_jobs=1)
        return data, forest.fit(data, target), forest.predict
    forest = RandomForestClassifier(20, max_depth=6, random_state=0, n_jobs=1)
    return data, forest.fit(data, target), forest.predict_proba


def foreign(data: Array, seed: int = 0, **options: Any) -> Any:
    return lime_package.LimeTabularExplainer(data, random_state=seed, **options)


def lime_sample(explainer: Any, row: Array, n: int) -> tuple[Array, Array]:
    """What lime draws: its scaled features, and the points that it asks about."""
    data, points = explainer._LimeTabularExplainer__data_inverse(row, n)
    return (data - explainer.scaler.mean_) / explainer.scaler.scale_, points


def lime_answer(explainer: Any, scaled: Array, y: Array, k: int, output: int) -> Any:
    distances = np.sqrt(((scaled - scaled[0]) ** 2).sum(axis=1))
    return explainer.base.explain_instance_with_data(
        scaled, y, distances, output, k, feature_selection=explainer.feature_selection
    )


def ours(lime: Lime, table: Table, points: Array, y: Array) -> Explanation:
    """Our fit of points and answers of lime's, the instance first."""
    relative = np.full(len(table.names), lime.perturbation.family == "noise")
    relative &= ~table.categorical & (type(lime.perturbation).__name__ == "Gaussian")
    moves = np.where(relative, points[1:] - points[0], points[1:])
    cloud = Cloud(points[:1], moves[None], relative)
    outputs = tuple(map(str, range(y.shape[1])))
    return fit(lime, table, cloud, y[None, 1:], y[:1], ["x"], outputs)


def agree(found: Explanation, oracle: Any, output: int, *, from_mean: bool) -> None:
    """Coefficients, selection, intercept, score and prediction at x, to 1e-10."""
    intercept, pairs, score, here = oracle
    expected = np.zeros(len(found.features))
    expected[[j for j, _ in pairs]] = [coef for _, coef in pairs]
    assert found.coef is not None
    assert found.intercept is not None
    assert found.g is not None
    assert found.gap is not None
    used = np.flatnonzero(found.selected[0, :, output])
    assert sorted(used.tolist()) == sorted(int(j) for j, _ in pairs)
    coef = found.coef[0, :, output]
    size = max(1.0, float(np.abs(expected).max()), abs(float(intercept)))
    assert np.abs(coef - expected).max() <= 1e-10 * size
    # lime's intercept is at its own z = 0, the background's mean; ours at z = 0, which is x
    at_zero = coef[~np.array(found.at_x, bool)] @ found.gap[0][~np.array(found.at_x, bool)]
    ours_there = found.intercept[0, output] - (at_zero if from_mean else 0.0)
    assert abs(ours_there - intercept) <= 1e-10 * size
    assert abs(found.r2[0, output] - score) <= 1e-10
    assert abs(found.g[0, output] - float(here[0])) <= 1e-10 * size


@pytest.mark.parametrize("k", [3, 10])
@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", LOADERS)
def test_same_numbers_from_the_same_sample(name: str, mode: str, selection: str, k: int) -> None:
    data, _, ask = task(name)
    preset, options = MODES[mode]
    explainer = foreign(data, feature_selection=selection, mode=kind(name), **options)
    table, row = Table(data), data[7]
    scaled, points = lime_sample(explainer, row, SAMPLES)
    y = ask(points).reshape(SAMPLES, -1)
    lime = preset(k, num_samples=SAMPLES, feature_selection=selection)
    found = ours(lime, table, points, y)
    for output in range(y.shape[1]):
        oracle = lime_answer(explainer, scaled, y, k, output)
        agree(found, oracle, output, from_mean=mode != "bins")


def kind(name: str) -> str:
    return "regression" if name == "diabetes" else "classification"


@pytest.mark.parametrize("mode", MODES)
def test_same_numbers_with_categories(mode: str) -> None:
    rng = np.random.default_rng(3)
    data = np.column_stack([rng.normal(size=(300, 4)), rng.integers(0, 3, (300, 2))])
    preset, options = MODES[mode]
    explainer = foreign(data, categorical_features=[4, 5], mode="regression", **options)
    scaled, points = lime_sample(explainer, data[0], SAMPLES)
    y = points[:, :1] * points[:, 1:2] + (points[:, 4:5] == 1) - 2.0 * points[:, 5:]
    found = ours(preset(3, num_samples=SAMPLES), Table(data, categorical=[4, 5]), points, y)
    agree(found, lime_answer(explainer, scaled, y, 3, 0), 0, from_mean=mode != "bins")


@pytest.mark.parametrize("mode", MODES)
def test_same_numbers_at_another_width_and_with_errors(mode: str) -> None:
    data, _, ask = task("wine")
    preset, options = MODES[mode]
    explainer = foreign(data, kernel_width=2.0, **options)
    scaled, points = lime_sample(explainer, data[0], SAMPLES)
    lime = preset(5, num_samples=SAMPLES, kernel_width=2.0, standard_errors=True)
    y = ask(points)
    found = ours(lime, Table(data), points, y)
    agree(found, lime_answer(explainer, scaled, y, 5, 1), 1, from_mean=mode != "bins")
    assert found.stderr is not None


def test_deciles_are_limes() -> None:
    data, _, ask = task("wine")
    explainer = foreign(data, discretizer="decile")
    scaled, points = lime_sample(explainer, data[0], SAMPLES)
    y = ask(points)
    found = ours(lime_tabular(5, num_samples=SAMPLES, bins=10), Table(data), points, y)
    agree(found, lime_answer(explainer, scaled, y, 5, 1), 1, from_mean=False)


def lime_runs(data: Array, ask: Any, options: dict[str, bool], runs: int) -> Array:
    """lime's coefficients of class 1 (runs, k), each with draws of its own."""
    found = np.empty((runs, data.shape[1]))
    explainer = foreign(data, feature_selection="none", **options)
    for run in range(runs):
        pairs = explainer.explain_instance(
            data[3], ask, num_samples=SAMPLES, num_features=data.shape[1]
        ).local_exp[1]
        found[run, [j for j, _ in pairs]] = [coef for _, coef in pairs]
    return found


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["cancer", "wine"])
def test_own_draws_agree_within_four_standard_errors(name: str, mode: str) -> None:
    data, _, ask = task(name)
    preset, options = MODES[mode]
    theirs = lime_runs(data, ask, options, 12)
    lime, table = preset(num_samples=SAMPLES, feature_selection="none"), Table(data)
    runs = [lime.explain(ask, table, data[3:4], seed=seed).coef for seed in range(24)]
    mine = np.array([coef[0, :, 1] for coef in runs if coef is not None])
    error = np.hypot(*(runs.std(axis=0, ddof=1) / len(runs) ** 0.5 for runs in (theirs, mine)))
    assert (np.abs(theirs.mean(axis=0) - mine.mean(axis=0)) <= 4 * error).all()


@pytest.mark.parametrize("preset", [preset for preset, _ in MODES.values()])
def test_refusals_name_what_came(preset: Callable[..., Lime]) -> None:
    with pytest.raises(BadInput, match="feature_selection='best'"):
        preset(feature_selection="best")
    with pytest.raises(BadInput, match="num_samples=1"):
        preset(num_samples=1)
    with pytest.raises(BadInput, match="k=0"):
        preset(0, feature_selection="none")
    with pytest.raises(BadInput, match=r"width=-1"):
        preset(kernel_width=-1)
