"""Whether a data set can be used by a task: looked at before anything is planned or fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from limelab.types import BadInput

_KINDS = ("classification", "regression")
_LEFT = 2  # rows that must be left to fit on
_FEW, _LEVELS = 0.1, 20  # words among numbers, of a column with too many levels for categories


def check_usable(name: str, data: Any, instances: int) -> None:
    """Raise BadInput for the first thing that no model could be fitted on.

    Parameters
    ----------
    name : str
        What the messages call the data set.
    data : Dataset, Texts or Images
    instances : int
        Rows that the task explains.
    """
    rows = data.X
    if data.kind not in _KINDS:
        raise BadInput(f"data set {name}: kind={data.kind!r}; expected one of {_KINDS}")
    if len(rows) != len(data.y):
        raise BadInput(
            f"data set {name}: {len(rows)} rows and {len(data.y)} targets; expected one a row"
        )
    if len(rows) < instances + _LEFT:
        raise BadInput(
            f"data set {name}: {len(rows)} rows, of which {instances} are to be explained; "
            f"expected instances of at most {max(len(rows) - _LEFT, 0)}"
        )
    _check_columns(name, rows)
    _check_target(name, np.asarray(data.y), data.kind)


def _check_columns(name: str, rows: Any) -> None:
    if not isinstance(rows, pd.DataFrame):
        return
    twice = rows.columns[rows.columns.duplicated()].tolist()
    if twice:
        raise BadInput(
            f"data set {name}: columns of the same name {twice[:3]}; rename them apart: the tables "
            "could not tell them apart"
        )
    holes = rows.isna().any()
    if holes.any():
        column = holes.index[holes][0]
        row = rows.index[rows[column].isna()][0]
        raise BadInput(
            f"data set {name} holds a missing value ({int(rows.isna().to_numpy().sum())} in all), "
            f"the first in column {column!r}, row {row!r}; drop or fill them"
        )
    for column in rows.columns:
        _check_column(name, rows[column])


def _check_column(name: str, values: pd.Series[Any]) -> None:
    if pd.api.types.is_numeric_dtype(values):
        endless = ~np.isfinite(values.to_numpy(dtype=float))
        if endless.any():
            raise BadInput(
                f"data set {name}: column {values.name!r} is infinite in row "
                f"{values.index[endless][0]!r}; drop the row or bound the value"
            )
    elif not isinstance(values.dtype, pd.CategoricalDtype):
        _check_text(name, values)


def _check_text(name: str, values: pd.Series[Any]) -> None:
    """One torn entry turns a column of numbers into one of words, a level for every number."""
    words = pd.to_numeric(values, errors="coerce").isna()
    if 0 < words.mean() < _FEW and values.nunique() > _LEVELS:
        row = values.index[words][0]
        raise BadInput(
            f"data set {name}: column {values.name!r} holds {values[words].iloc[0]!r} in row "
            f"{row!r} among numbers; mend it, or hand pandas categories if these are levels"
        )


def _check_target(name: str, y: Any, kind: str) -> None:
    missing = int(pd.isna(y).sum())
    if missing:
        raise BadInput(f"data set {name}: {missing} targets are missing; drop these rows")
    if kind == "regression" and not _are_finite(y):
        raise BadInput(f"data set {name}: the target is to be numbers, all finite; mend it")
    if kind == "classification" and len(np.unique(y)) < 2:
        raise BadInput(
            f"data set {name}: one class, {y[0]!r}; expected two or more, or kind='regression'"
        )


def _are_finite(y: Any) -> bool:
    try:
        return bool(np.isfinite(np.asarray(y, dtype=float)).all())
    except (TypeError, ValueError):
        return False
