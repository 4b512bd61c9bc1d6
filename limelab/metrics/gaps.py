"""Prediction gaps on important and unimportant features (PGI, PGU); it asks no model itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from limelab.metrics.draws import row_uniforms, uniforms
from limelab.metrics.perturbing import noisy, other_rows, places, swapped
from limelab.metrics.probing import (
    at_own_output,
    first,
    flat,
    found_coordinates,
    must_apply,
    over_background,
    packed,
    refused,
    scored_first,
    why_not,
)
from limelab.numbers import count, positive
from limelab.types import Array, BadInput, Bools, Evidence, Ints, Score

LAWS = ("noise", "rows")


def prediction_gap(f: Array, answers: Array) -> Array:
    """Mean absolute change of the model's answer.

    PGI where the answers are at points whose top k features moved, PGU where all but those did
    (Agarwal et al. 2022, OpenXAI, arXiv 2206.11104, section 3).

    Parameters
    ----------
    f : array of shape (...)
        The model at x.
    answers : array of shape (..., M)
        The model at the moved points.

    Returns
    -------
    array of shape (...), output units

    Examples
    --------
    >>> float(prediction_gap(np.array(1.0), np.array([0.5, 2.0])))
    0.75
    """
    gap: Array = np.abs(answers - np.asarray(f)[..., None]).mean(axis=-1)
    return gap


def area_over_k(gaps: Array) -> Array:
    """Area under gaps at k = 1, ..., K (..., K) by the trapezoid rule, k from 0 to 1.

    One gap is its own area.

    Examples
    --------
    >>> float(area_over_k(np.array([0.0, 1.0, 2.0])))
    1.0
    """
    if gaps.shape[-1] == 1:
        return gaps[..., 0]
    area: Array = np.trapezoid(gaps, dx=1 / (gaps.shape[-1] - 1), axis=-1)
    return area


@dataclass(frozen=True)
class PGI:
    """How far the model's answer moves when the k most important features move.

    Reads `importance` of the first repeat, output by output, equals by name. Range from 0.
    `stderr` is that of the mean over the points.

    Parameters
    ----------
    k : int
    size : int
        Points for each instance and output.
    sigma : float
        In background standard deviations, for the law "noise".
    law : {"noise", "rows"}
        Numbers moved by noise and categories now and then redrawn, or features taken together
        from other rows of the background.

    Examples
    --------
    >>> PGI(2).name, PGI(2).better, PGU(2).better
    ('pgi_2', 'higher', 'lower')
    """

    k: int = 3
    size: int = 50
    sigma: float = 0.1
    law: Literal["noise", "rows"] = "noise"
    reads: ClassVar[str] = "importance"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "background standard deviations of the model"
    source: ClassVar[str] = "Agarwal et al. 2022, OpenXAI, arXiv 2206.11104"
    bounds: ClassVar[tuple[float, float]] = (0.0, np.inf)
    declines: ClassVar[str] = (
        "k features or fewer; rows that do not share their columns; a missing explanation; a "
        "model that is constant over the background"
    )
    says_not: ClassVar[str] = (
        "It rewards whichever features the model reacts to when moved at random, on the data or off"
    )

    def __post_init__(self) -> None:
        count(self, "k")
        _check(self)

    @property
    def name(self) -> str:
        """`pgi_3` for k = 3."""
        return f"pgi_{self.k}"

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Array:
        """Points (1, I, C x size, d); drawn from the rows themselves, not from the generator."""
        must_apply(self._why_not(evidence))
        return _points(self, evidence, self.k)

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        reason = self._why_not(evidence)
        if reason:
            return refused(reason)
        answers = at_own_output(evidence, self.name, (self.size,))
        values = over_background(evidence, prediction_gap(evidence.f_at_x, answers))
        error = np.abs(answers - evidence.f_at_x[..., None]).std(axis=-1, ddof=1)
        stderr = over_background(evidence, error / np.sqrt(self.size))
        return [scored_first(evidence, values, {"stderr": stderr[None]}, flat(evidence))]

    def _why_not(self, evidence: Evidence) -> str:
        features = evidence.importance.shape[2]
        if features <= self.k:
            return f"the top {self.k} of {features} features are all of them"
        return why_not(evidence)

    @staticmethod
    def moving(place: Bools) -> Bools:
        """Which features move: those among the top k."""
        return place


@dataclass(frozen=True)
class PGU(PGI):
    """How far the model's answer moves when all but the k most important features move.

    As `PGI` in all else.

    Examples
    --------
    >>> PGU().name
    'pgu_3'
    """

    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    says_not: ClassVar[str] = (
        "It falls with k by itself, and to 0 where the model reads few features."
    )

    @property
    def name(self) -> str:
        """`pgu_3` for k = 3."""
        return f"pgu_{self.k}"

    @staticmethod
    def moving(place: Bools) -> Bools:
        """Which features move: those beyond the top k."""
        return ~place


@dataclass(frozen=True)
class PGIArea:
    """Area under `PGI` over k = 1, ..., K with K = ceil(share d), k from 0 to 1.

    Parameters
    ----------
    share : float
        At most 1; K stays below d.
    size, sigma, law
        As in `PGI`.

    Examples
    --------
    >>> PGIArea().name, PGUArea().name
    ('pgi_area', 'pgu_area')
    """

    share: float = 0.25
    size: int = 50
    sigma: float = 0.1
    law: Literal["noise", "rows"] = "noise"
    name: ClassVar[str] = "pgi_area"
    reads: ClassVar[str] = "importance"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "background standard deviations of the model"
    source: ClassVar[str] = "Agarwal et al. 2022, OpenXAI, arXiv 2206.11104"
    bounds: ClassVar[tuple[float, float]] = (0.0, np.inf)
    declines: ClassVar[str] = (
        "one feature; rows that do not share their columns; a missing explanation; a model that "
        "is constant over the background"
    )
    says_not: ClassVar[str] = PGI.says_not

    def __post_init__(self) -> None:
        positive(self, "share", most=1.0)
        _check(self)

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Array:
        """Points (1, I, C x K x size, d); drawn from the rows themselves."""
        must_apply(_why_no_area(evidence))
        ks = np.arange(1, self._largest(evidence) + 1)
        return _points(self, evidence, ks)

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        reason = _why_no_area(evidence)
        if reason:
            return refused(reason)
        largest = self._largest(evidence)
        answers = at_own_output(evidence, self.name, (largest, self.size))
        moved = np.abs(answers - evidence.f_at_x[..., None, None])
        by_point = area_over_k(np.moveaxis(moved, 2, -1))  # the same draws at every k
        stderr = by_point.std(axis=-1, ddof=1) / np.sqrt(self.size)
        columns = {"k": largest, "stderr": over_background(evidence, stderr)[None]}
        values = over_background(evidence, by_point.mean(axis=-1))
        return [scored_first(evidence, values, columns, flat(evidence))]

    def _largest(self, evidence: Evidence) -> int:
        features = len(evidence.names)
        return min(int(np.ceil(self.share * features)), features - 1)

    @staticmethod
    def moving(place: Bools) -> Bools:
        """Which features move: those among the top k."""
        return place


@dataclass(frozen=True)
class PGUArea(PGIArea):
    """Area under `PGU` over k, as `PGIArea`.

    Examples
    --------
    >>> PGUArea().better
    'lower'
    """

    name: ClassVar[str] = "pgu_area"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    says_not: ClassVar[str] = PGU.says_not

    @staticmethod
    def moving(place: Bools) -> Bools:
        """Which features move: those beyond the top k."""
        return ~place


def _check(metric: PGI | PGIArea) -> None:
    count(metric, "size", least=2)
    positive(metric, "sigma")
    if metric.law not in LAWS:
        raise BadInput(
            f"{type(metric).__name__}(law={metric.law!r}); expected one of {', '.join(LAWS)}"
        )


def _why_no_area(evidence: Evidence) -> str:
    if evidence.importance.shape[2] < 2:
        return "one feature leaves none to hold still"
    return why_not(evidence)


def _points(metric: PGI | PGIArea, evidence: Evidence, k: int | Ints) -> Array:
    """Points whose features that move, for each k, are taken from the moved row."""
    coordinates = found_coordinates(evidence)
    place = places(first(evidence, "importance"), evidence.names)  # (I, C, d)
    among = place[:, :, None, :] < np.reshape(k, (-1, 1))  # (I, C, K, d)
    chosen = metric.moving(among)
    moved = _moved(metric, evidence)  # (I, size, d)
    x = coordinates.x[:, None, None, None]
    return packed(swapped(x, chosen[:, :, :, None], moved[:, None, None]))


def _moved(metric: PGI | PGIArea, evidence: Evidence) -> Array:
    coordinates, names = found_coordinates(evidence), evidence.names
    if metric.law == "rows":
        return other_rows(coordinates, row_uniforms(coordinates.x, names, metric.size, "gap"))
    return noisy(coordinates, uniforms(coordinates.x, names, metric.size, "gap"), metric.sigma)
