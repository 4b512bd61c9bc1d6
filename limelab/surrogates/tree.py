"""Tree surrogates: weighted regression trees grown best split first; arrays in, arrays out.

The output is rounded to 12 significant digits before the fit, so that a tree does not depend on the
last bits of its input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from limelab.numbers import count, positive
from limelab.surrogates.growing import Grown, Limits, Sample, grow
from limelab.surrogates.moments import at, constant
from limelab.types import Array, BadInput, Bools, Ints

_DIGITS = 12
_SMALLEST = -130  # outputs are exact to this decimal exponent less 12; below, squares underflow


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
        Weighted R squared in sample, and on every other sample of trees grown on the rest.
    """

    feature: Ints
    threshold: Array
    value: Array
    left: Ints
    right: Ints
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

    def _grown(self, i: int, c: int) -> Grown:
        nodes = (self.feature, self.threshold, self.left, self.right, self.value)
        return Grown(*(part[i, c].tolist() for part in nodes))


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
            raise BadInput(
                "Tree(max_depth=None, max_splits=None); expected a limit; set one of them"
            )

    def fit(self, z: Array, w: Array, y: Array) -> TreeModel:
        """Trees for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        y = significant(y, _DIGITS)
        instances = max(len(z), len(w), len(y))
        samples: list[Sample] = []
        fits: list[_Fitted] = []
        for i in range(instances):
            if not i or len(z) > 1 or len(w) > 1:
                block = np.asarray(at(z, i), dtype=np.float64)
                samples.append(Sample(block, at(w, i) / at(w, i).sum()))
            fits += [self._fit_one(samples[-1], target) for target in at(y, i).T]
        deviation = np.stack([sample.deviation for sample in samples])
        return _stack(fits, instances, deviation)

    def _fit_one(self, sample: Sample, y: Array) -> _Fitted:
        limits = Limits(self.max_depth, self.max_splits, self.min_share)
        if constant(sample.v, y[:, None])[0]:
            return _one_leaf(sample, y)
        tree = grow(sample, y, limits)
        importance, effect = _impact(tree, sample)
        variance = float(sample.v @ (y - sample.v @ y) ** 2)
        missed = float(sample.v @ (y - tree.predict(sample.z)) ** 2)
        return _Fitted(
            tree, importance, effect, 1 - missed / variance, _r2_of_halves(sample, y, limits)
        )


def _r2_of_halves(sample: Sample, y: Array, limits: Limits) -> float:
    """R squared, on the odd samples, of a tree grown on the even ones."""
    odd = np.arange(len(y)) % 2 == 1
    if not (sample.v[odd].sum() > 0 and sample.v[~odd].sum() > 0):
        return float("nan")
    v = sample.v[odd] / sample.v[odd].sum()
    if constant(v, y[odd, None])[0]:
        return float("nan")
    tree = grow(sample.subset(~odd), y[~odd], limits)
    missed = v @ (y[odd] - tree.predict(sample.z[odd])) ** 2
    return float(1 - missed / (v @ (y[odd] - v @ y[odd]) ** 2))


def significant(y: Array, digits: int) -> Array:
    """y rounded to so many significant digits; next to nothing (1e-142) is rounded to 0.

    Examples
    --------
    >>> significant(np.array([0.0, 1234.5678]), 6).tolist()
    [0.0, 1234.57]
    """
    size = np.floor(np.log10(np.where(y == 0, 1.0, np.abs(y))))
    scale = 10.0 ** (digits - 1 - np.maximum(size, _SMALLEST))
    return np.asarray(np.round(y * scale) / scale)


@dataclass(frozen=True, eq=False)
class _Fitted:
    tree: Grown
    importance: Array
    effect: Array
    r2: float
    r2_out: float


def _one_leaf(sample: Sample, y: Array) -> _Fitted:
    """The tree of a target that does not vary."""
    tree, nothing = Grown(), np.zeros(sample.z.shape[1])
    tree.add_leaf(float(sample.v @ y))
    return _Fitted(tree, nothing, nothing, np.nan, np.nan)


def _impact(tree: Grown, sample: Sample) -> tuple[Array, Array]:
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

    def padded(part: str, fill: float) -> Any:
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
