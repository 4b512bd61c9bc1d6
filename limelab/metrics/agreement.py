"""Do local explanations agree with a global importance? It may not touch a model or an rng."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from limelab.metrics.notes import declined, explained, missing_explanations
from limelab.metrics.ranks import complete, unit_ranks
from limelab.metrics.stability import FEWEST_FEATURES, few_features
from limelab.types import Array, BadInput, Bools, Evidence, Objects, Reference, Score

REFERENCES = ("prediction", "label")
ENOUGH_TO_COMPARE = 2


@dataclass(frozen=True)
class Agreement:
    """Spearman correlation of the mean slope over instances with permutation importance.

    Slopes are importance per neighbourhood spread times background spread, so both sides are in
    output units. A reference with one output axis (label) is met by the mean slope over outputs.

    Parameters
    ----------
    reference : {"prediction", "label"}

    Examples
    --------
    >>> Agreement("label").name
    'agreement_label'
    """

    reference: Literal["prediction", "label"] = "prediction"
    needs_reference: ClassVar[bool] = True
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "Spearman's rho, -1 to 1"
    says_not: ClassVar[str] = (
        "The two answer different questions: low agreement may be a model with different local "
        "and global behaviour, or correlated features, and no fault of the explanation."
    )

    def __post_init__(self) -> None:
        if self.reference not in REFERENCES:
            raise BadInput(
                f"reference={self.reference!r} came; wanted one of {', '.join(REFERENCES)}."
            )

    @property
    def name(self) -> str:
        """`agreement_prediction` or `agreement_label`."""
        return f"agreement_{self.reference}"

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, 1, C), C = 1 for a reference with one output axis.

        Columns: `null`, the mean agreement with references of models of shuffled targets;
        `ceiling`, the mean agreement of the reference with its own repeats; `stderr` by the
        jackknife over instances; `n_instances`, those that were used.
        """
        found = _usable(evidence, self.reference)
        if isinstance(found, str):
            return [declined(found)]
        slope = _slopes(evidence, found)  # (R, I, C, k)
        usable = complete(slope, -1)
        reference = _mean_unit(found.values)
        values = _correlation(_aggregate(slope, usable), reference)
        columns = {
            "null": _correlation(_aggregate(slope, usable), _mean_unit(found.null))[:, None],
            "ceiling": _ceiling(found.values)[None, None],
            "stderr": _jackknife(slope, usable, reference)[:, None],
            "n_instances": usable.sum(axis=1)[:, None],
        }
        reasons = {
            "no usable explanation": (usable.sum(axis=1) == 0)[:, None],
            "all importances tie, here or in the reference": np.isnan(values)[:, None],
        }
        text = _cautions(usable, found.note)
        return [explained(values[:, None], columns, reasons, text)]


@dataclass(frozen=True)
class Heterogeneity:
    """Spearman correlation of each instance's slopes with the global reference.

    Parameters
    ----------
    reference : {"prediction", "label"}

    Examples
    --------
    >>> Heterogeneity().better
    'neither'
    """

    reference: Literal["prediction", "label"] = "prediction"
    name: ClassVar[str] = "heterogeneity"
    needs_reference: ClassVar[bool] = True
    better: ClassVar[Literal["lower", "higher", "neither"]] = "neither"
    unit: ClassVar[str] = "Spearman's rho, -1 to 1"
    says_not: ClassVar[str] = (
        "A low value is not an error: local importance may truly differ from the global one."
    )

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        found = _usable(evidence, self.reference)
        if isinstance(found, str):
            return [declined(found, reference=self.reference)]
        values = _correlation(_slopes(evidence, found), _mean_unit(found.values))
        columns = {"reference": self.reference, "n_effective": evidence.n_effective[..., None]}
        reasons = {
            **missing_explanations(evidence),
            "all importances tie, here or in the reference": np.isnan(values),
        }
        return [explained(values, columns, reasons, found.note)]


