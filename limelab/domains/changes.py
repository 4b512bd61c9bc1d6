"""Changes of a whole picture, each with a strength: what may happen to a photograph in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np

from limelab.domains.fills import blurred
from limelab.numbers import positive
from limelab.types import Array

# of red, green and blue out of red, green and blue: the sepia of the CSS filter effects module
_SEPIA = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])


@runtime_checkable
class Change(Protocol):
    """What happens to a picture, from strength 0 (nothing) to 1 (all of it), or to -1."""

    name: ClassVar[str]
    low: ClassVar[float]

    def at(self, colours: Array, strength: float) -> Array:
        """Colours (H, W, 3) from 0 to 1, changed."""


@dataclass(frozen=True)
class Sepia:
    """A brown cast, as of an old print: from no cast at 0 to nothing but brown at 1.

    Examples
    --------
    >>> Sepia().at(np.full((1, 1, 3), 0.5), 1.0).round(3).tolist()
    [[[0.676, 0.602, 0.468]]]
    """

    name: ClassVar[str] = "sepia"
    low: ClassVar[float] = 0.0

    def at(self, colours: Array, strength: float) -> Array:
        """Colours (H, W, 3), between the picture and its sepia print."""
        brown = np.minimum(colours @ _SEPIA.T, 1.0)
        return np.asarray(colours + strength * (brown - colours))


@dataclass(frozen=True)
class Brightness:
    """Lighter at strengths above 0, darker below.

    Parameters
    ----------
    most : float, default 0.5
        What is added to every value at full strength, of a range from 0 to 1.

    Examples
    --------
    >>> Brightness(0.2).at(np.full((1, 1, 3), 0.5), -1.0).round(3).tolist()
    [[[0.3, 0.3, 0.3]]]
    """

    most: float = 0.5
    name: ClassVar[str] = "brightness"
    low: ClassVar[float] = -1.0

    def __post_init__(self) -> None:
        positive(self, "most", most=1.0)

    def at(self, colours: Array, strength: float) -> Array:
        """Colours (H, W, 3), cut off at 0 and 1."""
        return np.clip(colours + strength * self.most, 0.0, 1.0)


@dataclass(frozen=True)
class GaussianBlur:
    """Out of focus, the more the stronger.

    Parameters
    ----------
    most : float, default 0.05
        Width of the blur at full strength, as a share of the picture's shorter side.

    Examples
    --------
    >>> GaussianBlur().name
    'blur'
    """

    most: float = 0.05
    name: ClassVar[str] = "blur"
    low: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        positive(self, "most", most=1.0)

    def at(self, colours: Array, strength: float) -> Array:
        """Colours (H, W, 3)."""
        return blurred(colours, strength * self.most)


@dataclass(frozen=True)
class Cast:
    """A cast towards one colour, from none at 0 to half of it at 1.

    Parameters
    ----------
    red, green, blue : float, default 1, 0 and 0
        The colour, from 0 to 1.

    Examples
    --------
    >>> Cast(0, 0, 1).at(np.full((1, 1, 3), 0.5), 1.0).tolist()
    [[[0.25, 0.25, 0.75]]]
    """

    red: float = 1.0
    green: float = 0.0
    blue: float = 0.0
    name: ClassVar[str] = "cast"
    low: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        for channel in ("red", "green", "blue"):
            positive(self, channel, zero=True, most=1.0)

    def at(self, colours: Array, strength: float) -> Array:
        """Colours (H, W, 3)."""
        towards = np.array([self.red, self.green, self.blue])
        return np.asarray(colours + 0.5 * strength * (towards - colours))
