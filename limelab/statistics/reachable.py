"""What a test of paired signs can show at all with so many data sets; it needs no data."""

from __future__ import annotations

import math

from limelab.statistics.estimates import FEWEST_CLUSTERS
from limelab.types import BadInput


def smallest_p(n: int) -> float:
    """The least two-sided p of a sign-flip or signed-rank test: 2 of the 2^n signs, at most 1.

    Examples
    --------
    >>> [smallest_p(n) for n in (5, 6, 8)]
    [0.0625, 0.03125, 0.0078125]
    """
    if n < 0:
        raise BadInput(f"smallest_p(n={n!r}); expected a whole number of at least 0")
    return min(1.0, 2.0 ** (1 - n))


def fewest_data_sets(alpha: float = 0.05, *, comparisons: int = 1) -> int:
    """How many data sets such a test needs before it can reach alpha after Holm's correction.

    Examples
    --------
    >>> fewest_data_sets(), fewest_data_sets(comparisons=3)
    (6, 7)
    """
    if not 0 < alpha < 1 or comparisons < 1:
        raise BadInput(
            f"fewest_data_sets(alpha={alpha!r}, comparisons={comparisons!r}); expected a share "
            "between 0 and 1, and at least one comparison"
        )
    return max(1, math.ceil(1 - math.log2(alpha / comparisons) - 1e-12))


def reach(n: int, *, comparisons: int = 1, alpha: float = 0.05) -> str:
    """One sentence: whether n data sets can show a difference at all.

    Examples
    --------
    >>> reach(5)
    'With 5 data sets no test of signs or ranks can reach 0.05: its smallest p is 0.0625; \
6 data sets are needed.'
    """
    corrected = min(1.0, smallest_p(n) * comparisons)
    told = f"smallest p is {corrected:.3g}"
    told += f" after Holm's correction over {comparisons} comparisons" if comparisons > 1 else ""
    if corrected <= alpha:
        few = "" if n >= FEWEST_CLUSTERS else f", yet fewer than {FEWEST_CLUSTERS} say little"
        return f"With {n} data sets a test of signs or ranks can reach {alpha:g}: its {told}{few}."
    needed = fewest_data_sets(alpha, comparisons=comparisons)
    return (
        f"With {n} data sets no test of signs or ranks can reach {alpha:g}: its {told}; "
        f"{needed} data sets are needed."
    )
