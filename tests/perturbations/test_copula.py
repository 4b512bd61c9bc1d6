"""The copula: margins and rank correlations of the background, ties and categories included."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from limelab.domains import Table
from limelab.perturbations import Copula, Iid, Marginals
from limelab.types import Array, BadInput, NotApplicable, Perturbation
from tests.parts import codes, mixed, numbers, uniforms

N = 40_000


def drawn(part: Perturbation, table: Table, n: int = N) -> Array:
    """Samples (n, d)."""
    return np.asarray(part.cloud(uniforms(part, table, n), table.background[:2], table).moves[0])


def ordered() -> Table:
    """Normal scores behind a skewed number, an inflated zero, a count, and ordered levels."""
    rng = np.random.default_rng(0)
    z = rng.multivariate_normal(np.zeros(4), 0.6 + 0.4 * np.eye(4), 2000)
    levels = np.digitize(z[:, 3], [-1.0, 0.2])
    return Table(
        pd.DataFrame(
            {
                "skewed": np.exp(z[:, 0]),
                "inflated": np.maximum(z[:, 1], 0.3),
                "count": np.digitize(z[:, 2], [-0.5, 1.0]),
                "level": np.array(["xx", "aa", "mm"])[levels],
            }
        )
    )


@pytest.mark.parametrize("table", [numbers, mixed, codes, ordered], ids=lambda t: t.__name__)
def test_margins_are_those_of_the_background(table: object) -> None:
    view = table()  # type: ignore[operator]
    moves = drawn(Copula(), view)
    for j, column in enumerate(view.background.T):
        values, counts = np.unique(column, return_counts=True)
        assert np.isin(moves[:, j], values).all()
        share = counts / len(column)
        found = np.array([(moves[:, j] == value).mean() for value in values])
        assert (np.abs(found - share) <= 4.5 * np.sqrt(share * (1 - share) / N)).all()


def test_rank_correlations_of_numbers_are_kept_and_marginals_lose_them() -> None:
    table = numbers()
    truth = np.asarray(spearmanr(table.background).statistic)
    assert np.abs(spearmanr(drawn(Copula(), table)).statistic - truth).max() < 4.5 / np.sqrt(N)
    assert truth[0, 1] > 0.7
    assert np.abs(spearmanr(drawn(Marginals(), table)).statistic - np.eye(4)).max() < 0.03


def test_rank_correlations_outlive_ties() -> None:
    """Without the correction for ties they are off by .07."""
    table = ordered()
    moves, rows = drawn(Copula(), table), table.background.copy()
    for block in (moves, rows):  # levels in the order of the scores behind them
        block[:, 3] = np.array([1, 2, 0])[block[:, 3].astype(int)]
    found, truth = (np.asarray(spearmanr(block).statistic) for block in (moves, rows))
    assert truth[0, 1:].min() > 0.4
    assert np.abs(found - truth).max() < 0.03


def test_what_depends_on_a_category_still_does() -> None:
    table = ordered()
    moves = drawn(Copula(), table)
    for code in range(3):
        mean = np.median(moves[moves[:, 3] == code, 0])
        truth = np.median(table.background[table.background[:, 3] == code, 0])
        assert mean == pytest.approx(truth, rel=0.15)


def test_equal_columns_stay_equal_and_opposite_ones_opposite() -> None:
    column = np.random.default_rng(0).normal(size=400)
    moves = drawn(Copula(), Table(np.column_stack([column, column**3, -column])), 2000)
    found = spearmanr(moves).statistic
    assert found == pytest.approx(np.array([[1, 1, -1], [1, 1, -1], [-1, -1, 1]]), abs=1e-4)


def test_the_law_does_not_depend_on_x() -> None:
    table = mixed()
    u = uniforms(Copula(), table, 32)
    here, there = (Copula().cloud(u, table.background[at], table) for at in ([0], [5, 6, 7]))
    assert (here.moves == there.moves).all()


def test_it_has_no_radius_and_no_bad_design() -> None:
    with pytest.raises(NotApplicable, match=r"no radius \(asked for 2\)"):
        Copula().at(2)
    with pytest.raises(BadInput, match=r"Copula\(design=.*expected a design"):
        Copula(design=Iid)  # type: ignore[arg-type]
