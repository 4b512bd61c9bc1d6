"""VSI and CSI against loops, their expectation, and what is declined."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from limelab.metrics import Csi, Vsi, csi, vsi

COEFS = arrays(float, (4, 3), elements=st.integers(-9, 9).map(lambda v: v / 3))
SDS = arrays(float, (4, 3), elements=st.integers(0, 4).map(lambda v: v / 3))
HOLES = arrays(bool, (4, 3))


def slow_csi(coefs, sds):
    shares = []
    for b, s in zip(coefs.T, sds.T, strict=True):
        there = [r for r in range(len(b)) if np.isfinite(b[r])]
        meets = [
            abs(b[i] - b[j]) <= 1.96 * (s[i] + s[j]) for i, j in itertools.combinations(there, 2)
        ]
        shares += [np.mean(meets)] if meets else []
    return 100 * np.mean(shares) if shares else np.nan


@given(COEFS, SDS, HOLES)
def test_csi_is_a_loop(coefs, sds, holes):
    coefs = np.where(holes, np.nan, coefs)
    found = csi(coefs, sds)
    assert found.value == pytest.approx(slow_csi(coefs, sds), nan_ok=True)
    widths = 2 * 1.96 * sds[~holes]
    assert found.width == pytest.approx(widths.mean() if widths.size else np.nan, nan_ok=True)
    assert found.features == ((~holes).sum(axis=0) > 1).sum()


@given(COEFS, SDS, st.permutations(range(3)), st.permutations(range(4)), st.floats(0.01, 100))
def test_csi_invariances(coefs, sds, features, repeats, scale):
    value = csi(coefs, sds).value
    assert 0 <= value <= 100
    assert csi(coefs[:, features], sds[:, features]).value == pytest.approx(value)
    assert csi(coefs[repeats], sds[repeats]).value == pytest.approx(value)
    assert csi(-coefs, sds).value == pytest.approx(value)
    assert csi(np.tile(coefs[:1], (4, 1)), sds).value == 100
    assert csi(coefs, sds + 10).value == 100  # wide intervals are always stable
    assert csi(scale * coefs, scale * (sds + 1e-6)).value == pytest.approx(
        csi(coefs, sds + 1e-6).value
    )


def test_csi_of_calibrated_intervals_is_above_their_level():
    """Two intervals of 95 % meet with chance 2 Phi(1.96 sqrt 2) - 1 = .9944."""
    draws = np.random.default_rng(0).normal(size=(2, 40000))
    found = csi(draws, np.ones_like(draws))
    truth = 2 * norm.cdf(1.96 * np.sqrt(2)) - 1
    assert found.value / 100 == pytest.approx(truth, abs=4 * np.sqrt(truth * (1 - truth) / 40000))


def test_vsi():
    sets = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 0, 0]], dtype=bool)
    assert vsi(sets) == pytest.approx(100 * (0.5 + 1 + 0.5) / 3)
    assert vsi(np.zeros((3, 4), dtype=bool)) == 100
    assert np.isnan(vsi(sets[:1]))


@given(arrays(bool, (4, 5)), st.permutations(range(5)), st.permutations(range(4)))
def test_vsi_invariances(sets, features, repeats):
    value = vsi(sets)
    assert 0 <= value <= 100
    shares = [
        (a & b).sum() / max(a.sum(), b.sum()) if (a | b).any() else 1.0
        for a, b in itertools.combinations(sets, 2)
    ]
    assert value == pytest.approx(100 * np.mean(shares))
    assert vsi(sets[:, features]) == pytest.approx(value)
    assert vsi(sets[repeats]) == pytest.approx(value)
    assert vsi(np.tile(sets[:1], (3, 1))) == 100


def with_coefs(evidence, seed=0, **changes):
    rng = np.random.default_rng(seed)
    made = evidence()
    shape = made.importance.shape
    selected = rng.random(shape) < 0.7
    made = replace(made, coef=rng.normal(size=shape), stderr=rng.random(shape), selected=selected)
    return replace(made, **changes)


def test_metrics_are_the_formulas_of_each_cell(evidence):
    made = with_coefs(evidence)
    (of_coefs,), (of_sets,) = Csi().score(made), Vsi().score(made)
    assert of_coefs.values.shape == of_sets.values.shape == (1, 3, 2)
    for i, c in itertools.product(range(3), range(2)):
        chosen = made.selected[:, i, :, c]
        coefs = np.where(chosen, made.coef[:, i, :, c], np.nan)
        found = csi(coefs, made.stderr[:, i, :, c])
        size = np.nanmean(np.abs(coefs))
        left = [csi(np.delete(coefs, r, 0), np.delete(made.stderr[:, i, :, c], r, 0)).value
                for r in range(4)]  # fmt: skip
        assert of_coefs.values[0, i, c] == pytest.approx(found.value)
        assert of_coefs.columns["width"][0, i, c] == pytest.approx(found.width)
        assert of_coefs.columns["relative_width"][0, i, c] == pytest.approx(found.width / size)
        assert of_coefs.columns["stderr"][0, i, c] == pytest.approx(np.sqrt(3 * np.var(left)))
        assert of_sets.values[0, i, c] == pytest.approx(vsi(chosen))


def test_declined_repeats_are_left_out(evidence, with_hole):
    made = with_coefs(evidence)
    holed = with_hole(made, 1, 2)
    assert Vsi().score(holed)[0].values[0, 2, 0] == pytest.approx(
        vsi(np.delete(made.selected[:, 2, :, 0], 1, 0))
    )


def test_what_is_declined(evidence):
    assert "always selected" in Vsi().score(evidence())[0].note
    assert "no coefficients" in Csi().score(evidence())[0].note
    nothing = with_coefs(evidence, stderr=np.full((4, 3, 6, 2), np.nan))
    (score,) = Csi().score(nothing)
    assert np.isnan(score.values).all()
    assert set(score.note.ravel()) == {"no feature has a standard error in two repeats"}
