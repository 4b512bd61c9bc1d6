"""Analytic black boxes whose attribution is known: frozen functions of rows; they draw nothing.

Rows come as a frame or an array. A column of numbers is read as it is, any other as 1 where it
holds `yes` and 0 elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from scipy.special import expit

from limelab.types import Array

YES = "yes"


class Model(Protocol):
    """A function of rows with (m,) or (m, C) answers."""

    def __call__(self, rows: Any) -> Array: ...


def columns_of(rows: Any) -> Array:
    """Rows as numbers (m, d).

    Examples
    --------
    >>> columns_of(pd.DataFrame({"a": [1.5, 2.0], "b": ["yes", "no"]})).tolist()
    [[1.5, 1.0], [2.0, 0.0]]
    """
    if not isinstance(rows, pd.DataFrame):
        return np.asarray(rows, dtype=np.float64)
    if not len(rows.columns):
        return np.empty((len(rows), 0))
    return np.column_stack([_numbers(rows.iloc[:, j]) for j in range(rows.shape[1])])


def _numbers(column: pd.Series[Any]) -> Array:
    if is_numeric_dtype(column) and not is_bool_dtype(column):
        return column.to_numpy(dtype=np.float64)
    return np.asarray(column.astype(str) == YES, dtype=np.float64)


@dataclass(frozen=True)
class Linear:
    """sum_j weight_j x_j + shift: the slope of x_j is its weight, everywhere.

    Examples
    --------
    >>> Linear((2.0, -1.0))(np.array([[1.0, 3.0]])).tolist()
    [-1.0]
    """

    weights: tuple[float, ...]
    shift: float = 0.0

    def __call__(self, rows: Any) -> Array:
        return np.asarray(columns_of(rows) @ np.asarray(self.weights) + self.shift)


@dataclass(frozen=True)
class Wave:
    """sin(sum_j weight_j x_j): its slopes share one sign, that of the cosine, and bend.

    Examples
    --------
    >>> Wave((0.0, 1.0))(np.zeros((1, 2))).tolist()
    [0.0]
    """

    weights: tuple[float, ...]

    def __call__(self, rows: Any) -> Array:
        return np.asarray(np.sin(columns_of(rows) @ np.asarray(self.weights)))


@dataclass(frozen=True)
class Bowl:
    """sum_j weight_j (x_j - centre_j)^2: even round its centre, so nothing has a direction there.

    Examples
    --------
    >>> Bowl((1.0,), (2.0,))(np.array([[1.0], [3.0]])).tolist()
    [1.0, 1.0]
    """

    weights: tuple[float, ...]
    centre: tuple[float, ...]

    def __call__(self, rows: Any) -> Array:
        moved = columns_of(rows) - np.asarray(self.centre)
        return np.asarray(moved**2 @ np.asarray(self.weights))


@dataclass(frozen=True)
class Product:
    """x_i x_j: each matters as much as the other is large.

    Examples
    --------
    >>> Product(0, 1)(np.array([[2.0, 3.0, 9.0]])).tolist()
    [6.0]
    """

    i: int
    j: int

    def __call__(self, rows: Any) -> Array:
        x = columns_of(rows)
        return np.asarray(x[:, self.i] * x[:, self.j])


@dataclass(frozen=True)
class Step:
    """1 where x_j > at: one feature matters and no other.

    Examples
    --------
    >>> Step(1, 0.5)(np.array([[9.0, 0.0], [9.0, 1.0]])).tolist()
    [0.0, 1.0]
    """

    j: int
    at: float

    def __call__(self, rows: Any) -> Array:
        return np.asarray(columns_of(rows)[:, self.j] > self.at, dtype=np.float64)


@dataclass(frozen=True)
class Both:
    """1 where x_i > at_i and x_j > at_j: AND.

    Examples
    --------
    >>> Both(0, 1, (0.0, 0.0))(np.array([[1.0, 1.0], [1.0, -1.0]])).tolist()
    [1.0, 0.0]
    """

    i: int
    j: int
    at: tuple[float, float]

    def __call__(self, rows: Any) -> Array:
        x = columns_of(rows)
        both = (x[:, self.i] > self.at[0]) & (x[:, self.j] > self.at[1])
        return np.asarray(both, dtype=np.float64)


@dataclass(frozen=True)
class Constant:
    """The same value for every row: nothing matters.

    Examples
    --------
    >>> Constant(3.0)(np.zeros((2, 1))).tolist()
    [3.0, 3.0]
    """

    value: float

    def __call__(self, rows: Any) -> Array:
        return np.full(len(rows), self.value)


@dataclass(frozen=True)
class Classes:
    """Probabilities (m, 2) of a model taken for log-odds.

    Examples
    --------
    >>> Classes(Constant(0.0))(np.zeros((1, 1))).tolist()
    [[0.5, 0.5]]
    """

    model: Model

    def __call__(self, rows: Any) -> Array:
        z = self.model(rows)
        return np.column_stack([expit(-z), expit(z)])


@dataclass(frozen=True)
class Outputs:
    """Several models side by side: one output each.

    Examples
    --------
    >>> Outputs((Constant(1.0), Constant(2.0)))(np.zeros((1, 1))).tolist()
    [[1.0, 2.0]]
    """

    models: tuple[Model, ...]

    def __call__(self, rows: Any) -> Array:
        return np.column_stack([model(rows) for model in self.models])


@dataclass(frozen=True)
class Scaled:
    """factor times a model, plus shift.

    Examples
    --------
    >>> Scaled(Constant(2.0), 3.0, 1.0)(np.zeros((1, 1))).tolist()
    [7.0]
    """

    model: Model
    factor: float
    shift: float = 0.0

    def __call__(self, rows: Any) -> Array:
        return np.asarray(self.factor * self.model(rows) + self.shift)


@dataclass(frozen=True)
class Columns:
    """A model that reads other columns, or the same in other units: column `order[j]` / unit_j.

    Examples
    --------
    >>> Columns(Linear((1.0, 0.0)), order=(1, 0), units=(2.0, 1.0))(np.array([[5.0, 8.0]])).tolist()
    [4.0]
    """

    model: Model
    order: tuple[int, ...]
    units: tuple[float, ...]

    def __call__(self, rows: Any) -> Array:
        return self.model(columns_of(rows)[:, list(self.order)] / np.asarray(self.units))
