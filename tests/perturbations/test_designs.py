"""Designs: uniform, open at both ends, and what Sobol declines; the laws are in test_laws.py."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from limelab.perturbations import Antithetic, Iid, Sobol
from limelab.types import BadInput, Design
from tests.parts import DESIGNS, name_of


@pytest.mark.parametrize("design", DESIGNS, ids=name_of)
def test_draws_are_uniform_and_inside(design: Design) -> None:
    u = design.draw(4096, 3, np.random.default_rng(0))
    assert u.min() > 0
    assert u.max() < 1
    for column in u.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-4


def test_iid_draws_are_never_zero() -> None:
    class Zeros:
        def random(self, shape: tuple[int, int]) -> np.ndarray:
            return np.zeros(shape)

    assert (Iid().draw(2, 2, Zeros()) > 0).all()  # type: ignore[arg-type]


def test_sobol_is_more_even_than_chance() -> None:
    """Each of n equal intervals of every column holds one point."""
    u = Sobol().draw(256, 5, np.random.default_rng(1))
    assert (np.sort((u * 256).astype(int), axis=0) == np.arange(256)[:, None]).all()


def test_sobol_integrates_with_less_error_than_chance() -> None:
    errors = {}
    for design in DESIGNS:
        means = [
            design.draw(256, 4, np.random.default_rng(seed)).prod(axis=1).mean()
            for seed in range(30)
        ]
        errors[repr(design)] = np.std(np.array(means) - 2.0**-4)
    assert errors["Sobol()"] < 0.3 * errors["Iid()"]


@pytest.mark.parametrize(("n", "near"), [(100, "64 or 128"), (3, "2 or 4"), (1000, "512 or 1024")])
def test_sobol_declines_what_is_no_power_of_two(n: int, near: str) -> None:
    with pytest.raises(BadInput, match=f"n_samples={n} .*expected a power of two; take {near}"):
        Sobol().draw(n, 2, np.random.default_rng(0))


@pytest.mark.parametrize("n", [1, 2, 4])
def test_sobol_begins_at_one(n: int) -> None:
    assert Sobol().draw(n, 2, np.random.default_rng(0)).shape == (n, 2)


def test_only_iid_draws_are_independent() -> None:
    assert (Iid.independent, Sobol.independent, Antithetic.independent) == (True, False, False)


@pytest.mark.parametrize("n", [1, 2, 7, 64])
def test_antithetic_draws_are_pairs_and_the_first_are_the_shorter_draw(n: int) -> None:
    long, short = (Antithetic().draw(m, 3, np.random.default_rng(4)) for m in (100, n))
    assert (long[:n] == short).all()
    assert long[::2] + long[1::2] == pytest.approx(np.ones((50, 3)), abs=1e-15)
    assert len(np.unique(long)) == 300


def test_antithetic_draws_are_inside_even_at_the_end() -> None:
    class Ends:
        def random(self, shape: tuple[int, int]) -> np.ndarray:
            return np.repeat([0.0, 1.0 - 2.0**-53], [1, shape[0] - 1])[:, None]

    u = Antithetic().draw(4, 1, Ends())  # type: ignore[arg-type]
    assert ((u > 0) & (u < 1)).all()


def test_antithetic_means_of_a_line_have_no_error() -> None:
    u = Antithetic().draw(16, 4, np.random.default_rng(0))
    assert u.mean(axis=0) == pytest.approx(np.full(4, 0.5), abs=1e-15)
