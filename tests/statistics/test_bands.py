"""Bands cover a whole curve as often as they say, and tell where they do not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from limelab.statistics.bands import Band, simultaneous_band
from limelab.types import Array, BadInput


def _held(estimates: Array, errors: Array, df: float) -> float:
    """Share of curves (R, m) round 0 that lie in their band at every place."""
    bands = [simultaneous_band(*pair, df=df) for pair in zip(estimates, errors, strict=True)]
    return float(np.mean([not band.misses(np.zeros(estimates.shape[1])).any() for band in bands]))


@pytest.mark.parametrize("m", [1, 5, 40])
def test_independent_estimates_are_all_inside_as_often_as_stated(m: int) -> None:
    rng = np.random.default_rng(m)
    held = _held(rng.normal(size=(4000, m)), np.ones((4000, m)), np.inf)
    assert abs(held - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 4000)


def test_correlated_estimates_are_inside_no_less_often() -> None:
    rng = np.random.default_rng(0)
    common = rng.normal(size=(4000, 1))
    curves = np.sqrt(0.9) * common + np.sqrt(0.1) * rng.normal(size=(4000, 12))
    assert _held(curves, np.ones(curves.shape), np.inf) > 0.95


def test_errors_of_few_repeats_take_students_quantiles() -> None:
    runs = np.random.default_rng(1).normal(size=(4000, 6, 8))
    errors = runs.std(axis=1, ddof=1) / np.sqrt(6)
    held = _held(runs.mean(axis=1), errors, 5)
    assert abs(held - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 4000)
    assert _held(runs.mean(axis=1), errors, np.inf) < 0.8


def test_one_estimate_has_the_usual_interval() -> None:
    band = simultaneous_band(np.array([1.0]), np.array([2.0]), level=0.9, df=7)
    half = 2.0 * stats.t.ppf(0.95, 7)
    np.testing.assert_allclose([band.low[0], band.high[0]], [1.0 - half, 1.0 + half])


def test_what_is_missing_is_a_miss_and_no_member_of_the_family() -> None:
    whole = simultaneous_band([0.0, 1.0], [1.0, 1.0])
    holed = simultaneous_band([0.0, np.nan, 1.0], [1.0, 1.0, 1.0])
    assert holed.high[0] == whole.high[0]
    assert holed.misses([0.0, 0.0, 1.0]).tolist() == [False, True, False]


def test_rounding_is_no_miss() -> None:
    exact = Band(np.array([1.0]), np.array([1.0]))
    assert not exact.misses([1.0 + 1e-12]).any()
    assert exact.misses([1.0 + 1e-6]).all()


@pytest.mark.parametrize(
    "said",
    [
        {"estimate": [0.0], "stderr": [1.0, 1.0]},
        {"estimate": [0.0], "stderr": [-1.0]},
        {"estimate": [0.0], "stderr": [1.0], "level": 1.0},
        {"estimate": [0.0], "stderr": [1.0], "df": 0},
    ],
)
def test_what_makes_no_band_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="simultaneous_band"):
        simultaneous_band(**said)  # type: ignore[arg-type]
