"""Forward selection against refitting every candidate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.surrogates import Forward
from limelab.types import Array, BadInput


def refitted(z: Array, w: Array, y: Array, k: int) -> set[int]:
    """The k features that greedy refits choose by weighted residual sum of squares."""
    chosen: list[int] = []
    root = np.sqrt(w)[:, None]
    for _ in range(k):
        errors = {}
        for j in set(range(z.shape[1])) - set(chosen):
            design = root * np.column_stack([np.ones(len(z)), z[:, [*chosen, j]]])
            solution = np.linalg.lstsq(design, root[:, 0] * y, rcond=None)[0]
            errors[j] = float(((root[:, 0] * y - design @ solution) ** 2).sum())
        chosen.append(min(errors, key=lambda j: errors[j]))
    return set(chosen)


def moments(z: Array, w: Array, y: Array) -> tuple[Array, Array]:
    v = w / w.sum()
    zc = z - v @ z
    return (zc.T * v) @ zc, (zc.T * v) @ (y - v @ y)


@given(seed=st.integers(0, 10**6), k=st.integers(1, 5))
def test_forward_chooses_what_refits_choose(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(40, 5)) @ rng.normal(size=(5, 5))
    w, y = rng.random(40), rng.normal(size=(40, 3)) + z[:, :3]
    chosen = Forward(k).choose(*moments(z, w, y), z[0])
    for c in range(3):
        assert set(np.flatnonzero(chosen[:, c])) == refitted(z, w, y[:, c], k)


def test_a_copy_of_a_chosen_feature_adds_nothing() -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(size=(50, 2))[:, [0, 0, 1]]
    chosen = Forward(2).choose(*moments(z, np.ones(50), z @ [[1.0], [1.0], [0.1]]), z[0])
    assert chosen[:, 0].tolist() == [True, False, True]


def test_no_more_is_chosen_than_there_are() -> None:
    assert Forward(9).choose(np.eye(3), np.ones((3, 2)), np.ones(3)).all()
    assert Forward(9).choose(np.diag([1.0, 0.0]), np.ones((2, 1)), np.ones(2))[:, 0].tolist() == [True, False]


def test_equals_go_to_the_lowest_index() -> None:
    moment = np.array([[1.0], [1 + 1e-12], [1.0]])
    assert Forward(1).choose(np.eye(3), moment, np.ones(3))[:, 0].tolist() == [True, False, False]


def test_nothing_handed_in_is_changed() -> None:
    gram, moment = np.eye(3), np.ones((3, 2))
    for array in (gram, moment):
        array.setflags(write=False)
    Forward(2).choose(gram, moment, np.ones(3))


@pytest.mark.parametrize("k", [0, -1, 1.5, "2", None, True, float("nan")])
def test_a_bad_count_is_refused(k: Any) -> None:
    with pytest.raises(BadInput, match=r"Forward\(k=.*expected a whole number of at least 1"):
        Forward(k)
