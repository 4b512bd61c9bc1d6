"""The leaves of a forest as boxes, and sums over them under independent columns; arrays only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from limelab.exact.fitted import Forest
from limelab.types import Array, Ints

_LEAVES = 2**15  # of one step of a sum


class Block(NamedTuple):
    """Leaves that are bounded in at most m columns: value (L, C), the rest (L, m).

    The leaf is border[lower] < x[feature] <= border[upper] in each; a slot that bounds nothing
    points to the borders at infinity.
    """

    value: Array
    feature: Ints
    lower: Ints
    upper: Ints


class Sums(NamedTuple):
    """E f (C,), and the summed slopes (d, C)."""

    mean: Array
    slope: Array


@dataclass(frozen=True, eq=False)
class Boxes:
    """All leaves of a forest.

    Attributes
    ----------
    blocks : tuple of Block
    feature, border : arrays of shape (nodes + 2,)
        The split of each node; the last two borders are at minus and plus infinity.
    start : array of shape (C,)
    trees, columns : int
    """

    blocks: tuple[Block, ...]
    feature: Ints
    border: Array
    start: Array
    trees: int
    columns: int

    @property
    def additive(self) -> bool:
        """No leaf is bounded in two columns: f is a sum of functions of one column."""
        return all(block.feature.shape[1] <= 1 for block in self.blocks)

    @property
    def closed(self) -> bool:
        """Whether `variance` has a closed form."""
        return self.trees == 1 or self.additive

    def sums(self, cdf: Array, slope: Array) -> Sums:
        """Sum over leaves v of prod D_k, and of v G_j prod_{k != j} D_k for each column j.

        Parameters
        ----------
        cdf : array of shape (nodes + 2,)
            P(x[feature] <= border); D_k is its difference over the leaf's side k.
        slope : array of shape (nodes + 2,)
            What a column's coefficient takes of that indicator; G_k is its difference.
        """
        mean, slopes = self.start.copy(), np.zeros((self.columns, len(self.start)))
        for block in self._steps():
            inside = cdf[block.upper] - cdf[block.lower]
            mean += inside.prod(axis=1) @ block.value
            terms = (slope[block.upper] - slope[block.lower]) * _others(inside)
            slopes += _by_feature(terms, block, self.columns)
        return Sums(mean, slopes)

    def at(self, x: Array) -> Array:
        """f(x), shape (C,): the sum under the law that never leaves x."""
        cdf = (x[self.feature] <= self.border).astype(np.float64)
        return self.sums(cdf, np.zeros(len(cdf))).mean

    def variance(self, cdf: Array, mean: Array) -> Array:
        """Var f (C,): of one tree, or of trees that add functions of one column; else NaN."""
        if self.trees == 1:
            return self._variance_of_one(cdf, mean)
        if self.additive:
            return self._variance_of_sum(cdf)
        return np.full(len(self.start), np.nan)

    def _variance_of_one(self, cdf: Array, mean: Array) -> Array:
        total = np.zeros(len(mean))
        for block in self._steps():
            share = (cdf[block.upper] - cdf[block.lower]).prod(axis=1)
            total += share @ (self.start + block.value - mean) ** 2
        return total

    def _variance_of_sum(self, cdf: Array) -> Array:
        """Column by column: a leaf adds v to the steps at its upper border, -v at its lower."""
        height = np.zeros((len(self.border), len(self.start)))
        for block in self.blocks:
            if block.feature.shape[1]:
                np.add.at(height, block.upper[:, 0], block.value)
                np.add.at(height, block.lower[:, 0], -block.value)
        used = np.flatnonzero(height[:-2].any(axis=1))
        total = np.zeros(len(self.start))
        for j in np.unique(self.feature[used]):
            nodes = used[self.feature[used] == j]
            total += _variance_of_steps(nodes[np.argsort(self.border[nodes])], height, cdf)
        return total

    def _steps(self) -> Iterator[Block]:
        for block in self.blocks:
            for start in range(0, len(block.value), _LEAVES):
                some = slice(start, start + _LEAVES)
                yield Block(
                    block.value[some], block.feature[some], block.lower[some], block.upper[some]
                )


def boxes(forest: Forest) -> Boxes:
    """The leaves of all trees, found level by level.

    Examples
    --------
    >>> from limelab.exact.fitted import read
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> found = boxes(read(DecisionTreeRegressor().fit([[0.0], [1.0]], [5.0, 7.0])))
    >>> found.at(np.array([0.2])).tolist(), found.at(np.array([3.0])).tolist()
    ([5.0], [7.0])
    """
    n = len(forest.left)
    border = np.concatenate([forest.border, [-np.inf, np.inf]])
    return Boxes(
        blocks=tuple(_levels(forest, below=n, above=n + 1)),
        feature=np.concatenate([forest.feature, [0, 0]]),
        border=border,
        start=forest.start,
        trees=len(forest.roots),
        columns=forest.columns,
    )


class _Front(NamedTuple):
    """Nodes of one level: where, and the sides of their boxes; -1 where no column is."""

    node: Ints
    feature: Ints
    lower: Ints
    upper: Ints


def _levels(forest: Forest, *, below: int, above: int) -> Iterator[Block]:
    none = np.zeros((len(forest.roots), 0), dtype=np.intp)
    front = _Front(forest.roots, none, none, none)
    while len(front.node):
        leaf = forest.left[front.node] < 0
        done = _Front(*(part[leaf] for part in front))
        width = int((done.feature >= 0).sum(axis=1).max(initial=0))  # slots fill from the left
        feature = np.maximum(done.feature[:, :width], 0)
        yield Block(forest.value[done.node], feature, done.lower[:, :width], done.upper[:, :width])
        front = _split(_Front(*(part[~leaf] for part in front)), forest, below, above)


def _split(front: _Front, forest: Forest, below: int, above: int) -> _Front:
    """Both children of every node: the left one gets an upper border, the right one a lower."""
    column = forest.feature[front.node]
    same = front.feature == column[:, None]
    used = (front.feature >= 0).sum(axis=1)
    slot = np.where(same.any(axis=1), _first(same), used)
    if len(slot) and slot.max() == front.feature.shape[1]:
        fill = np.zeros((len(slot), 1), dtype=np.intp)
        front = _Front(
            front.node,
            np.hstack([front.feature, fill - 1]),
            np.hstack([front.lower, fill + below]),
            np.hstack([front.upper, fill + above]),
        )
    at = np.arange(len(slot)), slot
    feature, lower, upper = front.feature.copy(), front.lower.copy(), front.upper.copy()
    feature[at], lower[at], upper[at] = column, front.node, front.node
    return _Front(
        np.concatenate([forest.left[front.node], forest.right[front.node]]),
        np.concatenate([feature, feature]),
        np.concatenate([front.lower, lower]),
        np.concatenate([upper, front.upper]),
    )


def _first(same: Array | Ints) -> Ints:
    """Position of the first True of each row, 0 where there is none or no column."""
    if not same.shape[1]:
        return np.zeros(len(same), dtype=np.intp)
    return np.asarray(same.argmax(axis=1))


def _others(inside: Array) -> Array:
    """Product of each row without the entry itself; no division, so zeros do no harm."""
    before, after = np.ones_like(inside), np.ones_like(inside)
    np.cumprod(inside[:, :-1], axis=1, out=before[:, 1:])
    np.cumprod(inside[:, :0:-1], axis=1, out=after[:, -2::-1])
    return np.asarray(before * after)


def _by_feature(terms: Array, block: Block, columns: int) -> Array:
    """Terms (L, m) times the leaves' values, summed for each column: (columns, C)."""
    leaves, m = terms.shape
    start = np.arange(leaves + 1) * m
    table = csr_array((terms.ravel(), block.feature.ravel(), start), shape=(leaves, columns))
    return np.asarray(table.T @ block.value)


def _variance_of_steps(nodes: Ints, height: Array, cdf: Array) -> Array:
    """Var of sum_i height_i 1{x <= border_i}, borders in rising order."""
    edges = np.concatenate([[0.0], cdf[nodes], [1.0]])
    share = np.diff(edges)
    steps = np.vstack([height[nodes], np.zeros((1, height.shape[1]))])
    level = np.cumsum(steps[::-1], axis=0)[::-1]  # what is still to the right of x
    return np.asarray(share @ (level - share @ level) ** 2)
