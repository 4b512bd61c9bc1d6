"""Does the explanation stay when it is made again? It may not touch a model or draw a number.

Every score carries `zero_share`, for collapsed zeros are perfectly stable, and `stderr` by the
jackknife over repeats: pairs of repeats are not independent, repeats are. Where repeats have
nothing in common but noise it is too large by up to a half, never too small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from limelab.metrics.notes import declined, explained
from limelab.metrics.ranks import complete, has_tie, soft_jaccard, top_k_membership, unit_ranks
from limelab.numbers import count
from limelab.types import Array, Bools, Evidence, Score

FEWEST_REPEATS = 2
FEWEST_FEATURES = 3


@dataclass(frozen=True)
class TopK:
    """Mean Jaccard index of the k most important features over all pairs of repeats.

    Ties are shared as in `top_k_membership`; `ties` is the share of pairs that needed it.

    Parameters
    ----------
    k : int

    Examples
    --------
    >>> TopK(3).name
    'top_3_jaccard'
    """

    k: int = 5
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "Jaccard index, 0 to 1"
    says_not: ClassVar[str] = "Stable is not right: an explainer that never looks is stable too."

    def __post_init__(self) -> None:
        count(self, "k")

    @property
    def name(self) -> str:
        """`top_5_jaccard` for k = 5."""
        return f"top_{self.k}_jaccard"

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        n_features = evidence.importance.shape[2]
        if n_features <= self.k:
            return [declined(f"the top {self.k} of {n_features} features are all of them")]
        member = top_k_membership(_features_last(evidence.importance), self.k)
        first, second = _pairs(len(member))
        tied = has_tie(member)
        present = ~np.isnan(member[..., 0])
        ties = _share(tied[first] | tied[second], present[first] & present[second])
        values = soft_jaccard(member[first], member[second])
        return [_paired_score(evidence, values, {"ties": ties[None]})]


@dataclass(frozen=True)
class RankCorrelation:
    """Mean Spearman correlation of importances over all pairs of repeats.

    Examples
    --------
    >>> RankCorrelation().name
    'rank_correlation'
    """

    name: ClassVar[str] = "rank_correlation"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "Spearman's rho, -1 to 1"
    says_not: ClassVar[str] = (
        "The order of features that hardly matter counts as much as that of those that do."
    )

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        if evidence.importance.shape[2] < FEWEST_FEATURES:
            return [declined(few_features(evidence.importance.shape[2]))]
        unit = unit_ranks(_features_last(evidence.importance))
        first, second = _pairs(len(unit))
        values = np.einsum("pick,pick->pic", unit[first], unit[second])
        return [_paired_score(evidence, np.clip(values, -1, 1), {})]


@dataclass(frozen=True)
class Variation:
    """Mean coefficient of variation over repeats of the k features with largest mean importance.

    The standard deviation has R - 1 below it. Features of mean importance 0 are left out.

    Parameters
    ----------
    k : int
        All features where there are fewer.

    Examples
    --------
    >>> Variation().name, Variation().better
    ('cv', 'lower')
    """

    k: int = 5
    name: ClassVar[str] = "cv"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    unit: ClassVar[str] = "standard deviation over mean"
    says_not: ClassVar[str] = "It does not say whether the mean itself is right."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        repeats = _features_last(evidence.importance)
        usable = complete(repeats, -1)
        values = _top_variation(repeats, usable, self.k)
        left_out = [
            _top_variation(repeats, _without(usable, r), self.k) for r in range(len(usable))
        ]
        columns = {**_beside(evidence), "stderr": _jackknife(np.array(left_out), usable)[None]}
        zero = np.nan_to_num(repeats).max(axis=(0, -1)) == 0
        reasons = {**_too_few(usable), "every importance is 0": zero[None]}
        return [explained(values[None], columns, reasons)]


def coefficient_of_variation(repeats: Array) -> Array:
    """Standard deviation (R - 1 below it) over the absolute mean, along the first axis.

    Parameters
    ----------
    repeats : array of shape (R, ...)

    Returns
    -------
    array of shape (...)
        NaN where the mean is 0 or R is 1.

    Examples
    --------
    >>> coefficient_of_variation(np.array([[1.0, 0.0], [3.0, 0.0]])).round(3).tolist()
    [0.707, nan]
    """
    repeats = np.asarray(repeats, dtype=float)
    mean = np.abs(repeats.mean(axis=0))
    if len(repeats) < FEWEST_REPEATS:
        return np.full(mean.shape, np.nan)
    spread = repeats.std(axis=0, ddof=1)
    found: Array = np.divide(spread, mean, out=np.full_like(mean, np.nan), where=mean > 0)
    return found


def vsi(selected: Bools) -> float:
    """Variables stability index (Visani et al. 2020, arXiv 2001.11757), 0 to 100.

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
    chosen = np.asarray(selected, dtype=float)
    if len(chosen) < FEWEST_REPEATS:
        return float("nan")
    first, second = _pairs(len(chosen))
    size = chosen.sum(axis=1)
    larger = np.maximum(size[first], size[second])
    common = (chosen[first] * chosen[second]).sum(axis=1)
    shares = np.divide(common, larger, out=np.ones_like(common), where=larger > 0)
    return float(100 * shares.mean())


