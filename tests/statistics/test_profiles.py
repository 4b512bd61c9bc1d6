"""Shares of variance of whole profiles: one column's sums of squares, truth, order, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from limelab.statistics import profile_components
from limelab.types import BadInput


def one_at_a_time(n: int = 4, repeats: int = 5) -> pd.DataFrame:
    """A base and variants by one of two causes, each explained several times."""
    variants = [(0, 0), *((v, 0) for v in range(1, n)), *((0, v) for v in range(1, n))]
    rows = [(*variant, r) for variant in variants for r in range(repeats)]
    return pd.DataFrame(rows, columns=["seed", "bootstrap", "repeat"])


def drawn(levels, sds, m, rng):
    made = sds[-1] * rng.normal(size=(len(levels), m))
    for name, sd in zip(levels, sds, strict=False):
        made += sd * rng.normal(size=(levels[name].max() + 1, m))[levels[name]]
    return made


def split(profiles, levels, **options):
    rng = np.random.default_rng(0)
    return profile_components(profiles, levels, list(levels), rng=rng, **options)


def test_many_columns_give_the_truth() -> None:
    sds = np.array([1.0, 2.0, 0.5, 1.5])
    levels = one_at_a_time()
    found = split(drawn(levels, sds, 4000, np.random.default_rng(1)), levels)
    assert found["cause"].tolist() == ["seed", "bootstrap", "repeat", "residual"]
    assert found["variance"].to_numpy() == pytest.approx(sds**2, rel=0.08)
    assert found["share"].to_numpy() == pytest.approx(sds**2 / (sds**2).sum(), abs=0.02)
    assert ((found["low"] <= found["variance"]) & (found["variance"] <= found["high"])).all()


def test_a_balanced_column_is_the_analysis_of_variance() -> None:
    levels = pd.MultiIndex.from_product([range(6), range(5)], names=["a", "b"])
    y = np.random.default_rng(2).normal(size=(6, 5)) + 3 * np.arange(6)[:, None]
    rest = y - y.mean(1, keepdims=True) - y.mean(0) + y.mean()
    error = (rest**2).sum() / 20
    rows = (5 * y.mean(1).var(ddof=1) - error) / 5
    found = split(y.reshape(-1, 1), levels.to_frame(index=False))
    assert found["variance"].iloc[[0, 2]].to_numpy() == pytest.approx([rows, error])


def test_columns_in_any_order_and_unit() -> None:
    levels, rng = one_at_a_time(), np.random.default_rng(3)
    profiles = drawn(levels, (1.0, 0.0, 0.3, 1.0), 7, rng)
    there = split(profiles, levels)["share"].to_numpy()
    assert split(-20 * profiles[:, ::-1] + 5, levels)["share"].to_numpy() == pytest.approx(there)


@pytest.mark.parametrize("correlated", [True, False])
def test_intervals_cover_shares(correlated: bool) -> None:
    levels, rng = one_at_a_time(), np.random.default_rng(4)
    sds = np.array([1.0, 0.5, 0.3, 1.0])
    truth, inside, times = sds**2 / (sds**2).sum(), np.zeros(4), 60
    for _ in range(times):
        profiles = drawn(levels, sds, 1 if correlated else 6, rng) * np.ones(6)
        found = split(profiles, levels, n_draws=399)
        inside += (found["share_low"] <= truth) & (truth <= found["share_high"])
    assert (inside / times >= 0.95 - 2.6 * np.sqrt(0.0475 / times)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p[1:], r"profiles of shape \(34, 3\) came with levels of 35 rows"),
        (lambda p: np.where(p > 0, np.nan, p), "NaN or infinity"),
        (np.ones_like, "no column of the profiles varies"),
    ],
)
def test_refusals(change, message) -> None:
    levels = one_at_a_time()
    profiles = np.random.default_rng(5).normal(size=(len(levels), 3))
    with pytest.raises(BadInput, match=message):
        split(change(profiles), levels)
