"""Gaussian noise: its moments, its categories, its sharing; the laws are in test_laws.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from limelab.perturbations import Gaussian, Iid
from limelab.types import BadInput
from tests.parts import mixed, numbers, uniforms


def test_numbers_move_by_normal_noise_of_their_own_scale() -> None:
    table = numbers()
    cloud = Gaussian(0.7).cloud(uniforms(Gaussian(), table, 20000), table.background[:3], table)
    assert cloud.moves.shape == (1, 20000, 4)
    assert cloud.relative.all()
    for j in range(4):
        moves = cloud.moves[0, :, j] / (0.7 * table.scale[j])
        assert stats.kstest(moves, "norm").pvalue > 1e-4
    between = np.corrcoef(cloud.moves[0].T) - np.eye(4)
    assert np.abs(between).max() < 4 / np.sqrt(20000)


@pytest.mark.parametrize("scale", [0.3, 1.0, 4.0])
def test_a_category_is_redrawn_with_the_chance_of_the_scale(scale: float) -> None:
    """It stays with 1 - c, and with c it is any category at its background frequency."""
    table, chance, n = mixed(), min(1.0, scale), 40000
    x = table.background[:2]
    cloud = Gaussian(scale).cloud(uniforms(Gaussian(), table, n), x, table)
    assert cloud.relative.tolist() == [True, False, False, False, True, True]
    for i, j in [(0, 1), (1, 1), (0, 2), (1, 3)]:
        for code in np.unique(table.background[:, j]):
            frequency = (table.background[:, j] == code).mean()
            expected = chance * frequency + (1 - chance) * (code == x[i, j])
            found = (cloud.moves[i, :, j] == code).mean()
            assert abs(found - expected) <= 4 * np.sqrt(expected * (1 - expected) / n)


def test_at_is_the_same_law_at_another_size() -> None:
    assert Gaussian(0.5).at(2) == Gaussian(2.0, design=Iid())


def test_the_same_moves_serve_every_size() -> None:
    """So a judge's radius scales its points and draws no new ones."""
    table = numbers()
    u, x = uniforms(Gaussian(), table, 16), table.background[:1]
    small, large = Gaussian(0.5).cloud(u, x, table), Gaussian(1).cloud(u, x, table)
    assert large.moves == pytest.approx(2 * small.moves)


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf"), "1", None, True])
def test_a_bad_scale_is_refused(scale: Any) -> None:
    with pytest.raises(BadInput, match=r"Gaussian\(scale=.*expected a finite number above 0"):
        Gaussian(scale)


@pytest.mark.parametrize("design", [Iid, "sobol", None])
def test_a_bad_design_is_refused(design: Any) -> None:
    with pytest.raises(BadInput, match=r"Gaussian\(design=.*expected a design such as Iid\(\)"):
        Gaussian(design=design)
