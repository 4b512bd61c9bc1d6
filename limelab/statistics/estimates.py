"""An estimate with its interval, and what gives one at any level; it computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

FEWEST_CLUSTERS = 6
TOO_FEW = "too few data sets"
ON_THESE, IN_GENERAL = "on these tasks", "in general"


@dataclass(frozen=True)
class Estimate:
    """A difference with its interval, in the units of the metric.

    Attributes
    ----------
    estimate, low, high : float
        NaN where the data cannot give them; then `note` says why.
    p : float
        Two-sided, of the hypothesis that the difference is 0.
    n_units : int
        Instances with at least one value (on these tasks), data sets (in general).
    n_clusters : int
        Tasks (on these tasks) or data sets (in general) that were used.
    n_missing : int
        Cells that hold no value: declined explanations, absent rows.
    note : str
        What to know before reading the interval, or "".

    Examples
    --------
    >>> Estimate(0.5, 0.1, 0.9, 0.02, n_units=12, n_clusters=1).low
    0.1
    """

    estimate: float
    low: float
    high: float
    p: float
    n_units: int = 0
    n_clusters: int = 0
    n_missing: int = 0
    note: str = ""


class Intervals(Protocol):
    """Something that gives its estimate with an interval of any level."""

    def at(self, level: float) -> Estimate:
        """The estimate with its interval of this confidence level, 0 < level < 1."""

    def against(self, value: float) -> float:
        """Two-sided p of the hypothesis that the difference is `value`; NaN where it declines."""
