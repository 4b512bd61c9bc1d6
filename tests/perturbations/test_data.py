"""Marginals: background values at background frequencies, columns apart, free of x."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from limelab.perturbations import Iid, Marginals
from limelab.types import BadInput, NotApplicable
from tests.parts import TABLES, numbers, uniforms


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


@pytest.mark.parametrize("design", [Iid, 3])
def test_a_bad_design_is_refused(design: Any) -> None:
    with pytest.raises(BadInput, match=r"Marginals\(design=.*expected a design such as Iid\(\)"):
        Marginals(design=design)
