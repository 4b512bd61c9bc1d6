"""Kernels: weights in (0, 1] that fall with the distance, in the units that they state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.distances import Cosine, Euclidean, Gower
from limelab.kernels import Ball, EffectiveSize, Exponential, Flat
from limelab.lime import effective_size
from limelab.types import Array, BadInput, Interpreted, Kernel
from tests.parts import BALLS, KERNELS, name_of

SEEDS = st.integers(0, 10**6)
every_kernel = pytest.mark.parametrize("kernel", [*KERNELS, *BALLS], ids=name_of)


def seen(z: Array, at_x: Any = None) -> Interpreted:
    """Features z round x; the baseline is 1 below x, the range 4."""
    k = z.shape[2]
    at = np.zeros(k) if at_x is None else at_x
    one = np.ones((len(z), k))
    return Interpreted(z, at, one, "", one, ("f",) * k, ("",) * k, extent=np.full(k, 4.0))


def distance_of(kernel: Any, it: Interpreted) -> Array:
    """In the kernel's own distance; 0 where it has none."""
    owns = hasattr(kernel, "distance")
    return np.asarray(kernel.distance.between(it) if owns else np.zeros(it.z.shape[:2]))


@every_kernel
@given(seed=SEEDS, k=st.integers(1, 6))
def test_weights_are_in_range_and_never_grow_with_distance(
    kernel: Kernel, seed: int, k: int
) -> None:
    rng = np.random.default_rng(seed)
    it = seen(rng.normal(size=(2, 20, k)), rng.integers(0, 2, k) * 1.0)
    w = np.broadcast_to(kernel.weights(it), (2, 20))
    distance = np.broadcast_to(distance_of(kernel, it), (2, 20))
    assert ((w > 0) | (kernel in BALLS)).all()
    assert ((w >= 0) & (w <= 1)).all()
    for i in range(2):
        assert (np.diff(w[i, np.argsort(distance[i])]) <= 1e-15).all()


@every_kernel
def test_x_itself_weighs_one(kernel: Kernel) -> None:
    at_x = np.array([1.0, 0.0])
    it = seen(np.array([[at_x, at_x, at_x + 1, at_x - 2, at_x + 3, at_x - 4]]), at_x)
    assert kernel.weights(it)[0, :2].tolist() == [1.0, 1.0]


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
    with np.errstate(all="raise"):
        far = Exponential(1).weights(seen(np.full((1, 1, 1), 38.0)))  # exp(-722): 1 / it overflows
    assert far.tolist() == [[0.0]]


@pytest.mark.parametrize("width", [0, -0.5, float("nan"), float("inf"), "0.75", None, True])
def test_a_bad_width_is_refused(width: Any) -> None:
    with pytest.raises(BadInput, match=r"Exponential\(width=.*expected a finite number above 0"):
        Exponential(width)


@pytest.mark.parametrize("distance", [Cosine(), Gower()], ids=repr)
def test_exponential_takes_its_width_in_units_of_the_distance(distance: Any) -> None:
    it = seen(np.random.default_rng(0).normal(size=(2, 9, 3)))
    truth = np.exp(-(distance.between(it) ** 2) / (2 * 0.3**2))
    assert Exponential(0.3, distance).weights(it) == pytest.approx(truth)


@pytest.mark.parametrize("width", [1e-200, 1e-9, 1e200])
def test_no_width_is_too_extreme_to_compute(width: float) -> None:
    w = Exponential(width).weights(seen(np.array([[[0.0], [1.0]]])))
    assert w.tolist() == [[1.0, float(width > 1)]]


def test_a_ball_holds_its_border() -> None:
    z = np.array([[[0.0], [0.5], [-0.5], [0.6], [-9.0]]])
    assert Ball(0.5).weights(seen(z)).tolist() == [[1.0, 1.0, 1.0, 0.0, 0.0]]


@given(seed=SEEDS, share=st.floats(0.02, 0.98), k=st.integers(1, 20))
def test_an_effective_size_is_met(seed: int, share: float, k: int) -> None:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(3, 200, k)) * np.array([1e-6, 1.0, 1e6])[:, None, None]
    found = effective_size(EffectiveSize(share).weights(seen(z))) / 200
    assert found == pytest.approx(np.full(3, share), abs=1e-6)


@given(seed=SEEDS, share=st.floats(0.1, 0.9))
def test_an_effective_size_is_an_exponential_kernel(seed: int, share: float) -> None:
    it = seen(np.random.default_rng(seed).normal(size=(1, 100, 2)))
    w, squared = EffectiveSize(share).weights(it)[0], Euclidean().between(it)[0] ** 2
    use = w > 1e-200
    slope, start = np.polyfit(squared[use], np.log(w[use]), 1)
    assert np.log(w[use]) == pytest.approx(slope * squared[use] + start, abs=1e-7)
    width = np.sqrt(-0.5 / slope)
    assert effective_size(Exponential(width).weights(it)) == pytest.approx(share * 100, rel=1e-5)


def test_an_effective_size_works_far_from_every_sample() -> None:
    """Where exp(-d^2) itself would be 0: only differences of distances matter."""
    z = 1e3 + np.random.default_rng(0).normal(size=(1, 500, 3))
    assert effective_size(EffectiveSize(0.3).weights(seen(z))) == pytest.approx(150, abs=1e-3)


def test_equal_distances_all_weigh_one() -> None:
    z = np.where(np.random.default_rng(0).random((1, 50, 3)) < 0.5, 1.0, -1.0)
    assert (EffectiveSize(0.1).weights(seen(z)) == 1).all()


def test_too_many_equally_near_samples_are_the_narrowest_choice() -> None:
    z = np.repeat([0.0, 1.0, 2.0], [30, 30, 40])[None, :, None]
    assert EffectiveSize(0.2).weights(seen(z)).sum() == 30
    assert (EffectiveSize(0.2).weights(seen(z))[0, :30] == 1).all()
    assert effective_size(EffectiveSize(0.31).weights(seen(z))) == pytest.approx(31, abs=1e-4)


@pytest.mark.parametrize("part", [Exponential(0.25), Ball(2), EffectiveSize(0.1)], ids=repr)
def test_a_default_distance_is_not_spelled(part: Any) -> None:
    names = {c.__name__: c for c in (Ball, Cosine, EffectiveSize, Exponential, Gower)}
    assert "distance" not in repr(part)
    for kernel in (part, type(part)(0.5, Cosine()), type(part)(0.5, Gower())):
        assert eval(repr(kernel), names) == kernel
    assert repr(type(part)(0.5, Gower())).endswith("distance=Gower())")


@pytest.mark.parametrize("share", [0, 1, 1.5, -0.1, "0.5", None])
def test_a_bad_share_is_refused(share: Any) -> None:
    with pytest.raises(BadInput, match=r"EffectiveSize\(share="):
        EffectiveSize(share)


@pytest.mark.parametrize("radius", [0, -1, float("inf"), "1"])
def test_a_bad_radius_is_refused(radius: Any) -> None:
    with pytest.raises(BadInput, match=r"Ball\(radius=.*above 0"):
        Ball(radius)


@pytest.mark.parametrize("kernel", [Exponential, Ball, EffectiveSize])
@pytest.mark.parametrize("distance", [Gower, "cosine", None])
def test_a_bad_distance_is_refused(kernel: Any, distance: Any) -> None:
    with pytest.raises(BadInput, match=r"\(distance=.*expected a distance such as Euclidean"):
        kernel(0.5, distance)