def _usable(evidence: Evidence, name: str) -> Reference | str:
    """The reference, or the reason why there is nothing to say."""
    n_features = evidence.slope.shape[2]
    if name not in evidence.references:
        return f"no {name} reference for this task"
    if n_features < FEWEST_FEATURES:
        return few_features(n_features)
    reference = evidence.references[name]
    if reference.values.shape[1] != n_features:
        return f"the reference has {reference.values.shape[1]} features, not {n_features}"
    if reference.values.shape[2] not in (1, evidence.slope.shape[3]):
        return f"the reference has {reference.values.shape[2]} outputs, not {len(evidence.outputs)}"
    return reference


def _slopes(evidence: Evidence, reference: Reference) -> Array:
    """Slopes (R, I, C or 1, k) on the outputs of the reference."""
    slope = np.moveaxis(evidence.slope, 2, -1)
    one_output = reference.values.shape[-1] == 1
    return slope.mean(axis=2, keepdims=True) if one_output else slope


def _mean_unit(values: Array) -> Array:
    """Mean over repeats of unit ranks of values (P, k, C): (C, k); NaN where none is defined.

    Spearman is linear in them, so a product with it is the mean correlation over repeats.
    """
    unit = unit_ranks(np.moveaxis(values, 1, -1))
    defined = ~np.isnan(unit).any(axis=-1, keepdims=True)
    count = defined.sum(axis=0)
    total = np.where(defined, unit, 0.0).sum(axis=0)
    mean: Array = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean


def _correlation(slope: Array, reference: Array) -> Array:
    """Mean Spearman (..., C) of slopes (..., C, k) with a reference of mean unit ranks (C, k)."""
    rho = np.einsum("...ck,ck->...c", unit_ranks(slope), reference)
    clipped: Array = np.clip(rho, -1, 1)
    return clipped


def _aggregate(slope: Array, usable: Bools) -> Array:
    """Mean over usable instances of slopes (R, I, C, k): (R, C, k)."""
    count = usable.sum(axis=1)[..., None]
    total = np.where(usable[..., None], slope, 0.0).sum(axis=1)
    mean: Array = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return mean


def _ceiling(values: Array) -> Array:
    """Mean Spearman (C,) over pairs of repeats of the reference (P, k, C)."""
    unit = unit_ranks(np.moveaxis(values, 1, -1))
    unit = unit[~np.isnan(unit).any(axis=(1, 2))]
    n = len(unit)
    if n < ENOUGH_TO_COMPARE:
        return np.full(values.shape[-1], np.nan)
    square = (unit.sum(axis=0) ** 2).sum(axis=-1)
    mean: Array = (square - n) / (n * (n - 1))
    return mean


def _jackknife(slope: Array, usable: Bools, reference: Array) -> Array:
    """Standard error (R, C) of the agreement over instances; NaN below three of them."""
    count = usable.sum(axis=1)
    total = np.where(usable[..., None], slope, 0.0).sum(axis=1, keepdims=True)
    left = (total - np.where(usable[..., None], slope, 0.0)) / np.maximum(count - 1, 1)[
        :, None, :, None
    ]
    rho = np.where(usable, _correlation(left, reference), 0.0)
    mean = rho.sum(axis=1) / np.maximum(count, 1)
    squares = np.where(usable, (rho - mean[:, None]) ** 2, 0.0).sum(axis=1)
    variance = np.where(
        count > ENOUGH_TO_COMPARE, squares * (count - 1) / np.maximum(count, 1), np.nan
    )
    error: Array = np.sqrt(variance)
    return error


def _cautions(usable: Bools, note: str) -> Objects:
    """Notes (R, 1, C): the reference's own, and how many instances are missing."""
    n = usable.shape[1]
    made = np.full((usable.shape[0], 1, usable.shape[2]), note, dtype=object)
    for (r, c), count in np.ndenumerate(usable.sum(axis=1)):
        if count < n:
            made[r, 0, c] = "; ".join(filter(None, [note, f"{count} of {n} instances"]))
    return made
