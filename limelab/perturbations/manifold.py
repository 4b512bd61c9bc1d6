"""Manifold perturbations: laws that stay near where the background is; no model, no state."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from limelab.numbers import positive
from limelab.perturbations.designs import Iid, check_design
from limelab.types import Array, Bools, Cloud, Design, NotApplicable, View


@dataclass(frozen=True)
class Neighbours:
    """Convex blends of x with the background rows nearest to it.

    A sample is x + t (row - x), the row drawn evenly from the nearest ones and t evenly from
    (0, 1). Categories cannot blend: with probability t all of them together become the row's.
    Nearness is Euclidean in background standard deviations; a category that differs counts one.
    Copies of x in the background are left out: they are no direction to move in.

    Parameters
    ----------
    share : float, default 0.1
        Share of the background that counts as near, in (0, 1]; at least two rows.
    design : Design, default Iid()

    Examples
    --------
    >>> Neighbours(share=0.2)
    Neighbours(share=0.2, design=Iid())
    """

    share: float = 0.1
    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "manifold"

    def __post_init__(self) -> None:
        positive(self, "share", most=1.0)
        check_design(self)

    def dims(self, view: View) -> int:
        """Which row, how far, and whether the categories go along."""
        return 3

    def at(self, radius: float) -> Neighbours:
        """The same law with `radius` as its share."""
        return replace(self, share=radius)

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Blends for each instance; numbers are moves from x, categories are absolute."""
        numeric = ~view.categorical
        u = np.broadcast_to(u, (len(x), *u.shape[1:]))
        moves = np.empty((len(x), u.shape[1], len(numeric)))
        for i, row in enumerate(x):
            near = nearest_rows(row, view, self.share, least=2)
            chosen = near[(u[i, :, 0] * len(near)).astype(np.intp)]
            blend = u[i, :, 1:2] * (chosen - row)
            category = np.where(u[i, :, 2:3] < u[i, :, 1:2], chosen, row)
            moves[i] = np.where(numeric, blend, category)
        return Cloud(x, moves, numeric)


def nearest_rows(row: Array, view: View, share: float, *, least: int) -> Array:
    """Background rows nearest to one point (m, d), nearest first, ties by lowest row.

    Copies of the point are left out. As many rows as `share` of the background, but `least`.
    """
    distance = squared_distances(row, view)
    others = np.flatnonzero(distance > 0)
    if not len(others):
        raise NotApplicable("every background row equals x: there is no neighbour to move to")
    wanted = min(max(least, math.ceil(share * len(view.background))), len(others))
    order = np.argsort(distance[others], kind="stable")
    return np.asarray(view.background[others[order[:wanted]]])


def squared_distances(row: Array, view: View) -> Array:
    """Squared distances (n,) of the background to one point, in standard deviations."""
    inverse = view.once("inverse scale", lambda: _inverse(view.scale))
    codes: Bools = view.categorical
    steps = (view.background - row) * inverse
    unlike = view.background[:, codes] != row[codes]
    return np.asarray(np.einsum("nd,nd->n", steps, steps) + unlike.sum(axis=1))


def _inverse(scale: Array) -> Array:
    return np.where(scale > 0, 1.0 / np.where(scale > 0, scale, 1.0), 0.0)
