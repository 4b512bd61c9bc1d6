"""Distances: their formulas, their units and ranges; the laws are in test_laws_neighbourhood.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from limelab.distances import Cosine, Distance, Euclidean, Gower
from limelab.perturbations import GlobalGaussian, Marginals, Rows
from limelab.representations import Binned, Standardized
from limelab.sampling import points, sample
from limelab.types import Array, Interpreted, NotApplicable
from tests.parts import mixed, numbers

EVERY = (Euclidean(), Cosine(), Gower())
SEEDS = st.integers(0, 10**6)


def seen(z: Any, at_x: Any, gap: Any, extent: Any = None) -> Interpreted:
    """What a representation would say of features z."""
    z, at_x, gap = np.asarray(z), np.asarray(at_x, dtype=float), np.asarray(gap, dtype=float)
    k = z.shape[2]
    named = ("f",) * k
    return Interpreted(z, at_x, gap, "somewhere", np.ones((1, k)), named, named, extent=extent)


def masks(seed: int, k: int) -> Interpreted:
    """Superpixels on or off: x has all, the baseline none."""
    z = np.random.default_rng(seed).integers(0, 2, (1, 30, k), dtype=np.int8)
    return seen(z, np.ones(k), np.ones((1, k)), np.ones(k))


@given(seed=SEEDS, k=st.integers(1, 40))
def test_euclidean_is_the_length_per_root_of_a_feature(seed: int, k: int) -> None:
    z = np.random.default_rng(seed).normal(size=(2, 9, k))
    at_x = np.arange(k) % 2
    truth = np.linalg.norm(z - at_x, axis=2) / np.sqrt(k)
    assert Euclidean().between(seen(z, at_x, np.ones((1, k)))) == pytest.approx(truth)


@given(seed=SEEDS, k=st.integers(1, 40))
def test_euclidean_of_masks_is_the_root_of_the_share_that_differs(seed: int, k: int) -> None:
    it = masks(seed, k)
    assert Euclidean().between(it) == pytest.approx(np.sqrt(1 - it.z.mean(axis=2)))


@given(seed=SEEDS, k=st.integers(1, 40))
def test_cosine_of_masks_is_that_of_lime(seed: int, k: int) -> None:
    """lime: cosine distance to the row of ones, 1 where all are off; 1 - sqrt(share kept)."""
    it = masks(seed, k)
    assert Cosine().between(it) == pytest.approx(1 - np.sqrt(it.z.mean(axis=2)))


def test_cosine_looks_from_the_background_mean() -> None:
    table = numbers()
    x = table.background[:4]
    cloud = sample(GlobalGaussian(), table, x, 50, "shared", 0)
    found = Cosine().between(Standardized().interpret(cloud, table))
    for i in range(4):
        rows = points(cloud, slice(i, i + 1), slice(None))
        truth = cdist(
            (x[i : i + 1] - table.mean) / table.scale, (rows - table.mean) / table.scale, "cosine"
        )
        assert found[i] == pytest.approx(truth[0], abs=1e-12)


def test_cosine_without_a_direction_is_one() -> None:
    it = seen([[[1.0, 1.0], [-1.0, 0.0]]], [0, 0], [[0.0, 0.0]])
    assert Cosine().between(it).tolist() == [[1.0, 1.0]]
    at_baseline = seen([[[-1.0, -2.0], [0.0, 0.0], [-2.0, -4.0]]], [0, 0], [[1.0, 2.0]])
    assert Cosine().between(at_baseline).tolist() == [[1.0, 0.0, 2.0]]


def test_cosine_without_a_baseline_is_declined() -> None:
    with pytest.raises(NotApplicable, match="needs a baseline"):
        Cosine().between(seen([[[1.0]]], [0], [[np.nan]]))


def test_gower_is_the_mean_of_shares_of_the_range() -> None:
    table = mixed()
    x, codes = table.background[:3], table.categorical
    cloud = sample(Rows(), table, x, 64, "shared", 0)
    found = Gower().between(Standardized().interpret(cloud, table))
    span = np.ptp(table.background, axis=0)
    for i in range(3):
        rows = cloud.moves[0]
        shares = np.abs(rows - x[i]) / np.where(span > 0, span, 1.0)
        shares[:, codes] = (rows != x[i])[:, codes]
        assert found[i] == pytest.approx(shares.mean(axis=1))


def test_gower_beyond_the_range_counts_one() -> None:
    it = seen([[[50.0, 1.0, 9.0]]], [0, 0, 0], np.ones((1, 3)), np.array([5.0, 2.0, 0.0]))
    assert Gower().between(it) == pytest.approx(np.array([[(1.0 + 0.5 + 0.0) / 3]]))


def test_gower_without_ranges_is_declined() -> None:
    with pytest.raises(NotApplicable, match="ranges"):
        Gower().between(seen([[[1.0]]], [0], [[1.0]]))


@pytest.mark.parametrize("distance", EVERY, ids=repr)
@pytest.mark.parametrize("representation", [Standardized(), Binned()], ids=repr)
def test_distances_stay_in_their_range(distance: Distance, representation: Any) -> None:
    table, most = mixed(), {Euclidean(): np.inf, Cosine(): 2.0, Gower(): 1.0}[distance]
    cloud = sample(Marginals(), table, table.background[:3], 256, "shared", 0)
    found = distance.between(representation.interpret(cloud, table))
    assert found.shape == (3, 256)
    assert ((found >= 0) & (found <= most)).all()


@pytest.mark.parametrize("distance", EVERY, ids=repr)
@given(seed=SEEDS, k=st.integers(1, 12))
def test_small_whole_numbers_are_as_good_as_floats(distance: Distance, seed: int, k: int) -> None:
    it = masks(seed, k)
    z: Array = it.z.astype(np.float64)
    plain = distance.between(seen(z, it.at_x, it.gap, it.extent))
    assert distance.between(it) == pytest.approx(plain, abs=1e-12)
