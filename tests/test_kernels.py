"""Kernels: weights in (0, 1] that fall with the distance, in the units that they state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.kernels import Exponential, Flat
from limelab.types import Array, BadInput, Interpreted, Kernel
from tests.parts import KERNELS, name_of


def seen(z: Array, at_x: Any = None) -> Interpreted:
    k = z.shape[2]
    blank = np.zeros((len(z), k))
    at = np.zeros(k) if at_x is None else at_x
    return Interpreted(z, at, blank, "", blank, ("f",) * k, ("",) * k)


@pytest.mark.parametrize("kernel", KERNELS, ids=name_of)
@given(seed=st.integers(0, 10**6), k=st.integers(1, 6))
def test_weights_are_in_range_and_never_grow_with_distance(
    kernel: Kernel, seed: int, k: int
) -> None:
    rng = np.random.default_rng(seed)
    z, at_x = rng.normal(size=(2, 20, k)), rng.integers(0, 2, k) * 1.0
    w = np.broadcast_to(kernel.weights(seen(z, at_x)), (2, 20))
    distance = np.linalg.norm(z - at_x, axis=2)
    assert ((w > 0) & (w <= 1)).all()
    for i in range(2):
        assert (np.diff(w[i, np.argsort(distance[i])]) <= 1e-15).all()


@pytest.mark.parametrize("kernel", KERNELS, ids=name_of)
def test_x_itself_weighs_one(kernel: Kernel) -> None:
    at_x = np.array([1.0, 0.0])
    assert kernel.weights(seen(np.tile(at_x, (1, 3, 1)), at_x)).tolist() == [[1.0, 1.0, 1.0]]


@given(width=st.floats(0.1, 10), k=st.integers(1, 8), seed=st.integers(0, 10**6))
def test_exponential_is_limes_kernel_of_width_times_root_k(width: float, k: int, seed: int) -> None:
    """lime: sqrt(exp(-d^2 / kernel_width^2)) of the Euclidean distance d."""
    z = np.random.default_rng(seed).normal(size=(1, 10, k))
    distance, kernel_width = np.linalg.norm(z[0], axis=1), width * np.sqrt(k)
    truth = np.sqrt(np.exp(-(distance**2) / kernel_width**2))
    assert Exponential(width).weights(seen(z))[0] == pytest.approx(truth)


def test_a_width_means_the_same_in_few_and_many_features() -> None:
    few, many = np.full((1, 1, 3), 0.4), np.full((1, 1, 300), 0.4)
    kernel = Exponential(0.5)
    assert kernel.weights(seen(few)) == pytest.approx(kernel.weights(seen(many)))


def test_flat_is_shared_by_all_instances() -> None:
    assert Flat().weights(seen(np.zeros((7, 4, 2)))).tolist() == [[1.0] * 4]


def test_shared_features_have_shared_weights() -> None:
    assert Exponential().weights(seen(np.ones((1, 4, 2)))).shape == (1, 4)


def test_weights_next_to_nothing_become_zero() -> None:
    assert Exponential(0.001).weights(seen(np.ones((1, 1, 2)))).tolist() == [[0.0]]


@pytest.mark.parametrize("width", [0, -0.5, float("nan"), float("inf"), "0.75", None, True])
def test_a_bad_width_is_refused(width: Any) -> None:
    with pytest.raises(BadInput, match=r"Exponential\(width=.*expected a finite number above 0"):
        Exponential(width)
