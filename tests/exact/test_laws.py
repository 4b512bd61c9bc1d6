"""Normal laws under a kernel, against densities on a grid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from limelab.exact import Normal, neighbourhood
from limelab.exact.laws import spread
from limelab.kernels import Exponential, Flat
from limelab.perturbations import Gaussian, Marginals
from limelab.types import Array, BadInput, NotApplicable

LAW = Normal([0.5, -1.0], [[1.0, 0.4], [0.4, 0.5]])
CENTRE, PRECISION = np.array([1.5, 0.0]), np.array([[0.8, -0.2], [-0.2, 1.2]])


def on_grid(law: Normal) -> tuple[Array, Array]:
    """Points (m, 2) and their shares under a kernel of CENTRE and PRECISION."""
    side = np.linspace(-9, 9, 601)
    points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    off, away = points - law.mean, points - CENTRE
    squared = np.einsum("mi,ij,mj->m", off, np.linalg.inv(law.cov), off)
    share = np.exp(-0.5 * (squared + np.einsum("mi,ij,mj->m", away, PRECISION, away)))
    return points, share / share.sum()


def test_a_tilted_law_has_the_moments_of_the_weighted_density() -> None:
    points, share = on_grid(LAW)
    tilted = LAW.tilted(CENTRE, PRECISION)
    mean = share @ points
    assert np.allclose(tilted.mean, mean, atol=1e-10)
    assert np.allclose(tilted.cov, (points - mean).T * share @ (points - mean), atol=1e-10)


def test_a_column_that_stands_still_stays_where_it_is() -> None:
    still = Normal([0.5, 3.0], np.diag([1.0, 0.0])).tilted(CENTRE, PRECISION)
    assert still.mean[1] == 3.0
    assert still.cov[1].tolist() == [0.0, 0.0]


def test_a_flat_kernel_changes_nothing() -> None:
    tilted = LAW.tilted(CENTRE, np.zeros((2, 2)))
    assert np.array_equal(tilted.mean, LAW.mean)
    assert np.allclose(tilted.cov, LAW.cov, rtol=1e-15)


def test_the_neighbourhood_is_the_tilt_of_the_noise() -> None:
    scale = np.array([2.0, 0.5, 1.0])
    nu = 0.75 * np.sqrt(3) * scale
    noise = Normal(np.arange(3.0), np.diag((0.5 * scale) ** 2))
    expected = noise.tilted(np.arange(3.0), np.diag(nu**-2.0))
    found = neighbourhood(np.arange(3.0), Gaussian(0.5), Exponential(0.75), scale=scale)
    assert np.allclose(found.cov, expected.cov, rtol=1e-14)
    assert np.array_equal(found.mean, expected.mean)


def test_other_parts_are_declined() -> None:
    with pytest.raises(NotApplicable, match="Marginals"):
        spread(Marginals(), Flat(), 3)
    with pytest.raises(NotApplicable, match="no closed form"):
        spread(Gaussian(), object(), 3)


@pytest.mark.parametrize("cov", [np.eye(3), [[1.0, 0.5], [0.0, 1.0]], [1.0, 1.0]])
def test_a_covariance_that_is_none_is_refused(cov: npt.ArrayLike) -> None:
    with pytest.raises(BadInput, match="symmetric covariance"):
        Normal([0.0, 0.0], cov)
