"""Distances from x in what the surrogate sees, each in a stated unit; arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from limelab.types import Array, BadInput, Interpreted, NotApplicable


@runtime_checkable
class Distance(Protocol):
    """How far each sample is from x."""

    def between(self, interpreted: Interpreted) -> Array:
        """Distances (I or 1, N), at least 0."""


def check_distance(owner: Any) -> None:
    """Refuse a kernel whose field `distance` is none."""
    distance = owner.distance
    if isinstance(distance, type) or not isinstance(distance, Distance):
        raise BadInput(
            f"{type(owner).__name__}(distance={distance!r}); expected a distance such as "
            "Euclidean() or Gower()"
        )


@dataclass(frozen=True)
class Euclidean:
    """Root of the mean squared step over the features.

    The unit is a background standard deviation per square root of a feature, so that a distance
    means the same for 3 and for 300 features; of 0/1 features it is the root of the share that
    differs from x.

    Examples
    --------
    >>> Euclidean()
    Euclidean()
    """

    def between(self, interpreted: Interpreted) -> Array:
        """Distances (I or 1, N)."""
        return np.asarray(np.sqrt(_squared(interpreted) / interpreted.z.shape[2]))


@dataclass(frozen=True)
class Cosine:
    """One minus the cosine of the angle between sample and x, both seen from the baseline.

    Without unit, from 0 (the same direction) to 2 (the opposite one). For words and superpixels
    the baseline is "all gone" and this is lime's distance: 1 - sqrt(share kept). A sample or an x
    that is the baseline itself has no direction; its distance is 1.

    Examples
    --------
    >>> Cosine()
    Cosine()
    """

    def between(self, interpreted: Interpreted) -> Array:
        """Distances (I or 1, N)."""
        here = interpreted.gap
        if not np.isfinite(here).all():
            raise NotApplicable("Cosine() needs a baseline to look from; take Euclidean()")
        along = _products(_steps(interpreted), here)
        x = np.einsum("ik,ik->i", here, here)[:, None]
        length = _squared(interpreted) + 2.0 * along + x
        scale = np.sqrt(np.maximum(length, 0.0) * x)
        cosine = np.divide(along + x, scale, out=np.zeros(scale.shape), where=scale > 0)
        return np.asarray(1.0 - np.clip(cosine, -1.0, 1.0))


@dataclass(frozen=True)
class Gower:
    """Mean over the features of |step| / background range, and 1 for another category.

    Without unit, from 0 to 1 (Gower 1971, Biometrics 27): a step longer than the range counts 1,
    a constant feature 0.

    Examples
    --------
    >>> Gower()
    Gower()
    """

    def between(self, interpreted: Interpreted) -> Array:
        """Distances (I or 1, N)."""
        extent = interpreted.extent
        if extent is None:
            raise NotApplicable("Gower() needs the features' ranges; take Euclidean()")
        inverse = np.divide(1.0, extent, out=np.zeros(extent.shape), where=extent > 0)
        shares = np.abs(_steps(interpreted) * inverse)
        return np.asarray(np.minimum(shares, 1.0, out=shares).mean(axis=2))


def _steps(interpreted: Interpreted) -> Array:
    """Features less those of x (I or 1, N, k); of 0/1 features they stay small integers."""
    z, here = interpreted.z, interpreted.at_x
    if not here.any():
        return z
    return z - (here.astype(z.dtype) if z.dtype.kind == "i" else here)


def _squared(interpreted: Interpreted) -> Array:
    """Squared lengths of the steps (I or 1, N); of 0/1 features, how many differ from x."""
    if interpreted.z.dtype.kind in "iub":
        here = interpreted.at_x.astype(interpreted.z.dtype)
        counts = (interpreted.z != here).sum(axis=2, dtype=np.int32)
        return np.asarray(counts, dtype=np.float64)
    steps = _steps(interpreted)
    return np.asarray(np.einsum("ink,ink->in", steps, steps))


def _products(steps: Array, here: Array) -> Array:
    """Inner products (I, N) of steps (I or 1, N, k) with one vector each, here (I or 1, k)."""
    if len(steps) == 1:
        return np.asarray(here @ steps[0].T)
    return np.asarray(np.matmul(steps, here[:, :, None])[:, :, 0])
