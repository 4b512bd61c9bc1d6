"""The law of lime's default: bins by frequency, truncated normals inside; no model, no state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from scipy.special import ndtr, ndtri

from limelab.bins import quantile_cuts
from limelab.numbers import count
from limelab.perturbations.designs import Iid, check_design
from limelab.perturbations.margins import redraw
from limelab.types import Array, Cloud, Design, Ints, NotApplicable, View

_MANY = 32  # bins, from which on a search is quicker than comparisons


@dataclass(frozen=True)
class BinFrequencies:
    """Each column on its own: a quantile bin by its frequency, a truncated normal inside it.

    The law of lime 0.2.0.1 with ``discretize_continuous=True`` (Garreau and von Luxburg 2020,
    "Looking deeper into tabular LIME"), free of x. A bin that holds a single value gives that
    value (lime gives 0 there, its z-score). Categories keep their frequencies. One uniform a
    column chooses the bin and the place inside it.

    Parameters
    ----------
    bins : int, default 4
    design : Design, default Iid()

    Examples
    --------
    >>> BinFrequencies()
    BinFrequencies(bins=4, design=Iid())
    """

    bins: int = 4
    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "data-driven"

    def __post_init__(self) -> None:
        count(self, "bins", least=2)
        check_design(self)

    def dims(self, view: View) -> int:
        """One uniform a column."""
        return len(view.names)

    def at(self, radius: float) -> BinFrequencies:
        """It has no size."""
        raise NotApplicable(
            f"BinFrequencies() has no radius (asked for {radius:g}): it is as wide as the "
            "background; judge with Gaussian() or Neighbours()"
        )

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Values at the quantiles u of each column's mixture."""
        moves = redraw(u, view) if view.categorical.any() else np.empty(u.shape)
        laws = view.once(("bin laws", self.bins), lambda: self._laws(view))
        for j, law in laws.items():
            moves[..., j] = law.quantile(u[..., j])
        return Cloud(x, moves, np.zeros(len(view.names), dtype=bool))

    def _laws(self, view: View) -> dict[int, _Mixture]:
        cuts = quantile_cuts(view, self.bins)
        numbers = np.flatnonzero(~view.categorical)
        return {int(j): _Mixture.of(view.background[:, j], cuts[j]) for j in numbers}


@dataclass(frozen=True, eq=False)
class _Mixture:
    """Truncated normals of one column, one a bin that holds values, all arrays of shape (B,).

    A bin whose rows have one value is a point: `low` and `high` are that value and clip it there.
    """

    start: Array
    chance: Array
    mean: Array
    sd: Array
    low: Array
    high: Array

    @classmethod
    def of(cls, column: Array, cuts: Array) -> _Mixture:
        """Bin means, deviations and limits, as lime reads them off the training data."""
        bins = np.searchsorted(cuts, column)
        held = np.unique(bins)
        edges = np.concatenate([[column.min()], cuts, [column.max()]])
        groups = [column[bins == b] for b in held]
        point = np.array([np.ptp(group) == 0 for group in groups])
        first = np.array([group[0] for group in groups])
        chance = np.array([len(group) for group in groups]) / len(column)
        return cls(
            start=np.cumsum(chance) - chance,
            chance=chance,
            mean=np.array([group.mean() for group in groups]),
            sd=np.where(point, 1.0, [_deviation(group) for group in groups]),
            low=np.where(point, first, edges[held]),
            high=np.where(point, first, edges[held + 1]),
        )

    def quantile(self, u: Array) -> Array:
        """Values at u: the bin by its frequency, then the inverse of the truncated normal."""
        u = np.ascontiguousarray(u)
        b = self._bin(u)
        below = ndtr((self.low - self.mean) / self.sd)
        rate = (ndtr((self.high - self.mean) / self.sd) - below) / self.chance
        p = below[b] + (u - self.start[b]) * rate[b]
        values = self.mean[b] + self.sd[b] * ndtri(np.minimum(p, 1.0, out=p))
        return np.clip(values, self.low[b], self.high[b])

    def _bin(self, u: Array) -> Ints:
        """Position of the bin of each u; a few comparisons are quicker than a search."""
        if len(self.start) > _MANY:
            return np.searchsorted(self.start, u, side="right") - 1
        found = np.zeros(u.shape, dtype=np.int8)
        for start in self.start[1:]:
            found += (u >= start).view(np.int8)
        return found.astype(np.intp)


def _deviation(values: Array) -> float:
    """Standard deviation, brought near 1 by a power of two: squares of 1e200 are no number."""
    power = int(np.frexp(np.abs(values).max())[1])
    return float(np.ldexp(np.ldexp(values, -power).std(), power))
