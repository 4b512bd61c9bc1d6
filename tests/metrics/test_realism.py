"""Realism: data score as data should, noise worse, each number by its formula, refusals told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.metrics import (
    RealismAuc,
    RealismDistance,
    RealismMahalanobis,
    RealismOffData,
    RealismOutlier,
    RealismViolations,
)
from limelab.metrics.outlying import embedded, nearest_distance
from limelab.metrics.realism import weighted_mean, weighted_median
from limelab.metrics.twosample import two_sample_auc
from limelab.types import BadInput, Coordinates, Sampled

ALL = [
    RealismAuc(),
    RealismDistance(),
    RealismMahalanobis(),
    RealismOutlier(),
    RealismViolations(),
    RealismOffData(),
]
INSTANCES, SAMPLES = 2, 300


def data(n, rng):
    """Two correlated numbers, a whole number, a code, and a group of two one-hot columns."""
    a = rng.normal(size=n)
    kind = rng.integers(0, 2, n)
    columns = [a, 3 * a + 0.5 * rng.normal(size=n), rng.integers(0, 9, n), rng.integers(0, 3, n)]
    return np.column_stack([*columns, kind, 1 - kind]).astype(float)


@pytest.fixture(scope="module")
def where():
    rng = np.random.default_rng(0)
    rows = data(700, rng)
    codes = np.arange(6) == 3
    whole = np.isin(np.arange(6), [2, 4, 5])
    scale = np.where(codes, 0, rows[:400].std(axis=0))
    mean = np.where(codes, 0, rows[:400].mean(axis=0))
    return Coordinates(rows[-2:], rows[:400], rows[400:600], codes, whole, mean, scale)


@pytest.fixture
def sampled(where, evidence):
    def make(points, weights=None, **changes):
        shape = points.shape[:2]
        w = np.ones(shape) if weights is None else weights
        made = evidence((2, INSTANCES, 6, 1), sampled=Sampled(points, w))
        return replace(made, coordinates=replace(where, **changes))

    return make


@pytest.fixture(scope="module")
def real():
    rng = np.random.default_rng(5)
    return np.stack([data(SAMPLES, rng) for _ in range(INSTANCES)])


@pytest.fixture(scope="module")
def noise(where, real):
    rng = np.random.default_rng(6)
    moved = real + rng.normal(size=real.shape) * where.scale
    moved[..., 3] = real[..., 3]
    return moved


@pytest.mark.parametrize(
    ("metric", "usual", "slack"),
    [
        (RealismAuc(), 0.5, 0.06),
        (RealismDistance(), 1.0, 0.2),
        (RealismMahalanobis(), 0.5, 0.07),
        (RealismOutlier(), 0.5, 0.07),
        (RealismViolations(), 0.0, 0.04),
        (RealismOffData(), 0.05, 0.06),
    ],
    ids=lambda v: getattr(v, "name", None),
)
def test_data_score_as_data_and_noise_scores_worse(metric, usual, slack, real, noise, sampled):
    (score,) = metric.score(sampled(real))
    assert score.values.shape == (1, INSTANCES, 1)
    assert score.values == pytest.approx(usual, abs=slack)
    (worse,) = metric.score(sampled(noise))
    assert (worse.values > score.values + slack).all()


def test_each_number_is_its_formula(where, noise, sampled):
    made = sampled(noise)
    clouds = [embedded([p, where.held_out], where.scale, where.categorical) for p in noise]
    values = RealismAuc().score(made)[0].values.ravel()
    assert values == pytest.approx([two_sample_auc(*cloud).value for cloud in clouds])
    far = []
    for points in (*noise, where.held_out):
        asked, rows = embedded([points, where.background], where.scale, where.categorical)
        far.append(nearest_distance(asked, rows))
    values = RealismDistance("none").score(made)[0].values.ravel()
    wanted = [weighted_median(d, np.ones(SAMPLES)) / np.median(far[-1]) for d in far[:-1]]
    assert values == pytest.approx(wanted)
    values = RealismOffData().score(made)[0].values.ravel()
    assert values == pytest.approx([(d > np.quantile(far[-1], 0.95)).mean() for d in far[:-1]])


def test_violations_are_named_apart(real, sampled):
    broken = real.copy()
    broken[0, :30, 0] = 99.0
    broken[0, 20:50, 2] += 0.5
    broken[0, 60:66, 3] = 7.0
    broken[0, 70:72, 4:] = 1.0
    (before,), (after,) = (RealismViolations().score(sampled(p)) for p in (real, broken))
    gained = {
        name: float((after.columns[name] - before.columns[name])[0, 0, 0])
        for name in ("ranges", "integrality", "categories", "one_hot")
    }
    assert gained["integrality"] == pytest.approx(30 / SAMPLES)
    assert gained["categories"] == pytest.approx(6 / SAMPLES)
    assert gained["one_hot"] == pytest.approx(2 / SAMPLES)
    assert gained["ranges"] == pytest.approx(30 / SAMPLES, abs=0.02)
    assert after.values[0, 0, 0] == pytest.approx(58 / SAMPLES, abs=0.02)
    assert after.values[0, 1, 0] == before.values[0, 1, 0]


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_weights_pick_the_points_that_count(metric, real, noise, sampled):
    both = np.concatenate([real, noise], axis=1)
    mix = np.random.default_rng(1).permutation(2 * SAMPLES)
    on_data = np.broadcast_to((mix < SAMPLES).astype(float), (INSTANCES, 2 * SAMPLES))
    kernel = type(metric)()
    plain = type(metric)(weighting="none")
    counted = kernel.score(sampled(both[:, mix], on_data))[0]
    assert counted.values == pytest.approx(kernel.score(sampled(real))[0].values, abs=0.1)
    assert (plain.score(sampled(both[:, mix], on_data))[0].values > counted.values).all()
    assert counted.columns["weighting"] == "kernel"


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_refusals(metric, real, where, sampled):
    made = sampled(real)
    for changes, why in (
        ({"sampled": None}, "shows no points"),
        ({"coordinates": None}, "do not share their columns"),
        ({"coordinates": replace(where, held_out=where.held_out[:3])}, "fewer than 10"),
    ):
        (score,) = metric.score(replace(made, **changes))
        assert np.isnan(score.values).all()
        assert why in score.note
    weights = np.ones((INSTANCES, SAMPLES))
    weights[0] = 0
    (score,) = type(metric)().score(sampled(real, weights))
    assert np.isnan(score.values[0, 0, 0])
    assert "no weight" in score.note[0, 0, 0]
    assert np.isfinite(score.values[0, 1, 0])
    with pytest.raises(BadInput, match="weighting='some'"):
        type(metric)(weighting="some")


def test_declined_by_their_own_reasons(real, where, sampled):
    coded = np.ones(6, dtype=bool)
    (score,) = RealismMahalanobis().score(sampled(real, categorical=coded))
    assert "no column holds numbers" in score.note
    (score,) = RealismDistance().score(sampled(real, held_out=where.background[:50]))
    assert "in the background already" in score.note


@given(st.lists(st.integers(0, 6), min_size=1, max_size=6), st.integers(0, 99))
def test_weights_are_copies(values, seed):
    v = np.array(values, dtype=float)
    times = np.random.default_rng(seed).integers(1, 4, len(v))
    copies = np.repeat(v, times)
    mean, _ = weighted_mean(v, times.astype(float))
    assert float(mean) == pytest.approx(copies.mean())
    middle = np.sort(copies)[(len(copies) - 1) // 2]
    assert float(weighted_median(v, times.astype(float))) == middle
