"""Do larger attributions go with larger changes of the model? It asks no model itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from limelab.metrics.draws import uniforms
from limelab.metrics.faithfulness import TIED, drops_of, too_few
from limelab.metrics.perturbing import baseline, redrawn, swapped
from limelab.metrics.probing import (
    Reading,
    at_own_output,
    checked_reading,
    first,
    found_coordinates,
    must_apply,
    packed,
    read,
    refused,
    scored,
    scored_first,
    why_not,
)
from limelab.metrics.ranks import spearman
from limelab.numbers import count
from limelab.types import Array, Evidence, Ints, Score

_SLACK = 1e-12


def monotonicity(answers: Array) -> Array:
    """1 where the answer never falls while features are added by rising attribution, else 0.

    Luss et al. 2019 (arXiv 1905.12698), as Arya et al. 2019 (arXiv 1909.03012) have it.

    Parameters
    ----------
    answers : array of shape (..., k + 1)
        The model at the baseline, and after each feature of x, least attribution first.

    Returns
    -------
    array of shape (...)
        NaN where one is NaN.

    Examples
    --------
    >>> monotonicity(np.array([[0.0, 1.0, 1.0, 3.0], [0.0, 2.0, 1.0, 3.0]])).tolist()
    [1.0, 0.0]
    """
    return _where_known(answers, np.floor(monotonicity_fraction(answers)))


def monotonicity_fraction(answers: Array) -> Array:
    """Share of steps at which the answer does not fall, 0 to 1; `answers` as in `monotonicity`.

    Examples
    --------
    >>> float(monotonicity_fraction(np.array([0.0, 2.0, 1.0, 3.0, 4.0])))
    0.75
    """
    slack = _SLACK * np.abs(answers).max(axis=-1, keepdims=True)
    return _where_known(answers, (np.diff(answers, axis=-1) >= -slack).mean(axis=-1))


def monotonicity_correlation(attributions: Array, changes: Array) -> Array:
    """Spearman correlation of magnitudes with the mean squared change when a feature is redrawn.

    Nguyen & Martinez 2020 (arXiv 2007.07584, section 4.2), who divide every change by f(x)^2: that
    moves no rank and breaks where f(x) is 0, so it is left out.

    Parameters
    ----------
    attributions : array of shape (..., k)
    changes : array of shape (..., M, k)
        f(x) - f(x with feature j redrawn), M draws.

    Returns
    -------
    array of shape (...), within [-1, 1]
        NaN where a side ties throughout or holds NaN.

    Examples
    --------
    >>> changes = np.array([[3.0, 0.1, -1.0], [-3.0, 0.1, 1.0]])
    >>> round(float(monotonicity_correlation(np.array([-9.0, 1.0, 2.0]), changes)), 9)
    1.0
    """
    return spearman(np.abs(attributions), (np.asarray(changes) ** 2).mean(axis=-2))


@dataclass(frozen=True)
class Monotonicity:
    """Whether the output never falls while features are added to the baseline, least first.

    Reads signed attributions of the first repeat, equals by name; the baseline is the background
    mean or mode. 0 or 1; nothing is drawn, so there is no sampling error.

    Parameters
    ----------
    reading : {"contribution", "effect", "importance"}

    Examples
    --------
    >>> Monotonicity().name, MonotonicityFraction().name
    ('monotonicity', 'monotonicity_fraction')
    """

    reading: Reading = "contribution"
    name: ClassVar[str] = "monotonicity"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "0 or 1"
    source: ClassVar[str] = "Luss et al. 2019, arXiv 1905.12698"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    declines: ClassVar[str] = (
        "no such reading; rows that do not share their columns; a missing explanation"
    )
    says_not: ClassVar[str] = (
        "It is no test of an additive model: there each step has its sign in every order, and the "
        "right explanation fails wherever a feature lowers the output."
    )

    def __post_init__(self) -> None:
        checked_reading(self)

    @property
    def reads(self) -> str:
        """The reading."""
        return self.reading

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Array:
        """Points (1, I, C x (d + 1), d), from the baseline to x."""
        must_apply(why_not(evidence, self.reading))
        coordinates = found_coordinates(evidence)
        step = _rising(first(evidence, self.reading), evidence.names)[:, :, None]
        steps = np.arange(step.shape[-1] + 1)[:, None]
        return packed(swapped(coordinates.x[:, None, None], step >= steps, baseline(coordinates)))

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        reason = why_not(evidence, self.reading)
        if reason:
            return refused(reason)
        answers = at_own_output(evidence, self.name, (len(evidence.names) + 1,))
        return [scored_first(evidence, self.formula(answers), {}, {})]

    @staticmethod
    def formula(answers: Array) -> Array:
        """The formula on answers (I, C, d + 1)."""
        return monotonicity(answers)


@dataclass(frozen=True)
class MonotonicityFraction(Monotonicity):
    """Share of the steps of `Monotonicity` at which the output does not fall, 0 to 1.

    Examples
    --------
    >>> MonotonicityFraction("effect").better
    'higher'
    """

    name: ClassVar[str] = "monotonicity_fraction"
    unit: ClassVar[str] = "share of steps"

    @staticmethod
    def formula(answers: Array) -> Array:
        """The formula on answers (I, C, d + 1)."""
        return monotonicity_fraction(answers)


@dataclass(frozen=True)
class MonotonicityCorrelation:
    """Spearman correlation of `importance` with what redrawing a feature does to the model.

    Features are redrawn one at a time from the background. Range -1 to 1; every repeat is judged.
    The squared changes carry sampling error: more `draws` make it smaller.

    Parameters
    ----------
    draws : int
        Points for each feature.

    Examples
    --------
    >>> MonotonicityCorrelation().name
    'monotonicity_correlation'
    """

    draws: int = 30
    name: ClassVar[str] = "monotonicity_correlation"
    reads: ClassVar[str] = "importance"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "Spearman's rho, -1 to 1"
    source: ClassVar[str] = "Nguyen & Martinez 2020, arXiv 2007.07584"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    declines: ClassVar[str] = (
        "fewer than 3 features; rows that do not share their columns; a missing explanation; "
        "importances or changes that are all equal"
    )
    says_not: ClassVar[str] = (
        "Values from all over the background ask a global question of a local explanation."
    )

    def __post_init__(self) -> None:
        count(self, "draws")

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Array:
        """Points (1, I, draws x d, d); drawn from the rows themselves, not from the generator."""
        must_apply(self._why_not(evidence))
        coordinates = found_coordinates(evidence)
        x, names = coordinates.x, evidence.names
        values = redrawn(coordinates, uniforms(x, names, self.draws, self.name))[:, :, None]
        one = np.eye(x.shape[1], dtype=bool)
        return packed(swapped(x[:, None, None], one, values))

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        reason = self._why_not(evidence)
        if reason:
            return refused(reason)
        drops = drops_of(evidence, self.name)
        changes = drops.reshape(*drops.shape[:2], self.draws, -1)
        values = monotonicity_correlation(read(evidence, "importance"), changes)
        return [scored(evidence, values, {}, {TIED: np.isnan(values)})]

    def _why_not(self, evidence: Evidence) -> str:
        return too_few(evidence) or why_not(evidence)


def _rising(attributions: Array, names: Sequence[str]) -> Ints:
    """The place of each feature by rising signed attribution, equals by name, 0 for the least."""
    known = np.nan_to_num(attributions)
    by_name = np.broadcast_to(np.argsort(np.argsort(np.asarray(names, dtype=str))), known.shape)
    return np.argsort(np.lexsort((by_name, known), axis=-1), axis=-1)


def _where_known(answers: Array, values: Array) -> Array:
    return np.where(np.isnan(answers).any(axis=-1), np.nan, values)
