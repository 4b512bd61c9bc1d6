"""Do attributions foretell what the model does when features change? It asks no model itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from limelab.metrics.draws import uniforms
from limelab.metrics.perturbing import baseline, swapped
from limelab.metrics.probing import (
    Reading,
    answers_of,
    checked_reading,
    found_coordinates,
    must_apply,
    read,
    refused,
    scored,
    why_not,
)
from limelab.numbers import count, positive
from limelab.types import Array, Bools, Evidence, Score

TIED = "undefined: the attributions are all equal, or the model's answers are"
_ROUNDING = 1e-12


def faithfulness_correlation(attributions: Array, subsets: Bools, drops: Array) -> Array:
    """Pearson correlation of summed attributions with the drop of the model's answer.

    Bhatt et al. 2020 (arXiv 2005.00631): over random sets S of one size, the sum of the
    attributions in S against f(x) - f(x with S at its baseline).

    Parameters
    ----------
    attributions : array of shape (..., k)
        Contributions: what each feature adds between its baseline and x.
    subsets : bool array of shape (..., S, k)
    drops : array of shape (..., S)

    Returns
    -------
    array of shape (...), within [-1, 1]
        NaN where a side does not vary or holds NaN.

    Examples
    --------
    >>> pairs = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1]], dtype=bool)
    >>> e, drops = np.array([3.0, 2.0, 1.0]), np.array([5.0, 4.0, 3.0])
    >>> round(float(faithfulness_correlation(e, pairs, drops)), 9)
    1.0
    """
    return pearson(subset_sums(attributions, subsets), drops)


def faithfulness_estimate(attributions: Array, drops: Array) -> Array:
    """Pearson correlation of attributions with the drop when each feature alone is replaced.

    Alvarez-Melis & Jaakkola 2018 (arXiv 1806.07538).

    Parameters
    ----------
    attributions, drops : arrays of shape (..., k)
        Drops are f(x) - f(x with feature j at its baseline).

    Returns
    -------
    array of shape (...), within [-1, 1]
        NaN where a side does not vary or holds NaN.

    Examples
    --------
    >>> e, drops = np.array([3.0, 2.0, 1.0]), np.array([2.0, 4.0, 6.0])
    >>> round(float(faithfulness_estimate(e, drops)), 9)
    -1.0
    """
    return pearson(attributions, drops)


def subset_sums(attributions: Array, subsets: Bools) -> Array:
    """Sums (..., S) of attributions (..., k) over subsets (..., S, k)."""
    sums: Array = np.einsum("...k,...sk->...s", attributions, np.asarray(subsets, dtype=float))
    return sums


def pearson(a: Array, b: Array) -> Array:
    """Pearson's correlation along the last axis; NaN where a side is constant to rounding.

    Examples
    --------
    >>> pearson(np.array([1.0, 2.0, 4.0]), np.array([0.1, 0.1, 0.1])).tolist()
    nan
    """
    sides = [_unit(np.asarray(side, dtype=float)) for side in (a, b)]
    found: Array = np.clip((sides[0] * sides[1]).sum(axis=-1), -1.0, 1.0)
    return found


@dataclass(frozen=True)
class FaithfulnessCorrelation:
    """Correlation over random sets of features of their attributions' sum with the model's drop.

    Range -1 to 1. Features go to the background mean or mode. The points do not depend on the
    explanation, so every repeat is judged. `stderr` by the jackknife over the sets.

    Parameters
    ----------
    share : float
        Size of a set over the number of features.
    draws : int
        How many sets each instance has.
    reading : {"contribution", "effect", "importance"}
        Contributions are what the formula means; an explainer without them is declined.

    Examples
    --------
    >>> FaithfulnessCorrelation().name
    'faithfulness_correlation'
    """

    share: float = 0.25
    draws: int = 100
    reading: Reading = "contribution"
    name: ClassVar[str] = "faithfulness_correlation"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    best: ClassVar[float] = 1.0
    unit: ClassVar[str] = "Pearson's r, -1 to 1"
    source: ClassVar[str] = "Bhatt et al. 2020, arXiv 2005.00631"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    declines: ClassVar[str] = (
        "fewer than 3 features; no such reading; rows that do not share their columns; a "
        "missing explanation; sums or drops that are all equal"
    )
    says_not: ClassVar[str] = (
        "Rows of means and modes may lie off the data, where the model was never asked to be right."
    )

    def __post_init__(self) -> None:
        positive(self, "share", most=1.0)
        count(self, "draws", least=4)
        checked_reading(self)

    @property
    def reads(self) -> str:
        """The reading."""
        return self.reading

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Array:
        """Points (1, I, draws, d); the sets are drawn from the rows themselves."""
        must_apply(self._why_not(evidence))
        coordinates = found_coordinates(evidence)
        return swapped(coordinates.x[:, None], self._subsets(evidence), baseline(coordinates))[None]

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        reason = self._why_not(evidence)
        if reason:
            return refused(reason)
        drops = drops_of(evidence, self.name)  # (I, C, S)
        sums = subset_sums(read(evidence, self.reading), self._subsets(evidence)[:, None])
        values = pearson(sums, drops)
        stderr = correlation_error(sums, np.broadcast_to(drops, sums.shape))
        return [scored(evidence, values, {"stderr": stderr}, {TIED: np.isnan(values)})]

    def _subsets(self, evidence: Evidence) -> Bools:
        """Which features a set holds, (I, draws, d)."""
        x, names = found_coordinates(evidence).x, evidence.names
        u = uniforms(x, names, self.draws, self.name)
        size = max(1, min(round(self.share * len(names)), len(names) - 1))
        return np.asarray(u <= np.sort(u, axis=-1)[..., size - 1 : size], dtype=np.bool_)

    def _why_not(self, evidence: Evidence) -> str:
        return too_few(evidence) or why_not(evidence, self.reading)


@dataclass(frozen=True)
class FaithfulnessEstimate:
    """Correlation over features of attributions with the model's drop when one is replaced.

    Range -1 to 1; every repeat is judged; nothing is drawn, so there is no sampling error.

    Parameters
    ----------
    reading : {"contribution", "effect", "importance"}

    Examples
    --------
    >>> FaithfulnessEstimate().better
    'higher'
    """

    reading: Reading = "contribution"
    name: ClassVar[str] = "faithfulness_estimate"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    best: ClassVar[float] = 1.0
    unit: ClassVar[str] = "Pearson's r, -1 to 1"
    source: ClassVar[str] = "Alvarez-Melis & Jaakkola 2018, arXiv 1806.07538"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    declines: ClassVar[str] = (
        "fewer than 3 features; no such reading; rows that do not share their columns; a "
        "missing explanation; attributions or drops that are all equal"
    )
    says_not: ClassVar[str] = "One feature at a time says nothing about features that act together."

    def __post_init__(self) -> None:
        checked_reading(self)

    @property
    def reads(self) -> str:
        """The reading."""
        return self.reading

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Array:
        """Points (1, I, d, d): x with one feature after the other at its baseline."""
        must_apply(self._why_not(evidence))
        coordinates = found_coordinates(evidence)
        one = np.eye(coordinates.x.shape[1], dtype=bool)
        return swapped(coordinates.x[:, None], one, baseline(coordinates))[None]

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        reason = self._why_not(evidence)
        if reason:
            return refused(reason)
        values = faithfulness_estimate(read(evidence, self.reading), drops_of(evidence, self.name))
        return [scored(evidence, values, {}, {TIED: np.isnan(values)})]

    def _why_not(self, evidence: Evidence) -> str:
        return too_few(evidence) or why_not(evidence, self.reading)


def too_few(evidence: Evidence) -> str:
    """The reason why a correlation over features is declined, or ""."""
    features = evidence.importance.shape[2]
    return "" if features >= 3 else f"a correlation of {features} features says nothing: at least 3"


def drops_of(evidence: Evidence, name: str) -> Array:
    """f(x) less the answers to points that all outputs share, (I, C, M)."""
    answers = np.moveaxis(answers_of(evidence, name)[0], 1, -1)
    drops: Array = evidence.f_at_x[..., None] - answers
    return drops


def correlation_error(a: Array, b: Array) -> Array:
    """Standard error of Pearson's correlation by the jackknife over the last axis.

    Parameters
    ----------
    a, b : arrays of shape (..., n)

    Returns
    -------
    array of shape (...)
    """
    n = a.shape[-1]
    left = [side - side.mean(axis=-1, keepdims=True) for side in (a, b)]
    first, second = left
    products = {
        "ab": (first * second, -first * second * n / (n - 1)),
        "aa": (first**2, -(first**2) * n / (n - 1)),
        "bb": (second**2, -(second**2) * n / (n - 1)),
    }
    sums = {
        key: whole.sum(axis=-1, keepdims=True) + less for key, (whole, less) in products.items()
    }
    size = np.sqrt(np.maximum(sums["aa"], 0) * np.maximum(sums["bb"], 0))
    rho = np.divide(sums["ab"], size, out=np.full(size.shape, np.nan), where=size > 0)
    squares = ((rho - rho.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    error: Array = np.sqrt(squares * (n - 1) / n)
    return error


def _unit(values: Array) -> Array:
    """Centred and scaled to length 1; NaN where nothing varies beyond rounding."""
    centred = values - values.mean(axis=-1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=-1, keepdims=True))
    size = np.sqrt((values**2).sum(axis=-1, keepdims=True))
    varies = length > _ROUNDING * size
    unit: Array = np.divide(centred, length, out=np.full_like(centred, np.nan), where=varies)
    return unit
