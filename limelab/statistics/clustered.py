"""Shares and other statistics of rows that come in clusters, at any level; it may not draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from limelab.statistics.data_sets import t_p
from limelab.statistics.estimates import Estimate
from limelab.types import Array

Rows = npt.NDArray[np.intp]
FEWEST = 2  # clusters, below which their spread says nothing
_HALVINGS, _WIDEST, _NARROWEST = 60, 1e-12, 0.999


@dataclass(frozen=True)
class Share:
    """A share of rows in clusters, with exact limits at its effective size.

    Clopper and Pearson's limits at n* = p (1 - p) / Var(p), where Var(p) is that of the clusters'
    totals, times (t of n - 1 / t of m - 1) squared, and never at more than n: they hold where no
    row or every row is one (Korn & Graubard 1998, Survey Methodology 24, equations 1 to 3).

    Attributes
    ----------
    share : float
        0 to 1; NaN of no rows.
    n, m : int
        Rows and clusters.
    size : float
        The effective size before t's correction.
    """

    share: float
    n: int
    m: int
    size: float

    def at(self, level: float) -> Estimate:
        """The share with its two-sided interval of this level; NaN below `FEWEST` clusters."""
        counts = (self.n, self.m)
        if self.m < FEWEST:
            return Estimate(self.share, np.nan, np.nan, np.nan, *counts, note=_few(self.m))
        low, high = self.limits((1 - level) / 2)
        return Estimate(self.share, low, high, self.against(0.0), *counts)

    def limits(self, tail: float) -> tuple[float, float]:
        """Lower and upper one-sided limits, each with this chance of an error.

        Examples
        --------
        >>> round(clustered_share(np.zeros(60), np.arange(60)).limits(0.05)[1], 4)
        0.0487
        """
        ratio = special.stdtrit(self.n - 1, tail) / special.stdtrit(self.m - 1, tail)
        size = min(self.n, self.size * ratio**2)
        hits = self.share * size
        misses = size - hits
        low = special.betaincinv(hits, misses + 1, tail) if hits > 0 else 0.0
        high = special.betainccinv(hits + 1, misses, tail) if misses > 0 else 1.0
        return float(low), float(high)

    def against(self, value: float) -> float:
        """Two-sided p of a share of `value`: one less the level whose interval ends there."""
        if self.m < FEWEST:
            return np.nan
        inside, outside = _WIDEST, _NARROWEST
        if not self._holds(inside, value):
            return inside
        if self._holds(outside, value):
            return 1.0
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if self._holds(middle, value) else (inside, middle)
        return inside

    def _holds(self, p: float, value: float) -> bool:
        low, high = self.limits(p / 2)
        return low <= value <= high


def clustered_share(hits: npt.ArrayLike, cluster: npt.ArrayLike) -> Share:
    """The share of rows that are hits, where rows of one cluster may go together.

    Parameters
    ----------
    hits : array of shape (n,), 0 or 1
    cluster : array of shape (n,)
        Labels.

    Returns
    -------
    share : Share

    Examples
    --------
    >>> apart = clustered_share([1, 0, 0, 0, 1, 0], range(6))
    >>> together = clustered_share([1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 2, 2])
    >>> apart.size, round(together.size, 2)
    (5.0, 2.0)
    """
    told = np.asarray(hits, dtype=float)
    names, place = np.unique(np.asarray(cluster), return_inverse=True)
    n, m = len(told), len(names)
    if n == 0:
        return Share(np.nan, 0, 0, 0.0)
    p = float(told.mean())
    totals = np.bincount(place, told - p, minlength=m)
    variance = m / max(1, m - 1) * float((totals**2).sum()) / n**2
    size = p * (1 - p) / variance if variance > 0 else float(n)
    return Share(p, n, m, min(float(n), size))


@dataclass(frozen=True, eq=False)
class Jackknifed:
    """A statistic of rows in clusters, with Student's t over what it is without each cluster.

    Attributes
    ----------
    whole : float
    without : array of shape (m,)
        The statistic of the rows that remain (Efron & Tibshirani 1993, section 11).
    n : int
        Rows.
    """

    whole: float
    without: Array
    n: int

    def at(self, level: float) -> Estimate:
        """The statistic with its interval of this level; NaN below `FEWEST` clusters."""
        m = len(self.without)
        if m < FEWEST or not np.isfinite(self._error):
            note = _few(m) if m < FEWEST else "it is not known without some cluster"
            return Estimate(self.whole, np.nan, np.nan, np.nan, self.n, m, note=note)
        reach = float(stats.t.isf((1 - level) / 2, m - 1)) * self._error
        low, high = self.whole - reach, self.whole + reach
        return Estimate(self.whole, low, high, self.against(0.0), self.n, m)

    def against(self, value: float) -> float:
        """Two-sided p of the hypothesis that the statistic is `value`."""
        if len(self.without) < FEWEST or not np.isfinite(self._error):
            return np.nan
        return t_p(self.whole - value, self._error, len(self.without) - 1)

    @property
    def _error(self) -> float:
        m = len(self.without)
        return float(np.sqrt((m - 1) * np.var(self.without))) if m else np.nan


def jackknifed(statistic: Callable[[Rows], float], cluster: npt.ArrayLike) -> Jackknifed:
    """A statistic of rows, of all of them and without each cluster.

    Parameters
    ----------
    statistic : function of positions (n,) -> float
    cluster : array of shape (n,)
        Labels.

    Returns
    -------
    jackknifed : Jackknifed

    Examples
    --------
    >>> values = np.array([1.0, 2.0, 3.0, 6.0])
    >>> found = jackknifed(lambda rows: float(values[rows].mean()), range(4)).at(0.95)
    >>> bool(np.isclose(found.high - found.estimate, stats.t.isf(0.025, 3) * stats.sem(values)))
    True
    """
    names, place = np.unique(np.asarray(cluster), return_inverse=True)
    left = [statistic(np.flatnonzero(place != k)) for k in range(len(names))]
    return Jackknifed(statistic(np.arange(len(place))), np.array(left, dtype=float), len(place))


def _few(m: int) -> str:
    return f"too few clusters: {m} of at least {FEWEST}"
