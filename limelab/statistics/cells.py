"""Tidy rows into cells: matched differences, arrays (I, R), one a task; it estimates nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from limelab.types import Array, BadInput, Bools

Codes = npt.NDArray[np.intp]
Grids = dict[Any, tuple[Any, Array]]


def differences(
    scores: pd.DataFrame,
    better: Mapping[str, Any],
    worse: Mapping[str, Any],
    where: Mapping[str, Any] | None = None,
    factors: Sequence[str] = (),
    direction: Literal["lower", "higher"] = "higher",
) -> Grids:
    """Better side less worse side, in matched cells; positive means that better is better.

    Rows are matched on task, instance, repeat, output, judge, radius and on every factor that
    neither side names; matched pairs are then averaged within (task, instance, repeat). A pair
    with a missing value is left out of its cell's average, and a cell without any pair is NaN.

    Parameters
    ----------
    scores : DataFrame
        Tidy scores of one metric (`where` may select it), with `task`, `value` and, where they
        apply, `dataset`, `instance`, `repeat`, `output`, `judge`, `radius`.
    better, worse, where : mapping of column to value
        A value matches where it is equal (floats within 1e-9), where the cell is `Name(...)` and
        the value is `Name`, or where any member of a list matches.
    factors : sequence of str
        Columns that tell conditions apart.
    direction : {"lower", "higher"}
        Which values are better.

    Returns
    -------
    dict of task to (dataset, array of shape (I, R))

    Examples
    --------
    >>> frame = pd.DataFrame({"task": "t", "instance": [0, 1, 0, 1], "value": [1., 2., 5., 7.],
    ...                       "surrogate": ["Tree(max_depth=3)"] * 2 + ["Ridge(alpha=1.0)"] * 2})
    >>> made = differences(frame, {"surrogate": "Tree"}, {"surrogate": "Ridge"},
    ...                    factors=["surrogate"], direction="lower")
    >>> made["t"][1].tolist()
    [[4.0], [5.0]]
    """
    if direction not in ("lower", "higher"):
        raise BadInput(f"direction={direction!r} came; wanted 'lower' or 'higher'.")
    chosen = _one_metric(_select(scores, where or {}))
    sides = [_select(chosen, side) for side in (better, worse)]
    cells = [name for name in ("task", "dataset", "instance", "repeat") if name in chosen]
    matched = _matched_on(chosen, factors, {*better, *worse, *cells})
    pairs = _pairs(sides, cells + matched)
    pairs["value"] = (pairs["value_better"] - pairs["value_worse"]) * _sign(direction)
    means = pairs.groupby(cells, dropna=False, sort=False)["value"].mean().reset_index()
    present = pd.concat(sides)[cells].drop_duplicates()
    return _grids(present.merge(means, on=cells, how="left"))


def require(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Raise where a column is not there."""
    for column in columns:
        if column not in frame:
            raise BadInput(
                f"column {column!r} was asked for; the frame has {', '.join(map(str, frame))}. "
                "Name one of these."
            )


def _select(frame: pd.DataFrame, wanted: Mapping[str, Any]) -> pd.DataFrame:
    """Rows that match every column of `wanted`."""
    require(frame, wanted)
    keep = np.ones(len(frame), dtype=bool)
    for column, value in wanted.items():
        hits = _matches(frame[column], value)
        if not (keep & hits).any():
            raise BadInput(
                f"no row has {column}={value!r}{' with the other values' if hits.any() else ''}; "
                f"available: {listed(frame.loc[keep, column])}. Name one of these."
            )
        keep &= hits
    return frame[keep]


def _matches(cells: pd.Series[Any], value: Any) -> Bools:
    """Where cells match a value, a `Name` of `Name(...)`, or any of a list."""
    if isinstance(value, (list, tuple, set, frozenset)):
        hits = [_matches(cells, one) for one in value]
        return np.asarray(sum(hits, np.zeros(len(cells), dtype=np.bool_)), dtype=np.bool_)
    if value is None:
        return np.asarray(cells.isna(), dtype=bool)
    if isinstance(value, str):
        text = cells.astype(str)
        return np.asarray((text == value) | text.str.startswith(f"{value}("), dtype=bool)
    if pd.api.types.is_float_dtype(cells) and not isinstance(value, bool):
        close = np.isclose(cells.to_numpy(float), value, rtol=1e-9, atol=1e-12)
        return np.asarray(close, dtype=np.bool_)
    return np.asarray((cells == value).fillna(value=False), dtype=bool)


def listed(cells: pd.Series[Any], most: int = 12) -> str:
    """The distinct values of a column, for a message."""
    values = [str(value) for value in pd.unique(cells)]
    return ", ".join(values[:most]) + (f", and {len(values) - most} more" * (len(values) > most))


def _one_metric(frame: pd.DataFrame) -> pd.DataFrame:
    require(frame, ["task", "value"])
    if "metric" in frame and frame["metric"].nunique() > 1:
        raise BadInput(
            f"scores of several metrics came: {listed(frame['metric'])}; wanted one. "
            "Add where={'metric': ...}."
        )
    return frame


def _matched_on(frame: pd.DataFrame, factors: Sequence[str], apart: set[str]) -> list[str]:
    """Columns beside the cell on which the two sides must agree."""
    require(frame, factors)
    columns = dict.fromkeys([*factors, "output", "judge", "radius"])
    return [name for name in columns if name in frame and name not in apart]


def _pairs(sides: Sequence[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    """Matched rows of the two sides: keys, value_better, value_worse."""
    better, worse = (_key_means(side, keys) for side in sides)
    pairs = better.merge(worse, on=keys, suffixes=("_better", "_worse"))
    if pairs.empty:
        odd = [key for key in keys if not set(better[key]) & set(worse[key])] or keys
        raise BadInput(
            f"the two sides never meet on {', '.join(odd)}: better has {listed(better[odd[0]])}; "
            f"worse has {listed(worse[odd[0]])}. Name this column in better and worse."
        )
    return pairs


def _key_means(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Mean value under each key; NaN as soon as one of the averaged values is missing."""
    grouped = frame.groupby(keys, dropna=False, sort=False)["value"]
    means = grouped.mean().where(grouped.count() == grouped.size())
    return means.reset_index()


def _sign(direction: str) -> float:
    return 1.0 if direction == "higher" else -1.0


def codes(frame: pd.DataFrame, column: str) -> tuple[Codes, int]:
    """Places along an axis, in order of appearance; one place where there is no such column."""
    if column not in frame or frame[column].isna().all():
        return np.zeros(len(frame), dtype=np.intp), 1
    codes, found = pd.factorize(frame[column], use_na_sentinel=False)
    return codes, len(found)


def _grids(cells: pd.DataFrame) -> Grids:
    """Tasks as (dataset, array (I, R)); rows that are absent are NaN."""
    made: Grids = {}
    for task, rows in cells.groupby("task", sort=False):
        (i, n), (r, m) = codes(rows, "instance"), codes(rows, "repeat")
        grid = np.full((n, m), np.nan)
        grid[i, r] = rows["value"].to_numpy(float)
        made[task] = (dataset_of(rows, task), grid)
    return made


def dataset_of(rows: pd.DataFrame, cluster: Any) -> Any:
    """The data set of the rows of one cluster, which is the cluster itself where none is named."""
    return rows["dataset"].iloc[0] if "dataset" in rows else cluster
