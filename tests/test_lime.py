"""The whole line against closed forms and the lime package, and what it says when it cannot say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, ndtr
from scipy.stats import norm
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import limelab.lime
from limelab.blackbox import blackbox
from limelab.domains import Table
from limelab.exact import ExactLime
from limelab.explanation import Explanation
from limelab.kernels import Exponential, Flat
from limelab.lime import Lime, explain, same_labels
from limelab.perturbations import Gaussian, Marginals, Neighbours, Sobol
from limelab.representations import Standardized
from limelab.surrogates import Forward, LeastSquares, Ridge, Tree
from limelab.types import Array, BadInput, LocalFitWarning
from tests.parts import codes, curve, mixed, numbers, people

# Exact LIME under a Gaussian law and a Gaussian kernel: least squares under the tilted law
# N(x, t2 I), 1 / t2 = 1 / scale^2 + 1 / (width^2 k), in background standard deviations.

A = np.array([1.0, -0.6, 0.3])
H = np.array([[1.0, 0.4, 0.0], [0.4, -0.5, 0.2], [0.0, 0.2, 0.8]])


@dataclass(frozen=True)
class Truth:
    """A function of z = (x' - x) / scale with its exact coefficients and R squared at t2."""

    f: Callable[[Array], Any]
    coef: Callable[[float], Any]
    r2: Callable[[float], float] | None


def _spread(t2: float) -> float:
    return float(np.sqrt(t2 * A @ A))


def _logistic(t2: float) -> tuple[float, float]:
    """E sig'(u) and Var sig(u) for u ~ N(0.4, t2 |a|^2), by Gauss and Hermite."""
    node, weight = np.polynomial.hermite_e.hermegauss(80)
    s = expit(0.4 + _spread(t2) * node)
    weight = weight / weight.sum()
    return float(weight @ (s * (1 - s))), float(weight @ s**2 - (weight @ s) ** 2)


TRUTHS = {
    "line": Truth(lambda z: z @ A + 2, lambda t2: A, lambda t2: 1.0),
    "quadratic": Truth(
        lambda z: z @ A + ((z @ H) * z).sum(axis=1) / 2,
        lambda t2: A,
        lambda t2: float(A @ A / (A @ A + t2 * (H**2).sum() / 2)),
    ),
    "logistic": Truth(
        lambda z: expit(z @ A + 0.4),
        lambda t2: A * _logistic(t2)[0],
        lambda t2: _spread(t2) ** 2 * _logistic(t2)[0] ** 2 / _logistic(t2)[1],
    ),
    "probit": Truth(
        lambda z: ndtr(z @ A + 0.4),
        lambda t2: (
            A * norm.pdf(0.4 / np.sqrt(1 + _spread(t2) ** 2)) / np.sqrt(1 + _spread(t2) ** 2)
        ),
        None,
    ),
    "step": Truth(
        lambda z: (z @ A > 0.3) * 1.0,
        lambda t2: A * norm.pdf(0.3 / _spread(t2)) / _spread(t2),
        lambda t2: float(
            norm.pdf(0.3 / _spread(t2)) ** 2 / np.prod(ndtr(np.array([1, -1]) * 0.3 / _spread(t2)))
        ),
    ),
    "hinge": Truth(
        lambda z: 2 * np.minimum(z @ A, 0.3), lambda t2: 2 * A * ndtr(0.3 / _spread(t2)), None
    ),
    "sine": Truth(
        lambda z: np.sin(2 * z @ A),
        lambda t2: 2 * A * np.exp(-2 * t2 * A @ A),
        lambda t2: float(4 * t2 * A @ A / np.sinh(4 * t2 * A @ A)),
    ),
}


def background(n: int = 200, k: int = 3) -> Array:
    z: Array = np.random.default_rng(5).normal(size=(n, k))
    return np.asarray(z * np.array([1.0, 40.0, 0.002])[:k] + 3)


def round_x(f: Callable[[Array], Any], data: Array) -> Callable[[Array], Any]:
    """f as a model of rows, with the first row of the data in its middle."""
    return lambda rows: f((rows - data[0]) / data.std(axis=0))


@pytest.mark.parametrize(("scale", "width"), [(0.8, 0.5), (0.3, None)])
@pytest.mark.parametrize("truth", TRUTHS.values(), ids=TRUTHS)
def test_least_squares_finds_the_coefficients_of_the_tilted_law(
    truth: Truth, scale: float, width: float | None
) -> None:
    """Each run within 4.5 of its own standard errors, the mean of 12 within 4 of theirs."""
    t2 = scale**2 if width is None else 1 / (1 / scale**2 + 1 / (3 * width**2))
    data = background()
    lime = Lime(
        Gaussian(scale), kernel=Flat() if width is None else Exponential(width), n_samples=16384
    )
    runs = [lime.explain(round_x(truth.f, data), data, data[:1], seed) for seed in range(20, 32)]
    coef, stderr = (
        np.array([getattr(run, name)[0, :, 0] for run in runs]) for name in ("coef", "stderr")
    )
    off = coef - truth.coef(t2)
    assert (np.abs(off) <= 4.5 * stderr + 1e-9).all()
    assert (np.abs(off.mean(axis=0)) <= 4 * stderr.mean(axis=0) / np.sqrt(12) + 1e-9).all()
    if truth.r2 is not None:
        r2 = np.array([run.r2_out[0, 0] for run in runs])
        error = r2.std(ddof=1) / np.sqrt(12)
        assert abs(r2.mean() - truth.r2(t2)) <= 4 * error + 1e-3 * (1 - truth.r2(t2))


@pytest.mark.parametrize("t", [0.25, 1.0, 4.0, 9.0])
def test_a_sine_is_lost_as_the_radius_grows(t: float) -> None:
    """R2 = t / sinh t: .990, .851, .147, .002."""
    data = background(k=1)
    model = round_x(lambda z: np.sin(z[:, 0]), data)
    lime = Lime(Gaussian(np.sqrt(t)), n_samples=4096)
    r2 = np.array([lime.explain(model, data, data[:1], seed).r2_out[0, 0] for seed in range(16)])
    assert abs(r2.mean() - t / np.sinh(t)) <= 4 * r2.std(ddof=1) / 4 + 1e-3


@pytest.mark.parametrize("scale", [0.01, 0.5, 3.0])
@pytest.mark.parametrize("at", [0.0, 0.4])
def test_no_line_explains_more_than_two_over_pi_of_a_step(scale: float, at: float) -> None:
    data = background(k=1)
    model = round_x(lambda z: (z[:, 0] > at * scale) * 1.0, data)
    found = Lime(Gaussian(scale, Sobol())).explain(model, data, data[:1])
    truth = norm.pdf(at) ** 2 / (ndtr(at) * ndtr(-at))
    assert found.r2[0, 0] == pytest.approx(truth, abs=2e-3)
    assert found.r2[0, 0] <= 2 / np.pi + 1e-3


def test_standard_errors_foretell_how_far_seeds_differ() -> None:
    data = background()
    model, lime = round_x(TRUTHS["quadratic"].f, data), Lime(Gaussian(1.0), n_samples=256)
    runs = [lime.explain(model, data, data[:1], seed) for seed in range(150)]
    coef, stderr = (
        np.array([getattr(run, name)[0, :, 0] for run in runs]) for name in ("coef", "stderr")
    )
    ratio = coef.std(axis=0, ddof=1) / np.sqrt((stderr**2).mean(axis=0))
    assert (np.abs(ratio - 1) < 4 / np.sqrt(2 * 149)).all()


# The lime package


def limes(explainer: Any, row: Array, predict: Any, n: int, label: int) -> Array:
    """lime's coefficients of one row and label, in the order of the columns."""
    found = explainer.explain_instance(
        row, predict, labels=(label,), num_features=len(row), num_samples=n
    )
    return np.array([coef for _, coef in sorted(found.local_exp[label])])


def peer(data: Array, width: float, mode: str) -> Any:
    tabular = pytest.importorskip("lime.lime_tabular")
    return tabular.LimeTabularExplainer(
        data,
        mode=mode,
        kernel_width=width * np.sqrt(data.shape[1]),
        discretize_continuous=False,
        sample_around_instance=True,
        feature_selection="none",
        random_state=7,
    )


@pytest.mark.parametrize("row", [0, 100])
def test_lime_agrees_on_the_classes_of_wine(row: int) -> None:
    """Within 4 combined standard errors; lime's Ridge(1) weighs 1e-4 of the data here."""
    data, y = load_wine(return_X_y=True)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data, y)
    n, width = 20000, 0.75
    ours = Lime(Gaussian(1), kernel=Exponential(width), n_samples=n)
    found = ours.explain(model, data, data[row : row + 1])
    assert found.coef is not None
    assert found.stderr is not None
    for label in (0, 2):
        theirs = limes(
            peer(data, width, "classification"), data[row], model.predict_proba, n, label
        )
        error = np.sqrt(2) * found.stderr[0, :, label]
        assert (np.abs(found.coef[0, :, label] - theirs) <= 4 * error).all()
        assert np.abs(theirs).max() > 10 * error.max()


