"""Holm's correction, of p values and of intervals alike; it may not draw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from limelab.statistics.estimates import Estimate, Intervals
from limelab.types import Array


def holm(p: Array) -> Array:
    """Holm's adjusted p values; NaN is left out of the family and stays NaN.

    Examples
    --------
    >>> holm(np.array([0.01, np.nan, 0.04])).tolist()
    [0.02, nan, 0.04]
    """
    from statsmodels.stats.multitest import multipletests

    p = np.asarray(p, dtype=float)
    adjusted, known = np.full(p.shape, np.nan), ~np.isnan(p)
    if known.any():
        adjusted[known] = multipletests(p[known], method="holm")[1]
    return adjusted


def holm_levels(p: Array, alpha: float = 0.05) -> Array:
    """The confidence level that each claim's interval needs so that it agrees with Holm.

    Claims are taken from the smallest p upwards: the first of m gets 1 - alpha / m, the next
    1 - alpha / (m - 1), and so on; once one is not rejected, all that follow keep its level.

    Parameters
    ----------
    p : array of shape (m,)
        NaN is left out of the family and gets NaN.
    alpha : float

    Returns
    -------
    array of shape (m,)

    Examples
    --------
    >>> holm_levels(np.array([0.001, 0.4, 0.04]), 0.06).round(3).tolist()
    [0.98, 0.97, 0.97]
    """
    p = np.asarray(p, dtype=float)
    levels = np.full(p.shape, np.nan)
    order = [int(i) for i in np.argsort(p, kind="stable") if not np.isnan(p[i])]
    step = 0
    for place, index in enumerate(order):
        levels[index] = 1 - alpha / (len(order) - step)
        rejected = p[index] <= alpha / (len(order) - step)
        step = place + 1 if rejected and step == place else step
    return levels


def simultaneous(family: Sequence[Intervals], *, level: float = 0.95) -> list[Estimate]:
    """Every member's estimate at the level that Holm asks of it.

    Examples
    --------
    >>> from limelab.statistics import clusters, in_general
    >>> means = np.array([0.9, 1.0, 1.1, 1.2, 1.0, 0.8])
    >>> alone, paired = simultaneous([clusters(means), clusters(means - 1)])
    >>> alone.low < in_general(means).low, paired.low == in_general(means - 1).low
    (True, True)
    """
    levels = family_levels(family, level=level)
    return [member.at(float(own)) for member, own in zip(family, levels, strict=True)]


def family_levels(family: Sequence[Intervals], *, level: float = 0.95) -> Array:
    """The level (m,) at which `simultaneous` reads each member; `level` where it declines."""
    p = np.array([member.at(level).p for member in family])
    levels = holm_levels(p, 1 - level)
    return np.where(np.isnan(levels), level, levels)
