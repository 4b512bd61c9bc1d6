"""Which cause makes explanations differ? From the tidy table alone; no model, no random number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from limelab.metrics.measures import ORDERS, SIGNED, TOP_K, checked, formula, too_narrow
from limelab.metrics.pairs import jackknife, mean_where, pairs
from limelab.metrics.ranks import complete
from limelab.metrics.signs import sign_overlap
from limelab.metrics.stability import top_variation
from limelab.types import Array, BadInput, Bools

AXES = ("repeat", "instance", "output", "feature")
TOLD = ("coef", "stderr", "importance", "effect", "selected", "determined", "note")
# What leaves the neighbourhood, and so the unit of an importance, as it is.
SAME_UNITS = ("repeat", "n_samples", "draws", "variant")
OVER_LEVELS = ("cv", "unit_sum_cv")
KEPT_SIGN, UNIT_SUM = "sign_kept", "unit_sum"
WHERE = ("task", "dataset", "model", "variant", "draws", "repeat", "instance", "output")
NO_CAUSE = ("task", "dataset", "instance", "output", "feature", *TOLD)


def stability_by(
    explanations: pd.DataFrame, cause: str, *, measure: str = "spearman", k: int = 5
) -> pd.DataFrame:
    """How alike explanations stay when one cause changes and all else is the same.

    Rows that match in every column but `cause` are compared over the levels of the cause: all
    pairs of them, or the spread over them for "cv" and "unit_sum_cv". Where the cause changes the
    neighbourhood (widths, perturbations, surrogates, representations) importances are in other
    units, so only ranks, signs or importances divided by their sum are compared and "cv" is
    refused. One value says nothing of fidelity: read it beside that of the same conditions.

    Parameters
    ----------
    explanations : DataFrame
        One row for each condition, repeat, instance, output and feature: columns `repeat`,
        `instance`, `output`, `feature`, `importance`, where there are any `effect`, `selected`,
        `determined`, and columns of tasks, conditions and factors. Left as it came.
    cause : str
        The column whose levels are compared: a factor, "repeat", "variant" or "condition".
    measure : str
        "spearman", "kendall", "weighted_kendall", "rbo", "pairwise"; "feature", "rank", "sign",
        "signed_rank", "jaccard" of the top k; "sign_kept", undetermined signs skipped;
        "unit_sum", 1 less half the L1 distance of importances of unit sum; "unit_sum_cv" and
        "cv", coefficients of variation over the levels, averaged over the top k features.
    k : int

    Returns
    -------
    DataFrame
        One row for each match: its columns, `cause`, `measure`, `value`, `stderr` (jackknife over
        levels, NaN below three), `n_levels`, `n_pairs`, `zero_share` (importance 0 or not
        selected), `skipped` (signs that are not determined), `note` (why there is no value).

    Examples
    --------
    >>> rows = [(w, r, j, (3 - j) ** (1 + r)) for w in (1, 2) for r in (0, 1) for j in range(3)]
    >>> frame = pd.DataFrame(rows, columns=["width", "repeat", "feature", "importance"])
    >>> frame = frame.assign(instance=0, output="y")
    >>> stability_by(frame, "repeat")[["width", "value", "n_pairs"]].round(9).to_numpy().tolist()
    [[1.0, 1.0, 1.0], [2.0, 1.0, 1.0]]
    """
    _check(explanations, cause, measure)
    match = _match(explanations, cause)
    groups = explanations.groupby(_place(explanations), sort=False, dropna=False)
    found = [_of_place(rows, cause, match, measure, k) for _, rows in groups]
    return pd.concat(found, ignore_index=True)


@dataclass(frozen=True, eq=False)
class _Stack:
    """Explanations of m matches under L levels, (L, m, k); NaN where there is none."""

    importance: Array
    effect: Array
    selected: Bools
    determined: Bools

    @property
    def usable(self) -> Bools:
        return complete(self.importance, -1)

    @property
    def unit_sum(self) -> Array:
        total = self.importance.sum(axis=-1, keepdims=True)
        share: Array = np.divide(
            self.importance, total, out=np.full(self.importance.shape, np.nan), where=total > 0
        )
        return share


def _check(table: pd.DataFrame, cause: str, measure: str) -> None:
    missing = [name for name in (*AXES, "importance") if name not in table]
    if missing:
        raise BadInput(f"the table has no column {missing[0]!r}; hand it results.explanations")
    if len(table) == 0:
        raise BadInput("the table has no rows; hand it results.explanations of a finished run")
    if cause not in table or cause in NO_CAUSE:
        causes = [str(name) for name in table if name not in NO_CAUSE]
        raise BadInput(f"cause={cause!r} came; wanted one of {', '.join(causes)}")
    _check_measure(table, cause, measure)


def _check_measure(table: pd.DataFrame, cause: str, measure: str) -> None:
    if measure not in (*OVER_LEVELS, KEPT_SIGN, UNIT_SUM):
        checked(measure)
    if measure == "cv" and cause not in SAME_UNITS:
        raise BadInput(
            f"measure='cv' came for the cause {cause!r}, which changes what an importance is "
            "measured in; use 'unit_sum_cv' or a measure of ranks"
        )
    if measure in {*SIGNED, KEPT_SIGN} and "effect" not in table:
        raise BadInput(f"measure={measure!r} needs the column 'effect'; the table has none")


def _match(table: pd.DataFrame, cause: str) -> list[str]:
    """Columns that must agree.

    A condition's name tells of all its factors, so it may not differ by itself only where its
    repeats are compared; and where conditions are the cause their factors go with them.
    """
    names = [str(name) for name in table if name not in {"feature", "importance", cause, *TOLD}]
    if cause == "condition":
        return [name for name in names if name in WHERE]
    return [name for name in names if name != "condition" or cause == "repeat"]


def _place(table: pd.DataFrame) -> list[str]:
    """Columns that fix the features: a text has words of its own."""
    return [name for name in ("task", "dataset", "instance") if name in table]


def _of_place(
    rows: pd.DataFrame, cause: str, match: Sequence[str], measure: str, k: int
) -> pd.DataFrame:
    """The tidy rows of one instance of one task."""
    stack, matches = _stacked(rows, cause, match)
    narrow = _narrow(measure, k, stack.importance.shape[-1])
    value, skipped = _values(measure, k, stack, stack.usable)
    usable = stack.usable
    levels = usable.sum(axis=0)
    left_out = np.array([_values(measure, k, stack, kept)[0] for kept in _without_one(usable)])
    value = np.where(bool(narrow), np.nan, value)
    return matches.assign(
        cause=cause,
        measure=f"{measure}_{k}" if measure in TOP_K else measure,
        value=value,
        stderr=np.where(np.isnan(value), np.nan, jackknife(left_out, usable)),
        n_levels=levels,
        n_pairs=levels * (levels - 1) // 2,
        zero_share=_zero_share(stack),
        skipped=skipped,
        note=_notes(value, levels, narrow),
    )


def _stacked(rows: pd.DataFrame, cause: str, match: Sequence[str]) -> tuple[_Stack, pd.DataFrame]:
    """The table as arrays: levels, matches and features by their first appearance."""
    codes, names = zip(
        *(_coded(rows, columns) for columns in ([cause], list(match), ["feature"])), strict=True
    )
    shape = tuple(len(one) for one in names)
    if len(rows) != len(set(zip(*codes, strict=True))):
        raise BadInput(
            f"several rows match in everything but {cause!r} and in {cause!r} too; name the "
            "column that tells them apart"
        )

    def cube(name: str, blank: Any, dtype: type) -> Any:
        made: Any = np.full(shape, blank, dtype=dtype)
        if name in rows:
            made[codes] = rows[name].to_numpy(dtype=dtype)
        return made

    stack = _Stack(
        cube("importance", np.nan, float),
        cube("effect", np.nan, float),
        cube("selected", "selected" not in rows, bool),
        cube("determined", "determined" not in rows, bool),
    )
    return stack, names[1].reset_index(drop=True)


def _coded(rows: pd.DataFrame, columns: list[str]) -> tuple[Any, pd.DataFrame]:
    """Number of each row's combination, and the combinations."""
    grouped = rows.groupby(columns, sort=False, dropna=False)
    return grouped.ngroup().to_numpy(), rows[columns].drop_duplicates()


