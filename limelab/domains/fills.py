"""What stands in the place of gone superpixels: a second picture, always the same one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import ndtri

from limelab.numbers import count, positive
from limelab.types import Array, BadInput, Ints


@runtime_checkable
class Fill(Protocol):
    """What a picture is without its parts."""

    def picture(self, colours: Array, segments: Ints) -> Array:
        """Colours (H, W, 3) from 0 to 1 that stand where colours (H, W, 3) are gone."""


@dataclass(frozen=True)
class Mean:
    """Each superpixel in its own mean colour, as in lime: what hides, hides little of the colour.

    Examples
    --------
    >>> Mean()
    Mean()
    """

    def picture(self, colours: Array, segments: Ints) -> Array:
        """The mean colour of each segment (H, W, 3)."""
        flat, size = segments.ravel(), np.bincount(segments.ravel())
        means = [np.bincount(flat, colours[:, :, c].ravel()) / size for c in range(3)]
        return np.asarray(np.stack(means, axis=1)[segments])


@dataclass(frozen=True)
class Colour:
    """One colour everywhere.

    Parameters
    ----------
    red, green, blue : float, default 0
        From 0 to 1, whatever range the picture has.

    Examples
    --------
    >>> Colour(1, 1, 1)
    Colour(red=1.0, green=1.0, blue=1.0)
    """

    red: float = 0.0
    green: float = 0.0
    blue: float = 0.0

    def __post_init__(self) -> None:
        for name in ("red", "green", "blue"):
            positive(self, name, zero=True, most=1.0)

    def picture(self, colours: Array, segments: Ints) -> Array:
        """The colour (H, W, 3)."""
        return np.broadcast_to([self.red, self.green, self.blue], colours.shape).copy()


@dataclass(frozen=True)
class Blur:
    """The picture out of focus.

    Parameters
    ----------
    sigma : float, default 0.05
        Width of the Gaussian, as a share of the picture's shorter side.

    Examples
    --------
    >>> Blur(0.1)
    Blur(sigma=0.1)
    """

    sigma: float = 0.05

    def __post_init__(self) -> None:
        positive(self, "sigma", most=1.0)

    def picture(self, colours: Array, segments: Ints) -> Array:
        """The blurred picture (H, W, 3)."""
        return blurred(colours, self.sigma)


@dataclass(frozen=True)
class Noise:
    """Independent grains with the mean and deviation that the picture has in each channel.

    Grain by grain a hash of seed and place (splitmix64; Steele, Lea and Flood 2014): no state.

    Parameters
    ----------
    seed : int, default 0

    Examples
    --------
    >>> Noise(3)
    Noise(seed=3)
    """

    seed: int = 0

    def __post_init__(self) -> None:
        count(self, "seed", least=0, most=2**31)

    def picture(self, colours: Array, segments: Ints) -> Array:
        """Normal grains (H, W, 3), cut off at 0 and 1; grey pictures stay grey."""
        height, width = colours.shape[:2]
        grey = bool((colours == colours[:, :, :1]).all())
        grains = ndtri(_hashed(height * width * (1 if grey else 3), self.seed))
        mean, sd = colours.mean(axis=(0, 1)), colours.std(axis=(0, 1))
        noise = mean + sd * grains.reshape(height, width, -1)
        return np.asarray(np.clip(noise, 0.0, 1.0))


def blurred(colours: Array, sigma: float) -> Array:
    """Colours (H, W, 3) under a Gaussian of `sigma` times the shorter side.

    Examples
    --------
    >>> blurred(np.ones((4, 4, 3)), 0.5).round(6).min()
    np.float64(1.0)
    """
    width = sigma * min(colours.shape[:2])
    return np.asarray(gaussian_filter(colours, (width, width, 0.0), mode="nearest"))


def check_fill(fill: object) -> None:
    """Refuse what is no fill."""
    if isinstance(fill, type) or not isinstance(fill, Fill):
        raise BadInput(f"Image(fill={fill!r}); expected Mean(), Colour(), Blur() or Noise()")


def _hashed(size: int, seed: int) -> Array:
    """Even numbers in (0, 1), one for each place."""
    place = np.arange(size, dtype=np.uint64) + np.uint64(seed) * np.uint64(2**32)
    mixed = (place + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return np.asarray(((mixed >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)
