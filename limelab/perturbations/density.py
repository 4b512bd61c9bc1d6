"""Laws that follow the background's density near x: planes and kernels; no model, no state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from scipy.special import ndtri

from limelab.numbers import positive
from limelab.perturbations.designs import Iid, check_design
from limelab.perturbations.manifold import nearest_rows
from limelab.perturbations.products import row_products
from limelab.types import Array, Cloud, Design, NotApplicable, View


@dataclass(frozen=True)
class LocalPCA:
    """Normal noise round x within the tangent space of its neighbours.

    The neighbours' principal directions that hold `variance` of their spread (in background
    standard deviations) are kept, and x moves along them as far as they spread, times `scale`.
    Categories, all of them together, are those of a random neighbour with probability
    min(1, scale) / 2, else those of x.

    Parameters
    ----------
    scale : float, default 1
        Of the noise along each direction, in deviations of the neighbours.
    share : float, default 0.1
        Share of the background that counts as near; at least as many rows as numbers plus one.
    variance : float, default 0.95
        Share of the neighbours' spread that the kept directions hold.
    design : Design, default Iid()

    Examples
    --------
    >>> LocalPCA()
    LocalPCA(scale=1.0, share=0.1, variance=0.95, design=Iid())
    """

    scale: float = 1.0
    share: float = 0.1
    variance: float = 0.95
    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "manifold"

    def __post_init__(self) -> None:
        positive(self, "scale")
        positive(self, "share", most=1.0)
        positive(self, "variance", most=1.0)
        check_design(self)

    def dims(self, view: View) -> int:
        """A normal for each direction, and two for the categories."""
        return int((~view.categorical).sum()) + 2

    def at(self, radius: float) -> LocalPCA:
        """The same law with `radius` as its scale."""
        return replace(self, scale=radius)

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Moves in the tangent space of each instance; categories are absolute."""
        numeric = ~view.categorical
        if not (view.scale > 0).any():
            raise NotApplicable("LocalPCA() needs numeric columns that vary; take Neighbours()")
        noise = np.broadcast_to(ndtri(u[..., :-2]), (len(x), u.shape[1], u.shape[2] - 2))
        u = np.broadcast_to(u, (len(x), *u.shape[1:]))
        moves = np.empty((len(x), u.shape[1], len(numeric)))
        chance = min(1.0, self.scale) / 2
        for i, row in enumerate(x):
            near = nearest_rows(row, view, self.share, least=int(numeric.sum()) + 1)
            steps = _directions(near, view, self.variance)
            moves[i] = row_products(noise[i, :, : len(steps)], self.scale * steps)
            chosen = near[(u[i, :, -2] * len(near)).astype(np.intp)]
            codes = np.where(u[i, :, -1:] < chance, chosen, row)
            moves[i] = np.where(numeric, moves[i], codes)
        return Cloud(x, moves, numeric)


def _directions(near: Array, view: View, variance: float) -> Array:
    """Principal steps (q, d) of the neighbours: direction times deviation, the largest first."""
    unit = np.where(view.scale > 0, view.scale, 1.0)
    scaled = np.where(view.scale > 0, (near - near[0]) / unit, 0.0)  # 0, not nearly, where equal
    scaled -= scaled.mean(axis=0)
    spread, vectors = np.linalg.eigh(scaled.T @ scaled / len(near))
    spread, vectors = np.maximum(spread[::-1], 0.0), vectors[:, ::-1].T
    if not spread[0] > 0:
        raise NotApplicable(
            "all neighbours of x have the same numbers: they span no tangent space; raise the share"
        )
    kept = int(np.searchsorted(np.cumsum(spread) / spread.sum(), variance - 1e-12)) + 1
    lead = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=1)[:, None], axis=1)
    steps = vectors * np.sign(lead) * np.sqrt(spread)[:, None] * view.scale
    return np.asarray(steps[:kept])


@dataclass(frozen=True)
class KernelDensity:
    """A local kernel density: a background row near x plus normal noise.

    The law of MeLIME's KDE generator (Botari et al. 2020) with a share of rows in place of a
    radius, and a seed. Categories are those of the row. Copies of x are left out, as in
    `Neighbours`.

    Parameters
    ----------
    bandwidth : float, default 0.25
        Of the noise, in background standard deviations.
    share : float, default 0.1
        Share of the background that counts as near; at least two rows.
    design : Design, default Iid()

    Examples
    --------
    >>> KernelDensity()
    KernelDensity(bandwidth=0.25, share=0.1, design=Iid())
    """

    bandwidth: float = 0.25
    share: float = 0.1
    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "manifold"

    def __post_init__(self) -> None:
        positive(self, "bandwidth")
        positive(self, "share", most=1.0)
        check_design(self)

    def dims(self, view: View) -> int:
        """Which row, and a normal for each column."""
        return len(view.names) + 1

    def at(self, radius: float) -> KernelDensity:
        """The same law with `radius` as its share."""
        return replace(self, share=radius)

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Absolute points near each instance."""
        moves = np.empty((len(x), *u.shape[1:-1], len(view.names)))
        moves[:] = ndtri(u[..., 1:]) * (self.bandwidth * view.scale)
        rows = np.broadcast_to(u[..., 0], moves.shape[:2])
        for i, row in enumerate(x):
            near = nearest_rows(row, view, self.share, least=2)
            moves[i] += near[(rows[i] * len(near)).astype(np.intp)]
        return Cloud(x, moves, np.zeros(len(view.names), dtype=bool))