def test_lime_agrees_on_the_regression_of_diabetes() -> None:
    data, y = load_diabetes(return_X_y=True)
    model = RandomForestRegressor(8, max_depth=6, random_state=0).fit(data, y)
    n, width = 20000, 0.5
    found = Lime(Gaussian(1), kernel=Exponential(width), n_samples=n).explain(model, data, data[:1])
    theirs = limes(peer(data, width, "regression"), data[0], model.predict, n, 1)
    assert found.coef is not None
    assert found.stderr is not None
    error = np.sqrt(2) * found.stderr[0, :, 0]
    assert (np.abs(found.coef[0, :, 0] - theirs) <= 4 * error).all()
    assert np.abs(theirs).max() > 10 * error.max()


# What an explanation says


@pytest.mark.parametrize(
    "surrogate", [LeastSquares(), Ridge(1e-6), Tree(8, min_share=0.001)], ids=repr
)
def test_of_a_line_importance_is_the_slope_times_the_neighbourhood(surrogate: Any) -> None:
    """A deep tree says nearly the same as the line."""
    data = background()
    slopes = np.array([2.0, -0.5, 1.0])
    found = Lime(Gaussian(0.5, Sobol()), surrogate=surrogate).explain(
        round_x(lambda z: z @ slopes, data), data, data[:2]
    )
    close = 0.01 if found.coef is not None else 0.07
    for i in range(2):
        assert found.importance[i, :, 0] == pytest.approx(np.abs(slopes) / 2, abs=close)
        assert found.effect[i, :, 0] == pytest.approx(slopes / 2, abs=close)
        assert found.slope[i, :, 0] == pytest.approx(np.abs(slopes), abs=close)
    assert found.determined.all()


