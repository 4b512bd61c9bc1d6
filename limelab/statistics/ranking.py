"""Average ranks and the groups that could not be told apart: the data of a diagram; draws nothing.

The primary groups come from pairwise signed-rank tests with Holm's correction. Nemenyi's critical
difference is offered because readers know it: whether it parts A from B depends on the others.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

from limelab.statistics.outcomes import Outcome
from limelab.statistics.several import (
    complete,
    different,
    friedman,
    named,
    pairwise_wilcoxon,
    ranked,
)
from limelab.types import Array, BadInput, Bools

Better = Literal["lower", "higher"]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Conditions from best to worst with what binds them.

    Attributes
    ----------
    names : tuple of length k, best first
    ranks : array of shape (k,)
        Average ranks over data sets; 1 is best.
    groups : tuple of (first, last)
        Places in `names` of the longest runs in which no pair was told apart.
    n : int
        Data sets without a missing value.
    friedman : Outcome
    distance : float
        Nemenyi's critical difference; NaN where groups come from signed-rank tests.
    rule : str
        How pairs were told apart.
    """

    names: tuple[Any, ...]
    ranks: Array
    groups: tuple[tuple[int, int], ...]
    n: int
    friedman: Outcome
    distance: float
    rule: str

    @property
    def letters(self) -> tuple[str, ...]:
        """The compact letter display: conditions with a letter in common were not told apart.

        Examples
        --------
        >>> values = np.array([0.3, 0.2, 9.0]) + np.linspace(0, 1, 8)[:, None] ** [1, 1, 2]
        >>> nemenyi_groups(values, "ABC", better="lower").letters
        ('a', 'ab', 'b')
        """
        grouped = {place for first, last in self.groups for place in range(first, last + 1)}
        alone = [(place, place) for place in range(len(self.names)) if place not in grouped]
        runs = sorted([*self.groups, *alone])
        signs = [string.ascii_letters[n % 52] * (1 + n // 52) for n in range(len(runs))]
        return tuple(
            "".join(sign for sign, (a, b) in zip(signs, runs, strict=True) if a <= place <= b)
            for place in range(len(self.names))
        )

    def sentence(self, alpha: float = 0.05) -> str:
        """Who leads, and with whom it shares the lead."""
        best = next((group for group in self.groups if group[0] == 0), (0, 0))
        others = [str(name) for name in self.names[1 : best[1] + 1]]
        lead = f"{self.names[0]} ranks best (average rank {self.ranks[0]:.2f})"
        tied = f", not told apart from {', '.join(others)}" if others else ", apart from all others"
        return f"{lead}{tied} by {self.rule}. {self.friedman.sentence(alpha)}"


def wilcoxon_groups(
    values: Array, names: Sequence[Any] | None = None, *, better: Better, alpha: float = 0.05
) -> Ranking:
    """Average ranks with groups by pairwise signed-rank tests and Holm's correction.

    Parameters
    ----------
    values : array of shape (N, k)
        N data sets by k conditions; a data set with a missing value is left out and counted.
    names : sequence of length k, optional
    better : {"lower", "higher"}
        Which values are better, and so have rank 1.
    alpha : float

    Examples
    --------
    >>> values = np.array([0.3, 0.2, 0.9]) + np.linspace(0, 1, 8)[:, None] ** [1, 2, 3]
    >>> wilcoxon_groups(values, "ABC", better="lower").names
    ('B', 'A', 'C')
    """
    whole, labels, ranks = _ranks(values, names, better)
    apart = different(pairwise_wilcoxon(whole, labels), labels, alpha)
    rule = f"pairwise signed-rank tests with Holm's correction at {alpha:g}"
    return _ranking(whole, labels, ranks, apart, rule)


def nemenyi_groups(
    values: Array, names: Sequence[Any] | None = None, *, better: Better, alpha: float = 0.05
) -> Ranking:
    """Average ranks with groups by Nemenyi's critical difference; see `wilcoxon_groups`.

    Examples
    --------
    >>> values = np.arange(24.0).reshape(8, 3)
    >>> round(nemenyi_groups(values, better="lower").distance, 3)
    1.172
    """
    whole, labels, ranks = _ranks(values, names, better)
    n, k = whole.shape
    distance = critical_difference(k, n, alpha=alpha)
    average = ranks.mean(axis=0)
    apart = np.abs(average[:, None] - average) >= distance
    rule = f"Nemenyi's critical difference {distance:.3g} at {alpha:g}"
    return _ranking(whole, labels, ranks, apart, rule, distance)


def critical_difference(k: int, n: int, *, alpha: float = 0.05) -> float:
    """Nemenyi's least difference of average ranks of k conditions over n data sets.

    q sqrt(k (k + 1) / (6 n)) with q the quantile of the studentized range over sqrt(2) (Demsar
    2006, section 3.2.2).

    Examples
    --------
    >>> round(critical_difference(4, 14), 3)
    1.254
    """
    q = float(stats.studentized_range.ppf(1 - alpha, k, np.inf)) / np.sqrt(2)
    return float(q * np.sqrt(k * (k + 1) / (6 * n)))


def _ranks(
    values: Array, names: Sequence[Any] | None, better: str
) -> tuple[Array, list[Any], Array]:
    if better not in ("lower", "higher"):
        raise BadInput(f"better={better!r} came; wanted 'lower' or 'higher'.")
    whole, _ = complete(values, "ranking")
    if whole.shape[0] < 2 or whole.shape[1] < 2:
        raise BadInput(
            f"{whole.shape[0]} whole data sets of {whole.shape[1]} conditions came; wanted at "
            "least 2 of each."
        )
    labels = named(names, whole.shape[1])
    return whole, labels, ranked(whole if better == "lower" else -whole)


def _ranking(
    whole: Array,
    labels: list[Any],
    ranks: Array,
    apart: Bools,
    rule: str,
    distance: float = float("nan"),
) -> Ranking:
    average = ranks.mean(axis=0)
    order = np.argsort(average, kind="stable")
    groups = _runs(apart[np.ix_(order, order)])
    names = tuple(labels[place] for place in order)
    return Ranking(names, average[order], groups, len(whole), friedman(whole), distance, rule)


def _runs(apart: Bools) -> tuple[tuple[int, int], ...]:
    """The longest runs of at least two places without a pair apart, none within another."""
    k = len(apart)
    ends = [
        max(end for end in range(start, k) if not apart[start : end + 1, start : end + 1].any())
        for start in range(k)
    ]
    runs, reached = [], -1
    for start, end in enumerate(ends):
        if end > start and end > reached:
            runs.append((start, end))
            reached = end
    return tuple(runs)
