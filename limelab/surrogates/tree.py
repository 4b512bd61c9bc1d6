"""Tree surrogates: weighted regression trees grown best split first; arrays in, arrays out.

Ties go to the lowest feature, then to the lowest threshold, and the output is rounded to 12
significant digits before the fit, so that a tree does not depend on the last bits of its input.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np

from limelab.numbers import count, positive
from limelab.surrogates.boxes import Boxes
from limelab.types import Array, BadInput, Bools

_TIE = 1.0 - 1e-9  # gains this close are equal but for rounding
_SPENT = 1e-12  # a split that explains less than this share of the variance is none
_DIGITS = 12


@dataclass(frozen=True, eq=False)
class TreeModel:
    """A stack of fitted trees, one an output; nodes are padded with leaves of value 0.

    Attributes
    ----------
    feature : int array of shape (I, C, T)
        The feature that a node splits on, -1 for a leaf.
    threshold, value : arrays of shape (I, C, T)
        A sample goes left where z <= threshold; value is the node's weighted mean.
    left, right : int arrays of shape (I, C, T)
    importance, effect : arrays of shape (I, k, C), output units
    selected : bool array of shape (I, k, C)
    deviation : array of shape (I or 1, k)
    r2, r2_out : arrays of shape (I, C)
        Weighted R squared in sample, and of trees grown on one half and judged on the other.
    """

    feature: Array
    threshold: Array
    value: Array
    left: Array
    right: Array
    importance: Array
    effect: Array
    selected: Bools
    deviation: Array
    r2: Array
    r2_out: Array
    coef: None = None
    stderr: None = None
    intercept: None = None

    def predict(self, z: Array) -> Array:
        """The trees' values (I, M, C) at z (I or 1, M, k)."""
        instances, outputs = self.feature.shape[:2]
        values = np.empty((instances, z.shape[1], outputs))
        for i in range(instances):
            points = z[i if len(z) > 1 else 0]
            for c in range(outputs):
                values[i, :, c] = self._grown(i, c).predict(points)
        return values

    def path(self, instance: int, output: int, at: Array) -> list[tuple[int, str, float]]:
        """The splits that lead to a point z (k,): feature, "<=" or ">", threshold."""
        tree, node, steps = self._grown(instance, output), 0, []
        while tree.feature[node] >= 0:
            j, t = int(tree.feature[node]), float(tree.threshold[node])
            low = at[j] <= t
            steps.append((j, "<=" if low else ">", t))
            node = int(tree.left[node] if low else tree.right[node])
        return steps

    def _grown(self, i: int, c: int) -> _Grown:
        nodes = (self.feature, self.threshold, self.left, self.right, self.value)
        return _Grown(*(part[i, c].tolist() for part in nodes))


