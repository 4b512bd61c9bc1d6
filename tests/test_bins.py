"""Bin edges: lime's quantiles, lime's entropy, ends and shares of bins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.bins import (
    entropy_cuts,
    limits,
    quantile_cuts,
    same_bin,
    share_between,
    sorted_background,
)
from limelab.domains import Table
from tests.parts import codes, mixed, numbers

SEEDS = st.integers(0, 10**6)


@pytest.mark.parametrize(("bins", "name"), [(4, "QuartileDiscretizer"), (10, "DecileDiscretizer")])
def test_quantile_bins_are_those_of_lime(bins: int, name: str) -> None:
    discretize = pytest.importorskip("lime.discretize")
    rows = np.random.default_rng(0).exponential(size=(200, 2)).round(1)
    theirs = getattr(discretize, name)(rows, [], ["a", "b"], random_state=0).discretize(rows)
    cuts = quantile_cuts(Table(rows), bins)
    for j in range(2):
        assert (np.searchsorted(cuts[j], rows[:, j]) == theirs[:, j]).all()


@pytest.mark.parametrize("depth", [1, 3])
def test_entropy_bins_are_those_of_lime(depth: int) -> None:
    discretize = pytest.importorskip("lime.discretize")
    rng = np.random.default_rng(3)
    rows = np.column_stack(
        [rng.normal(size=300), rng.exponential(size=300), rng.integers(0, 9, 300)]
    )
    classes = np.array(["no", "yes"])[(rows[:, 0] > rows[:, 1] - 0.5).astype(int)]
    found = entropy_cuts(Table(rows), classes, depth)
    if depth == 3:
        theirs = discretize.EntropyDiscretizer(
            rows, [], ["a", "b", "c"], labels=classes, random_state=0
        ).discretize(rows)
        for j in range(3):
            assert (np.searchsorted(found[j], rows[:, j]) == theirs[:, j]).all()
    assert all(len(cuts) < 2**depth for cuts in found)
    assert len(found[0]) > 0


@pytest.mark.parametrize("factor", [1e-12, 1e12])
def test_entropy_edges_scale_with_their_column(factor: float) -> None:
    rows, target = numbers().background, numbers().target
    plain, scaled = Table(rows), Table(rows * factor)
    for a, b in zip(entropy_cuts(plain, target, 3), entropy_cuts(scaled, target, 3), strict=True):
        assert b == pytest.approx(a * factor)


def test_entropy_edges_lie_between_values_however_near() -> None:
    column = np.array([1.0, np.nextafter(1.0, 2.0), 5e8, 5e8 + 1e-6])
    (cuts,) = entropy_cuts(Table(column[:, None]), np.array([0, 1, 0, 1]), 3)
    assert np.searchsorted(cuts, column).tolist() == [0, 1, 2, 3]


def test_a_column_that_tells_nothing_has_no_edges() -> None:
    rows = np.column_stack([np.ones(8), np.arange(8.0)])
    assert [len(c) for c in entropy_cuts(Table(rows), np.zeros(8), 3)] == [0, 0]


def test_a_category_has_no_edges() -> None:
    for table in (mixed(), codes()):
        for found in (quantile_cuts(table, 4), entropy_cuts(table, table.target, 2)):
            held = table.categorical
            assert all(len(cuts) == 0 for cuts, code in zip(found, held, strict=True) if code)


@given(seed=SEEDS, bins=st.integers(2, 12))
def test_ends_and_shares_are_those_of_the_bin(seed: int, bins: int) -> None:
    rng = np.random.default_rng(seed)
    table: Any = mixed()
    x = table.background[rng.integers(0, 120, 5)].copy()
    x[:, 0] += rng.normal(size=5)
    cuts = quantile_cuts(table, bins)
    low, high = limits(x, cuts, table.categorical)
    share = share_between(table, low, high)
    for i, j in np.ndindex(5, 6):
        column = table.background[:, j]
        if table.categorical[j]:
            same = column == x[i, j]
        else:
            same = np.searchsorted(cuts[j], column) == np.searchsorted(cuts[j], x[i, j])
        assert (((column > low[i, j]) & (column <= high[i, j])) == same).all()
        assert share[i, j] == pytest.approx(same.mean())
        assert low[i, j] < x[i, j] <= high[i, j]


def test_the_order_is_found_once() -> None:
    assert sorted_background(mixed()) is sorted_background(mixed())


@pytest.mark.parametrize("bins", [4, 50])
@pytest.mark.parametrize("points", [1, 3])
def test_same_bin_is_what_the_limits_say(bins: int, points: int) -> None:
    table, rng = mixed(), np.random.default_rng(4)
    cuts, x = quantile_cuts(table, bins), table.background[:3]
    edges = [c if len(c) else table.background[:5, j] for j, c in enumerate(cuts)]
    drawn = table.background[rng.integers(0, len(table.background), (points, 40))].copy()
    for j, column in enumerate(edges):
        drawn[:, :5, j] = column[np.arange(5) % len(column)]  # on the edges themselves
    low, high = limits(x, cuts, table.categorical)
    inside = (drawn > low[:, None, :]) & (drawn <= high[:, None, :])
    assert np.array_equal(same_bin(drawn, x, cuts, table.categorical), inside)
