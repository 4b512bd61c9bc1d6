"""Distance to the truth: an exact identity, unbiased parts by simulation, ranks by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from limelab.metrics import TruthDistance, TruthRank, TruthSign, error_parts
from limelab.types import Truth

SHAPE = (6, 3, 4, 2)
ALL = [TruthDistance(), TruthRank(), TruthSign()]


@pytest.fixture
def made(evidence):
    rng = np.random.default_rng(0)
    coef = rng.normal(size=SHAPE)
    truth = Truth(rng.normal(size=SHAPE[1:]), rng.normal(size=SHAPE[1:]))
    return evidence(SHAPE, coef=coef, truth=truth)


@given(st.integers(2, 7), st.integers(0, 99))
def test_parts_add_up_to_the_mean_squared_error(repeats, seed):
    rng = np.random.default_rng(seed)
    b, t = rng.normal(size=(repeats, 3, 4)), rng.normal(size=(3, 4))
    found = error_parts(b, t)
    assert found.error == pytest.approx(((b - t) ** 2).sum(axis=2).mean(axis=0))
    assert found.error == pytest.approx(found.bias2 + found.variance)
    assert found.variance == pytest.approx(b.var(axis=0, ddof=1).sum(axis=1))
    order = rng.permutation(4)
    assert error_parts(b[..., order], t[..., order]).bias2 == pytest.approx(found.bias2)


def test_parts_are_unbiased_and_their_errors_cover():
    rng = np.random.default_rng(1)
    t, bias, sd = np.array([1.0, -2.0]), np.array([0.3, 0.1]), np.array([0.5, 0.2])
    b = t + bias + sd * rng.normal(size=(8, 20_000, 2))
    found = error_parts(b, t)
    for values, wanted in ((found.bias2, 0.1), (found.variance, 0.29), (found.error, 0.39)):
        assert values.mean() == pytest.approx(wanted, abs=4.5 * values.std() / np.sqrt(20_000))
    assert (found.bias2 < 0).any()
    for name in ("error", "variance"):
        spread = getattr(found, name if name == "error" else "variance").std()
        assert np.sqrt((found.stderr[name] ** 2).mean()) == pytest.approx(spread, rel=0.1)


def test_jackknife_by_hand():
    b, t = np.random.default_rng(2).normal(size=(5, 3)), np.zeros(3)
    left = [float(error_parts(np.delete(b, r, axis=0), t).bias2) for r in range(5)]
    wanted = np.sqrt(4 / 5 * ((left - np.mean(left)) ** 2).sum())
    assert float(error_parts(b, t).stderr["bias2"]) == pytest.approx(wanted)


def test_missing_repeats_are_left_out():
    b, t = np.random.default_rng(3).normal(size=(5, 2, 3)), np.zeros((2, 3))
    holed = b.copy()
    holed[1, 0, 2] = np.nan
    found = error_parts(holed, t)
    assert found.error[0] == pytest.approx(float(error_parts(np.delete(b, 1, axis=0), t).error[0]))
    assert found.error[1] == pytest.approx(float(error_parts(b, t).error[1]))
    holed[1:, 0] = np.nan
    assert np.isnan(error_parts(holed, t).error[0])


def test_distance_is_relative_and_has_four_parts(made):
    scores = {score.columns["part"]: score for score in TruthDistance().score(made)}
    assert list(scores) == ["error", "bias", "variance", "misspecification"]
    length = (made.truth.coef**2).sum(axis=1)
    error = ((made.coef - made.truth.coef) ** 2).sum(axis=2).mean(axis=0) / length
    assert scores["error"].values[0] == pytest.approx(error)
    total = scores["bias"].values + scores["variance"].values
    assert total == pytest.approx(scores["error"].values)
    gap = ((made.truth.coef - made.truth.gradient) ** 2).sum(axis=1) / length
    assert scores["misspecification"].values[0] == pytest.approx(gap)
    assert scores["bias"].columns["stderr"].shape == (1, 3, 2)


def test_ranks_and_signs_are_by_hand(made):
    (rank,), (sign,) = TruthRank().score(made), TruthSign().score(made)
    gradient = made.truth.gradient
    for r, i, c in np.ndindex(6, 3, 2):
        a, b = made.coef[r, i, :, c], gradient[i, :, c]
        wanted = stats.spearmanr(np.abs(a), np.abs(b)).statistic
        assert rank.values[r, i, c] == pytest.approx(wanted)
        assert sign.values[r, i, c] == pytest.approx((np.sign(a) == np.sign(b)).mean())


def test_undetermined_signs_and_flat_slopes_are_left_out_and_counted(made):
    determined = made.determined.copy()
    determined[0, 0, :3, 0] = False
    gradient = made.truth.gradient.copy()
    gradient[1] = 0
    other = replace(made, determined=determined, truth=Truth(made.truth.coef, gradient))
    (score,) = TruthSign().score(other)
    assert score.columns["n_signs"][0, 0, 0] == 1
    assert score.values[0, 0, 0] in (0.0, 1.0)
    assert set(score.note[:, 1].ravel()) == {"no sign is determined"}


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_refusals(metric, made):
    for changes, why in (
        ({"truth": None}, "exact coefficients are not known"),
        ({"coef": None}, "gives no coefficients"),
    ):
        (score,) = metric.score(replace(made, **changes))
        assert np.isnan(score.values).all()
        assert why in score.note
    last = metric.score(replace(made, truth=Truth(made.truth.coef)))[-1]
    assert "own slope is not known" in last.note


def test_zero_truth_and_one_repeat_are_reasons(made):
    coef = made.truth.coef.copy()
    coef[0, :, 0] = 0
    error = TruthDistance().score(replace(made, truth=Truth(coef)))[0]
    assert error.note[0, 0, 0] == "every exact coefficient is 0"
    one = replace(made, coef=made.coef[:1], n_effective=made.n_effective[:1])
    assert set(TruthDistance().score(one)[0].note.ravel()) == {"fewer than 2 usable repeats"}
