"""Kernels: how near is near; they see interpreted samples and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from limelab.distances import Distance, Euclidean, check_distance
from limelab.numbers import positive
from limelab.types import Array, BadInput, Interpreted

_HALVINGS = 50  # of a bracket of e^45 at most: the width is exact to rounding
_SAME = 1e-12  # squared distances that differ by less than this share of the largest are equal
_NOTHING = 1e3  # exp(-1e3) is 0
_LEAST = 1e-290  # a weight below this counts as 0, so that its inverse is a number


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
    """exp(-d^2 / (2 width^2)) of the distance d to x.

    With `Euclidean` a width means the same in 3 and in 300 features: ``Exponential(0.75)`` is
    the kernel width 0.75 sqrt(k) of lime (Ribeiro et al. 2016).

    Parameters
    ----------
    width : float, default 0.75
        In units of the distance; of `Euclidean`, background standard deviations per square root
        of a feature.
    distance : Distance, default Euclidean()

    Examples
    --------
    >>> Exponential(1)
    Exponential(width=1.0)
    >>> from limelab.distances import Cosine
    >>> Exponential(0.25, Cosine())
    Exponential(width=0.25, distance=Cosine())
    """

    width: float = 0.75
    distance: Distance = field(default_factory=Euclidean)

    def __post_init__(self) -> None:
        positive(self, "width")
        check_distance(self)

    def __repr__(self) -> str:
        return f"Exponential(width={self.width!r}{_unless_default(self.distance)})"

    def weights(self, interpreted: Interpreted) -> Array:
        """Weights (I or 1, N) in (0, 1], down to 0 where they underflow."""
        with np.errstate(over="ignore", under="ignore"):  # far beyond the width a weight is 0
            w = np.exp(-0.5 * (self.distance.between(interpreted) / self.width) ** 2)
        w[w < _LEAST] = 0.0
        return np.asarray(w)


@dataclass(frozen=True)
class Ball:
    """1 within a radius of x, 0 outside.

    Parameters
    ----------
    radius : float, default 1
        In units of the distance.
    distance : Distance, default Euclidean()

    Examples
    --------
    >>> Ball(0.5)
    Ball(radius=0.5)
    """

    radius: float = 1.0
    distance: Distance = field(default_factory=Euclidean)

    def __post_init__(self) -> None:
        positive(self, "radius")
        check_distance(self)

    def __repr__(self) -> str:
        return f"Ball(radius={self.radius!r}{_unless_default(self.distance)})"

    def weights(self, interpreted: Interpreted) -> Array:
        """Weights (I or 1, N), 0 or 1."""
        return (self.distance.between(interpreted) <= self.radius).astype(np.float64)


@dataclass(frozen=True)
class EffectiveSize:
    """The exponential kernel whose width leaves a given share of the samples, for each instance.

    The share is n_effective / n, n_effective = (sum w)^2 / sum w^2 (Kish 1965), which grows with
    the width. Weights are relative to the nearest sample's, which weighs 1. Where more samples
    than that share are equally near, no width is narrow enough: just these weigh 1, the rest 0.

    Parameters
    ----------
    share : float, default 0.25
        Above 0 and below 1.
    distance : Distance, default Euclidean()

    Examples
    --------
    >>> EffectiveSize(0.1)
    EffectiveSize(share=0.1)
    """

    share: float = 0.25
    distance: Distance = field(default_factory=Euclidean)

    def __post_init__(self) -> None:
        positive(self, "share", most=1.0)
        if self.share == 1:
            raise BadInput("EffectiveSize(share=1.0); expected a share below 1; for all, Flat()")
        check_distance(self)

    def __repr__(self) -> str:
        return f"EffectiveSize(share={self.share!r}{_unless_default(self.distance)})"

    def weights(self, interpreted: Interpreted) -> Array:
        """Weights (I or 1, N) in (0, 1], down to 0 where they underflow."""
        squared = self.distance.between(interpreted) ** 2
        excess = squared - squared.min(axis=1, keepdims=True)
        excess[excess <= _SAME * squared.max(axis=1, keepdims=True)] = 0.0
        weights = (excess == 0).astype(np.float64)
        wide = np.flatnonzero(weights.mean(axis=1) < self.share)
        if len(wide):
            weights[wide] = _sharpened(excess[wide], self.share)
        return np.asarray(weights)


def _sharpened(excess: Array, share: float) -> Array:
    """exp(-t excess) of rows (I, N), t for each row such that the effective share is `share`.

    Bisection on log t, between where all weigh alike and where only the nearest weigh at all.
    """
    farthest = excess.max(axis=1, keepdims=True)
    nearest = np.where(excess > 0, excess, np.inf).min(axis=1, keepdims=True)
    low, high = np.log((1.0 - share) / farthest) - 5.0, np.log(_NOTHING / nearest)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        few = _effective_share(np.exp(-np.exp(middle) * excess)) < share
        low, high = np.where(few, low, middle), np.where(few, middle, high)
    return np.asarray(np.exp(-np.exp((low + high) / 2) * excess))


def _effective_share(w: Array) -> Array:
    """(sum w)^2 / (n sum w^2) of rows (I, N), as a column."""
    squares = np.einsum("in,in->i", w, w)
    return np.asarray(w.sum(axis=1) ** 2 / (w.shape[1] * squares))[:, None]


def _unless_default(distance: Distance) -> str:
    return "" if distance == Euclidean() else f", distance={distance!r}"
