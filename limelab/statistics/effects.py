"""Sizes of effects with intervals: in standard deviations, and as chances; it tests nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from limelab.statistics.outcomes import check_level, missing_note, one_a_unit
from limelab.statistics.paired import comparable, signed_ranks
from limelab.types import Array


@dataclass(frozen=True)
class Effect:
    """A size of effect without units.

    Attributes
    ----------
    name : str
    estimate, low, high : float
        NaN where there is none; then `note` says why.
    n : int
    note : str
    """

    name: str
    estimate: float
    low: float
    high: float
    n: int
    note: str = ""

    @property
    def sentence(self) -> str:
        """The effect with its interval."""
        told = f"{self.n} values{'; ' + self.note if self.note else ''}"
        if np.isnan(self.estimate):
            return f"The {self.name} cannot be given ({told})."
        ends = (
            "no interval" if np.isnan(self.low) else f"interval {self.low:.3g} to {self.high:.3g}"
        )
        return f"The {self.name} is {self.estimate:.3g}, {ends} ({told})."


def standardized(differences: Array, *, level: float = 0.95) -> Effect:
    """The mean paired difference in standard deviations of the differences (Cohen's d_z).

    The interval inverts the noncentral t distribution, exact for normal differences.

    Parameters
    ----------
    differences : array of shape (n,)
        One a data set, or any independent units; NaN is left out and counted.
    level : float

    Examples
    --------
    >>> found = standardized(np.array([0.1, 0.5, -0.2, 0.3, 0.4, 0.25]))
    >>> round(found.estimate, 3), round(found.low, 3), round(found.high, 3)
    (0.905, -0.092, 1.845)
    """
    check_level(level, "standardized")
    values, n_missing = one_a_unit(differences, "standardized")
    n, name = values.size, "standardized mean difference"
    spread = float(values.std(ddof=1)) if n > 1 else 0.0
    if spread == 0:
        return Effect(name, np.nan, np.nan, np.nan, n, "the differences do not vary")
    estimate = float(values.mean()) / spread
    tails = ((1 + level) / 2, (1 - level) / 2)
    root = float(np.sqrt(n))
    low, high = (_noncentrality(estimate * root, n - 1, tail) / root for tail in tails)
    return Effect(name, estimate, low, high, n, missing_note(n_missing))


def superiority(differences: Array, *, level: float = 0.95) -> Effect:
    """The chance that a paired difference is positive; ties count half.

    Wilson's score interval; with ties it is wider than it need be.

    Examples
    --------
    >>> found = superiority(np.array([1.0, 2.0, -1.0, 0.0]))
    >>> found.estimate, round(found.low, 3), round(found.high, 3)
    (0.625, 0.219, 0.908)
    """
    check_level(level, "superiority")
    values, n_missing = one_a_unit(differences, "superiority")
    n, name = values.size, "probability of superiority"
    if n == 0:
        return Effect(name, np.nan, np.nan, np.nan, 0, "no values came")
    share = float((np.sign(comparable(values)) + 1).mean() / 2)
    z2 = float(stats.norm.isf((1 - level) / 2)) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = float(np.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n**2)))) / (1 + z2 / n)
    return Effect(name, share, centre - half, centre + half, n, missing_note(n_missing))


def vargha_delaney(a: Array, b: Array, *, level: float = 0.95) -> Effect:
    """The chance that a value of a is above one of b, for samples that are not paired.

    A = P(a > b) + P(a = b) / 2 (Vargha and Delaney 2000); Newcombe's (2006) fifth interval, which
    exists also where the samples do not overlap.

    Parameters
    ----------
    a, b : arrays of shape (m,) and (n,)
    level : float

    Examples
    --------
    >>> found = vargha_delaney(np.array([3.0, 4.0, 5.0]), np.array([1.0, 2.0, 3.0]))
    >>> round(found.estimate, 4), found.low < 0.9 < found.high
    (0.9444, True)
    """
    check_level(level, "vargha_delaney")
    (x, x_missing), (y, y_missing) = (
        one_a_unit(a, "vargha_delaney"),
        one_a_unit(b, "vargha_delaney"),
    )
    m, n, name = x.size, y.size, "Vargha-Delaney A"
    if min(m, n) == 0:
        return Effect(name, np.nan, np.nan, np.nan, m + n, "one side has no values")
    ranks = stats.rankdata(comparable(np.concatenate([x, y])))
    share = float((ranks[:m].sum() - m * (m + 1) / 2) / (m * n))
    low, high = _newcombe(share, m, n, float(stats.norm.isf((1 - level) / 2)))
    return Effect(name, share, low, high, m + n, missing_note(x_missing + y_missing))


def rank_biserial(differences: Array, *, level: float = 0.95) -> Effect:
    """The matched-pairs rank-biserial correlation: the share of rank sum for, less against.

    The interval comes from the jackknife on Fisher's scale with Student's t; where all signs
    agree there is none.

    Notes
    -----
    Kerby 2014. Zeros as in `wilcoxon`.

    Examples
    --------
    >>> rank_biserial(np.array([1.0, 2.0, 3.0, -4.0, 5.0, 6.0, 7.0])).estimate.__round__(4)
    0.7143
    """
    check_level(level, "rank_biserial")
    values, n_missing = one_a_unit(differences, "rank_biserial")
    n, name = values.size, "rank-biserial correlation"
    estimate = _biserial(values)
    if np.isnan(estimate):
        return Effect(name, np.nan, np.nan, np.nan, n, "no difference that is not zero")
    left_out = np.array([_biserial(np.delete(values, place)) for place in range(n)])
    if n < 3 or np.isnan(left_out).any() or np.abs([estimate, *left_out]).max() >= 1:
        note = "all signs agree, or all but one: no interval"
        return Effect(name, estimate, np.nan, np.nan, n, note)
    pseudo = n * np.arctanh(estimate) - (n - 1) * np.arctanh(left_out)
    width = float(stats.t.isf((1 - level) / 2, n - 1)) * pseudo.std(ddof=1) / np.sqrt(n)
    low, high = np.tanh(np.arctanh(estimate) + np.array([-width, width]))
    return Effect(name, estimate, float(low), float(high), n, missing_note(n_missing))


def _noncentrality(t: float, dof: int, tail: float) -> float:
    """The noncentrality under which P(T <= t) = tail."""
    reach = 2.0 + 6 * float(np.sqrt(1 + t**2 / (2 * dof)))

    def gap(delta: float) -> float:
        chance = float(stats.nct.cdf(t, dof, delta))
        if np.isnan(chance):  # scipy has no value deep in a tail, where it is 0 or 1
            chance = float(delta < t)
        return chance - tail

    return float(optimize.brentq(gap, t - reach, t + reach))


def _newcombe(share: float, m: int, n: int, z: float) -> tuple[float, float]:
    """Both shares that lie z of their own standard errors from the one observed."""
    star = (m + n) / 2 - 1

    def gap(truth: float) -> float:
        shape = (1 - truth) / (2 - truth) + truth / (1 + truth)
        return (truth - share) ** 2 / (truth * (1 - truth)) - z**2 * (1 + star * shape) / (m * n)

    least, most = 1e-12, 1 - 1e-12
    low = 0.0 if share < least else float(optimize.brentq(gap, least, min(share, most)))
    high = 1.0 if share > most else float(optimize.brentq(gap, max(share, least), most))
    return low, high


def _biserial(values: Array) -> float:
    """Rank sum of positive less that of negative differences, over both; NaN where all are 0."""
    ranks, signs = signed_ranks(values)
    return float((ranks * signs).sum() / ranks.sum()) if ranks.size else np.nan
