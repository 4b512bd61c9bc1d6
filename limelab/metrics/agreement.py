"""Do local explanations agree with a global importance? It may not touch a model or an rng."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from scipy import stats

from limelab.metrics.measures import (
    TOP_K,
    Formula,
    bounds,
    ceiling,
    formula,
    over_repeats,
    unit,
)
from limelab.metrics.notes import declined, explained
from limelab.metrics.pairs import jackknife, mean_where
from limelab.metrics.ranks import complete
from limelab.metrics.references import (
    above,
    check_measure,
    check_reference,
    needs,
    noise,
    on_outputs_of,
    repeats_of,
    usable_reference,
)
from limelab.numbers import count
from limelab.types import Array, BadInput, Bools, Evidence, Objects, Reference, Score

AGGREGATES = ("mean_slope", "sp_lime")
LEVEL = 0.975


def mean_magnitude(e: Array) -> Array:
    """Mean magnitude of each feature over instances.

    Parameters
    ----------
    e : array of shape (I, k)

    Returns
    -------
    array of shape (k,)

    Examples
    --------
    >>> mean_magnitude(np.array([[1.0, -4.0], [-3.0, 0.0]])).tolist()
    [2.0, 2.0]
    """
    mean: Array = np.abs(e).mean(axis=0)
    return mean


def sp_lime_importance(e: Array) -> Array:
    """SP-LIME's global importance, the root of the sum of magnitudes over instances.

    Ribeiro et al. 2016, section 4. The root changes no rank: it differs from `mean_magnitude` by
    what one hands to it, lime's own coefficients.

    Examples
    --------
    >>> sp_lime_importance(np.array([[1.0, -4.0], [-3.0, 0.0]])).tolist()
    [2.0, 2.0]
    """
    root: Array = np.sqrt(np.abs(e).sum(axis=0))
    return root


@dataclass(frozen=True)
class Agreement:
    """Agreement of local explanations, put together over instances, with a global importance.

    The aggregate "mean_slope" reads `slope`, importance per neighbourhood spread times background
    spread, so that both sides are in output units; "sp_lime" reads lime's own |coef|, per unit of
    its feature. A reference with one output axis (label, impurity, drop_column) is met by the
    mean over outputs. References have no direction, so measures of signs are refused.

    Parameters
    ----------
    reference : {"prediction", "label", "conditional", "impurity", "drop_column"}
    aggregate : {"mean_slope", "sp_lime"}
    measure : {"spearman", "kendall", "weighted_kendall", "rbo", "pairwise", "feature", "rank", \
"jaccard"}
    k : int
        For the last three: how many features from the top.

    Examples
    --------
    >>> Agreement("label").name, Agreement(measure="feature", k=3).name
    ('agreement_label', 'agreement_prediction_feature_3')
    """

    reference: str = "prediction"
    aggregate: str = "mean_slope"
    measure: str = "spearman"
    k: int = 5
    over_instances: ClassVar[bool] = True
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    source: ClassVar[str] = (
        "Measures of Krishna et al. 2022, arXiv 2202.01602, on Breiman 2001's importance"
    )
    declines: ClassVar[str] = (
        "no such reference; fewer than 3 features, or k; no usable explanation; importances "
        "that all tie"
    )
    says_not: ClassVar[str] = (
        "The two answer different questions: low agreement may be a model with different local "
        "and global behaviour, or correlated features, and no fault of the explanation."
    )

    def __post_init__(self) -> None:
        count(self, "k")
        check_reference(self.reference)
        check_measure(self.measure)
        if self.aggregate not in AGGREGATES:
            raise BadInput(
                f"aggregate={self.aggregate!r} came; wanted one of {', '.join(AGGREGATES)}."
            )

    @property
    def needs_reference(self) -> bool | frozenset[str]:
        """What the study must gather."""
        return needs(self.reference)

    @property
    def reads(self) -> str:
        """`slope`, or `coef` for SP-LIME's aggregate."""
        return "slope" if self.aggregate == "mean_slope" else "coef"

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
        """`agreement_prediction` or `agreement_label`, longer for other measures and aggregates."""
        further = [] if self.aggregate == "mean_slope" else [self.aggregate]
        if self.measure != "spearman":
            further += [f"{self.measure}_{self.k}" if self.measure in TOP_K else self.measure]
        return "_".join(["agreement", self.reference, *further])

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, 1, C), C = 1 for a reference with one output axis.

        Columns: `null`, the mean agreement with references of models of shuffled targets;
        `ceiling`, the mean agreement of the reference with its own repeats; `above_null`, the
        share of features whose reference exceeds all of its null; `stderr` by the jackknife over
        instances; `mean_low` and `mean_high`, the 95 % interval of the mean over repeats, errors
        of instances and of repeats added; `n_instances`, those that were used.
        """
        found = usable_reference(evidence, self.reference, self.measure, self.k)
        if isinstance(found, str):
            return [declined(found)]
        if self.aggregate == "sp_lime" and evidence.coef is None:
            return [declined("the explainer gives no coefficients")]
        local = on_outputs_of(found, self._read(evidence))  # (R, I, C, k)
        return [self._scored(local, complete(local, -1), found)]

    def _read(self, evidence: Evidence) -> Array:
        if self.aggregate == "mean_slope":
            return evidence.slope
        assert evidence.coef is not None
        return np.abs(evidence.coef)

    def _scored(self, local: Array, usable: Bools, found: Reference) -> Score:
        measure, (own, null) = formula(self.measure, self.k), repeats_of(found)
        values = over_repeats(measure, _together(local, usable), own)
        left_out = _left_out(measure, local, usable, own)
        columns = {
            "null": over_repeats(measure, _together(local, usable), null)[:, None],
            "ceiling": ceiling(measure, own)[None, None],
            "above_null": above(own, null)[None, None],
            "stderr": jackknife(np.moveaxis(left_out, 1, 0), np.moveaxis(usable, 1, 0))[:, None],
            "n_instances": usable.sum(axis=1)[:, None],
            **_interval(values, left_out, usable),
        }
        reasons = {
            "no usable explanation": (usable.sum(axis=1) == 0)[:, None],
            "all importances tie, here or in the reference": np.isnan(values)[:, None],
        }
        cautions = noise(columns["ceiling"], columns["above_null"])
        return explained(
            values[:, None], columns, reasons, _cautions(usable, found.note, cautions[0, 0])
        )


def _together(local: Array, usable: Bools) -> Array:
    """Mean over usable instances (R, C, k) of (R, I, C, k); measures ignore scale and roots."""
    among = np.broadcast_to(usable[..., None], local.shape)
    return mean_where(np.moveaxis(local, 1, 0), np.moveaxis(among, 1, 0))


def _left_out(measure: Formula, local: Array, usable: Bools, own: Array) -> Array:
    """Agreement (R, I, C) with one instance at a time left out."""
    others = 1.0 - np.eye(usable.shape[1])
    total = np.einsum("ji,rick->rjck", others, np.where(usable[..., None], local, 0.0))
    count = np.einsum("ji,ric->rjc", others, usable.astype(float))[..., None]
    rest = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return over_repeats(measure, rest, own)


def _interval(values: Array, left_out: Array, usable: Bools) -> Mapping[str, Any]:
    """95 % interval (1, 1, C) of the mean over repeats, for new instances and new repeats.

    The jackknife over instances of that mean, and the variance over repeats; noise that belongs
    to one instance in one repeat is in both, so the interval is rather too wide.
    """
    there = ~np.isnan(values)
    mean, n = mean_where(values, there), there.sum(axis=0)
    spread = np.where(there, (values - mean) ** 2, 0.0).sum(axis=0)
    of_repeats = np.where(n > 1, spread / np.maximum(n * (n - 1), 1), np.nan)
    known = ~np.isnan(left_out) & usable
    whole = mean_where(left_out, known)  # (I, C)
    of_instances = jackknife(whole, ~np.isnan(whole))
    degrees = np.maximum((~np.isnan(whole)).sum(axis=0) - 1, 1)
    half = stats.t.ppf(LEVEL, degrees) * np.sqrt(of_repeats + of_instances**2)
    return {"mean_low": (mean - half)[None, None], "mean_high": (mean + half)[None, None]}


def _cautions(usable: Bools, *texts: Any) -> Objects:
    """Notes (R, 1, C): what is said of the reference, and how many instances are missing."""
    n = usable.shape[1]
    made = np.full((usable.shape[0], 1, usable.shape[2]), "", dtype=object)
    for (r, c), here in np.ndenumerate(usable.sum(axis=1)):
        said = [text if isinstance(text, str) else text[c] for text in texts]
        missing = f"{here} of {n} instances" if here < n else ""
        made[r, 0, c] = "; ".join(filter(None, [*said, missing]))
    return made
