"""Do signs stay? Undetermined ones are skipped and counted; no model, no random number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from limelab.metrics.pairs import features_last, mean_where, pair_score, pairs
from limelab.metrics.ranks import complete
from limelab.types import Array, Bools, Evidence, Score


class Signs(NamedTuple):
    """Agreement of signs and what it leaves out.

    Attributes
    ----------
    value : array of shape (...)
        Share of the features with a sign on both sides that have the same; NaN where there are
        none.
    skipped : array of shape (...)
        Share of all features without a sign on one side or on both.
    """

    value: Array
    skipped: Array


def sign_overlap(a: Array, b: Array, known_a: Bools, known_b: Bools) -> Signs:
    """Share of equal signs among features whose sign both sides know.

    Parameters
    ----------
    a, b : arrays of shape (..., k_features)
    known_a, known_b : bool arrays of the same shapes
        Where the sign is determined; a value of 0 has none.

    Returns
    -------
    Signs

    Examples
    --------
    >>> sides = np.array([1.0, -2.0, 3.0]), np.array([1.0, 2.0, -3.0])
    >>> found = sign_overlap(*sides, np.ones(3, dtype=bool), np.array([True, True, False]))
    >>> float(found.value), round(float(found.skipped), 3)
    (0.5, 0.333)
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    signed = (np.asarray(known_a) & (a != 0)) & (np.asarray(known_b) & (b != 0))
    signed = signed & np.isfinite(a) & np.isfinite(b)
    n = signed.sum(axis=-1)
    same = (signed & (np.sign(a) == np.sign(b))).sum(axis=-1)
    value = np.divide(same, n, out=np.full(np.shape(n), np.nan), where=n > 0)
    missing = np.isnan(a).any(axis=-1) | np.isnan(b).any(axis=-1)
    skipped = np.where(missing, np.nan, 1 - n / signed.shape[-1])
    return Signs(np.where(missing, np.nan, value), skipped)


@dataclass(frozen=True)
class SignStability:
    """Share of features that keep their sign, over all pairs of repeats.

    Reads `effect` where `determined` says that its sign means something; `skipped` is the share
    of features left out for want of a sign.

    Examples
    --------
    >>> SignStability().name
    'sign_stability'
    """

    name: ClassVar[str] = "sign_stability"
    reads: ClassVar[str] = "effect"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "share of features, 0 to 1"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    source: ClassVar[str] = (
        "Sign agreement, Krishna et al. 2022, arXiv 2202.01602, undetermined signs skipped"
    )
    declines: ClassVar[str] = "fewer than two usable repeats; no sign that two repeats determine"
    says_not: ClassVar[str] = (
        "A sign that is skipped is no sign that stays: read it beside the share skipped."
    )

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        effect, known = features_last(evidence.effect), features_last(evidence.determined)
        first, second = pairs(len(effect))
        found = sign_overlap(effect[first], effect[second], known[first], known[second])
        usable = complete(evidence.importance, 2)
        among = usable[first] & usable[second]
        skipped = mean_where(found.skipped, among)
        return [
            pair_score(evidence, found.value, {"skipped": skipped[None]}, "without a sign to keep")
        ]
