"""Sign stability against loops; what has no sign is skipped and counted."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from limelab.metrics import SignStability, sign_overlap

VALUES = arrays(float, 5, elements=st.integers(-2, 2).map(float))
KNOWN = arrays(bool, 5)


@given(VALUES, VALUES, KNOWN, KNOWN, st.permutations(range(5)), st.floats(0.01, 100))
def test_it_is_a_loop_with_invariances(a, b, known_a, known_b, order, scale):
    both = [j for j in range(5) if known_a[j] and known_b[j] and a[j] and b[j]]
    wanted = np.mean([a[j] * b[j] > 0 for j in both]) if both else np.nan
    found = sign_overlap(a, b, known_a, known_b)
    assert found.value == pytest.approx(wanted, nan_ok=True)
    assert found.skipped == pytest.approx(1 - len(both) / 5)
    for same in (
        sign_overlap(b, a, known_b, known_a),
        sign_overlap(scale * a, b, known_a, known_b),
        sign_overlap(a[order], b[order], known_a[order], known_b[order]),
    ):
        assert np.array(same) == pytest.approx(np.array(found), nan_ok=True)
    alone = sign_overlap(a, a, known_a, known_a).value
    assert alone == 1 or np.isnan(alone)


def test_a_missing_side_is_missing():
    found = sign_overlap(np.array([np.nan, 1]), np.ones(2), np.ones(2, bool), np.ones(2, bool))
    assert np.isnan(found).all()


def test_metric_skips_and_counts(evidence, with_hole):
    made = evidence()
    known = np.random.default_rng(1).random(made.effect.shape) < 0.6
    made = with_hole(replace(made, determined=known), 3, 0)
    (score,) = SignStability().score(made)
    for i, c in itertools.product(range(3), range(2)):
        runs = [r for r in range(4) if (r, i) != (3, 0)]
        found = [
            sign_overlap(*(made.effect[r, i, :, c] for r in two), *(known[r, i, :, c] for r in two))
            for two in itertools.combinations(runs, 2)
        ]
        assert score.values[0, i, c] == pytest.approx(np.nanmean([one.value for one in found]))
        assert score.columns["skipped"][0, i, c] == pytest.approx(
            np.mean([one.skipped for one in found])
        )


def test_without_any_sign_it_is_missing(evidence):
    made = evidence()
    (score,) = SignStability().score(replace(made, determined=np.zeros_like(made.determined)))
    assert set(score.note.ravel()) == {"without a sign to keep"}
    assert (score.columns["skipped"] == 1).all()
