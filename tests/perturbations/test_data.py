"""Laws read off the background: its values, its rows, blends with its rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from limelab.perturbations import Iid, Marginals, Mixup, Rows
from limelab.sampling import points
from limelab.types import BadInput, NotApplicable
from tests.parts import TABLES, codes, mixed, numbers, uniforms


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_values_are_those_of_the_background_and_as_frequent(table: Any) -> None:
    view, n = table(), 40000
    cloud = Marginals().cloud(uniforms(Marginals(), view, n), view.background[:2], view)
    assert cloud.moves.shape == (1, n, len(view.names))
    assert not cloud.relative.any()
    for j, column in enumerate(view.background.T):
        values, counts = np.unique(column, return_counts=True)
        drawn, times = np.unique(cloud.moves[0, :, j], return_counts=True)
        assert np.isin(drawn, values).all()
        expected = counts[np.isin(values, drawn)] / len(column)
        error = np.sqrt(expected * (1 - expected) / n)
        assert (np.abs(times / n - expected) <= 4.5 * error).all()


def test_columns_are_independent_though_the_background_is_not() -> None:
    table = numbers()
    moves = Marginals().cloud(uniforms(Marginals(), table, 20000), table.background, table).moves[0]
    assert np.corrcoef(table.background[:, 0], table.background[:, 1])[0, 1] > 0.7
    assert np.abs(np.corrcoef(moves.T) - np.eye(4)).max() < 4 / np.sqrt(20000)


def test_the_law_does_not_depend_on_x() -> None:
    table = numbers()
    u = uniforms(Marginals(), table, 32)
    here = Marginals().cloud(u, table.background[:1], table)
    there = Marginals().cloud(u, table.background[5:9], table)
    assert (here.moves == there.moves).all()


def test_it_has_no_radius() -> None:
    with pytest.raises(NotApplicable, match=r"no radius \(asked for 0.5\)"):
        Marginals().at(0.5)


@pytest.mark.parametrize("table", [numbers, mixed, codes], ids=lambda table: table.__name__)
def test_rows_are_whole_rows_each_as_likely(table: Any) -> None:
    view, n = table(), 40000
    cloud = Rows().cloud(uniforms(Rows(), view, n), view.background[:2], view)
    assert cloud.moves.shape == (1, n, len(view.names))
    assert not cloud.relative.any()
    rows, counts = np.unique(view.background, axis=0, return_counts=True)
    drawn, times = np.unique(cloud.moves[0], axis=0, return_counts=True)
    assert (drawn == rows).all()
    share = counts / len(view.background)
    assert (np.abs(times / n - share) <= 4.5 * np.sqrt(share * (1 - share) / n)).all()


def test_rows_keep_the_correlations() -> None:
    table = numbers()
    moves = Rows().cloud(uniforms(Rows(), table, 20000), table.background, table).moves[0]
    truth = stats.spearmanr(table.background).statistic
    assert np.abs(stats.spearmanr(moves).statistic - truth).max() < 4 / np.sqrt(20000)


@pytest.mark.parametrize(("a", "b"), [(2.0, 5.0), (1.0, 1.0), (0.5, 3.0)])
def test_a_blend_is_x_with_a_beta_share(a: float, b: float) -> None:
    """Every number of a sample moves by the same share 1 - t towards one row."""
    table, part, n = numbers(), Mixup(a, b), 4000
    u, x = uniforms(part, table, n), table.background[:2]
    cloud = part.cloud(u, x, table)
    assert cloud.relative.all()
    row = table.background[(u[0, :, 0] * len(table.background)).astype(int)]
    for i in range(2):
        use = np.abs(row - x[i]).min(axis=1) > 1e-9
        share = 1.0 - cloud.moves[i, use] / (row[use] - x[i])
        assert share == pytest.approx(np.repeat(share[:, :1], 4, axis=1), abs=1e-6)
        assert stats.kstest(share[:, 0], stats.beta(a, b).cdf).pvalue > 1e-4


def test_blends_stay_between_x_and_the_rows() -> None:
    table, part = mixed(), Mixup()
    x, held = table.background[:3], table.categorical
    cloud = part.cloud(uniforms(part, table, 2000), x, table)
    found = points(cloud, slice(None), slice(None))
    span = 1e-9 * np.ptp(table.background, axis=0)
    assert (found >= table.background.min(axis=0) - span).all()
    assert (found <= table.background.max(axis=0) + span).all()
    rows = {tuple(row) for row in table.background[:, held]}
    assert {tuple(row) for row in found[:, held]} <= rows


def test_categories_of_a_blend_stay_with_the_share_of_x() -> None:
    table, n = codes(), 40000
    x = table.background[:1]
    for a, b in ((2.0, 5.0), (6.0, 2.0)):
        part = Mixup(a, b)
        moves = part.cloud(uniforms(part, table, n), x, table).moves[0]
        unlike = (table.background != x).any(axis=1).mean()
        gone = (moves != x).any(axis=1).mean()
        assert gone == pytest.approx(unlike * b / (a + b), abs=0.012)


@pytest.mark.parametrize("part", [Rows(), Mixup()], ids=repr)
def test_laws_across_the_background_have_no_radius(part: Any) -> None:
    with pytest.raises(NotApplicable, match=r"no radius \(asked for 0.5\)"):
        part.at(0.5)


@pytest.mark.parametrize("field", ["a", "b"])
@pytest.mark.parametrize("value", [0, -1, "2", float("inf")])
def test_a_bad_beta_is_refused(field: str, value: Any) -> None:
    with pytest.raises(BadInput, match=rf"Mixup\({field}=.*above 0"):
        Mixup(**{field: value})


@pytest.mark.parametrize("design", [Iid, 3])
@pytest.mark.parametrize("law", [Marginals, Rows, Mixup])
def test_a_bad_design_is_refused(law: Any, design: Any) -> None:
    with pytest.raises(BadInput, match=rf"{law.__name__}\(design=.*expected a design such as Iid"):
        law(design=design)