def few_features(n: int) -> str:
    """The reason why a rank correlation is declined."""
    return f"a rank correlation of {n} features says nothing: at least {FEWEST_FEATURES}"


def _features_last(values: Array) -> Array:
    """(R, I, k, C) as (R, I, C, k)."""
    return np.moveaxis(values, 2, -1)


def _pairs(n: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    first, second = np.triu_indices(n, 1)
    return first, second


def _share(holds: Bools, among: Bools) -> Array:
    """Share along the first axis of what holds among what counts; NaN where nothing counts."""
    count = among.sum(axis=0)
    hits = (holds & among).sum(axis=0).astype(float)
    share: Array = np.divide(hits, count, out=np.full_like(hits, np.nan), where=count > 0)
    return share


def _beside(evidence: Evidence) -> dict[str, Array]:
    """Columns beside every stability score: zero_share (1, I, C) and n_effective (1, I, 1)."""
    usable = complete(evidence.importance, 2)
    zero = ((evidence.importance == 0) | ~evidence.selected).mean(axis=2)
    known = np.isfinite(evidence.n_effective)
    return {
        "zero_share": _mean_where(zero, usable)[None],
        "n_effective": _mean_where(evidence.n_effective, known)[None, :, None],
    }


def _mean_where(values: Array, among: Bools) -> Array:
    """Mean along the first axis of what counts; NaN where nothing counts."""
    count = among.sum(axis=0)
    total = np.where(among, values, 0.0).sum(axis=0)
    mean: Array = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return mean


def _paired_score(evidence: Evidence, pairs: Array, columns: Mapping[str, Array]) -> Score:
    """Mean of pair values (R (R - 1) / 2, I, C) as a score, with its jackknife error."""
    usable = complete(evidence.importance, 2)
    known = ~np.isnan(pairs)
    values = _mean_where(pairs, known)
    first, second = _pairs(len(usable))
    everyone = range(len(usable))
    apart = [known & ((first != r) & (second != r))[:, None, None] for r in everyone]
    left_out = np.array([_mean_where(pairs, one) for one in apart])
    stderr = _jackknife(left_out, usable)
    undefined = (usable[first] & usable[second] & ~known).sum(axis=0)
    text = np.where(undefined > 0, "some pairs undefined: all importances tie", "").astype(object)
    reasons = {
        **_too_few(usable),
        "undefined: all importances tie": ((undefined > 0) & ~known.any(axis=0))[None],
    }
    beside = {**_beside(evidence), **columns, "stderr": stderr[None]}
    return explained(values[None], beside, reasons, text[None])


def _too_few(usable: Bools) -> dict[str, npt.ArrayLike]:
    few = usable.sum(axis=0) < FEWEST_REPEATS
    return {f"fewer than {FEWEST_REPEATS} usable repeats": few[None]}


def _jackknife(left_out: Array, usable: Bools) -> Array:
    """Standard error (...) from leave-one-out values (R, ...); NaN below three usable repeats."""
    count = usable.sum(axis=0)
    mean = _mean_where(left_out, usable)
    squares = np.where(usable, (left_out - mean) ** 2, 0.0).sum(axis=0)
    enough = (count > FEWEST_REPEATS) & np.isfinite(squares)
    variance = np.where(enough, squares * (count - 1) / np.maximum(count, 1), np.nan)
    error: Array = np.sqrt(variance)
    return error


def _without(usable: Bools, repeat: int) -> Bools:
    """The mask with one repeat struck out."""
    left = usable.copy()
    left[repeat] = False
    return left


def _top_variation(repeats: Array, usable: Bools, k: int) -> Array:
    """Mean variation (I, C) of the top features of repeats (R, I, C, k_features)."""
    among = np.broadcast_to(usable[..., None], repeats.shape)
    count = usable.sum(axis=0)[..., None]
    mean = _mean_where(repeats, among)
    squares = np.where(among, (repeats - mean) ** 2, 0.0).sum(axis=0)
    spread = np.sqrt(np.where(count > 1, squares / np.maximum(count - 1, 1), np.nan))
    order = np.argsort(-np.nan_to_num(mean), axis=-1, kind="stable")[..., :k]
    top = np.take_along_axis(mean, order, axis=-1)
    there = top > 0
    ratio = np.divide(
        np.take_along_axis(spread, order, axis=-1), top, out=np.zeros_like(top), where=there
    )
    n = there.sum(axis=-1)
    total = ratio.sum(axis=-1)
    found: Array = np.divide(total, n, out=np.full_like(total, np.nan), where=n > 0)
    return found
