"""lime's default law: its bins, its truncated normals, and values where a bin holds but one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from limelab.bins import quantile_cuts
from limelab.domains import Table
from limelab.perturbations import BinFrequencies, Iid
from limelab.types import Array, BadInput, NotApplicable
from tests.parts import mixed, numbers, uniforms

N = 40_000


def drawn(part: BinFrequencies, table: Table, n: int = N) -> Array:
    """Samples (n, d)."""
    cloud = part.cloud(uniforms(part, table, n), table.background[:2], table)
    assert cloud.moves.shape == (1, n, len(table.names))
    assert not cloud.relative.any()
    return np.asarray(cloud.moves[0])


def skewed() -> Array:
    rng = np.random.default_rng(5)
    return np.column_stack([rng.normal(size=300), rng.exponential(size=300) * 1e3])


@pytest.mark.parametrize(("bins", "name"), [(4, "QuartileDiscretizer"), (10, "DecileDiscretizer")])
def test_it_is_the_law_of_lime(bins: int, name: str) -> None:
    """Bins by frequency, and within each a normal cut at the bin's ends."""
    discretize = pytest.importorskip("lime.discretize")
    rows = skewed()
    table = Table(rows)
    moves = drawn(BinFrequencies(bins), table)
    theirs = getattr(discretize, name)(rows, [], ["a", "b"], random_state=0)
    share = np.apply_along_axis(np.bincount, 0, theirs.discretize(rows).astype(int)) / len(rows)
    cuts = quantile_cuts(table, bins)
    for j in range(2):
        held = np.searchsorted(cuts[j], moves[:, j])
        for b in range(bins):
            inside = moves[held == b, j]
            error = np.sqrt(share[b, j] * (1 - share[b, j]) / N)
            assert abs(len(inside) / N - share[b, j]) < 4.5 * error
            low, high, mean, sd = (
                np.array(getattr(theirs, part)[j][b]) for part in ("mins", "maxs", "means", "stds")
            )
            cut: Any = stats.truncnorm((low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd)
            assert stats.kstest(inside, cut.cdf).pvalue > 1e-4


def test_a_bin_of_one_value_gives_that_value() -> None:
    """lime draws 0 there; where the value is not the bin's end, within 1e-11 of it."""
    column = np.array([1.0] * 50 + [3.0] * 20 + [5.0, 6.0, 7.0, 8.0, 9.0, 9.5])
    table = Table(np.column_stack([column, column * 0.1 + 1e6]))
    moves = drawn(BinFrequencies(), table)
    cuts = quantile_cuts(table, 4)
    for j in range(2):
        own, held = np.searchsorted(cuts[j], table.background[:, j]), moves[:, j]
        for b in np.unique(own):
            values = np.unique(table.background[own == b, j])
            found = np.unique(held[np.searchsorted(cuts[j], held) == b])
            assert (len(found) == 1) == (len(values) == 1)
            assert len(values) > 1 or found[0] == values[0]
    assert (moves[:, 0] == 1.0).mean() == pytest.approx(50 / 76, abs=0.02)


def test_samples_stay_inside_the_background() -> None:
    table = mixed()
    for part in (BinFrequencies(), BinFrequencies(10)):
        moves = drawn(part, table, 4000)
        assert (moves >= table.background.min(axis=0)).all()
        assert (moves <= table.background.max(axis=0)).all()
        for j in np.flatnonzero(table.categorical):
            assert np.isin(moves[:, j], table.background[:, j]).all()


def test_columns_are_independent() -> None:
    moves = drawn(BinFrequencies(), numbers())
    assert np.abs(np.corrcoef(moves.T) - np.eye(4)).max() < 4 / np.sqrt(N)


@pytest.mark.parametrize("factor", [1e-300, 1e-13, 1e13, 1e300])
def test_the_unit_of_a_column_does_not_matter(factor: float) -> None:
    rows = skewed()
    plain, scaled = Table(rows), Table(rows * factor)
    assert drawn(BinFrequencies(), scaled, 500) == pytest.approx(
        drawn(BinFrequencies(), plain, 500) * factor, rel=1e-9
    )


def test_two_rows_are_enough() -> None:
    table = Table(pd.DataFrame({"a": [0.0, 1.0], "same": [2.0, 2.0]}))
    assert drawn(BinFrequencies(), table, 64)[:, 1].tolist() == [2.0] * 64


def test_it_has_no_radius() -> None:
    with pytest.raises(NotApplicable, match=r"no radius \(asked for 0.5\)"):
        BinFrequencies().at(0.5)


@pytest.mark.parametrize("bins", [1, 0, 2.5, "4", None])
def test_bad_bins_are_refused(bins: Any) -> None:
    with pytest.raises(BadInput, match=r"BinFrequencies\(bins=.*at least 2"):
        BinFrequencies(bins)


def test_a_bad_design_is_refused() -> None:
    with pytest.raises(BadInput, match=r"BinFrequencies\(design=.*expected a design"):
        BinFrequencies(design=Iid)  # type: ignore[arg-type]