@pytest.mark.parametrize("surrogate", [LeastSquares(), Tree(5)], ids=repr)
def test_an_even_function_has_no_direction(surrogate: Any) -> None:
    data = background()
    model = round_x(lambda z: z[:, 0] ** 2 + z[:, 1], data)
    found = Lime(surrogate=surrogate).explain(model, data, data[:1], seed=1)
    assert found.determined[0, :2, 0].tolist() == [False, True]


def test_categories_and_numbers_are_told_in_their_own_words() -> None:
    table = mixed()
    found = explain(people, table, table.frame.iloc[[3]])
    frame = found.to_frame().set_index("feature")
    assert frame.loc["job", "value"] == table.frame["job"].iloc[3]
    assert frame["unit"].tolist() == [
        "background sd", "same as x", "same as x", "same as x", "background sd", "background sd",
    ]  # fmt: skip
    assert found.f == pytest.approx(people(table.frame.iloc[[3]])[:, None])
    assert "same" in found.notes[0]
    assert frame.loc["same", "importance"] == 0
    assert frame.loc["age", "coef"] == pytest.approx(table.scale[0] / 10, rel=0.05)


def test_a_background_of_strings_alone_is_explained() -> None:
    frame = pd.DataFrame({"a": list("ppqqrr") * 5, "b": list("uvu") * 10})
    found = Lime(Gaussian(1), n_samples=512).explain(
        lambda rows: (rows["a"] == "p") * 2.0, frame, frame.iloc[[0, 5]]
    )
    assert found.coef is not None
    assert found.coef[0, :, 0] == pytest.approx([2, 0], abs=1e-9)
    assert found.declined.tolist() == ["", ""]


