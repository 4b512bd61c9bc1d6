"""Does the explanation stay when it is made again? It may not touch a model or draw a number.

All of them read `importance`, which is never negative. Fidelity stands in other rows of the same
condition: a stable explanation that misses the model is worth nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from limelab.metrics.notes import declined
from limelab.metrics.pairs import (
    FEWEST_REPEATS,
    features_last,
    mean_where,
    pair_score,
    pairs,
    repeat_score,
    share_where,
)
from limelab.metrics.predicted import predicted_cv, predicted_jaccard, top_ratio
from limelab.metrics.rank_biased import rbo
from limelab.metrics.ranks import (
    has_tie,
    kendall,
    soft_jaccard,
    top_k_membership,
    unit_ranks,
    weighted_kendall,
)
from limelab.numbers import count, positive
from limelab.types import Array, Bools, Evidence, Score

FEWEST_FEATURES = 3


@dataclass(frozen=True)
class TopK:
    """Mean Jaccard index of the k most important features over all pairs of repeats.

    Ties are shared as in `top_k_membership`; `ties` is the share of pairs that needed it.
    `predicted` is what the standard errors of the first repeat alone make expect
    (`predicted_jaccard`); NaN where the surrogate gives none.

    Parameters
    ----------
    k : int

    Examples
    --------
    >>> TopK(3).name
    'top_3_jaccard'
    """

    k: int = 5
    reads: ClassVar[str] = "importance"
    source: ClassVar[str] = "Jaccard 1901, ties shared"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    declines: ClassVar[str] = (
        "k features or fewer; fewer than two usable repeats; importances that all tie"
    )
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
        member = top_k_membership(features_last(evidence.importance), self.k)
        first, second = pairs(len(member))
        tied = has_tie(member)
        present = ~np.isnan(member[..., 0])
        ties = share_where(tied[first] | tied[second], present[first] & present[second])
        values = soft_jaccard(member[first], member[second])
        expected = _expected(evidence, lambda mean, sd: predicted_jaccard(mean, sd, self.k))
        return [pair_score(evidence, values, {"ties": ties[None], "predicted": expected})]


@dataclass(frozen=True)
class RankCorrelation:
    """Mean Spearman correlation of importances over all pairs of repeats.

    Examples
    --------
    >>> RankCorrelation().name
    'rank_correlation'
    """

    name: ClassVar[str] = "rank_correlation"
    reads: ClassVar[str] = "importance"
    source: ClassVar[str] = "Spearman 1904"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    declines: ClassVar[str] = (
        "fewer than 3 features; fewer than two usable repeats; importances that all tie"
    )
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "Spearman's rho, -1 to 1"
    says_not: ClassVar[str] = (
        "The order of features that hardly matter counts as much as that of those that do."
    )

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        if evidence.importance.shape[2] < FEWEST_FEATURES:
            return [declined(few_features(evidence.importance.shape[2]))]
        unit = unit_ranks(features_last(evidence.importance))
        first, second = pairs(len(unit))
        values = np.einsum("pick,pick->pic", unit[first], unit[second])
        return [pair_score(evidence, np.clip(values, -1, 1), {})]


@dataclass(frozen=True)
class KendallStability:
    """Mean Kendall's tau-b of importances over all pairs of repeats.

    Examples
    --------
    >>> KendallStability().name
    'kendall'
    """

    name: ClassVar[str] = "kendall"
    reads: ClassVar[str] = "importance"
    source: ClassVar[str] = "Kendall 1945, tau-b"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    declines: ClassVar[str] = (
        "fewer than 3 features; fewer than two usable repeats; importances that all tie"
    )
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "Kendall's tau-b, -1 to 1"
    says_not: ClassVar[str] = RankCorrelation.says_not

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        return _of_pairs(evidence, kendall)


@dataclass(frozen=True)
class WeightedKendallStability:
    """Mean weighted tau (Vigna 2015) of importances over all pairs of repeats: the top counts most.

    Examples
    --------
    >>> WeightedKendallStability().name
    'weighted_kendall'
    """

    name: ClassVar[str] = "weighted_kendall"
    reads: ClassVar[str] = "importance"
    source: ClassVar[str] = "Vigna 2015, arXiv 1404.3325"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    declines: ClassVar[str] = (
        "fewer than 3 features; fewer than two usable repeats; importances that all tie"
    )
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "weighted tau, -1 to 1"
    says_not: ClassVar[str] = "It hides a tail that is shuffled anew each time."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        return _of_pairs(evidence, weighted_kendall)


@dataclass(frozen=True)
class RankBiased:
    """Mean extrapolated rank-biased overlap of importances over all pairs of repeats.

    `rbo_min` and `rbo_residual` bound what longer lists could make of it.

    Parameters
    ----------
    p : float
        Persistence, inside (0, 1): the first ten ranks hold 86 % of the weight at .9.

    Examples
    --------
    >>> RankBiased(0.9).name
    'rbo_0.9'
    """

    p: float = 0.9
    reads: ClassVar[str] = "importance"
    source: ClassVar[str] = "Webber, Moffat and Zobel 2010"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    declines: ClassVar[str] = "fewer than two usable repeats; importances that all tie"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "higher"
    unit: ClassVar[str] = "rank-biased overlap, 0 to 1"
    says_not: ClassVar[str] = (
        "Chance agreement is not 0: with few features two random orders overlap a lot."
    )

    def __post_init__(self) -> None:
        positive(self, "p", most=np.nextafter(1.0, 0.0))

    @property
    def name(self) -> str:
        """`rbo_0.9` for p = .9."""
        return f"rbo_{self.p:g}"

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        values = features_last(evidence.importance)
        first, second = pairs(len(values))
        found = rbo(values[first], values[second], self.p)
        known = ~np.isnan(found.ext)
        columns = {
            "rbo_min": mean_where(found.min, known)[None],
            "rbo_residual": mean_where(found.res, known)[None],
        }
        return [pair_score(evidence, found.ext, columns)]


@dataclass(frozen=True)
class Variation:
    """Mean coefficient of variation over repeats of the k features with largest mean importance.

    The standard deviation has R - 1 below it. Features of mean importance 0 are left out.
    `predicted` is the same from the standard errors of the first repeat alone (`predicted_cv`).

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
    reads: ClassVar[str] = "importance"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    unit: ClassVar[str] = "standard deviation over mean"
    bounds: ClassVar[tuple[float, float]] = (0.0, np.inf)
    source: ClassVar[str] = "Coefficient of variation, R - 1 below the variance"
    declines: ClassVar[str] = "fewer than two usable repeats; importances that are all 0"
    says_not: ClassVar[str] = "It does not say whether the mean itself is right."

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        repeats = features_last(evidence.importance)
        zero = np.nan_to_num(repeats).max(axis=(0, -1)) == 0
        expected = _expected(evidence, lambda mean, sd: predicted_cv(mean, sd, self.k))

        def statistic(kept: Bools) -> Array:
            return top_variation(repeats, kept, self.k)

        reasons = {"every importance is 0": zero[None]}
        return [repeat_score(evidence, statistic, {"predicted": expected}, reasons)]


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


