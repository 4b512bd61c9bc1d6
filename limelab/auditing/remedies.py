"""What to do about a weak explanation, out of what was tried beside it; it asks nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from limelab.auditing.others import Other

if TYPE_CHECKING:
    from limelab.auditing.case import Case

_NEEDED = 1.2816  # deviations between lead and rival so that nine of ten runs keep the lead
_MOST = 2**17  # samples of one row: half a minute of a model that answers 4,000 rows a second


class Bars(Protocol):
    """What counts as sure, and as a tie."""

    @property
    def sure(self) -> float: ...
    @property
    def tie(self) -> float: ...


def another_explainer(case: Case, bars: Bars, *, above: float = -np.inf) -> str:
    """The best of the others whose leading feature the model confirms.

    `above` is what its R2 must exceed, where it has any.
    """
    told = [
        (case.r2_of(other.fit), name, other)
        for name, other in case.measured.others.items()
        if isinstance(other, Other) and case.of_other(other).lead_chance >= bars.sure
    ]
    fine = [one for one in told if not one[0] <= above]
    if not fine:
        return (
            "Nothing else that was tried holds here either; read the model's own importances in "
            "the region, which stand beside."
        )
    r2, name, other = max(fine, key=lambda one: -np.inf if np.isnan(one[0]) else one[0])
    lead = case.names[case.of_other(other).lead]
    fit = f" (R2 {r2:.2f} there)" if np.isfinite(r2) else ""
    return f"Take {name}{fit}: it leads with {lead}, as the model does. {other.record}."


def more_samples(case: Case) -> str:
    """How many samples would keep the lead in nine of ten runs, by the spread of the repeats.

    The standard error falls with the square root of the samples, so that n grows by
    (1.28 sd / gap)^2 of the gap between the leading feature and the next one.
    """
    runs, i, c = case.measured.runs, case.i, case.c
    sizes = runs.importance[:, i, :, c]
    sizes = sizes[np.isfinite(sizes).all(axis=1)]
    first, second = np.argsort(-sizes.mean(axis=0), kind="stable")[:2]
    apart = sizes[:, first] - sizes[:, second]
    if not np.all(runs.found[0].n_samples):
        return "Give the explainer more samples; how many it takes it does not say."
    n = int(np.broadcast_to(runs.found[0].n_samples, (i + 1,))[i])
    gap, sd = float(apart.mean()), float(apart.std(ddof=1)) if len(apart) > 1 else np.inf
    wanted = n * (_NEEDED * sd / gap) ** 2 if gap > 0 else np.inf
    if not 0 < wanted <= _MOST:
        return (
            "No affordable number of samples tells its first features apart: read them as equals."
        )
    return f"Take about {2 ** int(np.ceil(np.log2(max(wanted, 2 * n))))} samples instead of {n}."
