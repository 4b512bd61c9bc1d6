"""Forward selection against refitting every candidate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lime.lime_base import LimeBase

from limelab.surrogates import Forward, HighestProducts, HighestWeights, LassoPath, PlainRidge
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
    assert Forward(9).choose(np.diag([1.0, 0.0]), np.ones((2, 1)), np.ones(2))[:, 0].tolist() == [
        True,
        False,
    ]


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


METHODS = {
    "forward_selection": Forward,
    "highest_weights": HighestProducts,
    "lasso_path": LassoPath,
}


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(6))
def test_the_choice_is_that_of_the_lime_package(method: str, seed: int, *, binary: bool) -> None:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(300, 8)) @ (np.eye(8) + 0.3 * rng.normal(size=(8, 8)))
    if binary:
        z = np.where(z > 0, 1.0, 0.0)
        z[0] = 1.0
    w, y = rng.random(300), z @ rng.normal(size=8) + rng.normal(size=300)
    for k in (1, 3, 7):
        truth = LimeBase(None).feature_selection(z, y, w, k, method)
        selectors = [METHODS[method](k)]
        if binary and method == "highest_weights":
            selectors.append(HighestWeights(k))
        for selector in selectors:
            fitted = PlainRidge(select=selector).fit(z[None], w[None], y[None, :, None])
            assert set(np.flatnonzero(fitted.selected[0, :, 0])) == set(truth.tolist())


def test_a_lasso_path_over_copies_is_borne() -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(size=(50, 3))[:, [0, 0, 1, 2]]
    chosen = LassoPath(2).choose(*moments(z, np.ones(50), z @ [[1.0], [1.0], [0.5], [0.1]]), z[0])
    assert 1 <= chosen.sum() <= 2
    assert not LassoPath(2).choose(np.eye(3), np.zeros((3, 1)), np.ones(3)).any()


@pytest.mark.parametrize("selector", [HighestWeights, HighestProducts, LassoPath])
def test_the_other_selectors_refuse_a_bad_count_too(selector: Any) -> None:
    with pytest.raises(BadInput, match="expected a whole number of at least 1"):
        selector(0)


@pytest.mark.parametrize("select", [Forward(2), HighestWeights(2), HighestProducts(2)], ids=repr)
def test_a_stack_is_chosen_from_as_its_members_one_by_one(select: Any) -> None:
    rng = np.random.default_rng(5)
    parts = [moments(*_sample(rng)) for _ in range(4)]
    gram, moment = map(np.stack, zip(*parts, strict=True))
    first = rng.normal(size=(4, 5))
    one_by_one = [select.choose(*one) for one in zip(gram, moment, first, strict=True)]
    assert np.array_equal(select.choose_each(gram, moment, first), np.stack(one_by_one))
    assert not (one_by_one[0] == one_by_one[1]).all()


def _sample(rng: np.random.Generator) -> tuple[Array, Array, Array]:
    z = rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5))
    return z, rng.random(60), rng.normal(size=(60, 3)) + z[:, :3]
