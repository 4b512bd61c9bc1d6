"""Noise perturbations: laws that ignore how features depend on each other; no model, no state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from scipy.special import ndtri

from limelab.numbers import positive
from limelab.perturbations.designs import Iid
from limelab.perturbations.margins import redraw
from limelab.types import Array, Cloud, Design, View


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
        positive(self, "scale")

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
        if view.categorical.any():
            moves = self._with_categories(moves, u, x, view)
        return Cloud(x, moves, ~view.categorical)

    def _with_categories(self, moves: Array, u: Array, x: Array, view: View) -> Array:
        """Categories depend on x, so the moves get the instance axis."""
        instances = max(len(u), len(x))
        moves = np.repeat(moves, instances, axis=0) if len(moves) < instances else moves
        chance = min(1.0, self.scale)
        redrawn = redraw(np.minimum(u / chance, np.nextafter(1.0, 0.0)), view)
        here = np.where(u < chance, redrawn, x[:, None, :])
        return np.where(view.categorical, here, moves)
