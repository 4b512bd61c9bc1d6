"""Sums over leaves, against sums over all nodes written the slow way."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor

from limelab.exact.boxes import Boxes, boxes
from limelab.exact.fitted import Forest, read
from limelab.types import Array

RNG = np.random.default_rng(2)
X = RNG.normal(size=(200, 3))
Y = X[:, 0] * X[:, 1] + np.abs(X[:, 2])


def by_recursion(forest: Forest, cdf: Array, slope: Array) -> tuple[Array, Array]:
    """Mean and slopes, leaf by leaf, with dictionaries of sides."""
    mean, slopes = forest.start.copy(), np.zeros((forest.columns, len(forest.start)))
    end = len(forest.left)
    todo = [(int(root), dict[int, tuple[int, int]]()) for root in forest.roots]
    while todo:
        node, sides = todo.pop()
        if forest.left[node] < 0:
            inside = {j: cdf[high] - cdf[low] for j, (low, high) in sides.items()}
            mean += forest.value[node] * np.prod(list(inside.values()))
            for j, (low, high) in sides.items():
                others = np.prod([p for k, p in inside.items() if k != j])
                slopes[j] += forest.value[node] * (slope[high] - slope[low]) * others
            continue
        j = int(forest.feature[node])
        low, high = sides.get(j, (end, end + 1))
        todo.append((int(forest.left[node]), {**sides, j: (low, node)}))
        todo.append((int(forest.right[node]), {**sides, j: (node, high)}))
    return mean, slopes


def laws(found: Boxes) -> tuple[Array, Array]:
    with np.errstate(over="ignore"):
        return ndtr(found.border), -np.exp(-0.5 * found.border**2)


@pytest.mark.parametrize("depth", [1, 2, 5, None])
def test_sums_equal_a_walk_over_the_leaves(depth: int | None) -> None:
    forest = read(RandomForestRegressor(4, max_depth=depth, random_state=0).fit(X, Y))
    found = boxes(forest)
    cdf, slope = laws(found)
    mean, slopes = by_recursion(forest, cdf, slope)
    sums = found.sums(cdf, slope)
    assert np.allclose(sums.mean, mean, rtol=1e-12)
    assert np.allclose(sums.slope, slopes, rtol=1e-12, atol=1e-15)


def test_leaves_are_a_partition() -> None:
    forest = read(RandomForestRegressor(5, random_state=0).fit(X, Y))
    found = boxes(forest)
    cdf, _ = laws(found)
    shares = [(cdf[b.upper] - cdf[b.lower]).prod(axis=1).sum() for b in found.blocks]
    assert sum(shares) == pytest.approx(5)
    assert sum(len(b.value) for b in found.blocks) == (forest.left < 0).sum()


def test_the_variance_of_stumps_is_that_of_the_sum() -> None:
    """Stumps fill a grid of cells, so the variance can be had by enumeration of these."""
    found = boxes(read(GradientBoostingRegressor(max_depth=1, n_estimators=30).fit(X, Y)))
    assert found.additive
    assert found.closed
    cdf, slope = laws(found)
    inner = [np.unique(found.border[:-2][found.feature[:-2] == j]) for j in range(3)]
    edges = [np.concatenate([[-9.0], e[np.isfinite(e)], [9.0]]) for e in inner]
    middles = np.meshgrid(*[(e[1:] + e[:-1]) / 2 for e in edges], indexing="ij")
    share = np.ones(())
    for e in edges:
        share = np.multiply.outer(share, np.diff(ndtr(e)))
    rows = np.stack(middles, axis=-1).reshape(-1, 3)
    values = np.stack([found.at(row)[0] for row in rows])
    mean = share.ravel() @ values
    sums = found.sums(cdf, slope)
    assert sums.mean[0] == pytest.approx(mean, rel=1e-10)
    expected = share.ravel() @ (values - mean) ** 2
    assert found.variance(cdf, sums.mean)[0] == pytest.approx(expected, rel=1e-10)


def test_a_sum_of_deeper_trees_has_no_closed_variance() -> None:
    found = boxes(read(RandomForestRegressor(3, max_depth=3, random_state=0).fit(X, Y)))
    cdf, slope = laws(found)
    assert not found.closed
    assert np.isnan(found.variance(cdf, found.sums(cdf, slope).mean)).all()