@pytest.mark.parametrize("surrogate", [LeastSquares(), Ridge(), Tree()], ids=repr)
def test_a_constant_model_has_no_r2_and_a_note(surrogate: Any) -> None:
    data = background()
    found = Lime(surrogate=surrogate, n_samples=128).explain(
        lambda rows: np.full(len(rows), 0.3), data, data[:2]
    )
    assert not found.importance.any()
    assert not found.effect.any()
    assert np.isnan(found.r2).all()
    assert all("R2 is undefined" in note for note in found.notes)
    assert not found.determined.any()
    assert found.g == pytest.approx(np.full((2, 1), 0.3))


def test_whole_numbers_that_may_be_names_are_named_where_the_model_stands_still() -> None:
    codes = np.arange(60) % 5
    frame = pd.DataFrame({"code": codes, "size": np.linspace(0.0, 1.0, 60)})
    remedy = "(widen the neighbourhood, or name whole-number columns as categories)"

    def of_code(rows: pd.DataFrame) -> Array:
        return np.asarray(rows["code"] == 2, dtype=float)

    assert remedy in explain(of_code, frame, frame[:1]).notes[0]
    named = explain(of_code, None, frame[:1], domain=Table(frame, categorical=["code"]))
    assert named.importance[0, 0, 0] > 0.1
    assert "does not vary" not in named.notes[0]
    for other in (frame[["size"]], pd.DataFrame({"n": np.arange(60)}), frame[["size"]] * 0 + 1):
        told = explain(lambda rows: np.zeros(len(rows)), other, other[:1]).notes[0]
        assert "(widen the neighbourhood)" in told


def test_a_constant_column_is_zero_with_a_note() -> None:
    data = background()
    data[:, 1] = 7.0
    found = Lime(n_samples=128).explain(lambda rows: rows.sum(axis=1), data, data[:1])
    assert found.importance[0, 1, 0] == 0
    assert "did not vary here" in found.notes[0]
    assert "x1" in found.notes[0]
    assert "collinear" not in found.notes[0]


def test_collinear_features_are_noted() -> None:
    """Two categories that can only change together, in a law that keeps them so."""
    frame = pd.DataFrame({"a": list("pq") * 20, "b": list("uv") * 20, "c": np.arange(40.0)})
    lime = Lime(Neighbours(0.5), n_samples=256)
    found = lime.explain(lambda rows: (rows["a"] == "p") * 2.0, frame, frame.iloc[[0]])
    assert "collinear here: 2 directions for 3 features" in found.notes[0]
    assert found.coef is not None
    assert found.coef[0, :2, 0] == pytest.approx([1.0, 1.0])


def test_standard_errors_are_given_for_independent_draws_alone() -> None:
    data = background()
    found = Lime(Gaussian(design=Sobol()), n_samples=128).explain(
        lambda rows: rows[:, 0] ** 2, data, data[:1]
    )
    assert found.stderr is None
    assert "no standard errors" in found.notes[0]
    assert "put Replicated() in front" in found.notes[0]


def test_a_selection_is_noted() -> None:
    data = background()
    lime = Lime(surrogate=LeastSquares(Forward(1)), n_samples=128)
    found = lime.explain(round_x(lambda z: z @ A, data), data, data[:1])
    assert found.selected[0, :, 0].tolist() == [True, False, False]
    assert "conditional on the selection" in found.notes[0]


