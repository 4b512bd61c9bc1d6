"""Relatives of LIME: each reproduces the formula that its paper states."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.tree import DecisionTreeRegressor

from limelab.domains import Table
from limelab.explanation import Explanation
from limelab.lime import Lime
from limelab.perturbations.manifold import nearest_rows
from limelab.presets import (
    baylime,
    blimey_tree,
    glime_gaussian,
    lime_tabular_around,
    melime_kde,
)
from limelab.sampling import sample
from limelab.surrogates import LeastSquares
from limelab.types import Array, BadInput
from tests.benchmarks import relatives_defects, relatives_rows

ROWS = np.random.default_rng(4).normal(size=(200, 3)) * [1.0, 5.0, 0.1]


def wave(x: Array) -> Array:
    return np.asarray(np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2])


def coefs(lime: Lime, rows: Array, runs: int) -> Array:
    """Coefficients (runs, k) of independent draws."""
    found = [lime.explain(wave, rows, rows[:1], seed=seed).coef for seed in range(runs)]
    return np.array([run[0, :, 0] for run in found if run is not None])


def test_glime_has_limes_limit_and_less_variance_where_features_are_many() -> None:
    rows = np.random.default_rng(5).normal(size=(200, 8))
    around = lime_tabular_around(num_samples=4096, kernel_width=0.5)
    lime = replace(around, surrogate=LeastSquares())
    weighted, moved = coefs(lime, rows, 16), coefs(glime_gaussian(0.5), rows, 16)
    error = np.hypot(weighted.std(axis=0, ddof=1), moved.std(axis=0, ddof=1)) / 4
    assert (np.abs(weighted.mean(axis=0) - moved.mean(axis=0)) < 4 * error).all()
    assert (moved.var(axis=0) < weighted.var(axis=0) / 2).all()


def test_glime_gains_nothing_for_a_curve_of_few_features() -> None:
    around = lime_tabular_around(num_samples=1024, kernel_width=0.5)
    lime = replace(around, surrogate=LeastSquares())
    weighted, moved = coefs(lime, ROWS, 64), coefs(glime_gaussian(0.5, n_samples=1024), ROWS, 64)
    assert 0.5 < moved[:, 0].var() / weighted[:, 0].var() < 2


def test_melime_draws_from_the_density_near_x() -> None:
    table, law = Table(ROWS), melime_kde(bandwidth=0.2, share=0.05).perturbation
    points = sample(law, table, ROWS[:1], 40_000, "shared", 0).moves[0]
    near = nearest_rows(ROWS[0], table, 0.05, least=2)
    expected = near.var(axis=0) + (0.2 * ROWS.std(axis=0)) ** 2
    assert np.allclose(points.var(axis=0), expected, rtol=0.05)
    assert np.allclose(points.mean(axis=0), near.mean(axis=0), atol=0.02 * ROWS.std(axis=0).max())


def test_melimes_tree_has_signs() -> None:
    found = melime_kde(tree=True, share=0.2).explain(wave, ROWS, ROWS[:1])
    assert found.coef is None
    assert found.effect.shape == (1, 3, 1)


def test_blimey_is_the_tree_of_unweighted_blends() -> None:
    lime, table = blimey_tree(n_samples=1024), Table(ROWS)
    found = lime.explain(wave, table, ROWS[:1])
    cloud = sample(lime.perturbation, table, ROWS[:1], 1024, "shared", 0)
    points = ROWS[:1] + cloud.moves[0]
    tree = DecisionTreeRegressor(max_depth=3).fit(points, wave(points))
    assert found.r2[0, 0] == pytest.approx(tree.score(points, wave(points)), abs=1e-9)
    assert found.g is not None
    assert found.g[0, 0] == pytest.approx(tree.predict(ROWS[:1])[0])
    # 5/7 of the way to a random row
    assert np.allclose(cloud.moves[0].mean(axis=0), 5 / 7 * (ROWS.mean(axis=0) - ROWS[0]), atol=0.4)


def test_baylime_is_the_posterior_mean() -> None:
    prior = np.array([0.5, -1.0, 2.0])
    lime = baylime(prior_mean=prior, noise_precision=2.0, weight_precision=60.0, num_samples=401)
    found = lime.explain(wave, ROWS, ROWS[:1])
    cloud = sample(lime.perturbation, Table(ROWS), ROWS[:1], 400, "shared", 0)
    z = cloud.moves[0] / ROWS.std(axis=0)
    w = np.exp(-(z**2).sum(axis=1) / (2 * 0.75**2 * 3))
    w /= w.mean()
    y = wave(ROWS[:1] + cloud.moves[0])
    zc, yc = z - np.average(z, axis=0, weights=w), y - np.average(y, weights=w)
    gram = zc.T @ (w[:, None] * zc) + 30.0 * np.eye(3)
    expected = np.linalg.solve(gram, zc.T @ (w * yc) + 30.0 * prior)
    assert found.coef is not None
    assert np.allclose(found.coef[0, :, 0], expected)
    assert found.stderr is not None
    assert np.allclose(found.stderr[0, :, 0], np.sqrt(np.diag(np.linalg.inv(gram)) / 2.0))


@pytest.mark.parametrize("mode", [{}, {"weight_precision": 2.0}])
def test_baylimes_other_modes(mode: dict[str, float]) -> None:
    found: Explanation = baylime(num_samples=500, **mode).explain(wave, ROWS, ROWS[:1])
    assert (found.half_width() > 0).all()


def test_refusals() -> None:
    with pytest.raises(BadInput, match="kernel_width=0"):
        glime_gaussian(0)


@pytest.mark.parametrize("rows", relatives_rows.QUICK)
def test_ours_is_theirs(rows: Any) -> None:
    for row in rows():
        assert row.agrees, row


@pytest.mark.parametrize("defects", relatives_defects.QUICK)
def test_a_known_defect_is_there_and_not_repeated(defects: Any) -> None:
    for defect in defects():
        assert defect.mended, defect


@pytest.mark.slow
@pytest.mark.parametrize("rows", relatives_rows.SLOW)
def test_ours_is_theirs_at_length(rows: Any) -> None:
    for row in rows():
        assert row.agrees, row


@pytest.mark.slow
@pytest.mark.parametrize("defects", relatives_defects.SLOW)
def test_a_known_defect_is_not_repeated_at_length(defects: Any) -> None:
    for defect in defects():
        assert defect.mended, defect
