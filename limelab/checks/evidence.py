"""Statistical equality with a stated false-alarm rate: arrays in, a failure or nothing out.

A kit's statistical checks share `ALPHA`: each spends a part of it over all values that it compares
(Bonferroni), so a correct explainer fails any of them with probability `ALPHA` at most, as far as
means of a few runs are normal.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from limelab.checks.kit import ALPHA
from limelab.checks.results import CheckFailed
from limelab.types import Array

STATISTICAL = 12  # checks that share ALPHA
RUNS = 10  # of each side
_ROUNDING = 1e-7  # of the largest value: what two exact answers may differ by


def same_mean(first: Array, second: Array, what: str) -> None:
    """Raise where the means of independent runs differ by more than chance.

    Welch's t, value by value, at the level that Bonferroni leaves.

    Parameters
    ----------
    first, second : arrays of shape (R, ...)
        Values of R seeds each.
    what : str
        Opens the message.

    Examples
    --------
    >>> same_mean(np.array([[1.0], [1.2]]), np.array([[1.1], [0.9]]), "means")
    >>> same_mean(np.array([[1.0], [1.0]]), np.array([[2.0], [2.0]]), "means")
    Traceback (most recent call last):
    ...
    limelab.checks.results.CheckFailed: means: 1 against 2, ...
    """
    a, b = (np.asarray(side).reshape(len(side), -1) for side in (first, second))
    gap, error, freedom = _welch(a, b)
    slack = _ROUNDING * max(float(np.abs(a).max()), float(np.abs(b).max()))
    _refuse(np.abs(gap) - slack, error, freedom, (a.mean(axis=0), b.mean(axis=0)), what)


def zero_mean(runs: Array, size: float, what: str) -> None:
    """Raise where the mean of runs (R, ...) differs from 0 by more than chance.

    Parameters
    ----------
    runs : array of shape (R, ...)
    size : float
        What counts as large: rounding is measured against it.
    what : str
    """
    a = np.asarray(runs).reshape(len(runs), -1)
    error = a.std(axis=0, ddof=1) / np.sqrt(len(a))
    mean = a.mean(axis=0)
    freedom = np.full(mean.shape, len(a) - 1.0)
    _refuse(np.abs(mean) - _ROUNDING * size, error, freedom, (mean, np.zeros_like(mean)), what)


def rarely(failures: int, tries: int, chance: float, what: str) -> None:
    """Raise where failures are more than a chance of `chance` a try explains.

    One-sided exact binomial test.

    Examples
    --------
    >>> rarely(1, 30, 0.1, "changed")
    >>> rarely(20, 30, 0.1, "changed")
    Traceback (most recent call last):
    ...
    limelab.checks.results.CheckFailed: changed in 20 of 30, ...
    """
    p = float(stats.binom.sf(failures - 1, tries, chance))
    if p < ALPHA / STATISTICAL:
        raise CheckFailed(
            f"{what} in {failures} of {tries}, where {chance:.0%} may (p = {p:.1e} by chance)"
        )


def _welch(a: Array, b: Array) -> tuple[Array, Array, Array]:
    parts = [side.var(axis=0, ddof=1) / len(side) for side in (a, b)]
    total = parts[0] + parts[1]
    under = parts[0] ** 2 / (len(a) - 1) + parts[1] ** 2 / (len(b) - 1)
    freedom = np.divide(total**2, under, out=np.full_like(total, 2.0), where=under > 0)
    return a.mean(axis=0) - b.mean(axis=0), np.sqrt(total), freedom


def _refuse(
    gap: Array, error: Array, freedom: Array, means: tuple[Array, Array], what: str
) -> None:
    level = ALPHA / STATISTICAL / gap.size
    width = np.nan_to_num(stats.t.isf(level / 2, freedom)) * error
    over = gap - width
    if (over > 0).any():
        worst = int(over.argmax())
        raise CheckFailed(
            f"{what}: {means[0][worst]:.6g} against {means[1][worst]:.6g}, "
            f"{gap[worst]:.2g} apart where chance explains {width[worst]:.2g}"
        )
