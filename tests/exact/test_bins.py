"""Binned closed forms against enumeration of all bins, integration within bins, and lime itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import truncnorm
from sklearn.ensemble import RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

from limelab.exact import (
    BinLaw,
    LimeBins,
    binned,
    binned_additive,
    binned_product,
    binned_trees,
    enumerate_masks,
)
from limelab.types import Array, BadInput, Ints

SHARES = [[0.2, 0.5, 0.3], [0.25] * 4, [0.6, 0.4], [1.0]]
MEANS = [np.array(m) for m in ([1.0, -2.0, 0.5], [0.3, 1.0, 2.0, -1.0], [4.0, 1.5], [2.0])]


def law(width: float) -> BinLaw:
    return BinLaw(SHARES, [1, 3, 0, 0], width)


def table(cells: Ints) -> Array:
    """Each column's function at each cell, (m, k)."""
    return np.column_stack([m[cells[:, j]] for j, m in enumerate(MEANS)])


@pytest.mark.parametrize("width", [0.2, 0.5, 1.5, 20.0, np.inf])
def test_additive_and_product_forms_equal_enumeration(width: float) -> None:
    for closed, f in (
        (binned_additive, lambda cells: table(cells).sum(axis=1)),
        (binned_product, lambda cells: table(cells).prod(axis=1)),
    ):
        found, expected = closed(law(width), MEANS), binned(law(width), f)
        for name in ("coef", "intercept", "mean", "r2"):
            assert np.allclose(getattr(found, name), getattr(expected, name), atol=1e-11), name


def test_additive_coefficients_do_not_depend_on_the_width() -> None:
    wide, narrow = (binned_additive(law(width), MEANS).coef for width in (20.0, 0.4))
    assert np.allclose(wide, narrow, rtol=1e-15)


def test_enumeration_of_cells_is_weighted_least_squares() -> None:
    """Two bins a column are masks: the same line from `enumerate_masks`, its weights made here."""
    rng = np.random.default_rng(0)
    y, p = rng.normal(size=(16, 2)), np.array([0.1, 0.4, 0.5, 0.8])
    two = BinLaw([[1 - q, q] for q in p], [1, 1, 1, 1], 0.9)

    def weights(z: Array) -> Array:
        chance = np.where(z == 1, p, 1 - p).prod(axis=1)
        return np.asarray(chance * np.exp(-(4 - z.sum(axis=1)) / (2 * 0.9**2)))

    found = binned(two, lambda cells: y[cells @ [1, 2, 4, 8]])
    expected = enumerate_masks(lambda z: y, 4, weights=weights)
    for name in ("coef", "intercept", "mean", "r2"):
        assert np.allclose(getattr(found, name), getattr(expected, name), atol=1e-12), name


def test_a_column_of_one_bin_has_coefficient_zero() -> None:
    assert binned_additive(law(1.0), MEANS).coef[3] == 0
    assert binned(law(1.0), lambda cells: table(cells).sum(axis=1)).coef[3] == 0


def background() -> Array:
    rng = np.random.default_rng(5)
    return np.column_stack([rng.normal(size=300), rng.exponential(size=300), rng.random(300) * 9])


