"""Tests of paired differences, one a data set: t, sign-flip, signed-rank; it averages nothing.

All three are two-sided. The sign-flip and the signed-rank test hold their level exactly wherever
the differences of each data set are symmetric round 0, whatever their scales.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from limelab.statistics.data_sets import t_p
from limelab.statistics.outcomes import Outcome, missing_note, one_a_unit
from limelab.statistics.reachable import smallest_p
from limelab.types import Array, BadInput, Bools

ENUMERATED = 16  # up to so many data sets every pattern of signs is counted
TIE = 1e-12  # differences are equal when they agree to this share of the largest


def t_test(differences: Array) -> Outcome:
    """Student's t on the means of data sets.

    It assumes that they are normal; with scales that differ from set to set it stays at or under
    its level at .05 (Bakirov and Szekely 2006).

    Parameters
    ----------
    differences : array of shape (n,)
        NaN is left out and counted.

    Examples
    --------
    >>> round(t_test(np.array([1.0, 2.0, 3.0])).statistic, 4)
    3.4641
    """
    values, n_missing = one_a_unit(differences, "t_test")
    n, name = values.size, "t test"
    if n < 2:
        return Outcome(name, np.nan, np.nan, n, note=f"{n} data sets came and 2 are needed")
    centre, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(n))
    statistic = centre / error if error > 0 else np.copysign(np.inf, centre) if centre else 0.0
    return Outcome(
        name, float(statistic), t_p(centre, error, n - 1), n, note=missing_note(n_missing)
    )


def sign_flip(
    differences: Array, *, rng: np.random.Generator | None = None, n_resamples: int = 99_999
) -> Outcome:
    """The sign-flip (one-sample permutation) test of the mean.

    Parameters
    ----------
    differences : array of shape (n,)
        NaN is left out and counted.
    rng : Generator, optional
        Needed above 16 data sets, where signs are drawn and not enumerated.
    n_resamples : int
        Patterns drawn; p is then (1 + hits) / (1 + n_resamples), never below its truth on average.

    Returns
    -------
    Outcome
        With the mean as its statistic.

    Notes
    -----
    Fisher 1935, The Design of Experiments, section 21.

    Examples
    --------
    >>> sign_flip(np.array([0.1, 0.2, 0.3, 0.4, 0.5])).p
    0.0625
    """
    values, n_missing = one_a_unit(differences, "sign_flip")
    n, name, note = values.size, "sign-flip test", missing_note(n_missing)
    if n == 0:
        return Outcome(name, np.nan, np.nan, n, 1.0, "no values came")
    if n <= ENUMERATED:
        p, least = _enumerated_p(values), smallest_p(n)
    else:
        p, least = _drawn_p(values, rng, n_resamples), 1 / (n_resamples + 1)
        note = "; ".join(filter(None, [note, f"{n_resamples} patterns of signs drawn"]))
    return Outcome(name, float(values.mean()), p, n, max(least, smallest_p(n)), note)


def wilcoxon(differences: Array) -> Outcome:
    """Wilcoxon's signed-rank test, exact for any ties and zeros.

    Differences that agree to 1e-12 of the largest are tied and share their mean rank. Zeros are
    ranked with the rest and then left out (Pratt 1959), so that they weaken what little
    differences say. p counts the signs of the ranks that were observed: no normal approximation.

    Parameters
    ----------
    differences : array of shape (n,)
        NaN is left out and counted.

    Returns
    -------
    Outcome
        Its statistic is the rank sum of the positive differences; `n` counts zeros too.

    Examples
    --------
    >>> found = wilcoxon(np.array([1.0, 2.0, 3.0, -4.0, 5.0, 6.0, 7.0]))
    >>> found.statistic, found.p
    (24.0, 0.109375)
    """
    values, n_missing = one_a_unit(differences, "wilcoxon")
    n, name = values.size, "signed-rank test"
    if n == 0:
        return Outcome(name, np.nan, np.nan, n, 1.0, "no values came")
    ranks, signs = signed_ranks(values)
    zeros = n - ranks.size
    notes = [missing_note(n_missing), f"{zeros} differences are zero" if zeros else ""]
    positive = float(ranks[signs > 0].sum())
    told = "; ".join(filter(None, notes))
    return Outcome(name, positive, _rank_p(ranks, positive), n, smallest_p(ranks.size), told)


def signed_ranks(values: Array) -> tuple[Array, Array]:
    """Mean ranks of the sizes of the differences that are not zero, and their signs.

    Examples
    --------
    >>> signed_ranks(np.array([0.0, -2.0, 2.0]))[0].tolist()
    [2.5, 2.5]
    """
    rounded = comparable(values)
    ranks = stats.rankdata(np.abs(rounded))
    used = rounded != 0
    return ranks[used], np.sign(rounded[used])


def comparable(values: Array) -> Array:
    """Values in shares of the largest, rounded so that what differs by rounding alone is equal."""
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0:
        return np.zeros_like(values)
    rounded: Array = np.round(values / largest / TIE) * TIE
    return rounded


def _rank_p(ranks: Array, positive: float) -> float:
    """Twice the smaller tail of the rank sum over all signs, by adding one rank at a time.

    Ranks are halves of whole numbers, so that doubled sums index an array of chances.
    """
    doubled = np.rint(2 * ranks).astype(int)
    chance = np.zeros(int(doubled.sum()) + 1)
    chance[0] = 1.0
    for rank in doubled:
        shifted = np.zeros_like(chance)
        shifted[rank:] = chance[: chance.size - rank]
        chance = (chance + shifted) / 2
    place = round(2 * positive)
    return float(min(1.0, 2 * min(chance[: place + 1].sum(), chance[place:].sum())))


def _enumerated_p(values: Array) -> float:
    """Share of all sign patterns whose sum is as far from 0; the first sign may stay as it is."""
    n = values.size
    patterns = (np.arange(2 ** (n - 1))[:, None] >> np.arange(n - 1)) & 1
    sums = values[0] + (1 - 2 * patterns) @ values[1:]
    return float(_as_far(sums, values).mean())


def _drawn_p(values: Array, rng: np.random.Generator | None, n_resamples: int) -> float:
    if rng is None:
        raise BadInput(
            f"sign_flip: {values.size} data sets came without rng; above {ENUMERATED} the signs "
            "are drawn. Hand a generator: rng=np.random.default_rng(0)."
        )
    hits, left = 0, n_resamples
    while left > 0:  # in pieces: all patterns at once may not fit in memory
        size = min(left, 20_000)
        signs = rng.integers(0, 2, size=(size, values.size)) * 2 - 1
        hits += int(_as_far(signs @ values, values).sum())
        left -= size
    return (1 + hits) / (1 + n_resamples)


def _as_far(sums: Array, values: Array) -> Bools:
    """Where a flipped sum is as far from 0 as the observed one, to rounding."""
    slack = TIE * float(np.abs(values).sum())
    far: Bools = np.abs(sums) >= abs(float(values.sum())) - slack
    return far
