"""Global references to agree with: names, shapes, and whether one is noise; arrays only, no rng."""

from __future__ import annotations

import numpy as np

from limelab.metrics.measures import SIGNED, UNSIGNED, too_narrow, unit
from limelab.types import Array, BadInput, Evidence, Objects, Reference

REFERENCES = ("prediction", "label", "conditional", "impurity", "drop_column")
PERMUTATIONS = ("prediction", "label")
NOISE = 0.5  # below this agreement with itself a reference cannot judge anything


def check_reference(name: str) -> None:
    """Refuse a name that no reference has."""
    if name not in REFERENCES:
        raise BadInput(f"reference={name!r} came; wanted one of {', '.join(REFERENCES)}.")


def check_measure(name: str) -> None:
    """Refuse a name that no measure has, and measures that need a direction."""
    if name in SIGNED:
        raise BadInput(
            f"measure={name!r} came; an importance has no direction to agree with. "
            f"Wanted one of {', '.join(UNSIGNED)}."
        )
    unit(name)


def needs(reference: str) -> bool | frozenset[str]:
    """`needs_reference` of a metric: the two permutation importances are gathered together."""
    return True if reference in PERMUTATIONS else frozenset({reference})


def usable_reference(evidence: Evidence, name: str, measure: str, k: int) -> Reference | str:
    """The reference, or the reason why there is nothing to say."""
    n_features = evidence.slope.shape[2]
    if name not in evidence.references:
        return f"no {name} reference for this task"
    if narrow := too_narrow(measure, k, n_features):
        return narrow
    reference = evidence.references[name]
    if reference.values.shape[1] != n_features:
        return f"the reference has {reference.values.shape[1]} features, not {n_features}"
    if reference.values.shape[2] not in (1, evidence.slope.shape[3]):
        return f"the reference has {reference.values.shape[2]} outputs, not {len(evidence.outputs)}"
    return reference


def on_outputs_of(reference: Reference, values: Array) -> Array:
    """Values (R, I, k, C) as (R, I, C, k): their mean where the reference has one output."""
    last = np.moveaxis(values, 2, -1)
    return last.mean(axis=2, keepdims=True) if reference.values.shape[-1] == 1 else last


def repeats_of(reference: Reference) -> tuple[Array, Array]:
    """The reference (P, C, k) and its null (Q, C, k).

    A score that a permuted feature happens to improve is negative; that is no importance, and
    counts as 0.
    """
    own, null = (np.moveaxis(v, 1, -1) for v in (reference.values, reference.null))
    return np.maximum(own, 0.0), np.maximum(null, 0.0)


def noise(own: Array, above: Array) -> Objects:
    """Why a reference may be noise, "" where it is none; own and above broadcast.

    Parameters
    ----------
    own : array
        Its agreement with itself.
    above : array
        Share of features above the null.

    Examples
    --------
    >>> noise(np.array([0.9, 0.2]), np.array([0.5, 0.5])).tolist()
    ['', 'the reference is noise: its own repeats agree by 0.20 only']
    """
    own, above = np.broadcast_arrays(own, above)
    made = np.full(own.shape, "", dtype=object)
    made[above == 0] = "the reference is noise: no feature is above its null"
    for place in zip(*np.nonzero(own < NOISE), strict=True):
        made[place] = f"the reference is noise: its own repeats agree by {own[place]:.2f} only"
    return made


def above(own: Array, null: Array) -> Array:
    """Share of features (C,) whose mean reference exceeds every null; NaN without a null."""
    if len(null) == 0 or len(own) == 0:
        return np.full(own.shape[1:-1], np.nan)
    share: Array = (own.mean(axis=0) > null.max(axis=0)).mean(axis=-1)
    return share
