"""Trees against scikit-learn, closed forms and brute force; the laws are in test_laws.py."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri
from sklearn.metrics import r2_score
from sklearn.tree import DecisionTreeRegressor

from limelab.surrogates import Tree, TreeModel
from limelab.types import Array, BadInput


def sample(seed: int = 0, n: int = 400, k: int = 4) -> tuple[Array, Array, Array]:
    """Values that float32 holds exactly, for scikit-learn rounds to it."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, k)).astype(np.float32).astype(np.float64)
    y = np.sin(2 * z[:, 0]) + z[:, 1] * z[:, 2] + 0.1 * rng.normal(size=n)
    return z, rng.random(n) ** 2, y


def fit(tree: Tree, z: Array, w: Array, y: Array) -> TreeModel:
    return tree.fit(z[None], w[None], y[None, :, None])


def splits(fitted: TreeModel) -> set[tuple[int, float]]:
    feature, threshold = fitted.feature[0, 0], fitted.threshold[0, 0]
    return {(int(j), float(t)) for j, t in zip(feature, threshold, strict=True) if j >= 0}


@pytest.mark.parametrize("depth", [1, 3, 6])
@pytest.mark.parametrize("share", [0.01, 0.1])
def test_a_depth_limit_is_scikit_learns(depth: int, share: float) -> None:
    z, w, y = sample(depth)
    fitted = fit(Tree(depth, min_share=share), z, w, y)
    truth = DecisionTreeRegressor(max_depth=depth, min_weight_fraction_leaf=share, random_state=0)
    truth.fit(z, y, sample_weight=w)
    points = sample(99)[0]
    assert fitted.predict(points[None])[0, :, 0] == pytest.approx(truth.predict(points))
    assert fitted.r2[0, 0] == pytest.approx(r2_score(y, truth.predict(z), sample_weight=w))


@pytest.mark.parametrize("most", [1, 2, 5, 12])
def test_a_limit_of_splits_is_scikit_learns_best_first(most: int) -> None:
    z, w, y = sample(most + 20)
    fitted = fit(Tree(None, max_splits=most), z, w, y)
    truth = DecisionTreeRegressor(
        max_leaf_nodes=most + 1, min_weight_fraction_leaf=0.01, random_state=0
    )
    truth.fit(z, y, sample_weight=w)
    points = sample(99)[0]
    assert len(splits(fitted)) == most
    assert fitted.predict(points[None])[0, :, 0] == pytest.approx(truth.predict(points))


def test_growth_is_nested() -> None:
    z, w, y = sample(1)
    grown = [fit(Tree(None, max_splits=most), z, w, y) for most in range(1, 10)]
    for small, large in pairwise(grown):
        assert splits(small) < splits(large)
        assert small.r2[0, 0] < large.r2[0, 0]


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5, 6])
def test_a_line_over_an_even_grid_keeps_one_quarter_of_its_variance_a_level(depth: int) -> None:
    """1 - 4^-D in the limit; on N points exactly 1 - (N^2 / 4^D - 1) / (N^2 - 1)."""
    n = 4096
    z = (np.arange(n) + 0.5)[:, None] / n
    fitted = fit(Tree(depth), z, np.ones(n), 3 * z[:, 0] + 2)
    assert fitted.r2[0, 0] == pytest.approx(1 - (n**2 / 4**depth - 1) / (n**2 - 1), abs=1e-9)
    assert fitted.r2[0, 0] == pytest.approx(1 - 4.0**-depth, abs=1e-6)
    assert fitted.effect[0, 0, 0] > 0


def test_one_split_of_a_normal_line_explains_two_over_pi() -> None:
    z = ndtri((np.arange(20000) + 0.5) / 20000)[:, None]
    fitted = fit(Tree(1), z, np.ones(20000), -z[:, 0])
    assert fitted.r2[0, 0] == pytest.approx(2 / np.pi, abs=2e-4)
    assert fitted.threshold[0, 0, 0] == pytest.approx(0, abs=1e-3)
    # dg is 0 or twice sqrt(2 / pi), half of the time each; dg dz is E|z| (2 sqrt(2 / pi)) / 2
    assert fitted.importance[0, 0, 0] == pytest.approx(np.sqrt(2 / np.pi), abs=1e-3)
    assert fitted.effect[0, 0, 0] == pytest.approx(-2 / np.pi, abs=1e-3)


def test_a_deep_tree_has_the_signs_of_the_line_beneath_it() -> None:
    """Though the second feature, of negative slope, goes up with the output."""
    rng = np.random.default_rng(2)
    z = rng.normal(size=(4000, 3))
    z[:, 1] = 0.9 * z[:, 0] + np.sqrt(1 - 0.81) * z[:, 1]
    y = 2 * z[:, 0] - 0.8 * z[:, 1] + z[:, 2]
    fitted = fit(Tree(8, min_share=0.002), z, np.ones(4000), y)
    assert np.corrcoef(z[:, 1], y)[0, 1] > 0.5
    assert np.sign(fitted.effect[0, :, 0]).tolist() == [1.0, -1.0, 1.0]
    assert (np.abs(fitted.effect) > 0.5 * fitted.importance).all()


