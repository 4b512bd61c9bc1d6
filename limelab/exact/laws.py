"""Normal laws, and what a Gaussian kernel makes of them; it reads part fields and draws nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from limelab.distances import Euclidean
from limelab.kernels import Exponential, Flat
from limelab.perturbations import Gaussian
from limelab.types import Array, BadInput, NotApplicable


@dataclass(frozen=True, eq=False, init=False)
class Normal:
    """A normal law of d columns.

    Parameters
    ----------
    mean : array of shape (d,)
    cov : array of shape (d, d)
        Symmetric, no negative variance; it may be singular.

    Examples
    --------
    >>> Normal([0.0], [[1.0]]).tilted([2.0], [[1.0]])
    Normal(mean=array([1.]), cov=array([[0.5]]))
    """

    mean: Array
    cov: Array

    def __init__(self, mean: npt.ArrayLike, cov: npt.ArrayLike) -> None:
        centre, square = np.array(mean, dtype=np.float64), np.array(cov, dtype=np.float64)
        fits = centre.ndim == 1 and square.shape == (len(centre), len(centre))
        if not fits or not np.allclose(square, square.T, rtol=1e-9):
            raise BadInput(
                f"Normal(mean of shape {centre.shape}, cov of shape {square.shape}); expected a "
                "mean (d,) and a symmetric covariance (d, d)"
            )
        object.__setattr__(self, "mean", centre)
        object.__setattr__(self, "cov", (square + square.T) / 2)

    def tilted(self, centre: npt.ArrayLike, precision: npt.ArrayLike) -> Normal:
        """The law weighted by exp(-(x - centre)' M (x - centre) / 2), again a normal law.

        Its covariance is (S^-1 + M)^-1 = (I + S M)^-1 S, which holds for a singular S too
        (product of two normal densities; Petersen and Pedersen 2012, The Matrix Cookbook, 8.1.8).

        Parameters
        ----------
        centre : array of shape (d,)
        precision : array of shape (d, d)
            M of the kernel: I / nu^2 for exp(-|x - centre|^2 / (2 nu^2)).
        """
        m = np.asarray(precision, dtype=np.float64)
        cov = np.linalg.solve(np.eye(len(self.mean)) + self.cov @ m, self.cov)
        return Normal(self.mean + cov @ m @ (np.asarray(centre) - self.mean), (cov + cov.T) / 2)


def neighbourhood(
    x: npt.ArrayLike, perturbation: Any, kernel: Any, *, scale: npt.ArrayLike = 1.0
) -> Normal:
    """The law that `Lime(perturbation, kernel=kernel)` weighs its samples into, in x's own units.

    Parameters
    ----------
    x : array of shape (d,)
    perturbation : Gaussian
    kernel : Flat or Exponential
    scale : float or array of shape (d,), default 1
        Background standard deviations, such as ``Table(background).scale``.

    Raises
    ------
    NotApplicable
        Another perturbation or kernel: the weighted law is then no normal law round x.

    Examples
    --------
    >>> neighbourhood([5.0, 0.0], Gaussian(0.5), Flat(), scale=2.0).cov.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    x = np.asarray(x, dtype=np.float64)
    deviation = spread(perturbation, kernel, len(x)) * np.broadcast_to(scale, x.shape)
    return Normal(x, np.diag(deviation**2))


def spread(perturbation: Any, kernel: Any, columns: int) -> float:
    """Standard deviation, in background standard deviations, of every column of that law.

    With noise of sd s and the kernel exp(-|z|^2 / (2 nu^2)): 1 / sqrt(1 / s^2 + 1 / nu^2), where
    nu = width sqrt(columns).

    Examples
    --------
    >>> spread(Gaussian(3.0), Exponential(2.0), 4)
    2.4
    """
    if not isinstance(perturbation, Gaussian):
        raise NotApplicable(
            f"perturbation={perturbation!r} has no closed form; expected independent normal noise, "
            "Gaussian(scale)"
        )
    if isinstance(kernel, Flat):
        return perturbation.scale
    if isinstance(kernel, Exponential) and kernel.distance == Euclidean():
        nu = kernel.width * float(np.sqrt(columns))
        return perturbation.scale * nu / float(np.hypot(perturbation.scale, nu))
    raise NotApplicable(
        f"kernel={kernel!r} has no closed form; expected Flat() or Exponential(width)"
    )
