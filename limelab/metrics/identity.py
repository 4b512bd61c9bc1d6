"""Same rows, same explanation; other rows, another one: no model, no random number.

Identity and separability of Honegger 2018 (arXiv 1808.05054), as shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from limelab.metrics.notes import declined, explained, missing_explanations
from limelab.metrics.pairs import features_last, pair_score, pairs
from limelab.types import Array, Bools, Evidence, Score

TOLERANCE = 1e-9


def identity(first: Array, second: Array, *, tolerance: float = TOLERANCE) -> float:
    """Share of rows that are explained alike when they are explained again.

    Parameters
    ----------
    first, second : arrays of shape (I, k)
        Explanations of the same rows from two calls.
    tolerance : float
        What still counts as equal, of the largest magnitude of the pair.

    Returns
    -------
    float, 0 to 1
        NaN where no row has both.

    Examples
    --------
    >>> identity(np.eye(2), np.array([[1.0, 0.0], [1.0, 1.0]]))
    0.5
    """
    same = alike(np.asarray(first, float), np.asarray(second, float), tolerance)
    known = ~np.isnan(same)
    return float(same[known].mean()) if known.any() else float("nan")


def separability(x: Array, e: Array, *, tolerance: float = TOLERANCE) -> float:
    """Share of the pairs of different rows whose explanations differ.

    Parameters
    ----------
    x : array of shape (I, d)
    e : array of shape (I, k)
    tolerance : float
        As in `identity`.

    Returns
    -------
    float, 0 to 1
        NaN where no two rows differ.

    Examples
    --------
    >>> separability(np.array([[0.0], [1.0], [1.0]]), np.array([[5.0], [5.0], [6.0]]))
    0.5
    """
    differ = _told_apart(np.asarray(x, float), np.asarray(e, float), tolerance)
    known = ~np.isnan(differ)
    return float(differ[known].mean()) if known.any() else float("nan")


def alike(a: Array, b: Array, tolerance: float = TOLERANCE) -> Array:
    """1 where explanations (..., k) are equal, 0 where not, NaN where one holds NaN.

    Examples
    --------
    >>> alike(np.array([[1.0, 2.0], [1.0, 2.0]]), np.array([[1.0, 2.0], [1.0, 2.1]])).tolist()
    [1.0, 0.0]
    """
    size = np.maximum(np.abs(a).max(axis=-1), np.abs(b).max(axis=-1))
    same = (np.abs(a - b).max(axis=-1) <= tolerance * size).astype(float)
    return np.where(np.isnan(size), np.nan, same)


@dataclass(frozen=True)
class Identity:
    """Share of pairs of repeats that give the same explanation.

    Repeats have seeds of their own, so this is what somebody sees who explains twice and sets no
    seed. With one seed the two are equal by construction: that is a law of the house and is not
    measured. 1 means that the explainer draws nothing, or nothing that shows. Reads `effect` and
    `importance`.

    Examples
    --------
    >>> Identity().name
    'identity'
    """

    name: ClassVar[str] = "identity"
    reads: ClassVar[str] = "importance, effect"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "share of pairs of repeats, 0 to 1"
    source: ClassVar[str] = "Honegger 2018, arXiv 1808.05054"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    declines: ClassVar[str] = "fewer than two usable repeats"
    says_not: ClassVar[str] = (
        "All or nothing: two explanations that differ in the last digit count as two that "
        "contradict each other."
    )

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        both = np.concatenate([evidence.importance, evidence.effect], axis=2)
        first, second = pairs(len(both))
        stack = features_last(both)
        return [pair_score(evidence, alike(stack[first], stack[second]), {})]


@dataclass(frozen=True)
class Separability:
    """Share of the other rows, different from this one, whose explanation differs from its own.

    Reads `effect`. `n_rows` is how many other rows there were to be told apart from.

    Examples
    --------
    >>> Separability().better
    'higher'
    """

    name: ClassVar[str] = "separability"
    reads: ClassVar[str] = "effect"
    over_instances: ClassVar[bool] = True
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "share of other rows, 0 to 1"
    source: ClassVar[str] = "Honegger 2018, arXiv 1808.05054"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    declines: ClassVar[str] = (
        "rows that do not share their columns; a missing explanation; no other row that differs"
    )
    says_not: ClassVar[str] = (
        "Noise separates everything, and a model that is linear deserves one explanation for all."
    )

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        if evidence.coordinates is None:
            return [declined("rows do not share their columns: they cannot be told to differ")]
        x, effect = evidence.coordinates.x, features_last(evidence.effect)
        stack = np.moveaxis(effect, 1, 2)  # (R, C, I, k)
        differ = _told_apart(x, stack, TOLERANCE)
        known = ~np.isnan(differ)
        n, total = known.sum(axis=-1), np.where(known, differ, 0.0).sum(axis=-1)
        values = np.divide(total, n, out=np.full(n.shape, np.nan), where=n > 0)
        zero = ((evidence.importance == 0) | ~evidence.selected).mean(axis=2)
        columns = {"n_rows": np.moveaxis(n, 1, 2), "zero_share": zero}
        reasons = {
            **missing_explanations(evidence),
            "no other row differs from this one": np.moveaxis(n == 0, 1, 2),
        }
        return [explained(np.moveaxis(values, 1, 2), columns, reasons)]


def _told_apart(x: Array, e: Array, tolerance: float) -> Array:
    """1 or 0 for pairs of rows (..., I, I) that differ, by whether e (..., I, k) does; else NaN."""
    pairs_differ: Bools = (x[:, None, :] != x[None, :, :]).any(axis=-1)
    same = np.stack([alike(e[..., i : i + 1, :], e, tolerance) for i in range(len(x))], axis=-2)
    return np.where(pairs_differ, 1 - same, np.nan)