def _values(measure: str, k: int, stack: _Stack, kept: Bools) -> tuple[Array, Array]:
    """Value and share of skipped signs (m,) from the levels kept (L, m)."""
    if measure in OVER_LEVELS:
        values = stack.importance if measure == "cv" else stack.unit_sum
        nothing = np.full(kept.shape[1], np.nan)
        return top_variation(values, kept & complete(values, -1), k), nothing
    first, second = pairs(len(kept))
    found, skipped = _of_pairs(measure, k, stack, first, second)
    among = kept[first] & kept[second]
    return mean_where(found, among & ~np.isnan(found)), mean_where(skipped, among)


def _of_pairs(measure: str, k: int, stack: _Stack, first: Any, second: Any) -> tuple[Array, Array]:
    """Value and skipped share of each pair of levels (pairs, m)."""
    if measure == KEPT_SIGN:
        sides = (stack.effect, stack.determined)
        signs = sign_overlap(*(side[at] for side in sides for at in (first, second)))
        return signs.value, signs.skipped
    if measure == UNIT_SUM:
        share = stack.unit_sum
        found = 1 - np.abs(share[first] - share[second]).sum(axis=-1) / 2
    else:
        values = stack.effect if measure in SIGNED else stack.importance
        found = formula(measure, k)(values[first], values[second])
    return found, np.full(found.shape, np.nan)


def _without_one(usable: Bools) -> Iterator[Bools]:
    for level in range(len(usable)):
        kept = usable.copy()
        kept[level] = False
        yield kept


def _zero_share(stack: _Stack) -> Array:
    """Share of features (m,) that are 0 or not selected, over the levels that explain."""
    return mean_where(((stack.importance == 0) | ~stack.selected).mean(axis=-1), stack.usable)


def _narrow(measure: str, k: int, n_features: int) -> str:
    known = measure in ORDERS or measure in TOP_K
    return too_narrow(measure, k, n_features) if known else ""


def _notes(value: Array, levels: Any, narrow: str) -> list[str]:
    """Why a value or its error is missing."""
    return [
        narrow
        or ("fewer than two explanations to compare" if n < 2 else "")
        or ("undefined: all importances tie, or no sign is determined" if np.isnan(v) else "")
        or ("two levels only: no error" if n < 3 else "")
        for v, n in zip(value, levels, strict=True)
    ]
