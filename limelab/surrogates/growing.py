"""Growing one weighted regression tree, the best split first; arrays in, lists of nodes out.

Ties go to the lowest feature, then to the lowest threshold: gains that differ by rounding alone
count as equal, so a tree does not depend on the last bits of its input.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from limelab.surrogates.boxes import Boxes
from limelab.types import Array, Bools

Index = npt.NDArray[np.intp]
_TIE = 1.0 - 1e-9  # gains this close are equal but for rounding
_SPENT = 1e-12  # a split that explains less than this share of the variance is none
_ROUND = 1.0 - 1e-12  # a leaf may hold its least share but for rounding
_NOTHING = 1e-100  # a share of the weight below this counts for nothing: products underflow


class Sample:
    """One weighted sample of features z (N, k), weights v (N,) that sum to 1, columns presorted."""

    def __init__(self, z: Array, v: Array, order: Index | None = None) -> None:
        self.z, self.v = z, v
        self.columns = np.ascontiguousarray(z.T)
        self.order = np.argsort(self.columns, axis=1) if order is None else order
        self.varies = np.ptp(z, axis=0) > 0
        self.deviation = np.where(self.varies, np.sqrt(v @ (z - v @ z) ** 2), 0.0)

    def subset(self, keep: Bools) -> Sample:
        """The samples that are kept, weights summing to 1 again, order inherited."""
        position = np.cumsum(keep) - 1
        order = position[self.order[keep[self.order]].reshape(len(self.order), -1)]
        return Sample(self.z[keep], self.v[keep] / self.v[keep].sum(), order)


@dataclass(frozen=True)
class Limits:
    """When to stop: depth, number of splits, least share of the weight in a leaf."""

    depth: int | None
    splits: int | None
    share: float


@dataclass
class Grown:
    """A tree as lists of nodes, node 0 the root; feature -1 marks a leaf."""

    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def add_leaf(self, value: float) -> int:
        """Append a leaf and return its number."""
        self.feature.append(-1)
        self.threshold.append(0.0)
        self.left.append(-1)
        self.right.append(-1)
        self.value.append(value)
        return len(self.value) - 1

    def predict(self, z: Array) -> Array:
        """Values (M,) at z (M, k), a subtree at a time."""
        values = np.empty(len(z))
        pending = [(0, np.arange(len(z)))]
        while pending:
            node, rows = pending.pop()
            if self.feature[node] < 0:
                values[rows] = self.value[node]
                continue
            low = z[rows, self.feature[node]] <= self.threshold[node]
            pending += [(self.left[node], rows[low]), (self.right[node], rows[~low])]
        return values

    def boxes(self) -> Boxes:
        """The leaves as boxes over the features in use."""
        return Boxes.of(self.feature, self.threshold, self.left, self.right, self.value)


@dataclass(frozen=True, eq=False)
class _Node:
    """A leaf that may be split: its sorted rows (k, m), and its best split."""

    number: int
    depth: int
    rows: Index
    feature: int
    threshold: float


def grow(sample: Sample, y: Array, limits: Limits) -> Grown:
    """A tree of y (N,), split where it explains most until a limit is reached."""
    start = float(sample.v @ y)
    moment = sample.v * (y - start)
    spent = _SPENT * float(moment @ (y - start))
    most = len(y) if limits.splits is None else limits.splits
    tree, queue = Grown(), list[tuple[float, int, _Node]]()

    def add(blocks: list[Index], depth: int, *, last: bool) -> list[int]:
        """Append a leaf for each block of rows, and queue their best splits."""
        numbers = [tree.add_leaf(start + _mean(sample, moment, rows)) for rows in blocks]
        if last or (limits.depth is not None and depth >= limits.depth):
            return numbers
        found = _best_splits(sample, moment, blocks, limits.share)
        for number, rows, (gain, feature, threshold) in zip(numbers, blocks, found, strict=True):
            if gain > spent:
                node = _Node(number, depth, rows, feature, threshold)
                heapq.heappush(queue, (-gain, number, node))
        return numbers

    add([sample.order], 0, last=False)
    splits = 0
    while queue and splits < most:
        splits += 1
        node = heapq.heappop(queue)[2]
        low = (sample.columns[node.feature] <= node.threshold)[node.rows]
        blocks = [node.rows[side].reshape(len(node.rows), -1) for side in (low, ~low)]
        left, right = add(blocks, node.depth + 1, last=splits == most)
        tree.feature[node.number], tree.threshold[node.number] = node.feature, node.threshold
        tree.left[node.number], tree.right[node.number] = left, right
    return tree


def _mean(sample: Sample, moment: Array, rows: Index) -> float:
    """Weighted mean of a node, from any one column's rows."""
    if not len(rows):
        return 0.0
    return float(moment[rows[0]].sum() / sample.v[rows[0]].sum())


def _best_splits(
    sample: Sample, moment: Array, blocks: list[Index], share: float
) -> list[tuple[float, int, float]]:
    """The best split of each block of sorted rows: gain (-1 for none), feature, threshold.

    The blocks lie side by side and are summed in one sweep; each starts its sums anew.
    """
    rows = np.concatenate(blocks, axis=1) if len(blocks) > 1 else blocks[0]
    ends = np.cumsum([block.shape[1] for block in blocks])
    starts = ends - [block.shape[1] for block in blocks]
    mass, sums = np.cumsum(sample.v[rows], axis=1), np.cumsum(moment[rows], axis=1)
    z = sample.columns[np.arange(len(rows))[:, None], rows]
    apart = z[:, 1:] > z[:, :-1]
    found = []
    for s, e in zip(starts, ends, strict=True):
        before = (mass[:, s - 1 : s], sums[:, s - 1 : s]) if s else (0.0, 0.0)
        left, part = mass[:, s : e - 1] - before[0], sums[:, s : e - 1] - before[1]
        total, whole = mass[:, e - 1 : e] - before[0], sums[:, e - 1 : e] - before[1]
        gain = _gains(left, part, total, whole, apart[:, s : e - 1], share)
        found.append(_chosen(gain, z[:, s:e]))
    return found


def _gains(
    left: Array, part: Array, total: Array, whole: Array, apart: Bools, share: float
) -> Array:
    """Sum of squares that a cut after each sorted row explains, -1 where it may not be."""
    right = total - left
    least = share * _ROUND
    may = apart & (left > _NOTHING) & (right > _NOTHING) & (left >= least) & (right >= least)
    across = np.where(may, left * right * total, 1.0)
    return np.where(may, (part * total - whole * left) ** 2 / across, -1.0)


def _chosen(gain: Array, z: Array) -> tuple[float, int, float]:
    """The first of the largest gains, by feature and then by threshold."""
    if not gain.size or gain.max() <= 0:
        return -1.0, -1, 0.0
    j, p = divmod(int(np.argmax(gain >= _TIE * gain.max())), gain.shape[1])
    return float(gain[j, p]), j, _between(float(z[j, p]), float(z[j, p + 1]))


def _between(low: float, high: float) -> float:
    """The middle, or the lower value where rounding would reach the upper."""
    middle = low + (high - low) / 2
    return low if middle >= high else middle
