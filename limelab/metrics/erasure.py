"""What becomes of the answer without the top features, or with them alone? It asks no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from limelab.metrics.perturbing import baseline, places, swapped
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
from limelab.types import Array, BadInput, Bools, Evidence, Ints, Score

NOT_ABOVE = "the output at x is not above that at the baseline, so there is nothing to take away"


def comprehensiveness(f: Array, without: Array) -> Array:
    """Mean over shares of top features of f(x) - f(x without them); higher is better.

    DeYoung et al. 2020, ERASER, section 4.

    Parameters
    ----------
    f : array of shape (...)
        The model at x.
    without : array of shape (..., B)
        The model with the top features of share b at their baseline.

    Returns
    -------
    array of shape (...), output units

    Examples
    --------
    >>> float(comprehensiveness(np.array(1.0), np.array([0.5, 0.0])))
    0.75
    """
    return np.asarray((np.asarray(f)[..., None] - without).mean(axis=-1))


def sufficiency(f: Array, only: Array) -> Array:
    """Mean over shares of top features of f(x) - f(them alone); lower is better.

    DeYoung et al. 2020, ERASER, section 4.

    Parameters
    ----------
    f : array of shape (...)
    only : array of shape (..., B)
        The model with all but the top features of share b at their baseline.

    Returns
    -------
    array of shape (...), output units

    Examples
    --------
    >>> float(sufficiency(np.array(1.0), np.array([0.5, 1.0])))
    0.25
    """
    return np.asarray((np.asarray(f)[..., None] - only).mean(axis=-1))


@dataclass(frozen=True)
class Comprehensiveness:
    """Drop of the output when the most important features go to their baseline, mean over shares.

    Reads `importance` of the first repeat, equals by name; the baseline is the background mean or
    mode. It means something for outputs that x raises above the baseline: others are declined.
    Nothing is drawn, so there is no sampling error.

    Parameters
    ----------
    shares : tuple of float
        Of the features; at least one feature, and never all of them.

    Examples
    --------
    >>> Comprehensiveness().name, Sufficiency().better
    ('comprehensiveness', 'lower')
    """

    shares: tuple[float, ...] = (0.1, 0.25, 0.5)
    name: ClassVar[str] = "comprehensiveness"
    reads: ClassVar[str] = "importance"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "background standard deviations of the model"
    source: ClassVar[str] = "DeYoung et al. 2020, arXiv 1911.03429"
    bounds: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    declines: ClassVar[str] = (
        "one feature; rows that do not share their columns; a missing explanation; outputs that "
        "x does not raise above the baseline; a model that is constant over the background"
    )
    says_not: ClassVar[str] = (
        "Rows with features at mean or mode may lie off the data; features are ranked by "
        "magnitude, so one that lowers the output counts against."
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "shares", _shares(self.shares, type(self).__name__))

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Array:
        """Points (1, I, C x (shares + 1), d); the last of each output is the baseline itself."""
        must_apply(self._why_not(evidence))
        coordinates = found_coordinates(evidence)
        place = places(first(evidence, "importance"), evidence.names)[:, :, None]
        gone = self.goes(place < self._counts(evidence)[:, None])
        everything = np.ones((*gone.shape[:2], 1, gone.shape[-1]), dtype=bool)
        gone = np.concatenate([gone, everything], axis=2)
        return packed(swapped(coordinates.x[:, None, None], gone, baseline(coordinates)))

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        reason = self._why_not(evidence)
        if reason:
            return refused(reason)
        answers = at_own_output(evidence, self.name, (len(self.shares) + 1,))
        f = evidence.f_at_x
        values = over_background(evidence, comprehensiveness(f, answers[..., :-1]))
        low = (f <= answers[..., -1])[None]
        return [scored_first(evidence, values, {}, {**flat(evidence), NOT_ABOVE: low})]

    @staticmethod
    def goes(among: Bools) -> Bools:
        """Which features go to the baseline: the top ones."""
        return among

    def _counts(self, evidence: Evidence) -> Ints:
        features = len(evidence.names)
        wanted = np.ceil(np.array(self.shares) * features).astype(np.intp)
        counts: Ints = np.minimum(wanted, features - 1)
        return counts

    def _why_not(self, evidence: Evidence) -> str:
        if evidence.importance.shape[2] < 2:
            return "one feature leaves none to keep"
        return why_not(evidence)


@dataclass(frozen=True)
class Sufficiency(Comprehensiveness):
    """Drop of the output when all but the most important features go to their baseline.

    As `Comprehensiveness` in all else; the same difference with the other features gone.

    Examples
    --------
    >>> Sufficiency((0.5,)).name
    'sufficiency'
    """

    name: ClassVar[str] = "sufficiency"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"

    @staticmethod
    def goes(among: Bools) -> Bools:
        """Which features go to the baseline: all but the top ones."""
        return ~among


def _shares(shares: object, owner: str) -> tuple[float, ...]:
    try:
        found = tuple(float(share) for share in shares)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        found = ()
    if not found or not all(0 < share <= 1 for share in found):
        raise BadInput(f"{owner}(shares={shares!r}); expected numbers above 0 and at most 1")
    return found