@dataclass(frozen=True)
class Tree:
    """A regression tree on the weighted samples, the largest gain split first.

    Parameters
    ----------
    max_depth : int or None, default 3
    max_splits : int or None
        How many splits at most; the best come first.
    min_share : float, default 0.01
        Smallest share of the weight that a leaf may hold, below 0.5.

    Examples
    --------
    >>> z = np.linspace(-1, 1, 64)[None, :, None]
    >>> fitted = Tree(max_depth=1).fit(z, np.ones((1, 64)), np.sign(z))
    >>> fitted.r2.round(12).tolist(), bool(fitted.effect[0, 0, 0] > 0)
    ([[1.0]], True)
    """

    max_depth: int | None = 3
    max_splits: int | None = None
    min_share: float = 0.01

    def __post_init__(self) -> None:
        count(self, "max_depth", optional=True)
        count(self, "max_splits", optional=True)
        positive(self, "min_share", zero=True, most=0.5)
        if self.max_depth is None and self.max_splits is None:
            raise BadInput("Tree(max_depth=None, max_splits=None); expected a limit; set one of them")

    def fit(self, z: Array, w: Array, y: Array) -> TreeModel:
        """Trees for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        y = significant(y, _DIGITS)
        instances = max(len(z), len(w), len(y))
        samples: list[_Sample] = []
        fits: list[_Fitted] = []
        for i in range(instances):
            if not i or len(z) > 1 or len(w) > 1:
                samples.append(_Sample(_at(z, i), _at(w, i) / _at(w, i).sum()))
            fits += [self._fit_one(samples[-1], target) for target in _at(y, i).T]
        deviation = np.stack([sample.deviation for sample in samples])
        return _stack(fits, instances, deviation)

    def _fit_one(self, sample: _Sample, y: Array) -> _Fitted:
        tree = self._grow(sample, y)
        importance, effect = _impact(tree, sample)
        variance = sample.v @ (y - sample.v @ y) ** 2
        if np.ptp(y) <= 1e-12 * np.abs(y).max():
            return _Fitted(tree, importance, effect, np.nan, np.nan)
        missed = sample.v @ (y - tree.predict(sample.z)) ** 2
        return _Fitted(
            tree, importance, effect, 1 - missed / variance, 1 - self._missed(sample, y) / variance
        )

    def _missed(self, sample: _Sample, y: Array) -> float:
        """Squared error of trees grown on every other sample and judged on the rest."""
        total = 0.0
        for fold in (0, 1):
            rest = np.arange(len(y)) % 2 != fold
            held = ~rest
            if not sample.v[rest].sum() > 0:
                return float("nan")
            tree = self._grow(sample.subset(rest), y[rest])
            total += float(sample.v[held] @ (y[held] - tree.predict(sample.z[held])) ** 2)
        return total

    def _grow(self, sample: _Sample, y: Array) -> _Grown:
        tree = _Grown()
        start = float(sample.v @ y)
        residual = y - start
        spent = _SPENT * float(sample.v @ residual**2)
        most = self.max_splits if self.max_splits is not None else len(y)
        queue: list[tuple[float, int, int, _Split, Array]] = []

        def consider(rows: Array, depth: int) -> int:
            """Add a leaf, and queue its best split if it may have one."""
            mass = sample.v[rows[0]] if len(rows) else np.ones(1)
            node = tree.leaf(start + float(mass @ residual[rows[0]]) / float(mass.sum()))
            if self.max_depth is None or depth < self.max_depth:
                split = _best_split(sample, residual, rows, self.min_share)
                if split is not None and split.gain > spent:
                    heapq.heappush(queue, (-split.gain, node, depth, split, rows))
            return node

        consider(sample.order, 0)
        splits = 0
        while queue and splits < most:
            _, node, depth, split, rows = heapq.heappop(queue)
            goes_left = sample.z[:, split.feature] <= split.threshold
            low = goes_left[rows]
            children = [
                consider(rows[side].reshape(len(rows), -1), depth + 1) for side in (low, ~low)
            ]
            tree.split(node, split, *children)
            splits += 1
        return tree


def significant(y: Array, digits: int) -> Array:
    """y rounded to so many significant digits.

    Examples
    --------
    >>> significant(np.array([0.0, 1234.5678]), 6).tolist()
    [0.0, 1234.57]
    """
    size = np.floor(np.log10(np.where(y == 0, 1.0, np.abs(y))))
    scale = 10.0 ** (digits - 1 - size)
    return np.round(y * scale) / scale


def _at(stack: Array, i: int) -> Array:
    return stack[i if len(stack) > 1 else 0]


class _Sample:
    """One weighted sample of features and its presorted columns."""

    def __init__(self, z: Array, v: Array, order: Array | None = None) -> None:
        self.z, self.v = z, v
        self.used = np.ptp(z, axis=0) > 0
        self.order = np.argsort(z, axis=0, kind="stable").T if order is None else order
        if not len(self.order):
            self.order = np.empty((0, 0), dtype=np.intp)
        centred = z - v @ z
        self.deviation = np.where(self.used, np.sqrt(v @ centred**2), 0.0)

    def subset(self, keep: Bools) -> _Sample:
        """The samples that are kept, weights summing to 1 again, order inherited."""
        position = np.cumsum(keep) - 1
        order = position[self.order[keep[self.order]].reshape(len(self.order), -1)]
        return _Sample(self.z[keep], self.v[keep] / self.v[keep].sum(), order)


@dataclass(frozen=True)
class _Split:
    gain: float
    feature: int
    threshold: float


@dataclass
class _Grown:
    """A tree as lists of nodes, node 0 the root."""

    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def leaf(self, value: float) -> int:
        """Append a leaf and name it."""
        empty = (-1, 0.0, -1, -1, value)
        parts = (self.feature, self.threshold, self.left, self.right, self.value)
        for part, entry in zip(parts, empty, strict=True):
            part.append(entry)  # type: ignore[arg-type]  # five lists of two types
        return len(self.feature) - 1

    def split(self, node: int, split: _Split, left: int, right: int) -> None:
        """Turn a leaf into a split."""
        self.feature[node], self.threshold[node] = split.feature, split.threshold
        self.left[node], self.right[node] = left, right

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


def _best_split(sample: _Sample, residual: Array, rows: Array, min_share: float) -> _Split | None:
    """The split of sorted rows (k, m) that explains most, or None."""
    if rows.shape[1] < 2 or not len(rows):
        return None
    v = sample.v[rows]
    mass, moment = np.cumsum(v, axis=1), np.cumsum(v * residual[rows], axis=1)
    total, sum_ = mass[:, -1:], moment[:, -1:]
    left, right = mass[:, :-1], total - mass[:, :-1]
    z = np.take_along_axis(sample.z.T, rows, axis=1)
    apart = (z[:, 1:] > z[:, :-1]) & (np.minimum(left, right) >= min_share * (1 - 1e-12))
    apart &= (left > 0) & (right > 0)
    if not apart.any():
        return None
    # sum of squares explained: left and right means against the node's, in one fraction
    gain = np.where(
        apart,
        (moment[:, :-1] * total - sum_ * left) ** 2 / np.where(apart, left * right * total, 1.0),
        -1.0,
    )
    best = int(np.argmax((gain >= _TIE * gain.max()).ravel()))
    j, p = divmod(best, gain.shape[1])
    return _Split(float(gain[j, p]), j, _between(z[j, p], z[j, p + 1]))


def _between(low: float, high: float) -> float:
    """The middle, or the lower value where rounding would reach the upper."""
    middle = low + (high - low) / 2
    return float(low if middle >= high else middle)


@dataclass(frozen=True, eq=False)
class _Fitted:
    tree: _Grown
    importance: Array
    effect: Array
    r2: float
    r2_out: float


def _impact(tree: _Grown, sample: _Sample) -> tuple[Array, Array]:
    """Importance and effect (k,), exact over the weighted sample."""
    importance, effect = np.zeros((2, sample.z.shape[1]))
    boxes = tree.boxes()
    for j, change, lean in boxes.redrawn(sample.z, sample.v):
        importance[j] = np.sqrt(change / 2)
        # Cauchy and Schwarz hold exactly; rounding may not
        bound = importance[j]
        effect[j] = np.clip(lean / 2 / sample.deviation[j], -bound, bound)
    return importance, effect


def _stack(fits: list[_Fitted], instances: int, deviation: Array) -> TreeModel:
    """Fits in the order (instance, output) as padded arrays."""
    width = max(len(fit.tree.feature) for fit in fits)

    def padded(part: str, fill: float) -> Array:
        rows = [getattr(fit.tree, part) for fit in fits]
        return np.array([row + [fill] * (width - len(row)) for row in rows]).reshape(
            instances, -1, width
        )

    def by_feature(part: str) -> Array:
        rows = np.stack([getattr(fit, part) for fit in fits])
        return np.swapaxes(rows.reshape(instances, -1, rows.shape[1]), 1, 2)

    importance = by_feature("importance")
    used = np.zeros(importance.shape, dtype=bool)
    for n, fit in enumerate(fits):
        i, c = divmod(n, len(fits) // instances)
        used[i, [j for j in fit.tree.feature if j >= 0], c] = True
    return TreeModel(
        feature=padded("feature", -1),
        threshold=padded("threshold", 0.0),
        value=padded("value", 0.0),
        left=padded("left", -1),
        right=padded("right", -1),
        importance=importance,
        effect=by_feature("effect"),
        selected=used,
        deviation=deviation,
        r2=np.array([fit.r2 for fit in fits]).reshape(instances, -1),
        r2_out=np.array([fit.r2_out for fit in fits]).reshape(instances, -1),
    )
