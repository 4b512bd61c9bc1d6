"""What an interval says about a claim: one word; it may not look at the data."""

from __future__ import annotations

from limelab.statistics.estimates import TOO_FEW, Estimate


def verdict(estimate: Estimate, margin: float) -> str:
    """What the interval says about the claim "the difference is positive".

    The first that holds, in this order:

    1. "too few data sets": the estimate declined for that reason;
    2. "supported": low > margin;
    3. "contradicted": high < 0. It stands before "negligible", so that a sign that is settled
       against the claim is named as such even where the difference is small;
    4. "negligible": margin > 0 and the interval lies within [-margin, margin];
    5. "inconclusive": all else, an absent interval among it.

    Examples
    --------
    >>> verdict(Estimate(-0.02, -0.03, -0.01, 0.001), margin=0.05)
    'contradicted'
    >>> verdict(Estimate(0.0, -0.03, 0.03, 1.0), margin=0.05)
    'negligible'
    """
    if estimate.note.startswith(TOO_FEW):
        return TOO_FEW
    if estimate.low > margin:
        return "supported"
    if estimate.high < 0:
        return "contradicted"
    if margin > 0 and estimate.low >= -margin and estimate.high <= margin:
        return "negligible"
    return "inconclusive"
