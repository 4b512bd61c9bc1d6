"""Do the points that a condition asks about look like data? It may not touch a model or an rng."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from limelab.metrics.constraints import (
    broken_categories,
    broken_integers,
    broken_one_hot,
    broken_ranges,
    one_hot_groups,
)
from limelab.metrics.notes import declined, explained
from limelab.metrics.outlying import (
    embedded,
    local_outlier_factor,
    mahalanobis,
    nearest_distance,
    quantile_among,
)
from limelab.metrics.twosample import two_sample_auc
from limelab.numbers import count, positive
from limelab.types import Array, BadInput, Coordinates, Evidence, Sampled, Score

Weighting = Literal["kernel", "none"]
WEIGHTINGS = ("kernel", "none")
NO_POINTS = "the explainer shows no points"
NO_COORDINATES = "the rows do not share their columns, so points and data have no distance"
FEW_HELD_OUT = "fewer than 10 held-out rows to compare with"
NO_WEIGHT = "the kernel leaves no weight on the points"
_FEWEST = 10


@dataclass(frozen=True)
class _Realism:
    """What all of them share: they read the points and their weights, never an explanation.

    Parameters
    ----------
    weighting : {"kernel", "none"}
        Points count by the kernel's weight, as they do in the fit, or all alike.
    """

    weighting: Weighting = "kernel"
    reads: ClassVar[str] = "points"
    needs_sampled: ClassVar[bool] = True
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    declines: ClassVar[str] = (
        "no points shown; rows that do not share their columns; fewer than 10 held-out rows; no "
        "weight on any point"
    )

    def __post_init__(self) -> None:
        if self.weighting not in WEIGHTINGS:
            raise BadInput(
                f"{type(self).__name__}(weighting={self.weighting!r}); expected one of "
                f"{', '.join(WEIGHTINGS)}"
            )

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, 1), with `stderr` and `weighting` beside it."""
        found, data = evidence.sampled, evidence.coordinates
        if found is None or data is None:
            return [declined(NO_POINTS if found is None else NO_COORDINATES)]
        if len(data.held_out) < _FEWEST:
            return [declined(FEW_HELD_OUT)]
        reason = self._why_not(data)
        if reason:
            return [declined(reason)]
        return [self._scored(found, data)]

    def _why_not(self, data: Coordinates) -> str:
        return ""

    def _weights(self, found: Sampled) -> Array:
        shape = found.points.shape[:2]
        w = np.ones(shape) if self.weighting == "none" else found.weights
        return np.broadcast_to(w, shape)

    def _scored(self, found: Sampled, data: Coordinates) -> Score:
        w = self._weights(found)
        gone = w.sum(axis=1) == 0
        values, columns = self._values(found.points, np.where(gone[:, None], 1.0, w), data)
        beside = {name: array[None, :, None] for name, array in columns.items()}
        reasons: dict[str, npt.ArrayLike] = {NO_WEIGHT: gone[None, :, None]}
        return explained(values[None, :, None], {"weighting": self.weighting, **beside}, reasons)

    def _values(self, points: Array, w: Array, data: Coordinates) -> tuple[Array, dict[str, Array]]:
        """Values (I,) and columns (I,) of points (I, S, d) with weights (I, S)."""
        raise NotImplementedError


def weighted_mean(values: Array, weights: Array) -> tuple[Array, Array]:
    """Mean over the last axis by weights, and its standard error, both (...).

    Examples
    --------
    >>> mean, error = weighted_mean(np.array([0.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0]))
    >>> float(mean), float(error.round(3))
    (0.5, 0.354)
    """
    share = weights / weights.sum(axis=-1, keepdims=True)
    mean = (share * values).sum(axis=-1)
    error = np.sqrt((share**2 * (values - mean[..., None]) ** 2).sum(axis=-1))
    return mean, error


def weighted_median(values: Array, weights: Array) -> Array:
    """The least value with half of the weight at or below it, along the last axis.

    Examples
    --------
    >>> float(weighted_median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 5.0])))
    2.0
    """
    order = np.argsort(values, axis=-1)
    mass = np.cumsum(np.take_along_axis(weights, order, axis=-1), axis=-1)
    place = (mass >= mass[..., -1:] / 2 * (1 - 1e-12)).argmax(axis=-1)
    ordered = np.take_along_axis(values, order, axis=-1)
    return np.asarray(np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0])


