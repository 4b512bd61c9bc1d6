"""Noise: its moments, its categories, its sharing; the laws are in test_laws.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from limelab.perturbations import Gaussian, GlobalGaussian, Iid, Uniform
from limelab.types import BadInput, NotApplicable
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
@pytest.mark.parametrize("law", [Gaussian, Uniform, GlobalGaussian])
def test_a_bad_design_is_refused(law: Any, design: Any) -> None:
    with pytest.raises(BadInput, match=rf"{law.__name__}\(design=.*expected a design such as Iid"):
        law(design=design)


def test_a_box_is_filled_evenly() -> None:
    table = numbers()
    cloud = Uniform(0.7).cloud(uniforms(Uniform(), table, 20000), table.background[:3], table)
    assert cloud.moves.shape == (1, 20000, 4)
    assert cloud.relative.all()
    for j in range(4):
        moves = cloud.moves[0, :, j] / (0.7 * table.scale[j])
        assert stats.kstest(moves, stats.uniform(-1, 2).cdf).pvalue > 1e-4
    assert np.abs(np.corrcoef(cloud.moves[0].T) - np.eye(4)).max() < 4 / np.sqrt(20000)


@pytest.mark.parametrize("radius", [0.4, 3.0])
def test_a_category_leaves_with_the_chance_of_the_box(radius: float) -> None:
    table, n = mixed(), 40000
    x = table.background[:1]
    cloud = Uniform(radius).cloud(uniforms(Uniform(), table, n), x, table)
    for j in np.flatnonzero(table.categorical).tolist():
        other = (table.background[:, j] != x[0, j]).mean()
        expected = min(1.0, radius) * other
        found = (cloud.moves[0, :, j] != x[0, j]).mean()
        assert abs(found - expected) <= 4 * np.sqrt(expected * (1 - expected) / n)


def test_a_box_at_another_size_is_the_same_law() -> None:
    assert Uniform().at(2) == Uniform(2.0)
    with pytest.raises(BadInput, match=r"Uniform\(radius=.*above 0"):
        Uniform(-1)


def test_a_global_normal_is_as_wide_as_the_background_and_knows_no_x() -> None:
    table, part = mixed(), GlobalGaussian()
    u = uniforms(part, table, 20000)
    cloud, other = (part.cloud(u, table.background[at], table) for at in ([0], [3, 4]))
    assert cloud.moves.shape == (1, 20000, 6)
    assert not cloud.relative.any()
    assert (cloud.moves == other.moves).all()
    for j in (0, 5):
        normal = stats.norm(table.mean[j], table.scale[j])
        assert stats.kstest(cloud.moves[0, :, j], normal.cdf).pvalue > 1e-4
    for j in np.flatnonzero(table.categorical).tolist():
        for code in np.unique(table.background[:, j]):
            share = (table.background[:, j] == code).mean()
            found = (cloud.moves[0, :, j] == code).mean()
            assert abs(found - share) <= 4.5 * np.sqrt(share * (1 - share) / 20000)


def test_a_global_normal_has_no_radius() -> None:
    with pytest.raises(NotApplicable, match=r"GlobalGaussian\(\) has no radius"):
        GlobalGaussian().at(1)
