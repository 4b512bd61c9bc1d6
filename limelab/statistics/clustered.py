"""Shares and other statistics of rows that come in clusters, at any level; it may not draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special, stats

from limelab.statistics.data_sets import t_p
from limelab.statistics.estimates import Estimate
from limelab.types import Array, BadInput

Rows = npt.NDArray[np.intp]
FEWEST = 2  # clusters, below which their spread says nothing
_GONE = "it is not known of all rows, or not without some cluster"
_HALVINGS, _WIDEST, _NARROWEST = 60, 1e-12, 0.999


@dataclass(frozen=True)
class Share:
    """A share of rows in clusters, with exact limits at its effective size.

    Clopper and Pearson's limits at n* = p (1 - p) / Var(p), where Var(p) is that of the clusters'
    totals, times (t of n - 1 / t of m - 1) squared, and never at more than n (Korn & Graubard 1998,
    Survey Methodology 24, equations 1 to 3).

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


def clustered_share(
    hits: npt.ArrayLike, cluster: npt.ArrayLike, *, alike: float | None = None
) -> Share:
    """The share of rows that are hits, where rows of one cluster may go together.

    How much they do is read off the hits. Few hits tell little of it, and none tell nothing: then
    rows of a cluster count as one, unless it is known otherwise how alike they are.

    Parameters
    ----------
    hits : array of shape (n,), 0 or 1
    cluster : array of shape (n,)
        Labels.
    alike : float, optional
        Least intraclass correlation to reckon with, 0 to 1, such as `intraclass` finds in a larger
        sample. The effective size is then at most n / (1 + (w - 1) alike), where w is the mean size
        of the cluster that a row is in (Kish 1965, Survey Sampling, section 5.4).

    Returns
    -------
    share : Share

    Raises
    ------
    BadInput
        Other hits than 0 and 1, other lengths, `alike` beyond 0 to 1.

    Examples
    --------
    >>> apart = clustered_share([1, 0, 0, 0, 1, 0], range(6))
    >>> together = clustered_share([1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 2, 2])
    >>> none = clustered_share([0, 0, 0, 0, 0, 0], [0, 0, 1, 1, 2, 2])
    >>> apart.size, round(together.size, 2), none.size
    (5.0, 2.0, 3.0)
    """
    told, place = _checked(hits, cluster)
    if alike is not None and not 0 <= alike <= 1:
        raise BadInput(f"alike={alike!r}; expected an intraclass correlation from 0 to 1")
    n, sizes = len(told), np.bincount(place).astype(float)
    if n == 0:
        return Share(np.nan, 0, 0, 0.0)
    p, m = float(told.mean()), len(sizes)
    totals = np.bincount(place, told - p)
    variance = m / max(1, m - 1) * float((totals**2).sum()) / n**2
    least = (1.0 if p in (0.0, 1.0) else 0.0) if alike is None else alike
    most = n / (1 + (float((sizes**2).sum()) / n - 1) * least)
    return Share(p, n, m, min(most, p * (1 - p) / variance) if variance > 0 else most)


def intraclass(hits: npt.ArrayLike, cluster: npt.ArrayLike) -> float:
    """How alike rows of one cluster are: the intraclass correlation, by analysis of variance.

    Parameters
    ----------
    hits : array of shape (n,), 0 or 1
    cluster : array of shape (n,)
        Labels.

    Returns
    -------
    alike : float
        0 to 1; 1 where nothing tells, with one cluster, a row a cluster, or no spread at all
        (Fisher 1925; for unequal sizes Donner 1986, International Statistical Review 54, 2.1).

    Examples
    --------
    >>> intraclass([1, 1, 0, 0, 1, 1, 0, 0], [0, 0, 1, 1, 2, 2, 3, 3])
    1.0
    >>> intraclass([1, 0, 0, 1, 1, 0, 0, 1], [0, 0, 1, 1, 2, 2, 3, 3])
    0.0
    """
    told, place = _checked(hits, cluster)
    sizes = np.bincount(place).astype(float)
    n, m = len(told), len(sizes)
    if m < FEWEST or n == m:
        return 1.0
    means = np.bincount(place, told) / sizes
    between = float((sizes * (means - told.mean()) ** 2).sum()) / (m - 1)
    within = float(((told - means[place]) ** 2).sum()) / (n - m)
    usual = (n - float((sizes**2).sum()) / n) / (m - 1)
    total = between + (usual - 1) * within
    return float(np.clip((between - within) / total, 0.0, 1.0)) if total > 0 else 1.0


def _checked(hits: npt.ArrayLike, cluster: npt.ArrayLike) -> tuple[Array, Rows]:
    """Hits as 0.0 and 1.0, and the place of each one's cluster."""
    told, labels = np.asarray(hits), np.asarray(cluster)
    if told.ndim != 1 or labels.shape != told.shape:
        raise BadInput(
            f"hits have shape {told.shape} and clusters {labels.shape}; expected one of each a row"
        )
    if told.dtype.kind not in "biuf" or not np.isin(told, (0, 1)).all():
        raise BadInput("hits hold something else than 0 and 1; leave rows without an answer out")
    place, _ = pd.factorize(labels)
    if (place < 0).any():
        raise BadInput(f"{int((place < 0).sum())} of {len(place)} rows have no cluster; name them")
    return told.astype(float), place


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
        if m < FEWEST or not np.isfinite(self._error + self.whole):
            note = _few(m) if m < FEWEST else _GONE
            return Estimate(self.whole, np.nan, np.nan, np.nan, self.n, m, note=note)
        reach = float(stats.t.isf((1 - level) / 2, m - 1)) * self._error
        low, high = self.whole - reach, self.whole + reach
        return Estimate(self.whole, low, high, self.against(0.0), self.n, m)

    def against(self, value: float) -> float:
        """Two-sided p of the hypothesis that the statistic is `value`."""
        if len(self.without) < FEWEST or not np.isfinite(self._error + self.whole):
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
    place, names = pd.factorize(np.asarray(cluster), sort=False)
    left = [statistic(np.flatnonzero(place != k)) for k in range(len(names))]
    return Jackknifed(statistic(np.arange(len(place))), np.array(left, dtype=float), len(place))


def _few(m: int) -> str:
    return f"too few clusters: {m} of at least {FEWEST}"
