"""Bands that hold for a whole curve at once; arrays in, arrays out, it draws no number."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from limelab.types import Array, BadInput, Bools


class Band(NamedTuple):
    """Ends of intervals that hold together.

    Attributes
    ----------
    low, high : arrays of the estimates' shape
    """

    low: Array
    high: Array

    def misses(self, exact: npt.ArrayLike, *, rounding: float = 1e-9) -> Bools:
        """Where exact values lie outside by more than `rounding` of their size.

        A missing end or exact value is a miss: nothing was shown there.
        """
        truth = np.asarray(exact, dtype=np.float64)
        room = rounding * np.maximum(np.abs(truth), 1.0)
        return np.asarray(~((self.low - room <= truth) & (truth <= self.high + room)))


def simultaneous_band(
    estimate: npt.ArrayLike, stderr: npt.ArrayLike, *, level: float = 0.95, df: float = np.inf
) -> Band:
    """Intervals round m estimates that all hold at once with the stated chance.

    Each has the level^(1 / m) of Sidak (1967, Journal of the American Statistical Association 62):
    exact for independent normal estimates, and never too low for correlated ones. With `df` the
    quantiles are Student's, for errors that are estimated from df + 1 repeats.

    Parameters
    ----------
    estimate, stderr : arrays of one shape
        NaN gives NaN and is left out of m.
    level : float, default 0.95
    df : float, default infinity

    Returns
    -------
    band : Band

    Examples
    --------
    >>> band = simultaneous_band([0.0, 5.0], [1.0, 1.0])
    >>> band.high.round(3).tolist(), band.misses([2.1, 8.0]).tolist()
    ([2.236, 7.236], [False, True])
    """
    middle, error = np.asarray(estimate, dtype=np.float64), np.asarray(stderr, dtype=np.float64)
    if middle.shape != error.shape or not (0.0 < level < 1.0) or not df > 0 or (error < 0).any():
        raise BadInput(
            f"simultaneous_band(estimate of shape {middle.shape}, stderr of shape {error.shape}, "
            f"level={level!r}, df={df!r}); expected one shape, errors of at least 0, a level "
            "between 0 and 1 and df above 0"
        )
    m = max(int(np.isfinite(middle + error).sum()), 1)
    reach = stats.t.isf((1.0 - level ** (1.0 / m)) / 2.0, df) * error
    return Band(middle - reach, middle + reach)
