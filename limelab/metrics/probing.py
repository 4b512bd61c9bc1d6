"""What metrics that ask the model share: readings, packed points, answers; no model, no formula.

Points are packed along the axis M. Where they depend on an explanation, and so on the output that
it explains, the C blocks of an instance follow one another, and block c is read at output c; to
limit what that costs, only the first repeat is asked about. Such scores say so in `of_repeat`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from limelab.metrics.notes import declined, explained, missing_explanations
from limelab.types import Array, BadInput, Coordinates, Evidence, NotApplicable, Score

Reading = Literal["importance", "effect", "contribution"]
READINGS = ("importance", "effect", "contribution")
FLAT_MODEL = "the model does not vary over the background"


def checked_reading(owner: Any) -> None:
    """Refuse a reading that an explanation does not have."""
    if owner.reading not in READINGS:
        raise BadInput(
            f"{type(owner).__name__}(reading={owner.reading!r}); expected one of "
            f"{', '.join(READINGS)}"
        )


def found_coordinates(evidence: Evidence) -> Coordinates:
    """The coordinates, after `why_not` has said that they are there."""
    if evidence.coordinates is None:
        raise BadInput("evidence without coordinates; ask why_not(evidence) first")
    return evidence.coordinates


def why_not(evidence: Evidence, reading: str = "importance") -> str:
    """The reason why no feature can be changed, or why there is nothing to read; "" for none."""
    if evidence.coordinates is None:
        return "the rows do not share their columns, so no feature can be changed by itself"
    if getattr(evidence, reading) is None:
        return f"the explainer gives no {reading}"
    columns, features = evidence.coordinates.x.shape[1], evidence.importance.shape[2]
    if columns != features:
        return f"{features} features are no one-to-one names of {columns} columns"
    return ""


def must_apply(reason: str) -> None:
    """Raise NotApplicable where there is a reason to ask the model nothing."""
    if reason:
        raise NotApplicable(reason)


def read(evidence: Evidence, reading: str) -> Array:
    """A reading of all repeats with features last, (R, I, C, k)."""
    return np.asarray(np.moveaxis(getattr(evidence, reading), 2, -1))


def first(evidence: Evidence, reading: str) -> Array:
    """A reading of the first repeat with features last, (I, C, k)."""
    return np.asarray(read(evidence, reading)[0])


def packed(points: Array) -> Array:
    """Points (I, C, ..., d) as one repeat's points (1, I, M, d)."""
    return points.reshape(1, len(points), -1, points.shape[-1])


def at_own_output(evidence: Evidence, name: str, shape: tuple[int, ...]) -> Array:
    """Answers to points packed from (I, C, *shape, d), block c at output c: (I, C, *shape)."""
    answers = answers_of(evidence, name)[0]
    instances, outputs = evidence.f_at_x.shape
    blocks = answers.reshape(instances, outputs, *shape, outputs)
    return np.stack([blocks[:, c, ..., c] for c in range(outputs)], axis=1)


def answers_of(evidence: Evidence, name: str) -> Array:
    """The model's answers to a metric's probes, (1, I, M, C)."""
    if name not in evidence.probes:
        raise BadInput(
            f"evidence.probes has no answers for {name!r}; ask the model about the points of the "
            "metric's probes(evidence, rng) and put its answers (1, I, M, C) there"
        )
    return evidence.probes[name]


def scored(
    evidence: Evidence,
    values: Array,
    columns: Mapping[str, Any],
    reasons: Mapping[str, npt.ArrayLike],
) -> Score:
    """A score of all repeats, (R, I, C)."""
    beside = {"n_effective": evidence.n_effective[..., None], **columns}
    return explained(values, beside, {**missing_explanations(evidence), **reasons})


def scored_first(
    evidence: Evidence,
    values: Array,
    columns: Mapping[str, Any],
    reasons: Mapping[str, npt.ArrayLike],
) -> Score:
    """A score (I, C) of the first repeat, as (1, I, C)."""
    missing = {why: np.asarray(here)[:1] for why, here in missing_explanations(evidence).items()}
    beside = {"n_effective": evidence.n_effective[:1, :, None], "of_repeat": 0, **columns}
    mine = {why: here for why, here in missing.items() if here.any()}
    return explained(values[None], beside, {**mine, **reasons})


def over_background(evidence: Evidence, values: Array, power: int = 1) -> Array:
    """Values (..., C) over the model's background sd, or its variance; NaN where that is 0."""
    unit = np.where(evidence.model_sd > 0, evidence.model_sd, np.nan)
    scaled: Array = values / unit**power
    return scaled


def flat(evidence: Evidence) -> Mapping[str, npt.ArrayLike]:
    """The reason for which outputs have no unit."""
    return {FLAT_MODEL: evidence.model_sd == 0}


def refused(reason: str) -> list[Score]:
    """One missing value with its reason."""
    return [declined(reason)]