def test_bins_are_those_of_lime() -> None:
    discretize = pytest.importorskip("lime.discretize")
    rows = background()
    bins = LimeBins(rows)
    theirs = discretize.QuartileDiscretizer(rows, [], ["a", "b", "c"], random_state=0)
    assert np.array_equal(theirs.discretize(rows), bins.at(rows))
    for j in range(3):
        low, high = np.array(theirs.mins[j]), np.array(theirs.maxs[j])
        mean, sd = np.array(theirs.means[j]), np.array(theirs.stds[j])
        cut = truncnorm((low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd)
        assert np.allclose(bins.means[j], cut.mean(), atol=1e-6)
        for border in (0.1, 0.7, 3.0):
            assert np.allclose(bins.cdf(j, np.array([border]))[:, 0], cut.cdf(border), atol=1e-6)


def test_ties_and_constant_columns_are_single_values() -> None:
    bins = LimeBins(np.column_stack([[0.0] * 6 + [1.0, 2.0], np.full(8, 7.0)]))
    assert bins.means[0][0] == 0.0
    assert bins.means[1][0] == 7.0
    assert bins.cdf(1, np.array([6.9, 7.0])).tolist()[0] == [0.0, 1.0]
    assert np.isclose(sum(bins.shares[0]), 1.0)


def values_in_bins(bins: LimeBins, cells: Ints, u: Array) -> Array:
    """Values at quantiles u of the cut normal laws of the cells, by bisection of the cdf."""
    found = np.empty(u.shape)
    for j in range(u.shape[1]):
        grid = np.linspace(-6, 12, 60_001)
        cdf = bins.cdf(j, grid)
        for b in np.unique(cells[:, j]):
            here = cells[:, j] == b
            found[here, j] = np.interp(u[here, j], cdf[b], grid)
    return found


@pytest.mark.parametrize("width", [0.5, 0.75 * np.sqrt(3)])
def test_trees_equal_integration_over_cells_and_values(width: float) -> None:
    rows = background()
    rng = np.random.default_rng(1)
    y = np.column_stack([rows[:, 0] * rows[:, 1], rows[:, 2] ** 2 - 5 * rows[:, 0]])
    tree = DecisionTreeRegressor(max_depth=5).fit(rows, y)
    bins, x = LimeBins(rows), rows[7]
    line = binned_trees(tree, x, bins, width)
    known = bins.law(x, width)
    n = 200_000
    cells = np.column_stack([rng.choice(len(q), n, p=q) for q in known.weighted()])
    answers = tree.predict(values_in_bins(bins, cells, rng.random((n, 3))))
    z = (cells == known.at).astype(float)
    design = np.column_stack([np.ones(n), z])
    inverse = np.linalg.inv(design.T @ design)
    theta = inverse @ design.T @ answers
    for c in range(2):
        residual = answers[:, c] - design @ theta[:, c]
        error = np.sqrt(np.diag(inverse @ (design.T * residual**2 @ design) @ inverse))
        exact = np.concatenate([[line.intercept[0, c]], line.coef[0, :, c]])
        assert (np.abs(theta[:, c] - exact) < 4 * error).all()
        r2 = 1 - residual.var() / answers[:, c].var()
        assert line.r2[0, c] == pytest.approx(r2, abs=0.02)


def test_an_unused_column_has_coefficient_exactly_zero() -> None:
    rows = background()
    forest = RandomForestRegressor(5, max_depth=4, random_state=0)
    forest.fit(rows * [1, 0, 1], rows[:, 0] - rows[:, 2])
    line = binned_trees(forest, rows[:3], LimeBins(rows), 1.3)
    assert line.coef.shape == (3, 3, 1)
    assert (line.coef[:, 1] == 0).all()
    assert (line.coef[:, [0, 2]] != 0).all()
    assert np.isnan(line.r2).all()


def test_lime_itself_converges_to_it() -> None:
    lime_tabular = pytest.importorskip("lime.lime_tabular")
    rows = background()
    tree = DecisionTreeRegressor(max_depth=5).fit(rows, rows[:, 0] * rows[:, 1] + rows[:, 2])
    explainer = lime_tabular.LimeTabularExplainer(
        rows, mode="regression", discretize_continuous=True, random_state=0
    )
    found = explainer.explain_instance(rows[7], tree.predict, num_features=3, num_samples=40_000)
    theirs = np.array([value for _, value in sorted(found.as_map()[1])])
    line = binned_trees(tree, rows[7], LimeBins(rows), 0.75 * np.sqrt(3))
    assert np.allclose(line.coef[0, :, 0], theirs, atol=0.05)
    assert np.abs(theirs).max() > 1


def test_bad_input_says_what_came() -> None:
    with pytest.raises(BadInput, match="add to 1"):
        BinLaw([[0.5, 0.4]], [0])
    with pytest.raises(BadInput, match="BinLaw"):
        BinLaw([[0.5, 0.5]], [2])
    with pytest.raises(BadInput, match="one value for each bin"):
        binned_additive(law(1.0), MEANS[:2])
    with pytest.raises(BadInput, match="combinations"):
        binned(BinLaw([[0.25] * 4] * 11, [0] * 11), lambda cells: cells[:, 0])
    with pytest.raises(BadInput, match="x has 2 columns"):
        LimeBins(background()).at([[1.0, 2.0]])
    tree = DecisionTreeRegressor().fit(background()[:, :2], np.arange(300))
    with pytest.raises(BadInput, match="fitted on 2"):
        binned_trees(tree, background()[0], LimeBins(background()), 1.0)
