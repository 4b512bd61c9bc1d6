"""One table and its target, and a fingerprint of both; it loads nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

Kind = Literal["classification", "regression"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """One table and its target.

    Attributes
    ----------
    name : str
    X : DataFrame
        Numbers as float64, categories as pandas categories of readable strings, in the order in
        which the data set documents them.
    y : ndarray of shape (n,)
        Class labels as strings, of which the second in sorted order is the event where there are
        two; or floats.
    kind : {"classification", "regression"}
    target : str
        What y is.
    source : str
        Where the data come from, in one line.
    note : str
        What to keep in mind when reading results on these data, or "".
    """

    name: str
    X: pd.DataFrame
    y: npt.NDArray[Any]
    kind: Kind
    target: str
    source: str
    note: str = ""

    @property
    def categorical(self) -> tuple[str, ...]:
        """Names of the columns that hold categories."""
        return tuple(str(c) for c in self.X.columns if not is_numeric_dtype(self.X[c]))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of column names, dtypes and values, the same in every process and pandas."""
        digest = hashlib.sha256(json.dumps([self.kind, self.target, len(self.X)]).encode())
        for name in self.X.columns:
            _feed(digest, str(name), self.X[name])
        _feed(digest, self.target, pd.Series(self.y))
        return digest.hexdigest()


def _feed(digest: hashlib._Hash, name: str, values: pd.Series[Any]) -> None:
    """Feed one column to the digest in a form that no pandas version changes."""
    if is_numeric_dtype(values):
        kind, content = str(values.dtype), np.ascontiguousarray(values.to_numpy("<f8")).tobytes()
    else:
        kind, content = "text", json.dumps([str(value) for value in values]).encode()
    levels = _levels(values)
    digest.update(json.dumps([name, kind, levels, len(content)]).encode())
    digest.update(content)


def _levels(values: pd.Series[Any]) -> list[str]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return [str(level) for level in values.dtype.categories]
    return []
