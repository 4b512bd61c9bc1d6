"""Raw frames to numbers and readable categories; it knows no data set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

NO_YES: Final = {0: "no", 1: "yes"}


def tidy(raw: pd.DataFrame, labels: Mapping[str, Mapping[Any, str]]) -> pd.DataFrame:
    """Numbers as float64, coded columns as labelled categories, text as sorted categories."""
    return pd.DataFrame({str(c): _column(raw[c], labels.get(str(c))) for c in raw.columns})


def _column(values: pd.Series[Any], labels: Mapping[Any, str] | None) -> pd.Series[Any]:
    if labels is not None:
        return labelled(values, labels)
    if is_numeric_dtype(values):
        return pd.Series(_as_printed(values.to_numpy("float64")), index=values.index)
    return labelled(values, {level: str(level) for level in sorted(values.unique())})


def _as_printed(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The decimals of the file: pandas 2 and 3 read some of them one last bit apart."""
    found, place = np.unique(values, return_inverse=True)
    return np.array([float(f"{value:.12g}") for value in found])[place]


def labelled(values: pd.Series[Any], labels: Mapping[Any, str]) -> pd.Series[Any]:
    """Categories in the order of `labels`; a code without a label stays visible as "code 7"."""
    strange = {code: f"code {code}" for code in sorted(set(values) - set(labels), key=str)}
    every = {**labels, **strange}
    present = [label for code, label in every.items() if (values == code).any()]
    text = [every[code] for code in values]
    return pd.Series(pd.Categorical(text, categories=present), index=values.index)


def classes(values: pd.Series[Any], labels: Mapping[Any, str]) -> npt.NDArray[Any]:
    """The label of each code; a code without one is an error."""
    return np.array([labels[value] for value in values])
