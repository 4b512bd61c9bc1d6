"""Pairs of repeats and the error of what is averaged over them; it may not touch a model or an rng.

Every score over repeats carries `zero_share`, for collapsed zeros are perfectly stable, and
`stderr` by the jackknife over repeats: pairs of repeats are not independent, repeats are. Where
repeats have nothing in common but noise it is too large by up to a half, never too small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from limelab.metrics.notes import explained
from limelab.metrics.ranks import complete
from limelab.types import Array, Bools, Evidence, Score

FEWEST_REPEATS = 2
ALL_TIE = "undefined: all importances tie"
Stack = TypeVar("Stack", Array, Bools)


def pairs(n: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """First and second of all pairs of n things.

    Examples
    --------
    >>> [side.tolist() for side in pairs(3)]
    [[0, 0, 1], [1, 2, 2]]
    """
    first, second = np.triu_indices(n, 1)
    return first, second


def features_last(values: Stack) -> Stack:
    """(R, I, k, C) as (R, I, C, k)."""
    return np.moveaxis(values, 2, -1)


def mean_where(values: Array, among: Bools) -> Array:
    """Mean along the first axis of what counts; NaN where nothing counts.

    Examples
    --------
    >>> mean_where(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1, 0], [1, 0]], bool)).tolist()
    [2.0, nan]
    """
    count = among.sum(axis=0)
    total = np.where(among, values, 0.0).sum(axis=0)
    mean: Array = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean


def share_where(holds: Bools, among: Bools) -> Array:
    """Share along the first axis of what holds among what counts; NaN where nothing counts."""
    return mean_where(holds.astype(float), among)


def beside(evidence: Evidence) -> dict[str, Array]:
    """Columns beside every stability score, for what is stable may be empty or wrong.

    `zero_share` (1, I, C), the share of features that are 0 or not selected; `n_effective`
    (1, I, 1); `fidelity_rmse` (1, I, C), the mean over repeats of the error at the points of the
    first judge, in background standard deviations of the model, NaN without a judge.
    """
    usable = complete(evidence.importance, 2)
    zero = ((evidence.importance == 0) | ~evidence.selected).mean(axis=2)
    known = np.isfinite(evidence.n_effective)
    return {
        "zero_share": mean_where(zero, usable)[None],
        "n_effective": mean_where(evidence.n_effective, known)[None, :, None],
        "fidelity_rmse": _rmse(evidence)[None],
    }


def _rmse(evidence: Evidence) -> Array:
    """Mean over repeats (I, C) of the surrogates' error at the first judge's points."""
    judged = next((one for one in evidence.judged if one.g is not None), None)
    sd = np.where(evidence.model_sd > 0, evidence.model_sd, np.nan)
    if judged is None or judged.g is None:
        return np.full((1, len(sd)), np.nan)
    apart = judged.g - judged.f
    rmse = np.sqrt(np.einsum("rimc,rimc->ric", apart, apart) / apart.shape[2]) / sd
    return mean_where(rmse, np.isfinite(rmse))


def repeat_score(
    evidence: Evidence,
    statistic: Callable[[Bools], Array],
    columns: Mapping[str, Any],
    reasons: Mapping[str, npt.ArrayLike],
    text: Any = "",
) -> Score:
    """A score (1, I, C) of a statistic over repeats, with its jackknife error.

    Parameters
    ----------
    evidence : Evidence
    statistic : function of a bool array (R, I, C)
        The value (I, C) from the repeats that it marks.
    columns, reasons, text
        As in `explained`, of shape (1, I, C).
    """
    usable = complete(evidence.importance, 2)
    left_out = np.array([statistic(_without(usable, r)) for r in range(len(usable))])
    own = {**beside(evidence), **columns, "stderr": jackknife(left_out, usable)[None]}
    return explained(statistic(usable)[None], own, {**too_few(usable), **reasons}, text)


def pair_score(
    evidence: Evidence, values: Array, columns: Mapping[str, Any], undefined: str = ALL_TIE
) -> Score:
    """Mean of pair values (R (R - 1) / 2, I, C) as a score; `undefined` says why some are NaN."""
    usable = complete(evidence.importance, 2)
    known = ~np.isnan(values)
    first, second = pairs(len(usable))
    lost = (usable[first] & usable[second] & ~known).sum(axis=0) > 0
    text = np.where(lost, f"some pairs {undefined}", "").astype(object)
    reasons = {undefined: (lost & ~known.any(axis=0))[None]}

    def statistic(kept: Bools) -> Array:
        return mean_where(values, known & kept[first] & kept[second])

    return repeat_score(evidence, statistic, columns, reasons, text[None])


def too_few(usable: Bools) -> dict[str, npt.ArrayLike]:
    """The reason why nothing is said of fewer than two repeats."""
    few = usable.sum(axis=0) < FEWEST_REPEATS
    return {f"fewer than {FEWEST_REPEATS} usable repeats": few[None]}


def jackknife(left_out: Array, usable: Bools) -> Array:
    """Standard error (...) from leave-one-out values (n, ...); NaN below three that count.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 6.0])
    >>> left_out = (x.sum() - x) / 2
    >>> found = jackknife(left_out, np.ones(3, dtype=bool))
    >>> bool(abs(found - x.std(ddof=1) / 3**0.5) < 1e-12)
    True
    """
    count = usable.sum(axis=0)
    mean = mean_where(left_out, usable)
    squares = np.where(usable, (left_out - mean) ** 2, 0.0).sum(axis=0)
    enough = (count > FEWEST_REPEATS) & np.isfinite(squares)
    variance = np.where(enough, squares * (count - 1) / np.maximum(count, 1), np.nan)
    error: Array = np.sqrt(variance)
    return error


def _without(usable: Bools, repeat: int) -> Bools:
    """The mask with one repeat struck out."""
    left = usable.copy()
    left[repeat] = False
    return left
