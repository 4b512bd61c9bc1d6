"""Whether a data set can be used by a task: looked at before anything is planned or fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from limelab.types import BadInput

_KINDS = ("classification", "regression")
_LEFT = 2  # rows that must be left to fit on


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


def _check_target(name: str, y: Any, kind: str) -> None:
    missing = int(pd.isna(y).sum())
    if missing:
        raise BadInput(f"data set {name}: {missing} targets are missing; drop these rows")
    if kind == "classification" and len(np.unique(y)) < 2:
        raise BadInput(
            f"data set {name}: one class, {y[0]!r}; expected two or more, or kind='regression'"
        )
