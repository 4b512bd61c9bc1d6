"""Identity and separability against loops over rows."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from limelab.metrics import Identity, Separability, identity, separability
from limelab.types import Coordinates

ROWS = arrays(float, (4, 2), elements=st.integers(0, 2).map(float))


def coordinates(x, categorical=None):
    d = x.shape[1]
    none = np.zeros(d, dtype=bool)
    return Coordinates(
        x=x, background=x, held_out=x, categorical=none if categorical is None else categorical,
        integral=none, mean=np.zeros(d), scale=np.ones(d),
    )  # fmt: skip


@given(ROWS, ROWS, st.permutations(range(4)), st.permutations(range(2)), st.floats(0.01, 100))
def test_identity_is_a_loop_with_invariances(a, b, rows, columns, scale):
    value = identity(a, b)
    assert value == np.mean([(p == q).all() for p, q in zip(a, b, strict=True)])
    assert identity(b, a) == value
    assert identity(a[rows], b[rows]) == pytest.approx(value)
    assert identity(scale * a[:, columns], scale * b[:, columns]) == pytest.approx(value)
    assert identity(a, a) == 1


@given(ROWS, ROWS, st.permutations(range(4)), st.permutations(range(2)), st.floats(0.01, 100))
def test_separability_is_a_loop_with_invariances(x, e, rows, columns, scale):
    apart = [
        (e[i] != e[j]).any() for i, j in itertools.combinations(range(4), 2) if (x[i] != x[j]).any()
    ]
    value = separability(x, e)
    assert value == pytest.approx(np.mean(apart) if apart else np.nan, nan_ok=True)
    same = (separability(x[rows], e[rows]), separability(x, scale * e[:, columns]))
    assert same == pytest.approx((value, value), nan_ok=True)
    if apart:
        assert separability(x, np.arange(4.0)[:, None]) == 1
        assert separability(x, np.ones((4, 2))) == 0


def test_rounding_is_no_difference_and_missing_rows_do_not_count():
    a = np.array([[0.1 + 0.2, 1.0], [np.nan, 1.0]])
    assert identity(a, np.array([[0.3, 1.0], [1.0, 1.0]])) == 1
    assert np.isnan(identity(a[1:], a[1:]))
    assert separability(np.arange(3.0)[:, None], np.array([[1.0], [2.0], [np.nan]])) == 1


def test_identity_of_repeats(evidence, with_hole):
    made = evidence()
    assert (Identity().score(made)[0].values == 0).all()
    frozen = {n: np.broadcast_to(getattr(made, n)[:1], made.effect.shape).copy()
              for n in ("effect", "importance")}  # fmt: skip
    frozen["effect"][0, 1, 2, 0] *= -1  # one repeat of four with another sign
    (score,) = Identity().score(with_hole(replace(made, **frozen), 2, 2))
    assert score.values[0, :, 0] == pytest.approx([1, 0.5, 1])
    assert (Identity().score(evidence((1, 3, 6, 1)))[0].note == "fewer than 2 usable repeats").all()


def test_separability_of_each_row(evidence, with_hole):
    x = np.array([[0.0], [1.0], [1.0]])
    made = evidence(coordinates=coordinates(x))
    effect = made.effect.copy()
    effect[:, 1] = effect[:, 0]
    (score,) = Separability().score(with_hole(replace(made, effect=effect), 3, 0))
    assert score.values.shape == (4, 3, 2)
    assert score.values[0, :, 0] == pytest.approx([0.5, 0, 1])
    assert score.columns["n_rows"][0, :, 0].tolist() == [2, 1, 1]
    assert np.isnan(score.values[3, :, 0]).tolist() == [True, True, True]
    assert score.note[3, 0, 0] == "too few samples"
    assert score.note[3, 1, 0] == "no other row differs from this one"


def test_separability_is_declined_without_coordinates(evidence):
    assert "do not share their columns" in Separability().score(evidence())[0].note
