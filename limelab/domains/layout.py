"""Which columns a table has: numbers, categories and declared groups, told by dtype and value."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from limelab.domains.columns import Category, Column, Group, Number, is_number, one_hot_block
from limelab.types import BadInput

_KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "truth": (bool, np.bool_),
    "number": (int, float, np.integer, np.floating),
}


def columns(
    frame: pd.DataFrame, categorical: Sequence[Any], groups: Mapping[str, Sequence[Any]]
) -> tuple[Column, ...]:
    """Encoded columns in the frame's order, a group in the place of its first member.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [30.0, 40.0], "job": ["clerk", "smith"], "code": [7, 8]})
    >>> [column.record for column in columns(frame, ["code"], {})][::2]
    ["Number('age')", "Category('code', [7, 8], int64)"]
    """
    declared = [
        _by_name(frame, name, "categorical") for name in _listed("categorical", categorical)
    ]
    members = _members(frame, groups)
    _distinct_names(frame, members, groups)
    made: dict[Any, Column] = {}
    for source, dtype in zip(frame.columns, frame.dtypes, strict=True):
        name = members.get(source)
        if name is None:
            made["column", source] = _column(frame, source, dtype, declared)
        elif ("group", name) not in made:
            made["group", name] = _group(frame, name, [s for s in members if members[s] == name])
    return tuple(made.values())


def _members(frame: pd.DataFrame, groups: Mapping[str, Sequence[Any]]) -> dict[Any, str]:
    """The group of each raw column that is in one."""
    members: dict[Any, str] = {}
    for name, declared in groups.items():
        for given in _listed(f"group {name!r}", declared):
            source = _by_name(frame, given, f"group {name!r}")
            if source in members:
                raise BadInput(
                    f"column {source!r} stands in group {members[source]!r} and in group {name!r}; "
                    "expected one group a column, once; take it out of one"
                )
            members[source] = name
    return members


def _distinct_names(
    frame: pd.DataFrame, members: Mapping[Any, str], groups: Mapping[str, Any]
) -> None:
    """A group may not carry the name of a column that stays outside every group."""
    clash = [str(c) for c in frame.columns if str(c) in groups and c not in members]
    if clash:
        raise BadInput(f"groups {clash} carry the name of another column; rename the groups")
    empty = [name for name in groups if name not in members.values()]
    if empty:
        raise BadInput(f"groups {empty} have no columns; expected at least one; drop the groups")


def _group(frame: pd.DataFrame, name: str, members: Collection[Any]) -> Group:
    sources = tuple(source for source in frame.columns if source in members)
    block = one_hot_block(frame, name, sources)
    return Group(name, sources, none=bool((block.sum(axis=1) == 0).any()))


def _column(frame: pd.DataFrame, source: Any, dtype: Any, declared: Collection[Any]) -> Column:
    name = str(source)
    if isinstance(dtype, pd.CategoricalDtype):
        return Category(name, source, pd.Index(dtype.categories, dtype=object), dtype)
    if is_number(dtype) and not pd.api.types.is_bool_dtype(dtype) and source not in declared:
        return Number(name, source)
    levels = _levels(frame[source], name, declared=source in declared)
    return Category(name, source, levels, dtype)


def _levels(raw: pd.Series[Any], name: str, *, declared: bool) -> pd.Index[Any]:
    """Distinct values in sorted order, proven to be of one kind that can be a category."""
    kinds = {_kind(value): value for value in raw.dropna()}
    if len(kinds) > 1:
        raise BadInput(
            f"column {name!r} mixes {' and '.join(map(repr, kinds.values()))}; expected values of "
            "one kind; convert it, for instance by .astype(str)"
        )
    kind = next(iter(kinds), "text")
    if kind == "number" and not declared:
        raise BadInput(
            f"column {name!r} holds numbers as {raw.dtype}; expected a numeric dtype; convert it "
            f"by .astype(float), or declare it: Table(background, categorical=[{name!r}])"
        )
    if kind not in ("text", "truth", "number"):
        raise BadInput(
            f"column {name!r} holds {kind} values ({kinds[kind]!r}); expected numbers or "
            "categories; convert it to numbers, or to text by .astype(str)"
        )
    found: pd.Index[Any] = pd.Index(sorted(raw.dropna().astype(object).unique()), dtype=object)
    return found


def _kind(value: Any) -> str:
    """What may be a category: text, truth or number; else the name of its type."""
    for kind, types in _KINDS.items():
        if isinstance(value, types):
            return kind
    return type(value).__name__


def _by_name(frame: pd.DataFrame, name: Any, what: str) -> Any:
    """The column called `name`; a whole number is a position where no column is called so."""
    if name in frame.columns:
        return name
    if isinstance(name, (int, np.integer)) and 0 <= name < len(frame.columns):
        return frame.columns[int(name)]
    raise BadInput(f"{what} names {name!r}; expected one of {[str(c) for c in frame.columns][:20]}")


def _listed(what: str, names: Any) -> Sequence[Any]:
    if isinstance(names, str):
        raise BadInput(f"{what} came as {names!r}; expected a list of columns, such as [{names!r}]")
    return tuple(names)
