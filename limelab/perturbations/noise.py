"""Noise perturbations: laws that ignore how features depend on each other; no model, no state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from scipy.special import ndtri

from limelab.numbers import positive
from limelab.perturbations.designs import Iid, check_design
from limelab.perturbations.margins import redraw
from limelab.types import Array, Cloud, Design, NotApplicable, View

_WIDEST = 1e6  # background standard deviations: squares of moves stay far from overflow


@dataclass(frozen=True)
class Gaussian:
    """Independent normal noise round x.

    A number moves by normal noise of `scale` background standard deviations. A category is
    redrawn from its background frequencies with probability min(1, scale), so that at scale 1
    both kinds are about as wide as the background. A constant column does not move.

    Parameters
    ----------
    scale : float, default 0.5
        In background standard deviations.
    design : Design, default Iid()

    Examples
    --------
    >>> Gaussian(1)
    Gaussian(scale=1.0, design=Iid())
    """

    scale: float = 0.5
    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "noise"

    def __post_init__(self) -> None:
        positive(self, "scale", most=_WIDEST)
        check_design(self)

    def dims(self, view: View) -> int:
        """One uniform a column."""
        return len(view.names)

    def at(self, radius: float) -> Gaussian:
        """The same law with `radius` as its scale."""
        return replace(self, scale=radius)

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Normal moves, shared by all instances where no column is a category."""
        moves = ndtri(u)
        moves *= self.scale * view.scale
        return _round_x(moves, u, x, view, chance=min(1.0, self.scale))


@dataclass(frozen=True)
class Uniform:
    """Independent uniform noise round x, in a box.

    A number moves evenly within `radius` background standard deviations either way. A category is
    redrawn from its background frequencies with probability min(1, radius).

    Parameters
    ----------
    radius : float, default 0.5
        Half the width of the box, in background standard deviations.
    design : Design, default Iid()

    Examples
    --------
    >>> Uniform(1)
    Uniform(radius=1.0, design=Iid())
    """

    radius: float = 0.5
    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "noise"

    def __post_init__(self) -> None:
        positive(self, "radius", most=_WIDEST)
        check_design(self)

    def dims(self, view: View) -> int:
        """One uniform a column."""
        return len(view.names)

    def at(self, radius: float) -> Uniform:
        """The same law with another box."""
        return replace(self, radius=radius)

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Even moves, shared by all instances where no column is a category."""
        moves = (2.0 * u - 1.0) * (self.radius * view.scale)
        return _round_x(moves, u, x, view, chance=min(1.0, self.radius))


@dataclass(frozen=True)
class GlobalGaussian:
    """Independent normal noise round the background's mean, as wide as the background.

    The law of lime 0.2.0.1 with ``discretize_continuous=False``: it does not depend on x, so one
    query set serves every instance, and the kernel alone makes it local. Categories are drawn from
    their background frequencies.

    Parameters
    ----------
    design : Design, default Iid()

    Examples
    --------
    >>> GlobalGaussian()
    GlobalGaussian(design=Iid())
    """

    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "noise"

    def __post_init__(self) -> None:
        check_design(self)

    def dims(self, view: View) -> int:
        """One uniform a column."""
        return len(view.names)

    def at(self, radius: float) -> GlobalGaussian:
        """It has no size."""
        raise NotApplicable(
            f"GlobalGaussian() has no radius (asked for {radius:g}): it is as wide as the "
            "background; judge with Gaussian() or Neighbours()"
        )

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Absolute values, shared by all instances."""
        numbers = view.mean + ndtri(u) * view.scale
        codes = view.categorical
        moves = np.where(codes, redraw(u, view), numbers) if codes.any() else numbers
        return Cloud(x, moves, np.zeros(len(codes), dtype=bool))


def _round_x(moves: Array, u: Array, x: Array, view: View, *, chance: float) -> Cloud:
    """Moves of the numbers, and categories redrawn with a chance.

    Categories depend on x, so they give the moves an instance axis.
    """
    codes = view.categorical
    if not codes.any():
        return Cloud(x, moves, ~codes)
    inside = np.minimum(u / chance, np.nextafter(1.0, 0.0))
    category = np.where(u < chance, redraw(inside, view), x[:, None, :])
    return Cloud(x, np.where(codes, category, moves), ~codes)