def test_the_share_of_xs_class_is_that_of_the_samples() -> None:
    data = background()

    def model(rows: Array) -> Array:
        p = expit((rows[:, 0] - data[0, 0]) * 3 + 1)
        return np.column_stack([1 - p, p])

    found = Lime(n_samples=20000).explain(model, data, data[:1])
    assert found.class_share is not None
    truth = ndtr(1 / 3 / (0.5 * data[:, 0].std()))
    assert found.class_share[0] == pytest.approx(truth, abs=4 * 0.5 / np.sqrt(20000))


def test_two_targets_that_sum_to_one_by_chance_are_no_classes() -> None:
    data = background()

    def model(rows: Array) -> Array:
        step = rows[:, 0] - data[0, 0]
        return np.column_stack([step, 1 - step + np.abs(step)])

    whole = Lime(n_samples=64).explain(model, data, data[:2])
    assert whole.class_share is not None
    assert np.isnan(whole.class_share).all()


def test_few_effective_samples_are_noted_with_how_many_more() -> None:
    data = background()
    model = round_x(lambda z: z @ A, data)
    found = Lime(n_samples=32).explain(model, data, data[:1])
    assert "few samples: 32 effective ones for 4 coefficients" in found.notes[0]
    assert "(take 2 times as many samples)" in found.notes[0]
    assert "few samples" not in Lime(n_samples=64).explain(model, data, data[:1]).notes[0]
    narrow = Lime(kernel=Exponential(0.04), n_samples=512).explain(model, data, data[:1])
    assert "as many samples or widen the kernel)" in narrow.notes[0]


@pytest.mark.parametrize(
    ("surrogate", "other"), [(LeastSquares(), "Tree()"), (Tree(1), "LeastSquares()")], ids=repr
)
def test_a_surrogate_that_misses_the_model_names_another(surrogate: Any, other: str) -> None:
    data = background()
    model = round_x(lambda z: np.cos(9 * z).sum(axis=1), data)
    found = Lime(surrogate=surrogate).explain(model, data, data[:1])
    assert "R2 out of sample is" in found.notes[0]
    assert other in found.notes[0] or "times as many samples" in found.notes[0]
    line = Lime(surrogate=surrogate).explain(round_x(lambda z: z[:, 0], data), data, data[:1])
    assert not line.notes[0]


def test_a_fit_that_is_worse_than_the_mean_asks_for_more_samples() -> None:
    data = background()
    model = round_x(lambda z: np.cos(40 * z).sum(axis=1), data)
    found = Lime(n_samples=64).explain(model, data, data[:1])
    assert found.r2_out[0, 0] < 0
    assert "worse than the mean (take 4 times as many samples)" in found.notes[0]


# Neighbourhoods that are too thin


def outlier() -> tuple[Array, Array]:
    """A background, and rows of which the second is 60 deviations away."""
    data = background()
    rows = data[:3].copy()
    rows[1] += 60 * data.std(axis=0)
    return data, rows


@pytest.mark.parametrize("surrogate", [LeastSquares(), Tree()], ids=repr)
def test_only_the_row_that_a_narrow_kernel_empties_is_missing(surrogate: Any) -> None:
    data, rows = outlier()
    lime = Lime(Marginals(), kernel=Exponential(0.4), surrogate=surrogate)
    model = round_x(TRUTHS["logistic"].f, data)
    with pytest.warns(LocalFitWarning, match=r"1 of 3 rows .*row 1: .*widen the kernel"):
        found = lime.explain(model, data, rows)
    assert (found.declined != "").tolist() == [False, True, False]
    assert "Exponential(width=0.4) leaves 0 effective samples of 4096" in found.declined[1]
    for name in (
        "importance",
        "effect",
        "slope",
        "coef",
        "stderr",
        "intercept",
        "r2",
        "r2_out",
        "g",
    ):
        array = getattr(found, name)
        if array is not None:
            assert np.isnan(array[1]).all(), name
            assert np.isfinite(array[[0, 2]]).all(), name
    assert not found.selected[1].any()
    assert np.isfinite(found.f).all()
    rest = lime.explain(model, data, rows[[0, 2]])
    assert found.importance[[0, 2]] == pytest.approx(rest.importance, rel=1e-12)
    assert found.diagnostics()["note"][1] == found.declined[1]


