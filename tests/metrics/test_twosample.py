"""Two samples told apart: scikit-learn's vote and area are the oracle, equal laws give a half."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier

from limelab.metrics import two_sample_auc
from limelab.metrics.twosample import auc


@given(st.integers(0, 99), st.booleans())
def test_auc_is_sklearns_with_ties_and_weights(seed, weighted):
    rng = np.random.default_rng(seed)
    positive, negative = rng.integers(0, 5, 12) + 1.0, rng.integers(0, 5, 9) + 0.0
    w = rng.random(12) + 0.1 if weighted else None
    labels = np.repeat([1, 0], [12, 9])
    both = np.concatenate([np.ones(12) if w is None else w, np.ones(9)])
    wanted = roc_auc_score(labels, np.concatenate([positive, negative]), sample_weight=both)
    assert auc(positive, negative, w).value == pytest.approx(wanted)
    swapped = auc(negative, positive)
    assert swapped.value == pytest.approx(1 - auc(positive, negative).value)


def test_stderr_is_that_of_repeated_samples():
    rng = np.random.default_rng(0)
    found = [auc(rng.normal(0.7, 1, 60), rng.normal(0, 1, 50)) for _ in range(400)]
    spread = np.std([one.value for one in found])
    assert np.mean([one.stderr for one in found]) == pytest.approx(spread, rel=0.12)


def test_vote_is_sklearns_fold_by_fold():
    rng = np.random.default_rng(1)
    points, rows = rng.normal(0.8, 1, (45, 3)), rng.normal(0, 1, (55, 3))
    both, labels = np.concatenate([points, rows]), np.repeat([1, 0], [45, 55])
    fold = np.concatenate([np.arange(45), np.arange(55)]) % 5
    score = np.empty(100)
    for this in range(5):
        model = KNeighborsClassifier(9).fit(both[fold != this], labels[fold != this])
        score[fold == this] = model.predict_proba(both[fold == this])[:, 1]
    wanted = roc_auc_score(labels, score)
    assert two_sample_auc(points, rows, neighbours=9).value == pytest.approx(wanted)


def test_equal_laws_give_a_half_and_moved_ones_do_not():
    rng = np.random.default_rng(2)
    equal = [two_sample_auc(rng.normal(size=(80, 2)), rng.normal(size=(90, 2))) for _ in range(40)]
    values = np.array([one.value for one in equal])
    assert values.mean() == pytest.approx(0.5, abs=4 * values.std() / np.sqrt(40))
    assert two_sample_auc(rng.normal(1.5, 1, (80, 2)), rng.normal(size=(90, 2))).value > 0.8


def test_lost_correlation_is_seen_where_means_agree():
    rng = np.random.default_rng(3)
    a = rng.normal(size=300)
    rows = np.column_stack([a, a + 0.1 * rng.normal(size=300)])
    points = np.column_stack([rng.permutation(a), a])
    assert two_sample_auc(points, rows).value > 0.85


def test_weights_say_which_points_count():
    rng = np.random.default_rng(4)
    near, far = rng.normal(0, 1, (100, 2)), rng.normal(8, 1, (100, 2))
    points, rows = rng.permutation(np.concatenate([near, far])), rng.normal(size=(100, 2))
    on_data = (points.sum(axis=1) < 8).astype(float)
    assert two_sample_auc(points, rows).value > 0.7
    assert two_sample_auc(points, rows, weights=on_data).value < 0.62
    doubled = two_sample_auc(points, rows, weights=2 * on_data + 0)
    assert doubled.value == two_sample_auc(points, rows, weights=on_data).value