def few_features(n: int) -> str:
    """The reason why a rank correlation is declined."""
    return f"a rank correlation of {n} features says nothing: at least {FEWEST_FEATURES}"


def _of_pairs(evidence: Evidence, formula: Callable[[Array, Array], Array]) -> list[Score]:
    """The mean of a rank correlation over pairs of repeats."""
    if evidence.importance.shape[2] < FEWEST_FEATURES:
        return [declined(few_features(evidence.importance.shape[2]))]
    values = features_last(evidence.importance)
    first, second = pairs(len(values))
    return [pair_score(evidence, formula(values[first], values[second]), {})]


def _expected(evidence: Evidence, predict: Callable[[Array, Array], Array]) -> Array:
    """What the first repeat's standard errors make expect, (1, I, C); NaN where it has none."""
    mean = evidence.importance[0]
    if evidence.coef is None or evidence.stderr is None:
        return np.full((1, 1, 1), np.nan)
    size, error = np.abs(evidence.coef[0]), evidence.stderr[0]
    # importance is proportional to the coefficient, so it carries the same relative error
    sd = np.divide(mean * error, size, out=np.zeros_like(mean), where=~(size == 0))
    return predict(np.moveaxis(mean, 1, -1), np.moveaxis(sd, 1, -1))[None]


def top_variation(repeats: Array, usable: Bools, k: int) -> Array:
    """Mean coefficient of variation (...) of the k features of largest mean.

    Parameters
    ----------
    repeats : array of shape (R, ..., k_features), not negative
    usable : bool array of shape (R, ...)
        The repeats that count.
    k : int

    Examples
    --------
    >>> repeats = np.array([[1.0, 0.1], [3.0, 0.1]])
    >>> round(float(top_variation(repeats, np.ones(2, dtype=bool), 1)), 3)
    0.707
    """
    among = np.broadcast_to(usable[..., None], repeats.shape)
    count = usable.sum(axis=0)[..., None]
    mean = mean_where(repeats, among)
    squares = np.where(among, (repeats - mean) ** 2, 0.0).sum(axis=0)
    spread = np.sqrt(np.where(count > 1, squares / np.maximum(count - 1, 1), np.nan))
    return top_ratio(spread, mean, k)
