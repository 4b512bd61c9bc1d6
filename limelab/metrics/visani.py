"""The stability indices of Visani et al. 2020 (arXiv 2001.11757); no model, no random number.

Both count pairs of repeats, both run from 0 to 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from limelab.metrics.notes import declined
from limelab.metrics.pairs import (
    FEWEST_REPEATS,
    features_last,
    mean_where,
    pair_score,
    pairs,
    repeat_score,
)
from limelab.metrics.ranks import complete
from limelab.types import Array, Bools, Evidence, Score

HALF_WIDTH = 1.96  # standard errors: an interval of 95 %, as in the source


class Stability(NamedTuple):
    """An index with the widths that it was bought with.

    Attributes
    ----------
    value : array of shape (...)
        0 to 100; NaN where no feature is in two repeats.
    width : array of shape (...)
        Mean length of the intervals, in the units of the coefficients.
    features : array of shape (...)
        How many features were in two repeats.
    """

    value: Array
    width: Array
    features: Array


def csi(coefs: Array, sds: Array, *, half_width: float = HALF_WIDTH) -> Stability:
    """Coefficients stability index: how often the intervals of two repeats overlap, in per cent.

    For each feature the share of pairs of repeats whose intervals ``coef +- half_width sd`` meet,
    averaged over the features that at least two repeats hold. Intervals that touch overlap (in
    the source they do not, which calls two equal points different). Intervals of calibrated 95 %
    are expected to give 2 Phi(1.96 sqrt 2) - 1 = 99.44; wide intervals give 100, so the mean
    width belongs beside it.

    Parameters
    ----------
    coefs, sds : arrays of shape (R, ..., k)
        NaN in either where a repeat does not hold the feature.
    half_width : float
        In standard deviations.

    Returns
    -------
    Stability

    Examples
    --------
    >>> found = csi(np.array([[1.0, 5.0], [1.1, 9.0]]), np.array([[0.1, 0.1], [0.1, 0.1]]))
    >>> float(found.value), round(float(found.width), 3), int(found.features)
    (50.0, 0.392, 2)
    """
    coefs, sds = np.asarray(coefs, dtype=float), np.asarray(sds, dtype=float)
    held = np.isfinite(coefs) & np.isfinite(sds)
    return _index(_overlaps(coefs, sds, half_width), 2 * half_width * sds, held)


def vsi(selected: Bools) -> float:
    """Variables stability index, 0 to 100.

    Mean over pairs of repeats of the share of features in common. The source has p features in
    every repeat; where sizes differ the larger one is the divisor, and two empty sets are equal.

    Parameters
    ----------
    selected : bool array of shape (R, k)

    Returns
    -------
    float
        NaN below two repeats.

    Examples
    --------
    >>> runs = np.array([[1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 0, 1]], dtype=bool)
    >>> round(vsi(runs), 2)
    77.78
    """
    chosen = np.asarray(selected, dtype=bool)
    if len(chosen) < FEWEST_REPEATS:
        return float("nan")
    return float(100 * _in_common(chosen).mean())


@dataclass(frozen=True)
class Vsi:
    """Variables stability index over repeats: the share of selected features in common.

    Reads `selected`. Declined where every feature is always selected, for then it is 100 whatever
    the coefficients do.

    Examples
    --------
    >>> Vsi().name, Vsi().unit
    ('vsi', 'per cent, 0 to 100')
    """

    name: ClassVar[str] = "vsi"
    reads: ClassVar[str] = "selected"
    source: ClassVar[str] = "Visani et al. 2020, arXiv 2001.11757"
    bounds: ClassVar[tuple[float, float]] = (0.0, 100.0)
    declines: ClassVar[str] = "every feature always selected; fewer than two usable repeats"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "per cent, 0 to 100"
    says_not: ClassVar[str] = "Order, sign and size of the selected features may all change."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        chosen = features_last(evidence.selected)
        usable = complete(evidence.importance, 2)
        if chosen[usable].all():
            return [declined("every feature is always selected")]
        return [pair_score(evidence, 100 * _in_common(chosen), {})]


@dataclass(frozen=True)
class Csi:
    """Coefficients stability index over repeats, with the width of its intervals beside it.

    Reads `coef` and `stderr` of the selected features. `width` is the mean length of the
    intervals in the units of the coefficients, `relative_width` that over the mean |coef|.

    Examples
    --------
    >>> Csi().name, Csi().better
    ('csi', 'higher')
    """

    name: ClassVar[str] = "csi"
    reads: ClassVar[str] = "coef, stderr"
    source: ClassVar[str] = "Visani et al. 2020, arXiv 2001.11757"
    bounds: ClassVar[tuple[float, float]] = (0.0, 100.0)
    declines: ClassVar[str] = (
        "no standard errors; no feature with one in two repeats; fewer than two usable repeats"
    )
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "per cent, 0 to 100"
    says_not: ClassVar[str] = (
        "Wide intervals always overlap, so a noisy fit scores 100; calibrated 95 % intervals "
        "score 99.4, and a value near 95 is a sign of errors that are too small."
    )

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        if evidence.coef is None or evidence.stderr is None:
            return [declined("the explainer gives no coefficients with standard errors")]
        coef, sd = features_last(evidence.coef), features_last(evidence.stderr)
        held = np.isfinite(coef) & np.isfinite(sd) & features_last(evidence.selected)
        meets = _overlaps(coef, sd, HALF_WIDTH)

        def statistic(kept: Bools) -> Array:
            return _index(meets, sd, held & kept[..., None]).value

        found = _index(meets, 2 * HALF_WIDTH * sd, held)
        size = _mean_held(np.abs(coef), held)
        columns = {
            "width": found.width[None],
            "relative_width": (found.width / np.where(size > 0, size, np.nan))[None],
            "n_features": found.features[None],
        }
        reasons = {"no feature has a standard error in two repeats": (found.features == 0)[None]}
        return [repeat_score(evidence, statistic, columns, reasons)]


def _mean_held(values: Array, held: Bools) -> Array:
    """Mean over repeats and features (R, ..., k) of what is held; NaN where nothing is."""
    total, count = np.where(held, values, 0.0).sum(axis=(0, -1)), held.sum(axis=(0, -1))
    mean: Array = np.divide(total, count, out=np.full(np.shape(total), np.nan), where=count > 0)
    return mean


def _overlaps(coefs: Array, sds: Array, half_width: float) -> Bools:
    """Whether the intervals of each pair of repeats meet, (pairs, ..., k)."""
    low, high = coefs - half_width * sds, coefs + half_width * sds
    first, second = pairs(len(coefs))
    return np.asarray((low[first] <= high[second]) & (low[second] <= high[first]), dtype=np.bool_)


def _index(meets: Bools, widths: Array, held: Bools) -> Stability:
    """The mean over features of the share of pairs that meet, among what is held (R, ..., k)."""
    first, second = pairs(len(held))
    share = mean_where(meets.astype(float), held[first] & held[second])  # (..., k)
    there = np.moveaxis(np.isfinite(share), -1, 0)
    value = 100 * mean_where(np.moveaxis(share, -1, 0), there)
    return Stability(value, _mean_held(widths, held), there.sum(axis=0))


def _in_common(chosen: Bools) -> Array:
    """Share of the larger set in common, for each pair of repeats (pairs, ...)."""
    first, second = pairs(len(chosen))
    size = chosen.sum(axis=-1)
    larger = np.maximum(size[first], size[second]).astype(float)
    common = (chosen[first] & chosen[second]).sum(axis=-1)
    share: Array = np.divide(common, larger, out=np.ones_like(larger), where=larger > 0)
    return share
