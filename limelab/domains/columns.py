"""Columns of a table, each a small coder between raw values and numbers; knows pandas, not the lab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from limelab.types import Array, BadInput, Objects


class Column(Protocol):
    """One encoded column: where it comes from and how it is written as a number."""

    name: str

    @property
    def categorical(self) -> bool: ...
    @property
    def sources(self) -> tuple[Any, ...]:
        """Raw columns that it is made of."""

    def encode(self, frame: pd.DataFrame) -> Array: ...
    def decode(self, codes: Array) -> dict[Any, Any]: ...
    def values(self, codes: Array) -> Objects: ...


@dataclass(frozen=True, eq=False)
class Number:
    """A numeric column, kept as it is, always handed back as float64."""

    name: str
    source: Any
    categorical = False

    @property
    def sources(self) -> tuple[Any, ...]:
        return (self.source,)

    def encode(self, frame: pd.DataFrame) -> Array:
        raw = frame[self.source]
        try:
            column = raw.to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise BadInput(
                f"column {self.name!r} is numeric in the background but came as {raw.dtype} "
                f"({raw.iloc[0]!r}); give numbers"
            ) from error
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
    levels: pd.Index
    dtype: Any
    categorical = True

    @property
    def sources(self) -> tuple[Any, ...]:
        return (self.source,)

    def encode(self, frame: pd.DataFrame) -> Array:
        raw = frame[self.source].astype(object)
        _refuse(raw.isna().to_numpy(), frame, self.name, "a missing value")
        codes = self.levels.get_indexer(pd.Index(raw, dtype=object))
        if (codes < 0).any():
            unseen = raw.iloc[int(np.argmax(codes < 0))]
            raise BadInput(
                f"column {self.name!r} holds {unseen!r}, which the background does not; expected "
                f"one of {_listed(self.levels)}; add rows of that category to the background"
            )
        return codes.astype(np.float64)

    def decode(self, codes: Array) -> dict[Any, Any]:
        whole = codes.astype(np.intp)
        if isinstance(self.dtype, pd.CategoricalDtype):
            return {self.source: pd.Categorical.from_codes(whole, dtype=self.dtype)}
        return {self.source: self._typed_levels().take(whole)}

    def values(self, codes: Array) -> Objects:
        return self.levels.to_numpy(dtype=object)[codes.astype(np.intp)]

    def _typed_levels(self) -> Any:
        return pd.Series(self.levels, dtype=self.dtype).array


@dataclass(frozen=True, eq=False)
class Group:
    """Declared one-hot columns as one category; all zeros is a level where the background has it."""

    name: str
    members: tuple[Any, ...]
    none: bool
    categorical = True

    @property
    def sources(self) -> tuple[Any, ...]:
        return self.members

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


def _refuse(wrong: Any, frame: pd.DataFrame, name: str, what: str) -> None:
    if wrong.any():
        raise BadInput(
            f"column {name!r} holds {what} in row {_row(frame, wrong)} ({int(wrong.sum())} of "
            f"{len(wrong)} rows); expected complete, finite values; impute or drop them first"
        )


def _row(frame: pd.DataFrame, wrong: Any) -> Any:
    return frame.index[int(np.argmax(wrong))]


def _listed(levels: pd.Index, most: int = 12) -> str:
    shown = ", ".join(repr(level) for level in levels[:most])
    return shown if len(levels) <= most else f"{shown}, ... ({len(levels)} in all)"
