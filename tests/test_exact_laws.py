"""Sampled explanations against their closed forms: they agree within their standard errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

from limelab.bins import quantile_cuts
from limelab.domains import Table
from limelab.exact import (
    LimeBins,
    Normal,
    binned,
    binned_additive,
    binned_trees,
    logistic_gaussian,
    quadratic_gaussian,
    sine_gaussian,
)
from limelab.kernels import Exponential, Flat
from limelab.lime import Lime
from limelab.perturbations import BinFrequencies, Gaussian, GlobalGaussian
from limelab.representations import Binned
from limelab.types import Array

N = 2**15


def background() -> Array:
    rng = np.random.default_rng(5)
    return np.column_stack([rng.normal(size=300), rng.exponential(size=300), rng.random(300) * 9])


def agrees(found: Any, coef: Array, intercept: Any = None) -> None:
    """All coefficients (I, k, C) within four standard errors."""
    assert (np.abs(found.coef - coef) <= 4 * found.stderr + 1e-12).all()
    assert (found.stderr < 0.2 * np.abs(coef).max()).all()
    if intercept is not None:
        assert found.intercept == pytest.approx(intercept, abs=0.02 * np.abs(coef).max())


def lime_of(width: float) -> Lime:
    """lime's default, its kernel width in root features; infinite is no kernel."""
    kernel = Flat() if np.isinf(width) else Exponential(width)
    return Lime(BinFrequencies(), Binned(), kernel, n_samples=N)


@pytest.mark.parametrize("width", [0.4, 0.75, np.inf])
def test_a_line_in_bins_is_the_difference_of_bin_means(width: float) -> None:
    rows, slope = background(), np.array([1.0, -2.0, 0.5])
    bins = LimeBins(rows)
    found: Any = lime_of(width).explain(lambda x: x @ slope, rows, rows[:4])
    for i in range(4):
        law = bins.law(rows[i], width * np.sqrt(3))
        line = binned_additive(law, [a * m for a, m in zip(slope, bins.means, strict=True)])
        coef, error = found.coef[i, :, 0], found.stderr[i, :, 0]
        assert (np.abs(coef - line.coef) <= 4 * error).all()
        assert found.intercept[i, 0] == pytest.approx(line.intercept, abs=0.1)


@pytest.mark.parametrize("width", [0.4, 0.75, np.inf])
def test_a_function_of_bins_is_the_line_over_all_cells(width: float) -> None:
    rows = background()
    bins, cuts = LimeBins(rows), quantile_cuts(Table(rows), 4)
    table = np.random.default_rng(1).normal(size=(4, 4, 4))

    def model(x: Array) -> Array:
        cells = [np.searchsorted(cuts[j], x[:, j]) for j in range(3)]
        return np.asarray(table[tuple(cells)])

    found: Any = lime_of(width).explain(model, rows, rows[:4])
    for i in range(4):
        line = binned(bins.law(rows[i], width * np.sqrt(3)), lambda c: table[tuple(c.T)])
        assert (np.abs(found.coef[i, :, 0] - line.coef) <= 4 * found.stderr[i, :, 0]).all()
        assert found.intercept[i, 0] == pytest.approx(line.intercept, abs=0.06)
        assert found.r2[i, 0] == pytest.approx(line.r2, abs=0.03)


@pytest.mark.parametrize("width", [0.4, 0.75])
@pytest.mark.parametrize("forest", [False, True])
def test_trees_in_bins_are_summed_over_leaves(width: float, forest: bool) -> None:
    rows = background()
    y = rows[:, 0] * rows[:, 1] + rows[:, 2]
    many = RandomForestRegressor(8, max_depth=5, random_state=0)
    model = (many if forest else DecisionTreeRegressor(max_depth=5, random_state=0)).fit(rows, y)
    found: Any = lime_of(width).explain(model, rows, rows[5:9])
    line = binned_trees(model, rows[5:9], LimeBins(rows), width * np.sqrt(3))
    agrees(found, line.coef, line.intercept)


@pytest.mark.parametrize("width", [0.5, 0.75, 2.0])
def test_a_kernel_on_the_global_law_looks_between_the_mean_and_x(width: float) -> None:
    """Normal round u0 / (1 + nu^2), variance nu^2 / (1 + nu^2), in background deviations."""
    rows = background() * [1.0, 5.0, 0.1]
    table = Table(rows)
    nu2 = 3 * width**2
    slope = np.array([1.0, -0.3, 2.0])
    curved = np.array([[0.5, 0.2, 0.0], [0.2, -0.1, 0.3], [0.0, 0.3, 4.0]])
    lime = Lime(GlobalGaussian(), kernel=Exponential(width), n_samples=N)

    def model(x: Array) -> Array:
        t = x @ slope
        bent = t + np.einsum("na,ab,nb->n", x, curved, x) / 2
        return np.column_stack([bent, 1 / (1 + np.exp(-t)), np.sin(t)])

    found: Any = lime.explain(model, rows, rows[:3])
    for i in range(3):
        centre = table.mean + (rows[i] - table.mean) / (1 + nu2)
        law = Normal(centre, np.diag(table.scale**2) * nu2 / (1 + nu2))
        lines = (
            quadratic_gaussian(slope, curved, law),
            logistic_gaussian(slope, law),
            sine_gaussian(slope, law),
        )
        for c, line in enumerate(lines):
            error = found.stderr[i, :, c]
            assert (np.abs(found.coef[i, :, c] - line.coef * table.scale) <= 4 * error).all()
            assert found.r2[i, c] == pytest.approx(line.r2, abs=0.03)


@pytest.mark.parametrize(("scale", "width"), [(1.0, 0.5), (0.5, 0.25), (2.0, 3.0)])
def test_the_effective_size_of_normal_noise(scale: float, width: float) -> None:
    """(nu^2 (nu^2 + 2 s^2) / (nu^2 + s^2)^2)^(d / 2) of the samples."""
    rows = background()
    lime = Lime(Gaussian(scale), kernel=Exponential(width), n_samples=N)
    found: Any = lime.explain(lambda x: x[:, 0], rows, rows[:1]).n_effective[0] / N
    n2, s2 = 3 * width**2, scale**2
    assert found == pytest.approx((n2 * (n2 + 2 * s2) / (n2 + s2) ** 2) ** 1.5, rel=0.03)
