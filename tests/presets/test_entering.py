"""The least-angle path is scikit-learn's, and its contests are as sure as they say."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import lars_path_gram

from limelab.presets import Entering
from limelab.presets.entering import contests, least_angle
from limelab.surrogates.moments import Moments
from limelab.types import Array, BadInput

RNG = np.random.default_rng(8)


def sample(n: int, k: int, seed: int) -> tuple[Moments, Array]:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, k)) @ (np.eye(k) + 0.3 * rng.normal(size=(k, k)))
    return Moments(z, rng.uniform(0.1, 1, n)), z @ rng.normal(size=k) + rng.normal(size=n)


def test_the_path_is_scikit_learns() -> None:
    for seed in range(20):
        m, y = sample(60, 6, seed)
        moment = m.with_targets((y - m.v @ y)[:, None])[:, 0]
        steps = least_angle(m.gram, moment, 6)
        _, order, path = lars_path_gram(moment, m.gram, n_samples=1, method="lar")
        assert [step.enters for step in steps] == list(order)
        for t, step in enumerate(steps):
            assert step.coef == pytest.approx(path[:, t], abs=1e-9)
        for k in range(1, 7):
            chosen = Entering(k).choose(m.gram, moment[:, None], np.ones(6))
            assert set(np.flatnonzero(chosen[:, 0])) == set(order[:k])


def test_a_path_ends_where_nothing_is_left() -> None:
    z = RNG.normal(size=(100, 3))
    m = Moments(np.column_stack([z, z[:, 0]]), np.ones(100))  # the last is a copy of the first
    y = z @ [3.0, 0.0, 1.0]
    moment = m.with_targets((y - y.mean())[:, None])[:, 0]
    assert {step.enters for step in least_angle(m.gram, moment, 4)} == {0, 2}
    assert least_angle(m.gram, np.zeros(4), 4) == []
    copies = next(contests(m, y, 1))
    assert (copies.first, copies.second, copies.error) == (0, 3, 0.0)
    assert copies.gap == pytest.approx(0, abs=1e-9)


def test_the_first_contest_is_the_published_one() -> None:
    m, y = sample(80, 5, 3)
    found = next(contests(m, y, 1))
    w, z, target = m.v * m.mass, m.zc, y - m.v @ y
    products = w[:, None] * z * target[:, None]  # of columns and outputs times root w
    u = products.mean(axis=0)
    one, two = np.argsort(-np.abs(u))[:2]
    cov, side = np.cov(products[:, [one, two]].T), np.sign(u[one] * u[two])
    variance = (cov[0, 0] + cov[1, 1] - 2 * side * cov[0, 1]) / 80
    gap = abs(u[one]) - abs(u[two])
    assert (found.first, found.second) == (one, two)
    assert found.gap == pytest.approx(gap * 80 / m.mass)
    # theirs centres by the plain mean of the products, ours by the weighted one
    assert found.error == pytest.approx(np.sqrt(variance) * 80 / m.mass, rel=0.03)


def tied(n: int, seed: int) -> tuple[Moments, Array]:
    """The first feature enters, then two that are not alike enter at one and the same penalty."""
    e = np.random.default_rng(seed).normal(size=(n, 3))
    z = np.column_stack([e[:, 0], 0.6 * e[:, 0] + 0.8 * e[:, 1], e[:, 2]])
    y = 5 * e[:, 0] + e[:, 1] + 2 * e[:, 2] + 2 * e[:, 0] ** 2
    return Moments(z, np.ones(n)), y


def test_a_tie_at_the_second_step_looks_sure_as_often_as_chance_says() -> None:
    second = [list(contests(*tied(500, seed), 2))[1] for seed in range(800)]
    ratio = np.array([contest.gap / contest.error for contest in second])
    assert {contest.first for contest in second} == {1, 2}
    assert np.mean(ratio > 1.96) == pytest.approx(0.05, abs=0.025)
    assert np.mean(ratio > 1.0) == pytest.approx(0.317, abs=0.06)


def test_a_bad_count_is_refused() -> None:
    with pytest.raises(BadInput, match="k=0"):
        Entering(0)
