"""Tangent planes and local kernel densities: their moments, their rows, what they decline."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from limelab.domains import Table
from limelab.perturbations import Iid, KernelDensity, LocalPCA
from limelab.perturbations.manifold import nearest_rows
from limelab.types import Array, BadInput, NotApplicable
from tests.parts import codes, mixed, numbers, uniforms

N = 20_000


def moved(part: Any, table: Table, x: Array, n: int = N) -> Array:
    """Moves (I, n, d) as the cloud has them."""
    return np.asarray(part.cloud(uniforms(part, table, n), x, table).moves)


def near(table: Table, row: Array, share: float, least: int) -> Array:
    """Neighbours in background deviations."""
    return np.asarray(nearest_rows(row, table, share, least=least) / table.scale)


@pytest.mark.parametrize("scale", [0.3, 1.0])
def test_moves_have_the_neighbours_covariance(scale: float) -> None:
    table = numbers()
    x = table.background[:3]
    moves = moved(LocalPCA(scale, share=0.2, variance=1.0), table, x) / table.scale
    for i in range(3):
        truth = scale**2 * np.cov(near(table, x[i], 0.2, 5).T, bias=True)
        error = np.sqrt((np.outer(*[np.diag(truth)] * 2) + truth**2) / N)
        assert (np.abs(np.cov(moves[i].T) - truth) < 4.5 * error).all()
        assert np.abs(moves[i].mean(axis=0)).max() < 4.5 * np.sqrt(np.diag(truth).max() / N)


def test_moves_stay_in_the_tangent_space() -> None:
    """A plane in five columns: two directions, and the columns' relation holds off the data."""
    rng = np.random.default_rng(1)
    flat = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 5)) * [1, 10, 0.1, 100, 1]
    table = Table(flat)
    moves = moved(LocalPCA(), table, flat[:4], 100)
    for block in moves:
        assert np.linalg.matrix_rank(block / table.scale, tol=1e-8) == 2
        outside = np.linalg.svd((flat - flat.mean(axis=0)) / table.scale)[2][2:]
        assert np.abs(block / table.scale @ outside.T).max() < 1e-10


@pytest.mark.parametrize("variance", [0.3, 0.8, 0.95])
def test_as_few_directions_as_hold_the_variance(variance: float) -> None:
    table = numbers()
    x = table.background[0]
    spread = np.sort(np.linalg.eigvalsh(np.cov(near(table, x, 0.3, 5).T, bias=True)))[::-1]
    wanted = int((np.cumsum(spread) / spread.sum() < variance).sum()) + 1
    moves = moved(LocalPCA(share=0.3, variance=variance), table, x[None], 50)[0]
    assert np.linalg.matrix_rank(moves / table.scale, tol=1e-8) == wanted


def test_categories_of_a_tangent_plane_are_a_neighbours_or_those_of_x() -> None:
    table = mixed()
    x, held = table.background[:1], table.categorical
    for scale in (0.5, 2.0):
        part = LocalPCA(scale, share=0.5)
        found = part.cloud(uniforms(part, table, 4000), x, table)
        assert (found.relative == ~held).all()
        rows = {tuple(r) for r in nearest_rows(x[0], table, 0.5, least=4)[:, held]}
        drawn = {tuple(r) for r in found.moves[0][:, held]}
        assert drawn == rows | {tuple(x[0, held])}
        unlike = (nearest_rows(x[0], table, 0.5, least=4)[:, held] != x[:, held]).any(axis=1)
        gone = (found.moves[0][:, held] != x[:, held]).any(axis=1).mean()
        assert gone == pytest.approx(min(1, scale) / 2 * unlike.mean(), abs=0.04)


@pytest.mark.parametrize("table", [codes(), Table(np.ones((5, 2)) * [1, 2])], ids=["codes", "same"])
def test_a_tangent_plane_needs_numbers_that_vary(table: Table) -> None:
    with pytest.raises(NotApplicable, match="numeric columns that vary; take Neighbours"):
        moved(LocalPCA(), table, table.background[:1], 8)


def test_neighbours_with_the_same_numbers_span_nothing() -> None:
    frame = pd.DataFrame({"a": [0.1] * 12 + [0.3] * 3, "job": ["p", "q", "r"] * 5})
    table = Table(frame)
    with pytest.raises(NotApplicable, match="span no tangent space; raise the share"):
        moved(LocalPCA(share=0.2), table, table.background[:1], 8)


def test_a_kernel_density_is_a_mixture_of_normals() -> None:
    table = numbers()
    x, width = table.background[:2], 0.3
    moves = moved(KernelDensity(width, share=0.2), table, x)
    for i, j in np.ndindex(2, 4):
        rows = near(table, x[i], 0.2, 2)[:, j]

        def cdf(values: Any, rows: Array = rows) -> Any:
            return stats.norm.cdf((values[:, None] - rows) / width).mean(axis=1)

        assert stats.kstest(moves[i, :, j] / table.scale[j], cdf).pvalue > 1e-4


def test_a_kernel_density_keeps_correlations_and_categories() -> None:
    table = numbers()
    moves = moved(KernelDensity(0.1, share=1.0), table, table.background[:1])[0]
    truth, found = (float(np.corrcoef(rows.T[:2]).ravel()[1]) for rows in (table.background, moves))
    assert found == pytest.approx(truth / 1.01, abs=0.03)
    other = mixed()
    drawn = moved(KernelDensity(), other, other.background[:1], 2000)[0]
    rows = nearest_rows(other.background[0], other, 0.1, least=2)
    assert {tuple(r) for r in drawn[:, other.categorical]} == {
        tuple(r) for r in rows[:, other.categorical]
    }


def test_a_kernel_density_of_categories_is_near_rows() -> None:
    table = codes()
    found = moved(KernelDensity(share=0.5), table, table.background[:1], 500)[0]
    assert {tuple(r) for r in found} <= {tuple(r) for r in table.background}


def test_at_is_the_same_law_at_another_size() -> None:
    assert LocalPCA().at(0.3) == LocalPCA(scale=0.3)
    assert KernelDensity().at(0.3) == KernelDensity(share=0.3)


@pytest.mark.parametrize(
    ("law", "field", "value"),
    [
        (LocalPCA, "scale", 0),
        (LocalPCA, "share", 1.5),
        (LocalPCA, "variance", 1.1),
        (LocalPCA, "variance", "0.9"),
        (LocalPCA, "design", Iid),
        (KernelDensity, "bandwidth", -1),
        (KernelDensity, "share", 0),
        (KernelDensity, "design", None),
    ],
)
def test_a_bad_field_is_refused(law: Any, field: str, value: Any) -> None:
    with pytest.raises(BadInput, match=rf"{law.__name__}\({field}=.*expected"):
        law(**{field: value})
