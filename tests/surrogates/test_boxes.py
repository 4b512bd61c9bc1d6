"""The leaves of a tree as boxes tile the space, and redrawing a feature is the double sum."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.surrogates import Tree
from limelab.surrogates.boxes import Boxes
from limelab.types import Array


def features(n: int, levels: int) -> Array:
    """Three features, normal or of a few levels, so that values lie on thresholds."""
    rng = np.random.default_rng(levels)
    if levels:
        return rng.integers(0, levels, (n, 3)).astype(np.float64)
    return rng.normal(size=(n, 3))


def grown(z: Array, y: Array, v: Array) -> tuple[Boxes, Array]:
    """Boxes of a deep tree, and its values at z."""
    fitted = Tree(max_depth=4, min_share=0.02).fit(z[None], v[None], y[None, :, None])
    nodes = (fitted.feature, fitted.threshold, fitted.left, fitted.right, fitted.value)
    return Boxes.of(*(part[0, 0].tolist() for part in nodes)), fitted.predict(z[None])[0, :, 0]


def test_one_split_makes_two_boxes() -> None:
    boxes = Boxes.of([3, -1, -1], [0.5, 0, 0], [1, -1, -1], [2, -1, -1], [0.0, 1.0, 2.0])
    assert boxes.used.tolist() == [3]
    found = sorted(zip(boxes.low[:, 0], boxes.high[:, 0], boxes.value, strict=True))
    assert found == [(-np.inf, 0.5, 1.0), (0.5, np.inf, 2.0)]


def test_a_stump_without_a_split_is_all_of_space() -> None:
    boxes = Boxes.of([-1], [0.0], [-1], [-1], [4.0])
    assert boxes.low.shape == (1, 0)
    assert list(boxes.redrawn(np.zeros((3, 2)), np.full(3, 1 / 3))) == []


@pytest.mark.parametrize("levels", [0, 5])
def test_every_point_lies_in_one_box_and_has_its_value(levels: int) -> None:
    z = features(300, levels)
    boxes, values = grown(z, np.sin(3 * z[:, 0]) * z[:, 1] + z[:, 2], np.full(300, 1 / 300))
    points = z[:, None, boxes.used]
    inside = ((boxes.low < points) & (points <= boxes.high)).all(axis=2)
    assert (inside.sum(axis=1) == 1).all()
    assert boxes.value[inside.argmax(axis=1)] == pytest.approx(values)


@pytest.mark.parametrize("levels", [0, 3])
def test_redrawing_is_the_double_sum_over_pairs(levels: int) -> None:
    """E dg^2 and E dg dz, over all pairs of the weighted sample, ties on thresholds among them."""
    z = features(35, levels)
    z[:, 2] += 0.7 * z[:, 0]
    v = np.random.default_rng(1).random(35)
    v /= v.sum()
    y = z[:, 0] - z[:, 1] ** 2 + z[:, 0] * z[:, 2]
    fitted = Tree(max_depth=4, min_share=0.02).fit(z[None], v[None], y[None, :, None])
    found = {j: pair for j, *pair in grown(z, y, v)[0].redrawn(z, v)}
    assert set(found) == set(np.flatnonzero(fitted.selected[0, :, 0]))
    here = fitted.predict(z[None])[0, :, 0]
    for j, (squared, crossed) in found.items():
        truth = np.zeros(2)
        for i, other in np.ndindex(35, 35):
            moved = z[i].copy()
            moved[j] = z[other, j]
            change = fitted.predict(moved[None, None])[0, 0, 0] - here[i]
            truth += v[i] * v[other] * change * np.array([change, moved[j] - z[i, j]])
        assert (squared, crossed) == pytest.approx(tuple(truth))
        sd = np.sqrt(v @ (z[:, j] - v @ z[:, j]) ** 2)
        assert fitted.importance[0, j, 0] == pytest.approx(np.sqrt(truth[0] / 2))
        assert fitted.effect[0, j, 0] == pytest.approx(truth[1] / 2 / sd)
