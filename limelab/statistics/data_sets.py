"""In general: the data set is the unit, read by Student's t; it may not look inside a data set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from limelab.statistics.estimates import FEWEST_CLUSTERS, TOO_FEW, Estimate
from limelab.types import Array


@dataclass(frozen=True, eq=False)
class Clusters:
    """Means of data sets, read by Student's t at any level; `clusters` makes it.

    Attributes
    ----------
    means : array of shape (n,)
        Finite means, one a data set.
    n_missing : int
        Data sets without a value.
    fewest : int
        Below how many data sets no interval is given; six, but for a check of a verdict that
        leaves one of six out.
    """

    means: Array
    n_missing: int
    fewest: int = FEWEST_CLUSTERS

    def at(self, level: float) -> Estimate:
        """The mean with its t interval of this level; NaN below `fewest` data sets."""
        n = self.means.size
        centre = float(self.means.mean()) if n else np.nan
        counts = (n, n, self.n_missing)
        if n < self.fewest:
            note = f"{TOO_FEW}: {n} of at least {self.fewest}"
            return Estimate(centre, np.nan, np.nan, np.nan, *counts, note)
        note = f"{self.n_missing} data sets without a value" if self.n_missing else ""
        width = float(stats.t.isf((1 - level) / 2, n - 1)) * self._error()
        return Estimate(centre, centre - width, centre + width, self.against(0.0), *counts, note)

    def against(self, value: float) -> float:
        """Two-sided p of the hypothesis that the difference is `value`; NaN below `fewest`."""
        if self.means.size < self.fewest:
            return np.nan
        return t_p(float(self.means.mean()) - value, self._error(), self.means.size - 1)

    def _error(self) -> float:
        return float(self.means.std(ddof=1) / np.sqrt(self.means.size))


def in_general(cluster_means: Array, *, level: float = 0.95) -> Estimate:
    """The mean over data sets with Student's t interval.

    Parameters
    ----------
    cluster_means : array of shape (n,)
        One mean difference a data set; NaN is counted as missing.
    level : float

    Returns
    -------
    Estimate
        With a NaN interval and a note below six data sets.

    Examples
    --------
    >>> in_general(np.array([0.1, 0.2, 0.3, 0.4])).note
    'too few data sets: 4 of at least 6'
    """
    return clusters(cluster_means).at(level)


def clusters(cluster_means: Array) -> Clusters:
    """The data-set means of `in_general`, to be read at several levels.

    Examples
    --------
    >>> clusters(np.array([1.0, np.nan])).n_missing
    1
    """
    means = np.asarray(cluster_means, dtype=float).ravel()
    present = np.isfinite(means)
    return Clusters(means[present], int((~present).sum()))


def t_p(centre: float, error: float, dof: int) -> float:
    """Two-sided p of Student's t; 0 spread gives 0, or 1 where the centre is 0 too."""
    if error == 0:
        return float(centre == 0)
    return float(2 * stats.t.sf(abs(centre) / error, dof))
