"""The domain of tables: it encodes rows once and decodes points; it knows pandas, not the lab."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from limelab.domains.columns import Number, are_plain_numbers
from limelab.domains.frames import as_array, as_frame
from limelab.domains.layout import columns
from limelab.types import Array, BadInput, Bools, Objects

T = TypeVar("T")


class Table:
    """A background table, its columns, and what parts have computed about it.

    Parameters
    ----------
    background : DataFrame or 2-D array of shape (n, columns)
        Rows that stand for the data, at least two; copied, never changed.
    categorical : sequence of column names (positions for an array), optional
        Numeric columns to be taken as categories. Columns of strings, booleans and pandas
        categories are categories without being named.
    groups : mapping of str to sequence of columns, optional
        One-hot columns that are one feature, by its name.
    target : array of shape (n,), optional
        The target of each background row, for parts that need it.

    Raises
    ------
    BadInput
        Fewer than two rows, missing or infinite values, columns that are neither numbers nor
        categories, groups that are not one-hot.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [30.0, 40.0, 50.0], "job": ["clerk", "smith", "clerk"]})
    >>> table = Table(frame)
    >>> table.names, table.categorical.tolist()
    (('age', 'job'), [False, True])
    >>> table.encode(frame.iloc[[1]])
    array([[40.,  1.]])
    """

    def __init__(
        self,
        background: Any,
        *,
        categorical: Sequence[Any] | None = None,
        groups: Mapping[str, Sequence[Any]] | None = None,
        target: Any = None,
    ) -> None:
        self._frame = as_frame(background, "background").copy()
        self._array_dtype = _array_dtype(background)
        if len(self._frame) < 2:
            raise BadInput(
                f"the background has {len(self._frame)} row(s); expected at least 2, better 100 or "
                "more: scales and frequencies are read off it"
            )
        self._columns = columns(self._frame, categorical or (), groups or {})
        self._target = _checked_target(target, len(self._frame))
        self._known: dict[Hashable, Any] = {}
        self._background = _frozen(self._encode_frame(self._frame))
        mean, scale = _moments(self._background)
        self._mean = _frozen(np.where(self.categorical, 0.0, mean))
        self._scale = _frozen(np.where(self.categorical, 0.0, scale))

    def __repr__(self) -> str:
        kinds = int(self.categorical.sum())
        return f"Table({len(self._frame)} rows, {len(self.names)} features, {kinds} categorical)"

    @property
    def frame(self) -> Any:
        """The background as it came: a copy of the frame, or an array."""
        return self._raw(self._frame.copy())

    @property
    def target(self) -> Any:
        """The target that was handed in, or None."""
        return self._target

    @property
    def names(self) -> tuple[str, ...]:
        """Feature names, one an encoded column; a declared group is one."""
        return tuple(column.name for column in self._columns)

    @property
    def categorical(self) -> Bools:
        """Which encoded columns are categories, shape (d,)."""
        return np.array([column.categorical for column in self._columns], dtype=bool)

    @property
    def background(self) -> Array:
        """Encoded background, shape (n, d), read-only."""
        return self._background

    @property
    def mean(self) -> Array:
        """Background means, 0 for categories, shape (d,)."""
        return self._mean

    @property
    def scale(self) -> Array:
        """Background standard deviations (population), 0 for categories and constants, (d,)."""
        return self._scale

    @property
    def fingerprint(self) -> str:
        """SHA-256 of columns, their order and levels, encoded values and target."""
        return self.once("fingerprint", self._hashed)

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` returns, computed at the first call under this key and kept."""
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]  # type: ignore[no-any-return]  # what is kept is what came

    def encode(self, rows: Any) -> Array:
        """Raw rows as points.

        Parameters
        ----------
        rows : DataFrame or 2-D array with the background's columns

        Returns
        -------
        x : array of shape (I, d)

        Raises
        ------
        BadInput
            Missing or extra columns, missing or infinite values, unseen categories.
        """
        frame = as_frame(rows, "rows")
        self._same_columns(frame, rows)
        return self._encode_frame(frame)

    def labels(self, rows: Any) -> tuple[Any, ...]:
        """Index labels of a frame, 0, 1, ... of an array."""
        if isinstance(rows, pd.DataFrame):
            return tuple(as_frame(rows, "rows").index)
        return tuple(range(len(as_array(rows, "rows"))))

    def views(self, rows: Any) -> list[tuple[Table, list[int]]]:
        """One view for all rows: a table is its own view."""
        return [(self, list(range(len(rows))))]

    def decode(self, points: Array) -> Any:
        """Points (m, d) as the model's input: a frame, or an array if the background was one."""
        if all(isinstance(column, Number) for column in self._columns):
            return self._plain(points)
        blocks: dict[Any, Any] = {}
        for j, column in enumerate(self._columns):
            blocks.update(column.decode(points[:, j]))
        frame = pd.DataFrame({j: blocks[name] for j, name in enumerate(self._frame.columns)})
        frame.columns = self._frame.columns  # names may be tuples, which a dict would unfold
        return self._raw(frame)

    def values(self, x: Array) -> Objects:
        """Encoded rows as numbers and labels, object array (I, d)."""
        columns = [column.values(x[:, j]) for j, column in enumerate(self._columns)]
        return np.column_stack(columns).astype(object)

    def _plain(self, points: Array) -> Any:
        if self._array_dtype is None:
            return pd.DataFrame(points, columns=self._frame.columns, copy=False)
        return points

    def _raw(self, frame: pd.DataFrame) -> Any:
        if self._array_dtype is None:
            return frame
        if self._array_dtype.kind in "biuf":
            return frame.to_numpy(dtype=np.float64, copy=True)
        return frame.to_numpy(dtype=object).astype(self._array_dtype)

    def _hashed(self) -> str:
        digest = hashlib.sha256(np.ascontiguousarray(self._background).tobytes())
        kept = [f"{c}: {t}" for c, t in self._frame.dtypes.items()]
        target = None if self._target is None else self._target.tolist()
        records = [column.record for column in self._columns]
        digest.update(repr((self._array_dtype, kept, records, target)).encode())
        return digest.hexdigest()

    def _encode_frame(self, frame: pd.DataFrame) -> Array:
        """Encoded rows: at once where all are plain, finite numbers, else column by column."""
        plain = [c.source for c in self._columns if isinstance(c, Number)]
        if len(plain) == len(self._columns) and are_plain_numbers(frame):
            whole = frame[plain].to_numpy(dtype=np.float64, copy=True)
            if np.isfinite(whole).all():
                return np.ascontiguousarray(whole)
        return np.column_stack([column.encode(frame) for column in self._columns])

    def _same_columns(self, frame: pd.DataFrame, rows: Any) -> None:
        if (self._array_dtype is None) != isinstance(rows, pd.DataFrame):
            kinds = ("a DataFrame", "an array")
            wanted, came = kinds if self._array_dtype is None else kinds[::-1]
            raise BadInput(f"rows came as {came} but the background is {wanted}; give {wanted}")
        missing = [c for c in self._frame.columns if c not in frame.columns]
        extra = [c for c in frame.columns if c not in self._frame.columns]
        if missing or extra:
            raise BadInput(
                f"rows have {len(frame.columns)} columns, missing {missing[:8]} and extra "
                f"{extra[:8]}; expected the background's {len(self._frame.columns)} columns"
            )


def _checked_target(target: Any, n: int) -> Any:
    if target is None:
        return None
    values = np.asarray(target)
    if values.shape[:1] != (n,):
        raise BadInput(f"target has shape {values.shape}; expected one value for each of {n} rows")
    return values.copy()


def _moments(background: Array) -> tuple[Array, Array]:
    """Means and standard deviations (d,), exactly 0 for a constant column.

    Columns are brought near 1 by a power of two first, which changes no digit and keeps squares
    of 1e200 or 1e-200 from running over or out.
    """
    _, power = np.frexp(np.abs(background).max(axis=0))
    near_one = np.ldexp(background, -power)
    constant = (background == background[:1]).all(axis=0)
    mean = np.where(constant, near_one[0], near_one.mean(axis=0))
    return np.ldexp(mean, power), np.ldexp(np.where(constant, 0.0, near_one.std(axis=0)), power)


def _array_dtype(raw: Any) -> np.dtype[Any] | None:
    """The dtype that an array came with; None for a frame."""
    return None if isinstance(raw, pd.DataFrame) else as_array(raw, "background").dtype


def _frozen(array: Array) -> Array:
    array.setflags(write=False)
    return array
