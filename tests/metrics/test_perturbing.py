"""Moves and replacements: their laws, on numbers and on categories."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.metrics.draws import row_uniforms, uniforms
from limelab.metrics.perturbing import (
    baseline,
    in_order,
    noisy,
    other_rows,
    places,
    redrawn,
    swapped,
)
from limelab.types import Coordinates

N = 40_000
NAMES = ("size", "kind")


@pytest.fixture(scope="module")
def coordinates():
    rng = np.random.default_rng(3)
    background = np.column_stack([rng.normal(5, 2, 200), rng.choice(3, 200, p=[0.2, 0.5, 0.3])])
    scale = np.array([background[:, 0].std(), 0.0])
    mean = np.array([background[:, 0].mean(), 0.0])
    codes = np.array([False, True])
    return Coordinates(background[:2], background, background, codes, codes & False, mean, scale)


def test_baseline_is_mean_and_mode(coordinates):
    codes = coordinates.background[:, 1]
    assert baseline(coordinates)[0] == pytest.approx(coordinates.mean[0])
    assert baseline(coordinates)[1] == np.bincount(codes.astype(int)).argmax()


def test_noise_has_its_deviation_and_its_chance(coordinates):
    u = uniforms(coordinates.x, NAMES, N, "test")
    points = noisy(coordinates, u, 0.1)
    moves = points[..., 0] - coordinates.x[:, None, 0]
    assert moves.mean(axis=1) == pytest.approx(0, abs=5 * 0.2 / np.sqrt(N))
    assert moves.std(axis=1) == pytest.approx(0.1 * coordinates.scale[0], rel=0.02)
    chance = 0.1 * np.sqrt(2 / np.pi)
    for i, x in enumerate(coordinates.x[:, 1]):
        others = (coordinates.background[:, 1] != x).mean()
        assert (points[i, :, 1] != x).mean() == pytest.approx(chance * others, abs=0.006)
    assert np.isin(points[..., 1], coordinates.background[:, 1]).all()


def test_redrawn_columns_have_their_margins_and_no_tie(coordinates):
    values = redrawn(coordinates, uniforms(coordinates.x, NAMES, N, "test"))
    for code in range(3):
        share = (coordinates.background[:, 1] == code).mean()
        assert (values[0, :, 1] == code).mean() == pytest.approx(share, abs=0.012)
    assert values[0, :, 0].mean() == pytest.approx(coordinates.mean[0], abs=0.05)
    assert np.isin(values[..., 0], coordinates.background[:, 0]).all()


def test_other_rows_are_rows(coordinates):
    rows = other_rows(coordinates, row_uniforms(coordinates.x, NAMES, 500, "test"))
    known = {tuple(row) for row in coordinates.background.tolist()}
    assert {tuple(row) for row in rows.reshape(-1, 2).tolist()} <= known
    assert len(np.unique(rows[0], axis=0)) > 150


def test_order_is_by_size_then_name():
    e = np.array([[1.0, -3.0, 1.0, np.nan], [0.0, 0.0, 0.0, 0.0]])
    names = ("d", "c", "b", "a")
    assert in_order(e, names).tolist() == [[1, 2, 0, 3], [3, 2, 1, 0]]
    assert places(e, names).tolist() == [[2, 0, 1, 3], [3, 2, 1, 0]]
    turned = places(e[:, ::-1], names[::-1])
    assert (turned[:, ::-1] == places(e, names)).all()


def test_swapped_touches_nothing_else():
    x, gone = np.array([1.0, 2.0, 3.0]), np.array([True, False, True])
    assert swapped(x, gone, np.array([7.0, 8.0, 9.0])).tolist() == [7, 2, 9]
    assert x.tolist() == [1, 2, 3]