def test_fewer_effective_samples_than_coefficients_are_too_few() -> None:
    data, _ = outlier()
    with pytest.warns(LocalFitWarning):
        found = Lime(kernel=Exponential(0.005), n_samples=256).explain(
            lambda rows: rows[:, 0], data, data[:1]
        )
    assert 0 < found.n_effective[0] < 5
    assert "5 are needed" in found.declined[0]


@pytest.mark.parametrize("surrogate", [LeastSquares(), Tree()], ids=repr)
@pytest.mark.parametrize("n", [1, 2])
def test_one_sample_or_two_are_declined(surrogate: Any, n: int) -> None:
    data = background()
    with pytest.warns(LocalFitWarning):
        found = Lime(surrogate=surrogate, n_samples=n).explain(lambda rows: rows, data, data[:1])
    assert np.isnan(found.importance).all()
    assert f"{n} for 0 features" not in found.declined[0]


# Sharing, chunks, forms of input


def test_the_size_of_batches_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    table = numbers()
    for lime in (Lime(n_samples=128), Lime(Marginals(), surrogate=Tree(), n_samples=128)):
        whole = lime.explain(curve, table, table.frame[:7])
        monkeypatch.setattr(limelab.lime, "_MEMORY", 8 * 128 * 40 * 2)
        parts = lime.explain(curve, table, table.frame[:7])
        monkeypatch.undo()
        assert parts.importance == pytest.approx(whole.importance, rel=1e-10)
        assert parts.instances == whole.instances
        assert whole.model is not None
        assert parts.model is not None
        z = np.ones((1, 3, 4))
        assert parts.model.predict(z) == pytest.approx(whole.model.predict(z), rel=1e-10)


def test_queries_are_what_the_law_needs() -> None:
    table = numbers()
    for part, blocks in ((Gaussian(), 5), (Marginals(), 1)):
        box = blackbox(curve, table.decode(table.background[:4].copy()))
        before = box.queries
        Lime(part, n_samples=64).explain(box, table, table.frame[:5])
        assert box.queries - before == 5 + blocks * 64


def test_batches_ask_a_law_free_of_x_once(monkeypatch: pytest.MonkeyPatch) -> None:
    table = numbers()
    monkeypatch.setattr(limelab.lime, "_MEMORY", 1)
    box = blackbox(curve, table.decode(table.background[:4].copy()))
    before = box.queries
    Lime(Marginals(), n_samples=64).explain(box, table, table.frame[:5])
    assert box.queries - before == 5 + 64


