"""How short is the explanation? Formulas and metrics of attributions alone, no model, no rng.

They say nothing about truth: an explainer that always names one feature wins all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from limelab.metrics.probing import read, scored
from limelab.numbers import positive
from limelab.types import Array, Evidence, Score

ALL_ZERO = "every importance is 0"


def sparseness(attributions: Array) -> Array:
    """Gini index of the magnitudes (Chalasani et al. 2020, arXiv 1810.06583).

    Parameters
    ----------
    attributions : array of shape (..., k)

    Returns
    -------
    array of shape (...), within [0, 1 - 1 / k]
        NaN where all are 0 or one is NaN.

    Examples
    --------
    >>> sparseness(np.array([[0.0, 0.0, 0.0, -5.0], [2.0, 2.0, 2.0, 2.0]])).tolist()
    [0.75, 0.0]
    """
    size = np.sort(np.abs(attributions), axis=-1)
    k = size.shape[-1]
    weights = 2.0 * np.arange(1, k + 1) - k - 1
    return _over(size @ weights, k * size.sum(axis=-1))


def complexity(attributions: Array) -> Array:
    """Entropy of the shares of magnitude (Bhatt et al. 2020, arXiv 2005.00631).

    Parameters
    ----------
    attributions : array of shape (..., k)

    Returns
    -------
    array of shape (...), in nats, within [0, ln k]
        NaN where all are 0 or one is NaN.

    Examples
    --------
    >>> complexity(np.array([[0.0, 0.0, -5.0], [2.0, 2.0, 2.0]])).round(3).tolist()
    [0.0, 1.099]
    """
    size = np.abs(attributions)
    share = _over(size, size.sum(axis=-1, keepdims=True))
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    entropy: Array = np.maximum(-(share * logs).sum(axis=-1), 0.0)
    return entropy


def effective_complexity(attributions: Array, eps: float = 0.0) -> Array:
    """How many magnitudes exceed eps (Nguyen & Martinez 2020, arXiv 2007.07584, simplified).

    Parameters
    ----------
    attributions : array of shape (..., k)
    eps : float
        In the units of the attributions.

    Returns
    -------
    array of shape (...), whole numbers within [0, k]
        NaN where one is NaN.

    Examples
    --------
    >>> float(effective_complexity(np.array([0.5, -0.01, 0.0]), eps=0.1))
    1.0
    """
    many = (np.abs(attributions) > eps).sum(axis=-1)
    return np.where(np.isnan(attributions).any(axis=-1), np.nan, many)


@dataclass(frozen=True)
class Sparseness:
    """Gini index of `importance`, 0 (all alike) to 1 - 1 / k (one feature alone).

    Examples
    --------
    >>> Sparseness().name
    'sparseness'
    """

    name: ClassVar[str] = "sparseness"
    reads: ClassVar[str] = "importance"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "Gini index, 0 to 1 - 1 / features"
    source: ClassVar[str] = "Chalasani et al. 2020, arXiv 1810.06583"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    declines: ClassVar[str] = "a missing explanation; importances that are all 0"
    says_not: ClassVar[str] = "A short explanation is not a right one: any single feature wins."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        return _one(evidence, sparseness(read(evidence, "importance")))


@dataclass(frozen=True)
class Complexity:
    """Entropy of the shares of `importance`, 0 (one feature alone) to ln k (all alike).

    Examples
    --------
    >>> Complexity().better
    'lower'
    """

    name: ClassVar[str] = "complexity"
    reads: ClassVar[str] = "importance"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    unit: ClassVar[str] = "nats"
    source: ClassVar[str] = "Bhatt et al. 2020, arXiv 2005.00631"
    bounds: ClassVar[tuple[float, float]] = (0.0, np.inf)
    declines: ClassVar[str] = "a missing explanation; importances that are all 0"
    says_not: ClassVar[str] = "A short explanation is not a right one: any single feature wins."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        return _one(evidence, complexity(read(evidence, "importance")))


@dataclass(frozen=True)
class EffectiveComplexity:
    """How many features have an `importance` above a share of the largest.

    Parameters
    ----------
    share : float

    Examples
    --------
    >>> EffectiveComplexity(0.05).name
    'effective_complexity'
    """

    share: float = 0.01
    name: ClassVar[str] = "effective_complexity"
    reads: ClassVar[str] = "importance"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    unit: ClassVar[str] = "features"
    source: ClassVar[str] = "Nguyen & Martinez 2020, arXiv 2007.07584, with a threshold"
    bounds: ClassVar[tuple[float, float]] = (0.0, np.inf)
    declines: ClassVar[str] = "a missing explanation; importances that are all 0"
    says_not: ClassVar[str] = "A short explanation is not a right one: any single feature wins."

    def __post_init__(self) -> None:
        positive(self, "share", zero=True, most=1.0)

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        size = read(evidence, "importance")
        largest = size.max(axis=-1, keepdims=True)
        return _one(evidence, effective_complexity(_over(size, largest), self.share))


def _one(evidence: Evidence, values: Array) -> list[Score]:
    zero = (evidence.importance == 0).all(axis=2)
    return [scored(evidence, values, {}, {ALL_ZERO: zero})]


def _over(part: Array, whole: Array) -> Array:
    """Quotients, NaN where the whole is 0."""
    shape = np.broadcast_shapes(np.shape(part), np.shape(whole))
    found: Array = np.divide(part, whole, out=np.full(shape, np.nan), where=whole != 0)
    return found