def test_an_even_function_has_no_direction() -> None:
    z = np.linspace(-1, 1, 1001)[:, None]
    fitted = fit(Tree(5), z, np.ones(1001), z[:, 0] ** 2)
    assert fitted.importance[0, 0, 0] > 0.2
    assert abs(fitted.effect[0, 0, 0]) < 0.02 * fitted.importance[0, 0, 0]


def test_r2_out_is_that_on_the_odd_samples_of_a_tree_grown_on_the_even() -> None:
    z, w, y = sample(3)
    guess = fit(Tree(), z[::2], w[::2], y[::2]).predict(z[None, 1::2])[0, :, 0]
    fitted = fit(Tree(), z, w, y)
    assert fitted.r2_out[0, 0] == pytest.approx(r2_score(y[1::2], guess, sample_weight=w[1::2]))
    assert fitted.r2_out[0, 0] < fitted.r2[0, 0]


def test_the_path_leads_to_the_value() -> None:
    z, w, y = sample(4)
    fitted = fit(Tree(4), z, w, y)
    for point in z[:5]:
        inside = np.ones(len(z), dtype=bool)
        for j, sign, threshold in fitted.path(0, 0, point):
            inside &= (z[:, j] <= threshold) == (sign == "<=")
        mean = np.average(y[inside], weights=w[inside])
        assert fitted.predict(point[None, None])[0, 0, 0] == pytest.approx(mean)


def test_every_leaf_holds_its_share_of_the_weight() -> None:
    z, w, y = sample(5)
    fitted = fit(Tree(8, min_share=0.07), z, w, y)
    values = fitted.predict(z[None])[0, :, 0]
    shares = [w[values == value].sum() / w.sum() for value in np.unique(values)]
    assert len(shares) > 5
    assert min(shares) >= 0.07 - 1e-12


def test_ties_go_to_the_lowest_feature_and_threshold() -> None:
    z = np.repeat(np.array([-1.0, 0.0, 1.0, 2.0])[:, None], 3, axis=1)
    fitted = fit(Tree(1), z, np.ones(4), np.array([1.0, 0.0, 0.0, 1.0]))
    assert splits(fitted) == {(0, -0.5)}


def test_the_last_bits_of_the_output_do_not_matter() -> None:
    z, w, y = sample(6)
    noise = 1 + 1e-15 * np.random.default_rng(0).normal(size=len(y))
    plain, shaken = fit(Tree(6), z, w, y), fit(Tree(6), z, w, y * noise)
    assert splits(plain) == splits(shaken)
    assert plain.value == pytest.approx(shaken.value)


@pytest.mark.parametrize("level", [0.0, 0.1, -1 / 3, 1e9 / 7, 1e-300])
def test_a_constant_target_grows_no_tree(level: float) -> None:
    z, w, _ = sample(7)
    fitted = fit(Tree(), z, w, np.full(len(z), level))
    assert not splits(fitted)
    assert not fitted.importance.any()
    assert not fitted.selected.any()
    assert np.isnan(fitted.r2[0, 0])
    assert fitted.predict(z[None, :2])[0, :, 0] == pytest.approx([level, level])


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1e-200])
def test_outputs_next_to_nothing_are_borne(size: float) -> None:
    """Sure classifiers give probabilities such as 1e-310."""
    z, w, y = sample(8)
    for target in (np.where(z[:, 0] > 0, size, 0.0), np.where(z[:, 0] > 0, size, y)):
        fitted = fit(Tree(), z, w, target)
        assert np.isfinite(fitted.predict(z[None])).all()
        assert np.isfinite(fitted.importance).all()


def test_weights_next_to_nothing_are_borne() -> None:
    z, _, y = sample(9)
    w = np.exp(-np.linspace(0, 740, len(y)))
    fitted = fit(Tree(4, min_share=0.0), z, w, y)
    assert np.isfinite(fitted.predict(z[None])).all()
    assert np.isfinite(fitted.importance).all()


@pytest.mark.parametrize(
    "limits",
    [
        {"max_depth": 0},
        {"max_depth": 1.5},
        {"max_depth": "3"},
        {"max_splits": 0},
        {"min_share": -0.1},
        {"min_share": 0.6},
        {"min_share": float("nan")},
        {"max_depth": None},
    ],
)
def test_bad_limits_are_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"Tree\(.*expected"):
        Tree(**limits)


def test_a_target_that_varies_only_where_no_weight_lies_grows_no_tree() -> None:
    z = np.random.default_rng(0).normal(size=(64, 2))
    w, y = np.zeros(64), np.where(np.arange(64) >= 4, 1.1, 0.1)
    w[:4] = 1.0
    fitted = fit(Tree(), z, w, y)
    assert not splits(fitted)
    assert not fitted.importance.any()
    assert np.isnan(fitted.r2[0, 0])
    assert fitted.predict(z[None])[0, :, 0] == pytest.approx(np.full(64, 0.1))


@pytest.mark.parametrize("kind", [np.bool_, np.int8])
def test_zeros_and_ones_may_come_as_they_are(kind: Any) -> None:
    z, w, y = sample(10)
    ones = (z > 0).astype(kind)
    plain, small = fit(Tree(), ones.astype(np.float64), w, y), fit(Tree(), ones, w, y)
    assert splits(plain) == splits(small)
    assert (plain.predict(ones[None]) == small.predict(ones[None])).all()
