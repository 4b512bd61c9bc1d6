"""The domain of tables: it encodes rows once and decodes points; it knows pandas, not the lab."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from limelab.domains.columns import Category, Column, Group, Number, one_hot_block
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
        self._array_dtype = None if isinstance(background, pd.DataFrame) else _dtype(background)
        self._frame = as_frame(background, "background").copy()
        if len(self._frame) < 2:
            raise BadInput(
                f"the background has {len(self._frame)} row(s); expected at least 2, better 100 or "
                "more: scales and frequencies are read off it"
            )
        self._columns = _columns(self._frame, tuple(categorical or ()), dict(groups or {}))
        self._target = _checked_target(target, len(self._frame))
        self._known: dict[Hashable, Any] = {}
        self._background = _frozen(self._encode_frame(self._frame))
        codes = self.categorical
        self._mean = _frozen(np.where(codes, 0.0, self._background.mean(axis=0)))
        self._scale = _frozen(np.where(codes, 0.0, _spread(self._background)))

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
        """SHA-256 of names, kinds, levels and encoded values."""

        def compute() -> str:
            digest = hashlib.sha256(self._background.tobytes())
            for column in self._columns:
                levels = [str(value) for value in getattr(column, "levels", column.sources)]
                digest.update(repr((type(column).__name__, column.name, levels)).encode())
            return digest.hexdigest()

        return self.once("fingerprint", compute)

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
        return tuple(as_frame(rows, "rows").index)

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
        return self._raw(pd.DataFrame({name: blocks[name] for name in self._frame.columns}))

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
        return frame.to_numpy(dtype=object if self._array_dtype == object else np.float64)

    def _encode_frame(self, frame: pd.DataFrame) -> Array:
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


def as_frame(raw: Any, what: str) -> pd.DataFrame:
    """A DataFrame of raw rows; arrays get the names x0, x1, ...; the caller's object is not changed.

    Examples
    --------
    >>> list(as_frame(np.zeros((2, 2)), "rows").columns)
    ['x0', 'x1']
    """
    if isinstance(raw, pd.DataFrame):
        return _checked_frame(raw, what)
    if hasattr(raw, "toarray"):
        raise BadInput(f"{what} came as a sparse matrix; expected a dense table; call .toarray()")
    array = np.asarray(raw)
    if array.ndim != 2 or isinstance(raw, pd.Series):
        raise BadInput(
            f"{what} came with shape {array.shape}; expected a table of rows and columns; for one "
            "row give rows.iloc[[0]] or row.reshape(1, -1)"
        )
    frame = pd.DataFrame(array, columns=[f"x{j}" for j in range(array.shape[1])])
    return _checked_frame(frame.infer_objects() if array.dtype == object else frame, what)


def _checked_frame(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    names = [str(name) for name in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput(f"{what} has columns of the same name {twice}; rename them apart")
    if not len(frame) or not names:
        raise BadInput(f"{what} came with shape {frame.shape}; expected at least one row and column")
    return frame


def _columns(
    frame: pd.DataFrame, categorical: tuple[Any, ...], groups: dict[str, Sequence[Any]]
) -> tuple[Column, ...]:
    """Encoded columns in the frame's order, a group in the place of its first member."""
    categorical = tuple(_by_name(frame, name, "categorical") for name in categorical)
    members = {
        _by_name(frame, column, f"group {name!r}"): name
        for name, columns in groups.items()
        for column in columns
    }
    if len(members) < sum(len(columns) for columns in groups.values()):
        raise BadInput("a column stands in two groups, or twice in one; each may stand in one")
    _distinct_names(frame, members, groups)
    made: dict[Any, Column] = {}
    for source in frame.columns:
        name = members.get(source)
        if name is None:
            made[("column", source)] = _column(frame, source, source in categorical)
        elif ("group", name) not in made:
            sources = tuple(s for s in frame.columns if members.get(s) == name)
            block = one_hot_block(frame, name, sources)
            made[("group", name)] = Group(name, sources, bool((block.sum(axis=1) == 0).any()))
    return tuple(made.values())


def _distinct_names(frame: pd.DataFrame, members: dict[Any, str], groups: Mapping[str, Any]) -> None:
    """A group may not carry the name of a column that stays outside every group."""
    clash = [str(c) for c in frame.columns if str(c) in groups and c not in members]
    if clash:
        raise BadInput(f"groups {clash} carry the name of another column; rename the groups")


def _column(frame: pd.DataFrame, source: Any, declared: bool) -> Column:  # noqa: FBT001 -- private
    raw = frame[source]
    name, dtype = str(source), raw.dtype
    if pd.api.types.is_complex_dtype(dtype) or _is_time(dtype):
        raise BadInput(
            f"column {name!r} is {dtype}; expected numbers or categories; convert it to numbers"
        )
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype) and not declared:
        return Number(name, source)
    if isinstance(dtype, pd.CategoricalDtype):
        return Category(name, source, pd.Index(dtype.categories, dtype=object), dtype)
    return Category(name, source, _levels(raw), dtype)


def _levels(raw: pd.Series) -> pd.Index:
    """Distinct values in sorted order; values of several kinds are sorted by their text."""
    found = list(raw.dropna().astype(object).unique())
    try:
        return pd.Index(sorted(found), dtype=object)
    except TypeError:
        return pd.Index(sorted(found, key=lambda value: (type(value).__name__, str(value))), dtype=object)


def _is_time(dtype: Any) -> bool:
    types = pd.api.types
    return types.is_datetime64_any_dtype(dtype) or types.is_timedelta64_dtype(dtype)


def _by_name(frame: pd.DataFrame, name: Any, what: str) -> Any:
    """The column called `name`; a whole number is a position where no column is called so."""
    if name in frame.columns:
        return name
    if isinstance(name, (int, np.integer)) and 0 <= name < len(frame.columns):
        return frame.columns[int(name)]
    raise BadInput(f"{what} names {name!r}; expected one of {[str(c) for c in frame.columns][:20]}")


def _checked_target(target: Any, n: int) -> Any:
    if target is None:
        return None
    values = np.asarray(target)
    if values.shape[:1] != (n,):
        raise BadInput(f"target has shape {values.shape}; expected one value for each of {n} rows")
    return values.copy()


def _spread(background: Array) -> Array:
    """Standard deviations, exactly 0 for a constant column (rounding would leave 1e-17)."""
    constant = (background == background[:1]).all(axis=0)
    return np.where(constant, 0.0, background.std(axis=0))


def _dtype(raw: Any) -> Any:
    return np.asarray(raw).dtype


def _frozen(array: Array) -> Array:
    array.setflags(write=False)
    return array
