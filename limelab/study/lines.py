"""A table as CSV text, some times faster than pandas writes it and byte for byte the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

_SPECIAL = frozenset(',"\n\r')


def csv_text(frame: pd.DataFrame, digits: int = 9) -> str:
    r"""Lines of all rows, without a header.

    Parameters
    ----------
    frame : DataFrame
    digits : int
        Of numbers in columns of floats; what is missing is empty.

    Examples
    --------
    >>> csv_text(pd.DataFrame({"a": ["x", "y, z"], "b": [0.1 + 0.2, np.nan]}))
    'x,0.3\n"y, z",\n'
    """
    if frame.empty:
        return ""
    columns = [_texts(frame.iloc[:, n], digits) for n in range(frame.shape[1])]
    if len(columns) == 1:  # an empty line would be no row
        columns = [[text or '""' for text in columns[0]]]
    return "\n".join(map(",".join, zip(*columns, strict=True))) + "\n"


def _texts(column: pd.Series[Any], digits: int) -> Sequence[str]:
    """A column's fields."""
    kind = column.dtype.kind
    if kind == "f":
        form = f"%.{digits}g"
        return ["" if value != value else form % value for value in column.tolist()]  # noqa: PLR0124
    if kind in "biu" and not pd.api.types.is_extension_array_dtype(column.dtype):
        return list(map(str, column.tolist()))
    codes, found = pd.factorize(column)  # few levels, many rows
    if not all(isinstance(level, str) for level in found):
        codes, found = pd.factorize(_plain(column))
    levels = np.array(
        [*map(_quoted, found), ""], dtype=object
    )  # the last stands for what is missing
    texts: list[str] = levels[codes].tolist()
    return texts


def _plain(column: pd.Series[Any]) -> Any:
    """Fields as text: 1, 1.0 and True are three texts, and one level."""
    objects = column.astype(object).to_numpy()
    return np.array([None if pd.isna(value) else str(value) for value in objects], dtype=object)


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _SPECIAL & set(text) else text