@dataclass(frozen=True)
class RealismAuc(_Realism):
    """How well a classifier tells the points round x from held-out rows, 0.5 to 1.

    Area under the curve of a cross-fitted vote of neighbours; see `two_sample_auc`.

    Parameters
    ----------
    weighting : {"kernel", "none"}
    neighbours : int, optional
        The square root of how many there are, unless said.

    Examples
    --------
    >>> RealismAuc().name
    'realism_auc'
    """

    neighbours: int | None = None
    name: ClassVar[str] = "realism_auc"
    unit: ClassVar[str] = "area under the curve, 0.5 where points pass for data"
    source: ClassVar[str] = "Lopez-Paz & Oquab 2017, arXiv 1610.06545; Slack et al. 2020"
    says_not: ClassVar[str] = (
        "Points that stay near x are told from rows all over by their place alone: read it beside "
        "the distance ratio."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        count(self, "neighbours", optional=True)

    def _values(self, points: Array, w: Array, data: Coordinates) -> tuple[Array, dict[str, Array]]:
        flat, rows = embedded(
            [points.reshape(-1, points.shape[-1]), data.held_out], data.scale, data.categorical
        )
        clouds = flat.reshape(*points.shape[:2], -1)
        found = [
            two_sample_auc(cloud, rows, weights=weights, neighbours=self.neighbours)
            for cloud, weights in zip(clouds, w, strict=True)
        ]
        stderr = np.array([one.stderr for one in found])
        return np.array([one.value for one in found]), {"stderr": stderr}


@dataclass(frozen=True)
class RealismDistance(_Realism):
    """Median distance of points to the nearest background row, over that of held-out rows.

    1 where points lie as near the data as new data do, from 0 (copies) up.

    Examples
    --------
    >>> RealismDistance("none")
    RealismDistance(weighting='none')
    """

    name: ClassVar[str] = "realism_distance"
    unit: ClassVar[str] = "distances of held-out rows"
    source: ClassVar[str] = "nearest-neighbour distance ratio"
    bounds: ClassVar[tuple[float, float]] = (0.0, np.inf)
    declines: ClassVar[str] = f"{_Realism.declines}; half of the held-out rows in the background"
    says_not: ClassVar[str] = "Copies of the background score 0: near the data is not like the data"

    def _why_not(self, data: Coordinates) -> str:
        still = np.median(_to_background(data.held_out, data)) == 0
        return "half of the held-out rows are in the background already" if still else ""

    def _values(self, points: Array, w: Array, data: Coordinates) -> tuple[Array, dict[str, Array]]:
        distance = _each(points, lambda flat: _to_background(flat, data))
        usual = np.median(_to_background(data.held_out, data))
        return weighted_median(distance, w) / usual, {}


@dataclass(frozen=True)
class RealismMahalanobis(_Realism):
    """Mean share of held-out rows that lie nearer the background's mean than a point, 0 to 1.

    Mahalanobis distance over the columns of numbers; 0.5 for data.

    Examples
    --------
    >>> RealismMahalanobis().better
    'lower'
    """

    name: ClassVar[str] = "realism_mahalanobis"
    unit: ClassVar[str] = "mean quantile among held-out rows, 0.5 for data"
    source: ClassVar[str] = "Mahalanobis distance"
    declines: ClassVar[str] = f"{_Realism.declines}; no column of numbers"
    says_not: ClassVar[str] = "It sees one ellipse: a hole in the middle of the data is invisible."

    def _why_not(self, data: Coordinates) -> str:
        return "" if (~data.categorical).any() else "no column holds numbers"

    def _values(self, points: Array, w: Array, data: Coordinates) -> tuple[Array, dict[str, Array]]:
        numbers = ~data.categorical

        def distance(rows: Array) -> Array:
            unit = np.where(data.scale > 0, data.scale, 1.0)[numbers]
            return mahalanobis(rows[:, numbers] / unit, data.background[:, numbers] / unit)

        usual = distance(data.held_out)
        value, error = weighted_mean(
            _each(points, lambda flat: quantile_among(distance(flat), usual)), w
        )
        return value, {"stderr": error}


@dataclass(frozen=True)
class RealismOutlier(_Realism):
    """Mean share of held-out rows with a lower local outlier factor than a point, 0 to 1.

    Parameters
    ----------
    weighting : {"kernel", "none"}
    neighbours : int

    Examples
    --------
    >>> RealismOutlier().neighbours
    20
    """

    neighbours: int = 20
    name: ClassVar[str] = "realism_outlier"
    unit: ClassVar[str] = "mean quantile among held-out rows, 0.5 for data"
    source: ClassVar[str] = "Breunig et al. 2000, LOF"
    says_not: ClassVar[str] = "It compares densities nearby, so a small far cluster looks at home."

    def __post_init__(self) -> None:
        super().__post_init__()
        count(self, "neighbours")

    def _values(self, points: Array, w: Array, data: Coordinates) -> tuple[Array, dict[str, Array]]:
        flat, rows, held = embedded(
            [points.reshape(-1, points.shape[-1]), data.background, data.held_out],
            data.scale,
            data.categorical,
        )
        usual = local_outlier_factor(held, rows, self.neighbours)
        share = quantile_among(local_outlier_factor(flat, rows, self.neighbours), usual)
        value, error = weighted_mean(share.reshape(points.shape[:2]), w)
        return value, {"stderr": error}


@dataclass(frozen=True)
class RealismViolations(_Realism):
    """Share of points that break what every background row keeps, 0 to 1.

    Numbers stay within their range, codes among those seen, whole numbers whole, and neighbouring
    0/1 columns of which one is always 1 stay so. The share that breaks each stands beside it, and
    `usual`, the share of held-out rows that break any.

    Examples
    --------
    >>> RealismViolations().unit
    'share of points'
    """

    name: ClassVar[str] = "realism_violations"
    unit: ClassVar[str] = "share of points"
    source: ClassVar[str] = "data constraints"
    says_not: ClassVar[str] = "Points may keep every range and still combine what never meets."

    def _values(self, points: Array, w: Array, data: Coordinates) -> tuple[Array, dict[str, Array]]:
        broken = {name: _each(points, rule) for name, rule in _rules(data).items()}
        shares = {name: weighted_mean(each, w)[0] for name, each in broken.items()}
        value, error = weighted_mean(np.max(list(broken.values()), axis=0), w)
        usual = np.max([rule(data.held_out) for rule in _rules(data).values()], axis=0).mean()
        return value, {"stderr": error, "usual": np.full(len(value), usual), **shares}


@dataclass(frozen=True)
class RealismOffData(_Realism):
    """Share of kernel mass farther from the background than nearly all held-out rows are.

    Parameters
    ----------
    weighting : {"kernel", "none"}
    quantile : float
        Of the held-out rows' distances, the border: data themselves score 1 - quantile.

    Examples
    --------
    >>> RealismOffData(quantile=0.9).quantile
    0.9
    """

    quantile: float = 0.95
    name: ClassVar[str] = "realism_off_data"
    unit: ClassVar[str] = "share of kernel mass, 0.05 for data"
    source: ClassVar[str] = "nearest-neighbour distance"
    says_not: ClassVar[str] = "Near one row is not near the data where that row is itself odd."

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self, "quantile", most=1.0)

    def _values(self, points: Array, w: Array, data: Coordinates) -> tuple[Array, dict[str, Array]]:
        border = np.quantile(_to_background(data.held_out, data), self.quantile)
        off = _each(points, lambda flat: _to_background(flat, data) > border)
        value, error = weighted_mean(off, w)
        return value, {"stderr": error}


Rule = Callable[[Array], npt.NDArray[Any]]


def _rules(data: Coordinates) -> dict[str, Rule]:
    rows, categorical = data.background, data.categorical
    groups = one_hot_groups(rows, categorical)
    return {
        "ranges": lambda points: broken_ranges(points, rows, categorical),
        "categories": lambda points: broken_categories(points, rows, categorical),
        "integrality": lambda points: broken_integers(points, data.integral),
        "one_hot": lambda points: broken_one_hot(points, groups),
    }


def _each(points: Array, rule: Rule) -> Array:
    """A rule of points (n, d), for every point of (I, S, d): (I, S)."""
    found = rule(points.reshape(-1, points.shape[-1]))
    return found.reshape(points.shape[:2]).astype(np.float64)


def _to_background(points: Array, data: Coordinates) -> Array:
    """Distance of points (n, d) to the nearest background row, (n,)."""
    asked, rows = embedded([points, data.background], data.scale, data.categorical)
    return nearest_distance(asked, rows)
