"""Single instances against an importance, global or local; it may not touch a model or an rng."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from limelab.metrics.measures import (
    TOP_K,
    bounds,
    ceiling,
    formula,
    over_repeats,
    too_narrow,
    unit,
)
from limelab.metrics.notes import declined, explained, missing_explanations
from limelab.metrics.pairs import features_last, mean_where
from limelab.metrics.ranks import spearman
from limelab.metrics.references import (
    check_measure,
    check_reference,
    needs,
    noise,
    on_outputs_of,
    repeats_of,
    usable_reference,
)
from limelab.numbers import count
from limelab.types import Array, Evidence, Score

TIES = "all importances tie, here or in the reference"


@dataclass(frozen=True)
class Heterogeneity:
    """Spearman correlation of each instance's slopes with the global reference.

    Parameters
    ----------
    reference : {"prediction", "label", "conditional", "impurity", "drop_column"}

    Examples
    --------
    >>> Heterogeneity().better
    'neither'
    """

    reference: str = "prediction"
    name: ClassVar[str] = "heterogeneity"
    reads: ClassVar[str] = "slope"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "neither"
    unit: ClassVar[str] = "Spearman's rho, -1 to 1"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    source: ClassVar[str] = "Spearman 1904"
    declines: ClassVar[str] = (
        "no such reference; fewer than 3 features; a missing explanation; importances that all tie"
    )
    says_not: ClassVar[str] = (
        "A low value is not an error: local importance may truly differ from the global one."
    )

    def __post_init__(self) -> None:
        check_reference(self.reference)

    @property
    def needs_reference(self) -> bool | frozenset[str]:
        """What the study must gather."""
        return needs(self.reference)

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        found = usable_reference(evidence, self.reference, "spearman", 1)
        if isinstance(found, str):
            return [declined(found, reference=self.reference)]
        own, _ = repeats_of(found)
        values = over_repeats(spearman, on_outputs_of(found, evidence.slope), own)
        columns = {"reference": self.reference, "n_effective": evidence.n_effective[..., None]}
        reasons = {**missing_explanations(evidence), TIES: np.isnan(values)}
        return [explained(values, columns, reasons, found.note)]


@dataclass(frozen=True)
class LocalAgreement:
    """Agreement of each explanation with the local permutation importance at the same instance.

    That is the only importance of a single instance: what the model does when one feature is
    redrawn inside the judge's region. Reads `slope`. `null` is the mean agreement with the
    references of the other instances, so that what the value has above it is knowledge of this
    one; `ceiling` is the agreement of the reference with its own repeats.

    Parameters
    ----------
    measure : {"spearman", "kendall", "weighted_kendall", "rbo", "pairwise", "feature", "rank", \
"jaccard"}
    k : int
        For the last three: how many features from the top.

    Examples
    --------
    >>> LocalAgreement().name, LocalAgreement("feature", 3).name
    ('local_agreement', 'local_agreement_feature_3')
    """

    measure: str = "spearman"
    k: int = 5
    needs_local: ClassVar[bool] = True
    reads: ClassVar[str] = "slope"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    source: ClassVar[str] = (
        "Measures of Krishna et al. 2022, arXiv 2202.01602, on local permutation importance"
    )
    declines: ClassVar[str] = (
        "no local importance; fewer than 3 features, or k; a missing explanation; importances "
        "that all tie"
    )
    says_not: ClassVar[str] = (
        "Permuted features leave the data where features depend on each other, so what the model "
        "does there counts too."
    )

    def __post_init__(self) -> None:
        count(self, "k")
        check_measure(self.measure)

    @property
    def unit(self) -> str:
        """That of the measure."""
        return unit(self.measure)

    @property
    def bounds(self) -> tuple[float, float]:
        """Those of the measure."""
        return bounds(self.measure)

    @property
    def name(self) -> str:
        """`local_agreement`, longer for other measures than Spearman's."""
        if self.measure == "spearman":
            return "local_agreement"
        further = f"{self.measure}_{self.k}" if self.measure in TOP_K else self.measure
        return f"local_agreement_{further}"

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        n_features = evidence.slope.shape[2]
        if evidence.local is None:
            return [declined("no local permutation importance for this task")]
        if narrow := too_narrow(self.measure, self.k, n_features):
            return [declined(narrow)]
        measure = formula(self.measure, self.k)
        local, own = features_last(evidence.slope), features_last(evidence.local)
        values = over_repeats(measure, local, own)
        agreed = ceiling(measure, own)[None]
        columns = {
            "null": self._null(local, own),
            "ceiling": agreed,
            "n_effective": evidence.n_effective[..., None],
        }
        reasons = {**missing_explanations(evidence), TIES: np.isnan(values)}
        text = noise(np.broadcast_to(agreed, values.shape), np.ones(1))
        return [explained(values, columns, reasons, text)]

    def _null(self, local: Array, own: Array) -> Array:
        """Mean agreement (R, I, C) with the mean references (I, C, k) of the other instances."""
        measure, mean = formula(self.measure, self.k), own.mean(axis=0)
        turns = range(1, local.shape[1])
        found = np.array([measure(local, np.roll(mean, turn, axis=0)) for turn in turns])
        if len(found) == 0:
            return np.full(local.shape[:-1], np.nan)
        return mean_where(found, ~np.isnan(found))