def test_categories_that_depend_on_x_are_asked_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Absolute columns alone do not make a law free of x."""
    table = codes()
    box = blackbox(lambda rows: (rows["job"] == "clerk") * 1.0, table.frame[:4])
    before = box.queries
    whole = Lime(n_samples=64).explain(box, table, table.frame[:3])
    assert box.queries - before == 3 + 3 * 64
    monkeypatch.setattr(limelab.lime, "_MEMORY", 1)
    parts = Lime(n_samples=64).explain(box, table, table.frame[:3])
    assert parts.importance == pytest.approx(whole.importance)


def test_a_frame_an_array_and_a_domain_are_explained_alike() -> None:
    data = background()
    lime = Lime(n_samples=64)

    def model(rows: Any) -> Array:
        return np.asarray(rows, dtype=np.float64)[:, 0] ** 2

    found = lime.explain(model, data, data[:2])
    frame = pd.DataFrame(data)
    for other in (
        lime.explain(model, frame, frame[:2]),
        lime.explain(model, Table(data), data[:2]),
        explain(model, data, data[:2], explainer=lime),
        explain(model, None, data[:2], explainer=lime, domain=Table(data)),
    ):
        assert (other.importance == found.importance).all()


def test_any_explainer_may_stand_in() -> None:
    class Slopes:
        def explain(self, predict: Any, background: Any, rows: Any, seed: int) -> Array:
            return np.tile([1.0, -2.0, 0.0], (len(rows), 1)) * seed

    data = background()
    found = explain(lambda rows: rows[:, 0], data, data[:2], explainer=Slopes(), seed=2)
    assert isinstance(found, Explanation)
    assert found.effect[..., 0].tolist() == [[2.0, -4.0, 0.0]] * 2


# Bad input


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_samples": 0},
        {"n_samples": -5},
        {"n_samples": 10.5},
        {"n_samples": "100"},
        {"n_samples": None},
        {"n_samples": True},
        {"draws": "x"},
        {"draws": None},
        {"perturbation": Gaussian},
        {"perturbation": "gaussian"},
        {"representation": Standardized},
        {"representation": None},
        {"kernel": Flat},
        {"kernel": 0.75},
        {"surrogate": LeastSquares},
        {"surrogate": Exponential()},
    ],
    ids=repr,
)
def test_a_bad_lime_is_refused_at_birth(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(BadInput, match=rf"Lime\({name}=.*expected"):
        Lime(**wrong)


@pytest.mark.parametrize("seed", [-1, 1.5, "0", None, True, np.float64(2)])
def test_a_bad_seed_is_refused(seed: Any) -> None:
    data = background()
    for call in (Lime(n_samples=8).explain, explain):
        with pytest.raises(BadInput, match=r"seed=.*expected a whole number of at least 0"):
            call(lambda rows: rows[:, 0], data, data[:1], seed=seed)


def test_a_numpy_seed_is_a_seed() -> None:
    data = background()
    lime = Lime(n_samples=16)
    seeds: tuple[Any, Any] = (3, np.int64(3))
    ours, numpys = (lime.explain(lambda r: r, data, data[:1], s) for s in seeds)
    assert (ours.importance == numpys.importance).all()


def test_sobol_names_the_nearest_powers_of_two() -> None:
    data = background()
    with pytest.raises(BadInput, match=r"n_samples=100 .*take 64 or 128"):
        Lime(Gaussian(design=Sobol()), n_samples=100).explain(lambda r: r, data, data[:1])


@pytest.mark.parametrize("explainer", [3, "lime", Lime().kernel])
def test_what_explains_nothing_is_refused(explainer: Any) -> None:
    data = background()
    with pytest.raises(BadInput, match="has no explain"):
        explain(lambda r: r[:, 0], data, data[:1], explainer=explainer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda rows: np.full(len(rows), np.nan), "NaN or infinity"),
        (lambda rows: rows[:1, 0], "one row of outputs|shape"),
        (lambda rows: ["yes"] * len(rows), "expected numbers"),
    ],
)
def test_a_model_of_bad_answers_is_refused(answer: Any, said: str) -> None:
    data = background()
    with pytest.raises(BadInput, match=said):
        Lime(n_samples=8).explain(answer, data, data[:1])


def test_a_lime_is_named_by_what_it_is() -> None:
    assert repr(Lime()) == (
        "Lime(perturbation=Gaussian(scale=0.5, design=Iid()), representation=Standardized(), "
        "kernel=Flat(), surrogate=LeastSquares(select=None), n_samples=4096, draws='shared')"
    )


@pytest.mark.parametrize("missing", [np.nan, None, pd.NaT, pd.NA], ids=repr)
@pytest.mark.parametrize("kind", [None, object], ids=["its own", "object"])
def test_a_row_whose_name_is_missing_is_the_same_row(missing: Any, kind: Any) -> None:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 2)), columns=list("ab"))
    named = frame.iloc[:2].set_axis(pd.Index([1.5, missing], dtype=kind))
    model = RandomForestRegressor(2, random_state=0).fit(frame, frame["a"])
    assert len(explain(model, frame, named, explainer=ExactLime()).instances) == 2
    assert not same_labels([1.5, missing], [missing, 1.5])
