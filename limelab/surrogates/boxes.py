"""The leaves of one tree as boxes, and what redrawing one feature does to it; arrays only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from limelab.types import Array, Bools, Ints


@dataclass(frozen=True, eq=False)
class Boxes:
    """Leaves as boxes (low, high] over the features that the tree uses.

    Attributes
    ----------
    used : int array of shape (F,)
    low, high : arrays of shape (L, F)
    value : array of shape (L,)
    """

    used: Ints
    low: Array
    high: Array
    value: Array

    @classmethod
    def of(
        cls,
        feature: Sequence[int],
        threshold: Sequence[float],
        left: Sequence[int],
        right: Sequence[int],
        value: Sequence[float],
    ) -> Boxes:
        """Walk a tree of nodes (feature -1 for a leaf), collecting bounds."""
        used = sorted({j for j in feature if j >= 0})
        place = {j: f for f, j in enumerate(used)}
        everything = np.tile(np.array([[-np.inf], [np.inf]]), (1, len(used)))
        pending, leaves = [(0, everything)], []
        while pending:
            node, bounds = pending.pop()
            if feature[node] < 0:
                leaves.append((bounds, value[node]))
                continue
            f, t = place[feature[node]], threshold[node]
            below, above = bounds.copy(), bounds.copy()
            below[1, f], above[0, f] = min(t, below[1, f]), max(t, above[0, f])
            pending += [(left[node], below), (right[node], above)]
        bounds = np.stack([leaf[0] for leaf in leaves])
        values = np.array([leaf[1] for leaf in leaves])
        return cls(np.array(used, dtype=np.intp), bounds[:, 0], bounds[:, 1], values)

    def redrawn(self, z: Array, v: Array) -> Iterator[tuple[int, float, float]]:
        """For each feature in use: E dg^2 and E dg dz when it is redrawn from its margin.

        Exact over the weighted sample z (N, k), v (N,): the tree sees only in which interval
        between its thresholds a value lies, so each interval's weight and mean say all.
        """
        outside = [
            (z[:, j, None] <= self.low[:, f]) | (z[:, j, None] > self.high[:, f])
            for f, j in enumerate(self.used)
        ]
        misses = np.sum(outside, axis=0, dtype=np.int16)
        for f, j in enumerate(self.used):
            free = (misses - outside[f] == 0).astype(np.float64)
            yield (int(j), *self._one(f, z[:, j], v, free))

    def _one(self, f: int, z: Array, v: Array, free: Array) -> tuple[float, float]:
        """E dg^2 and E dg dz of one feature; free (N, L) says which leaves the others allow."""
        bounds = np.concatenate([self.low[:, f], self.high[:, f]])
        cuts = np.unique(bounds[np.isfinite(bounds)])
        interval = np.searchsorted(cuts, z, side="left")
        chance = np.bincount(interval, weights=v, minlength=len(cuts) + 1)
        moment = np.bincount(interval, weights=v * z, minlength=len(cuts) + 1)
        mean = moment / np.where(chance > 0, chance, 1.0)
        values = free @ (self._spans(f, cuts) * self.value[:, None])
        change = values - np.take_along_axis(values, interval[:, None], axis=1)
        squared = v @ (change**2 @ chance)
        crossed = v @ (change @ (chance * mean) - z * (change @ chance))
        return float(squared), float(crossed)

    def _spans(self, f: int, cuts: Array) -> Bools:
        """Which interval each leaf spans, (L, cuts + 1)."""
        first = np.searchsorted(cuts, self.low[:, f], side="left") + 1
        first = np.where(np.isinf(self.low[:, f]), 0, first)
        last = np.searchsorted(cuts, self.high[:, f], side="left")
        steps = np.arange(len(cuts) + 1)
        return np.asarray((steps >= first[:, None]) & (steps <= last[:, None]))
