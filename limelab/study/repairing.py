"""Saves what is whole in a damaged database of a store; it changes no array file."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from limelab.study.explaining import explained
from limelab.study.filing import path_of, size_of
from limelab.study.history import EVERY, now
from limelab.study.opening import check_schema, check_whole, connect, create, hold
from limelab.study.pages import Row, rows
from limelab.study.schema import DATABASE
from limelab.types import BadInput

LOG = f"{DATABASE}-wal"


@dataclass(frozen=True)
class Repaired:
    """What was saved.

    Attributes
    ----------
    rows : mapping of table to int
    nameless : int
        Array files that no block names any more: as many blocks, or more, are lost.
    kept : Path
        The folder in which the damaged files lie as they were.
    """

    rows: dict[str, int]
    nameless: int
    kept: Path


def repair(folder: Path) -> Repaired | None:
    """Put a database of all rows that are whole in the place of a damaged one; None if it is whole.

    Studies may be among what is lost, so claims that are new from now on count as post hoc.

    Raises
    ------
    BadInput
        No store, one of another version, one that a run is writing to, or nothing is whole.
    """
    with ExitStack() as stack, explained(folder):
        if not (folder / DATABASE).exists():
            raise BadInput(f"{folder} holds no {DATABASE}; name the folder of a run")
        hold(folder, stack)
        if _is_whole(folder):
            return None
        log = folder / LOG
        found = rows((folder / DATABASE).read_bytes(), log.read_bytes() if log.exists() else b"")
        tables = _by_table(found, folder)
        if not any(tables.values()):
            raise BadInput(
                f"{folder / DATABASE} holds no row that is whole; restore it from a copy, or name "
                "a new folder (nothing was changed)"
            )
        kept = _keep(folder)
        create(folder, {**tables, "studies": [*tables["studies"], (EVERY, now())]})
        named = {path_of(folder, str(row[6])) for row in tables["blocks"] if row[6]}
        files = set(folder.glob("blocks/??/*.npz"))
        return Repaired(
            {name: len(said) for name, said in tables.items()}, len(files - named), kept
        )


def _is_whole(folder: Path) -> bool:
    with ExitStack() as stack:
        try:
            database = connect(folder / DATABASE, "rw", stack)
            check_schema(folder, database)
            check_whole(folder, database)
        except sqlite3.DatabaseError:
            return False
        except BadInput as error:
            if "schema version" in str(error):
                raise
            return False
        return True


def _keep(folder: Path) -> Path:
    """Copies of the damaged files in a folder of their own."""
    kept = next(path for n in count(1) if not (path := folder / f"damaged-{n}").exists())
    kept.mkdir()
    for name in (DATABASE, LOG):
        if (folder / name).exists():
            shutil.copyfile(folder / name, kept / name)
    return kept


def _by_table(found: Iterable[Row], folder: Path) -> dict[str, list[Row]]:
    """Rows under the tables whose shape they have; of two with one key, the better."""
    tables: dict[str, list[Row]] = {name: [] for name in _SHAPES}
    for row in found:
        for name, fits in _SHAPES.items():
            if fits(row):
                tables[name].append(row)
                break
    tables["blocks"].sort(key=lambda row: size_of(folder, str(row[6] or "")) == row[7])
    tables["claims"].sort(key=lambda row: row[2] == "post hoc")
    done = {row[0] for row in tables["blocks"]}
    tables["failures"] = [row for row in tables["failures"] if row[0] not in done]
    keys = {"claims": 2, "manifest": 2}
    return {
        name: list({row[: keys.get(name, 1)]: row for row in said}.values())
        for name, said in tables.items()
    }


def _is_block(row: Row) -> bool:
    return (
        len(row) == 8
        and _are_text(row[:5])
        and all(map(_is_object, row[2:5]))
        and isinstance(row[5], (int, float))
        and isinstance(row[6], str)
        and isinstance(row[7], int)
    )


def _is_claim(row: Row) -> bool:
    return len(row) == 4 and _are_text(row) and row[2] in {"declared", "post hoc"}


def _is_failure(row: Row) -> bool:
    return len(row) == 4 and _are_text(row) and _is_object(row[2])


def _is_manifest(row: Row) -> bool:
    return len(row) == 3 and _are_text(row) and _said(row[2]) is not _NOTHING


def _is_study(row: Row) -> bool:
    if len(row) != 2 or not _are_text(row):
        return False
    try:
        datetime.fromisoformat(str(row[1]))
    except ValueError:
        return False
    return True


def _are_text(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _is_object(text: object) -> bool:
    return isinstance(_said(text), dict)


def _said(text: object) -> Any:
    try:
        return json.loads(str(text))
    except ValueError:
        return _NOTHING


_NOTHING = object()
_SHAPES = {
    "blocks": _is_block,
    "claims": _is_claim,
    "failures": _is_failure,
    "manifest": _is_manifest,
    "studies": _is_study,
}
