"""What a store says of a block: values only; it reads and writes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from limelab.types import BadInput

Arrays = Mapping[str, npt.NDArray[Any]]
Label = Mapping[str, str | int | float]
Status = Literal["declared", "post hoc"]


@dataclass(frozen=True)
class Entry:
    """What the store knows of a finished block without opening its arrays.

    Attributes
    ----------
    key, kind : str
    label : mapping
        The axes that the block stands for.
    meta : mapping
    queries : mapping of str to int
        How often the model was asked, by purpose.
    seconds : float
    digest : str
        Hash and file name of the arrays, "" where there are none.
    size : int
        Bytes of the array file.
    """

    key: str
    kind: str
    label: dict[str, Any]
    meta: dict[str, Any]
    queries: dict[str, int]
    seconds: float
    digest: str
    size: int


@dataclass(frozen=True, eq=False)
class Block(Entry):
    """A finished block: its checked bytes are held, an array is decoded at each access."""

    arrays: Arrays


@dataclass(frozen=True)
class Failure:
    """A block that was tried and ended in an error."""

    key: str
    kind: str
    label: dict[str, Any]
    error: str


@dataclass(frozen=True)
class Damage:
    """A finished block whose array file is gone or is not what was written."""

    key: str
    kind: str
    label: dict[str, Any]
    file: str
    reason: str


def entry_of(row: tuple[Any, ...]) -> Entry:
    """A row of the table of blocks."""
    key, kind, label, meta, queries, seconds, digest, size = row
    return Entry(
        key, kind, json.loads(label), json.loads(meta), json.loads(queries), seconds, digest, size
    )


def as_json(value: Any, of: str) -> str:
    """A value as the database holds it; `of` names it where it cannot."""
    try:
        return json.dumps(dict(value) if isinstance(value, Mapping) else value, default=_plain)
    except TypeError as error:
        raise BadInput(
            f"{of} holds what JSON cannot ({error}); hand str, numbers, lists, dicts"
        ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"got {type(value).__name__}")
