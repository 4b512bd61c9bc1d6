"""The generic importance and effect against the double sum over all pairs of samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from limelab.surrogates import Tree
from limelab.surrogates.impact import impact
from limelab.types import Array


def double_sum(predict: Callable[[Array], Array], z: Array, v: Array) -> tuple[Array, Array]:
    """Importance and effect by their definition: every sample given every other one's value."""
    importance, effect = np.zeros((2, z.shape[1]))
    here = predict(z)
    for j in range(z.shape[1]):
        change = lean = moved = 0.0
        for n in range(len(z)):
            other = z.copy()
            other[:, j] = z[n, j]
            dg, dz = predict(other) - here, z[n, j] - z[:, j]
            change, lean = change + v[n] * (v @ dg**2), lean + v[n] * (v @ (dg * dz))
            moved += v[n] * (v @ dz**2)
        if moved > 0:
            importance[j], effect[j] = np.sqrt(change / 2), lean / 2 / np.sqrt(moved / 2)
    return importance, effect


def deviation(z: Array, v: Array) -> Array:
    return np.asarray(np.sqrt(v @ (z - v @ z) ** 2))


def sample(n: int = 300) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    z = rng.normal(size=(n, 3))
    z[:, 1] = 0.7 * z[:, 0] + 0.3 * z[:, 1]
    z[:, 2] = z[:, 2] > 0.4
    v = rng.random(n) ** 2
    return z, v / v.sum()


@pytest.mark.parametrize(
    "function",
    [
        lambda z: np.sin(2 * z[:, 0]) + z[:, 1] * z[:, 2],
        lambda z: z[:, 0] ** 2 - np.exp(z[:, 1]) * z[:, 2],
        lambda z: (z[:, 0] > 0.3) * 1.0 + (z[:, 1] > 0) * z[:, 0],
    ],
)
def test_eight_shifts_are_all_pairs_within_a_few_percent(function: Any) -> None:
    z, v = sample()
    importance, effect = impact(function, z, v, deviation(z, v))
    truth, leaning = double_sum(function, z, v)
    assert importance == pytest.approx(truth, rel=0.05)
    assert effect == pytest.approx(leaning, abs=0.05 * truth.max())
    assert importance[2] == pytest.approx(truth[2], rel=1e-9)  # two values: exact


def test_lines_are_exact() -> None:
    z, v = sample()
    slopes = np.array([2.0, -3.0, 0.5])
    importance, effect = impact(lambda z: z @ slopes, z, v, deviation(z, v))
    assert effect == pytest.approx(slopes * deviation(z, v))
    assert importance == pytest.approx(np.abs(effect))


def test_a_trees_own_exact_numbers_are_met_within_a_few_percent() -> None:
    z, v = sample(2000)
    y = np.sin(2 * z[:, 0]) + z[:, 1] * z[:, 2]
    tree = Tree(4).fit(z[None], v[None], y[None, :, None])
    found = impact(lambda p: tree.predict(p[None])[0, :, 0], z, v, deviation(z, v))
    largest = tree.importance.max()
    assert found[0] == pytest.approx(tree.importance[0, :, 0], abs=0.04 * largest)
    assert found[1] == pytest.approx(tree.effect[0, :, 0], abs=0.04 * largest)
