"""Statistical equality errs as often as it says, and sees what is there."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.checks.evidence import RUNS, STATISTICAL, rarely, same_mean, zero_mean
from limelab.checks.kit import ALPHA
from limelab.checks.results import CheckFailed


def fails(call: object, *arguments: object) -> bool:
    try:
        call(*arguments)  # type: ignore[operator]
    except CheckFailed:
        return True
    return False


def test_equal_means_are_rarely_refused() -> None:
    rng = np.random.default_rng(0)
    tries = 3000
    alarms = sum(
        fails(same_mean, *rng.normal(size=(2, RUNS, 4)) * [1, 10, 0.1, 5], "x")
        for _ in range(tries)
    )
    stated = ALPHA / STATISTICAL
    assert alarms <= tries * stated + 4 * np.sqrt(tries * stated)


def test_means_apart_are_refused() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, RUNS, 3))
    assert fails(same_mean, first, second + np.array([0, 0, 4.0]), "x")
    assert fails(zero_mean, first + 5, 1.0, "x")


def test_exact_answers_may_differ_by_rounding_and_no_more() -> None:
    exact = np.ones((RUNS, 2))
    same_mean(exact, exact + 1e-12, "x")
    assert fails(same_mean, exact, exact + 1e-3, "x")
    zero_mean(np.full((RUNS, 1), 1e-12), 1.0, "x")


def test_a_chance_is_an_exact_binomial() -> None:
    rarely(6, 24, 0.1, "x")
    with pytest.raises(CheckFailed, match="in 24 of 24"):
        rarely(24, 24, 0.1, "x")
