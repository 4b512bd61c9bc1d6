"""Kernels: how near is near; they see interpreted samples and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from limelab.numbers import positive
from limelab.types import Array, Interpreted


@dataclass(frozen=True)
class Flat:
    """Every sample weighs 1: locality is left to the perturbation.

    Examples
    --------
    >>> Flat()
    Flat()
    """

    def weights(self, interpreted: Interpreted) -> Array:
        """Ones, shared by all instances, shape (1, N)."""
        return np.ones((1, interpreted.z.shape[1]))


@dataclass(frozen=True)
class Exponential:
    """exp(-d^2 / (2 width^2)) of the Euclidean distance d to x per square root of a feature.

    d = |z - z(x)| / sqrt(k), so that `width` means the same in 3 and in 300 features:
    ``Exponential(0.75)`` is the kernel width 0.75 sqrt(k) of lime (Ribeiro et al. 2016).

    Parameters
    ----------
    width : float, default 0.75
        In units of z (background standard deviations) times sqrt(k).

    Examples
    --------
    >>> Exponential(1)
    Exponential(width=1.0)
    """

    width: float = 0.75

    def __post_init__(self) -> None:
        positive(self, "width")

    def weights(self, interpreted: Interpreted) -> Array:
        """Weights (I or 1, N) in (0, 1], down to 0 where they underflow."""
        steps = interpreted.z - interpreted.at_x if interpreted.at_x.any() else interpreted.z
        squared = np.einsum("ink,ink->in", steps, steps) / interpreted.z.shape[2]
        return np.asarray(np.exp(squared / (-2.0 * self.width**2)))
