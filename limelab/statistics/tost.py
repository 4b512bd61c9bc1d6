"""Equivalence by two one-sided tests, in either scope; it looks at intervals, not at cells."""

from __future__ import annotations

import math
from dataclasses import dataclass

from limelab.statistics.estimates import Estimate, Intervals
from limelab.types import BadInput


@dataclass(frozen=True)
class Equivalence:
    """Whether a difference lies within a margin that was fixed beforehand.

    Attributes
    ----------
    p : float
        The larger p of the two one-sided tests; NaN where there is no interval.
    margin : float
    found : Estimate
        With the interval of level 1 - 2 alpha: within the margin where p is below alpha.
    alpha : float
    """

    p: float
    margin: float
    found: Estimate
    alpha: float

    @property
    def sentence(self) -> str:
        """Equal in practice, or not shown to be: never "equal" for want of significance."""
        if math.isnan(self.p):
            return f"Equivalence cannot be tested: {self.found.note}."
        one = self.found
        told = (
            f"difference {one.estimate:.3g}, {100 * (1 - 2 * self.alpha):g} % interval "
            f"{one.low:.3g} to {one.high:.3g}, p = {self.p:.3g}"
        )
        told = "; ".join(filter(None, [told, one.note]))
        if self.p <= self.alpha:
            return f"The difference lies within {self.margin:g} ({told})."
        return f"It was not shown that the difference lies within {self.margin:g} ({told})."


def equivalence(measured: Intervals, margin: float, *, alpha: float = 0.05) -> Equivalence:
    """Two one-sided tests of "the difference is at least `margin` away from 0".

    Parameters
    ----------
    measured : Crossed or Clusters
        From `crossed` (on these tasks) or `clusters` (in general, where it is the paired t test).
    margin : float
        In the units of the metric, above 0; fix it before the data are seen.
    alpha : float

    Notes
    -----
    Schuirmann 1987.

    Examples
    --------
    >>> import numpy as np
    >>> from limelab.statistics import clusters
    >>> means = np.array([0.01, -0.02, 0.015, 0.0, -0.01, 0.005])
    >>> equivalence(clusters(means), 0.05).p < 0.001
    True
    """
    if not (math.isfinite(margin) and margin > 0 and 0 < alpha < 0.5):
        raise BadInput(
            f"equivalence(margin={margin!r}, alpha={alpha!r}); expected a margin above 0, in the "
            "units of the metric, and an alpha between 0 and 0.5"
        )
    found = measured.at(1 - 2 * alpha)
    p = max(_one_sided(measured, found, -margin), _one_sided(measured, found, margin))
    return Equivalence(math.nan if math.isnan(found.low) else p, margin, found, alpha)


def _one_sided(measured: Intervals, found: Estimate, border: float) -> float:
    """p of the hypothesis that the difference lies at `border` or beyond it, seen from 0."""
    half = measured.against(border) / 2
    inside = (found.estimate - border) * border < 0
    return half if inside else 1 - half
