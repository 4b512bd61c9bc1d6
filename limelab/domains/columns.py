"""Columns of a table, each a small coder between raw values and numbers; it knows only pandas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from limelab.types import Array, BadInput, Bools, Objects


class Column(Protocol):
    """One encoded column: where it comes from and how it is written as a number."""

    @property
    def name(self) -> str: ...
    @property
    def categorical(self) -> bool: ...
    @property
    def sources(self) -> tuple[Any, ...]:
        """Raw columns that it is made of."""

    @property
    def record(self) -> str:
        """All that decides how it encodes and decodes."""

    def encode(self, frame: pd.DataFrame) -> Array: ...
    def decode(self, codes: Array) -> dict[Any, Any]:
        """Raw columns by their names."""

    def values(self, codes: Array) -> Objects:
        """Codes as a reader knows them."""


@dataclass(frozen=True, eq=False)
class Number:
    """A numeric column, kept as it is, always handed back as float64."""

    name: str
    source: Any
    categorical = False

    @property
    def sources(self) -> tuple[Any, ...]:
        return (self.source,)

    @property
    def record(self) -> str:
        return f"Number({self.source!r})"

    def encode(self, frame: pd.DataFrame) -> Array:
        raw = frame[self.source]
        known = raw.dropna()
        if not is_number(known.infer_objects().dtype):
            raise BadInput(
                f"column {self.name!r} is numeric in the background but came as {raw.dtype} "
                f"({known.iloc[0]!r}); give numbers"
            )
        column: Array = raw.to_numpy(dtype=np.float64, na_value=np.nan)
        _refuse(~np.isfinite(column), frame, self.name, "a missing or infinite value")
        return column

    def decode(self, codes: Array) -> dict[Any, Any]:
        return {self.source: codes}

    def values(self, codes: Array) -> Objects:
        return codes.astype(object)


@dataclass(frozen=True, eq=False)
class Category:
    """A categorical column: codes 0, 1, ... of its levels, handed back in its own dtype."""

    name: str
    source: Any
    levels: pd.Index[Any]
    dtype: Any
    categorical = True

    @property
    def sources(self) -> tuple[Any, ...]:
        return (self.source,)

    @property
    def record(self) -> str:
        return f"Category({self.source!r}, {list(self.levels)!r}, {self.dtype})"

    def encode(self, frame: pd.DataFrame) -> Array:
        raw = frame[self.source].astype(object)
        _refuse(raw.isna().to_numpy(), frame, self.name, "a missing value")
        try:
            codes = self.levels.get_indexer(pd.Index(raw, dtype=object))
        except TypeError as error:  # a list or another value that cannot be a category
            raise BadInput(self._unseen(raw.iloc[0])) from error
        if (codes < 0).any():
            raise BadInput(self._unseen(raw.iloc[int(np.argmax(codes < 0))]))
        return codes.astype(np.float64)

    def decode(self, codes: Array) -> dict[Any, Any]:
        whole = codes.astype(np.intp)
        if isinstance(self.dtype, pd.CategoricalDtype):
            return {self.source: pd.Categorical.from_codes(whole, dtype=self.dtype)}
        levels = pd.Series(self.levels, dtype=self.dtype).array
        # a Series, because a frame takes a bare array of objects that are text for `str`
        return {self.source: pd.Series(levels.take(whole), dtype=self.dtype)}

    def values(self, codes: Array) -> Objects:
        return np.asarray(self.levels.to_numpy(dtype=object)[codes.astype(np.intp)])

    def _unseen(self, value: Any) -> str:
        return (
            f"column {self.name!r} holds {value!r}, which the background does not; expected "
            f"one of {_listed(self.levels)}; add rows of that category to the background"
        )


@dataclass(frozen=True, eq=False)
class Group:
    """Declared one-hot columns as one category; all zeros is a level if the background has it."""

    name: str
    members: tuple[Any, ...]
    none: bool
    categorical = True

    @property
    def sources(self) -> tuple[Any, ...]:
        return self.members

    @property
    def record(self) -> str:
        return f"Group({self.name!r}, {self.members!r}, none={self.none})"

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(map(str, self.members)) + (("none",) if self.none else ())

    def encode(self, frame: pd.DataFrame) -> Array:
        block = one_hot_block(frame, self.name, self.members)
        empty = block.sum(axis=1) == 0
        if empty.any() and not self.none:
            raise BadInput(
                f"group {self.name!r}: row {_row(frame, empty)} has no 1 in {list(self.members)}, "
                "which no background row does; give one 1, or such rows in the background too"
            )
        return np.where(empty, len(self.members), block.argmax(axis=1)).astype(np.float64)

    def decode(self, codes: Array) -> dict[Any, Any]:
        return {source: (codes == code) * 1.0 for code, source in enumerate(self.members)}

    def values(self, codes: Array) -> Objects:
        return np.array(self.labels, dtype=object)[codes.astype(np.intp)]


def one_hot_block(frame: pd.DataFrame, name: str, members: Sequence[Any]) -> Array:
    """The raw columns of a group (m, members), proven to be 0/1 with at most one 1 a row."""
    block = np.column_stack([Number(str(c), c).encode(frame) for c in members])
    wrong = ~np.isin(block, (0.0, 1.0)).all(axis=1) | (block.sum(axis=1) > 1)
    if wrong.any():
        raise BadInput(
            f"group {name!r}: row {_row(frame, wrong)} of {list(members)} is not one-hot; expected "
            "zeros and at most one 1; leave the group undeclared or mend the row"
        )
    return block


def is_number(dtype: Any) -> bool:
    """Real numbers of any width, nullable or not; booleans count as 0 and 1."""
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype)


def are_plain_numbers(frame: pd.DataFrame) -> bool:
    """Whether every column holds real numbers of one of numpy's own dtypes."""
    return all(isinstance(t, np.dtype) and t.kind in "biuf" for t in set(frame.dtypes))


def _refuse(wrong: Bools, frame: pd.DataFrame, name: str, what: str) -> None:
    if wrong.any():
        raise BadInput(
            f"column {name!r} holds {what} in row {_row(frame, wrong)!r} ({int(wrong.sum())} of "
            f"{len(wrong)} rows); expected complete, finite values; impute or drop them first"
        )


def _row(frame: pd.DataFrame, wrong: Bools) -> Any:
    return frame.index[int(np.argmax(wrong))]


def _listed(levels: pd.Index[Any], most: int = 12) -> str:
    shown = ", ".join(repr(level) for level in levels[:most])
    return shown if len(levels) <= most else f"{shown}, ... ({len(levels)} in all)"
