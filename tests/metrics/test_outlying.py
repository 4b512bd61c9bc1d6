"""Distances and outlier factors: scikit-learn and scipy are the oracles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import distance
from sklearn.neighbors import LocalOutlierFactor

from limelab.metrics.outlying import (
    embedded,
    local_outlier_factor,
    mahalanobis,
    nearest_distance,
    quantile_among,
)


def test_embedding_is_scaled_numbers_and_mismatches():
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.normal(size=9), rng.integers(0, 3, 9), np.full(9, 4.0)])
    codes, scale = np.array([False, True, False]), np.array([2.0, 0.0, 0.0])
    first, second = embedded([rows[:4], rows[4:]], scale, codes)
    for i, j in np.ndindex(4, 5):
        a, b = rows[i], rows[4 + j]
        wanted = ((a[0] - b[0]) / 2) ** 2 + (a[1] != b[1])
        assert ((first[i] - second[j]) ** 2).sum() == pytest.approx(wanted)


def test_mahalanobis_is_scipys():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(40, 3)) @ rng.normal(size=(3, 3))
    points = rng.normal(size=(6, 3))
    inverse = np.linalg.inv(np.cov(rows, rowvar=False))
    wanted = [distance.mahalanobis(p, rows.mean(axis=0), inverse) for p in points]
    assert mahalanobis(points, rows) == pytest.approx(wanted)
    twice = mahalanobis(points[:, [0, 1, 2, 0]], rows[:, [0, 1, 2, 0]])
    assert twice == pytest.approx(wanted)


@pytest.mark.parametrize("copies", [1, 3])
def test_local_outlier_factor_is_sklearns(copies):
    rng = np.random.default_rng(2)
    rows = np.repeat(rng.normal(size=(60, 3)), copies, axis=0)
    points = rng.normal(size=(15, 3)) * 2
    model = LocalOutlierFactor(n_neighbors=7, novelty=True).fit(rows)
    assert local_outlier_factor(points, rows, 7) == pytest.approx(-model.score_samples(points))


def test_few_rows_and_nearest():
    rows = np.array([[0.0], [1.0], [3.0]])
    assert nearest_distance(np.array([[1.4], [10.0]]), rows) == pytest.approx([0.4, 7])
    assert np.isfinite(local_outlier_factor(rows + 0.1, rows, 20)).all()


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=9), st.integers(-4, 4))
def test_quantile_is_scipys_mean_percentile(reference, value):
    wanted = stats.percentileofscore(reference, value, kind="mean") / 100
    assert float(quantile_among(np.array(value), np.array(reference))) == pytest.approx(wanted)
