"""Raw tables as checked frames: shapes, names and kinds; it encodes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from limelab.types import BadInput


def as_frame(raw: Any, what: str) -> pd.DataFrame:
    """A DataFrame of raw rows; arrays get the names x0, x1, ...; the caller's object is kept.

    Examples
    --------
    >>> list(as_frame(np.zeros((2, 2)), "rows").columns)
    ['x0', 'x1']
    """
    if isinstance(raw, pd.DataFrame):
        return _checked(raw, what)
    array = as_array(raw, what)
    frame = pd.DataFrame(array, columns=[f"x{j}" for j in range(array.shape[1])])
    return _checked(frame.infer_objects() if array.dtype.kind == "O" else frame, what)


def as_array(raw: Any, what: str) -> npt.NDArray[Any]:
    """A 2-D array of raw rows; nested lists that mix numbers and text keep both kinds.

    Examples
    --------
    >>> as_array([[1.0, "clerk"], [2.0, "smith"]], "rows").dtype
    dtype('O')
    """
    if hasattr(raw, "toarray"):
        raise BadInput(f"{what} came as a sparse matrix; expected a dense table; call .toarray()")
    try:
        array = np.asarray(raw)
    except ValueError as error:
        raise BadInput(f"{what} came as rows of unlike length; expected a table") from error
    if array.ndim != 2 or isinstance(raw, pd.Series):
        raise BadInput(
            f"{what} came as {type(raw).__name__} of shape {array.shape}; expected a table of "
            "rows and columns; for one row give rows.iloc[[0]] or row.reshape(1, -1)"
        )
    if array.dtype.kind in "SU" and not isinstance(raw, np.ndarray):
        return np.array(raw, dtype=object)
    return array


def _checked(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    names = [str(name) for name in frame.columns]
    if not len(frame) or not names:
        raise BadInput(
            f"{what} came with shape {frame.shape}; expected at least one row and column"
        )
    if len(set(names)) < len(names):
        twice = sorted(name for name in set(names) if names.count(name) > 1)
        raise BadInput(f"{what} has columns of the same name {twice}; rename them apart")
    kinds = zip(names, frame.dtypes, strict=True)
    sparse = [name for name, kind in kinds if isinstance(kind, pd.SparseDtype)]
    if sparse:
        raise BadInput(
            f"{what} has sparse columns {sparse[:8]}; expected a dense table; "
            "call .sparse.to_dense()"
        )
    return frame
