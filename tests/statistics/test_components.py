"""Shares of variance: intervals cover as often as they say, zeros are named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from limelab.statistics import variance_components
from limelab.statistics.components import _intervals, drawn_variances, mean_squares
from limelab.statistics.terms import terms_of
from limelab.types import BadInput


def crossed(sds, rng, n=8, m=6, per=1):
    names = ["i", "r", "k"]
    table = pd.MultiIndex.from_product([range(n), range(m), range(per)], names=names)
    table = table.to_frame(index=False)
    noise = sds[2] * rng.normal(size=len(table))
    a, b = sds[0] * rng.normal(size=n), sds[1] * rng.normal(size=m)
    return table.assign(v=a[table.i] + b[table.r] + noise)


def split(table, factors=("i", "r"), **options):
    return variance_components(table, "v", list(factors), rng=np.random.default_rng(0), **options)


@pytest.mark.parametrize("drop", [0, 12])
@pytest.mark.parametrize("sds", [(1, 0.5, 1), (0.3, 0, 1)])
def test_intervals_cover(sds, drop) -> None:
    assert_covers(sds, drop, 60)


@pytest.mark.slow
@pytest.mark.parametrize("drop", [0, 12])
@pytest.mark.parametrize("sds", [(1, 0.5, 1), (0.3, 0, 1), (1, 1, 0.3), (0, 0, 1)])
def test_intervals_cover_in_many(sds, drop) -> None:
    assert_covers(sds, drop, 1000)


def assert_covers(sds, drop, times) -> None:
    """Variances and shares lie within their intervals nearly as often as said."""
    rng, truth = np.random.default_rng(8), np.array(sds) ** 2.0
    inside = np.zeros((2, 3))
    for _ in range(times):
        table = crossed(sds, rng)
        values, terms, _ = terms_of(
            table.sample(len(table) - drop, random_state=rng), "v", ["i", "r"]
        )
        drawn = drawn_variances(mean_squares(values, terms), rng, 599)
        for place, (ends, wanted) in enumerate(
            zip(_intervals(drawn, 0.95), (truth, truth / truth.sum()), strict=True)
        ):
            inside[place] += (ends[0] <= wanted) & (wanted <= ends[1])
    assert (inside / times >= 0.95 - 2.6 * np.sqrt(0.0475 / times)).all()


def test_sums_of_squares_expect_what_every_level_adds() -> None:
    """E[y'Qy] of y = Z u with u of variance 1 is the sum of z'Qz over the columns of Z."""
    table = crossed((1, 1, 1), np.random.default_rng(2), 4, 3, 2).sample(20, random_state=1)
    values, terms, _ = terms_of(table, "v", ["i", "r", "i:r"])
    expected = mean_squares(values, terms).expected
    for place, columns in enumerate([*(term.indicator for term in terms), np.eye(len(values))]):
        added = sum(mean_squares(column, terms).mean for column in columns.T)
        assert added == pytest.approx(expected[:, place])


def test_columns_and_words() -> None:
    found = split(crossed((2, 0, 0.5), np.random.default_rng(1), 12, 6))
    assert found.cause.tolist() == ["i", "r", "residual"]
    assert found.levels.tolist() == [12, 6, 0]
    assert found.share.sum() == pytest.approx(1)
    assert ((found.low <= found.high) & (found.share_low <= found.share_high)).all()
    assert found.variance[1] == 0
    assert "0 fits best" in found.note[1]
    assert found.low[1] == 0
    assert found.sentence[0].startswith("The i holds 9")
    assert found.sentence[2].startswith("What no named cause explains")


def test_scale_is_squared_and_place_is_free() -> None:
    table = crossed((1, 0.5, 1), np.random.default_rng(3))
    one, other = split(table), split(table.assign(v=table.v * 1e-4 + 7))
    assert (other.variance * 1e8).tolist() == pytest.approx(one.variance.tolist(), rel=1e-3)
    assert other.share_low.tolist() == pytest.approx(one.share_low.tolist(), rel=1e-4, abs=1e-9)


def test_missing_rows_are_told() -> None:
    table = crossed((1, 1, 1), np.random.default_rng(4))
    table.loc[:2, "v"] = np.nan
    assert "3 rows without a value" in split(table).note[0]


def test_what_cannot_be_split_is_refused() -> None:
    table = crossed((1, 1, 1), np.random.default_rng(5))
    with pytest.raises(BadInput, match="follow from those of the other"):
        split(table.assign(j=table.i), ["i", "j"])
    square = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "c": [0, 1, 1, 0]})
    with pytest.raises(BadInput, match="explain every row"):
        split(square.assign(v=[1.0, 2, 4, 8]), ["a", "b", "c"])
    with pytest.raises(BadInput, match="does not vary"):
        split(table.assign(v=1.0))
