"""What studies have found out, kept on disk; it may not compute a number or ask a model.

A store is a folder with `store.sqlite`, which says what is known of each block, and array files
`blocks/ab/<sha256>.npz`. Only the driver writes. An array file is complete on disk before the row
that names it, so a killed run leaves whole blocks and, at worst, a file that no row names.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from limelab.study.entries import Arrays, Block, Damage, Entry, Failure, Label, as_json, entry_of
from limelab.study.explaining import explained
from limelab.study.files import TEMPORARY
from limelab.study.filing import (
    Filed,
    file_arrays,
    file_content,
    path_of,
    read_content,
    size_of,
    unpack,
)
from limelab.study.history import History
from limelab.study.opening import check_whole, open_to_read, open_to_write


class Store(History):
    """Finished blocks, failures, claims and manifests of the studies of one folder.

    Opened by `Store.open` to compute (one run at a time) or by `Store.read` to look.

    Attributes
    ----------
    folder : Path
    damaged : list of Damage
        What `get` met and treated as absent since the store was opened.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> folder = Path(tempfile.mkdtemp()) / "results"
    >>> with Store.open(folder) as store:
    ...     _ = store.put("k1", kind="answers", label={"task": "wine"}, meta={},
    ...               arrays={"y": np.arange(3.0)}, queries={"sampler": 3}, seconds=0.1)
    >>> with Store.read(folder) as store:
    ...     store.has(["k1", "k2"]), store.get("k1").arrays["y"]
    ({'k1'}, array([0., 1., 2.]))
    """

    def __init__(self, folder: Path, database: sqlite3.Connection, resources: ExitStack) -> None:
        super().__init__(folder, database)
        self.damaged: list[Damage] = []
        self._lost: set[str] = set()
        self._resources = resources

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Self:
        """Open a folder for a run, made and filled with an empty store where there is none.

        Raises
        ------
        BadInput
            Where another run holds the store, or the folder cannot be one.
        """
        path = Path(folder)
        with ExitStack() as stack, explained(path):
            database = open_to_write(path, stack)
            return cls(path, database, stack.pop_all())

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> Self:
        """Open a store to look at it, without the lock and also while a run is going.

        Nothing is written; SQLite may leave two empty helper files, which the next run clears.
        """
        path = Path(folder)
        with ExitStack() as stack, explained(path):
            database = open_to_read(path, stack)
            return cls(path, database, stack.pop_all())

    def close(self) -> None:
        """Close the files and free the lock."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Blocks

    def put(  # noqa: PLR0913 (the facts of a block, each named)
        self,
        key: str,
        *,
        kind: str,
        label: Label,
        arrays: Arrays | Filed,
        meta: Mapping[str, Any],
        queries: Mapping[str, int],
        seconds: float,
    ) -> Entry:
        """Keep a finished block under its key; an earlier block or failure of that key gives way.

        Parameters
        ----------
        key, kind : str
        label : mapping of names to str, int or float
        arrays : mapping of names to arrays, or Filed
            Any dtype but object; bytes travel as uint8. Filed where a worker has written them.
        meta : mapping
            Whatever JSON can hold.
        queries : mapping of str to int
        seconds : float
        """
        texts = [as_json(value, f"block {key}") for value in (label, meta, queries)]
        with explained(self.folder):
            filed = arrays if isinstance(arrays, Filed) else file_arrays(self.folder, key, arrays)
            row = (key, kind, *texts, float(seconds), filed.digest, filed.size)
            with self._transaction() as database:
                _insert(database, row)
        self._lost.discard(key)
        return entry_of(row)

    def get(self, key: str) -> Block | None:
        """The block of a key, checked against its hash; None where absent or damaged."""
        with explained(self.folder):
            row = self._database.execute("SELECT * FROM blocks WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        entry = entry_of(row)
        content, reason = read_content(self.folder, entry.digest)
        if reason:
            self._lost.add(key)
            self.damaged.append(self._damage(entry, reason))
            return None
        return Block(**vars(entry), arrays=unpack(content))

    def has(self, keys: Iterable[str]) -> set[str]:
        """Which of these keys are done.

        Files are looked at (there, and of the right size) but not read: `get` checks the hash.
        """
        with explained(self.folder):
            rows = self._database.execute(
                "SELECT key, digest, size FROM blocks "
                "WHERE key IN (SELECT value FROM json_each(?))",
                (json.dumps(list(keys)),),
            ).fetchall()
        return {
            key for key, digest, size in rows if size_of(self.folder, digest) == size
        } - self._lost

    def checked(self, keys: Iterable[str]) -> dict[str, Entry]:
        """Which of these blocks are done, with their arrays checked and not kept."""
        found = (self.get(key) for key in sorted(self.has(keys)))
        names = [entry.name for entry in fields(Entry)]
        return {
            block.key: Entry(**{name: getattr(block, name) for name in names})
            for block in found
            if block is not None
        }

    def blocks(self) -> Iterator[Entry]:
        """What is known of every finished block, in the order of the keys."""
        with explained(self.folder):
            rows = self._database.execute("SELECT * FROM blocks ORDER BY key").fetchall()
        return map(entry_of, rows)

    def fail(self, key: str, kind: str, label: Label, error: str) -> None:
        """Keep the error of a block for the report; the block does not count as done."""
        text = as_json(label, f"block {key}")
        with explained(self.folder), self._transaction() as database:
            database.execute("DELETE FROM blocks WHERE key = ?", (key,))
            database.execute(
                "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?)", (key, kind, text, error)
            )

    def failures(self) -> list[Failure]:
        """The blocks that ended in an error and have not succeeded since, by key."""
        with explained(self.folder):
            rows = self._database.execute("SELECT * FROM failures ORDER BY key").fetchall()
        return [Failure(key, kind, json.loads(label), error) for key, kind, label, error in rows]

    def failure(self, key: str) -> Failure | None:
        """The error of a block, if it ended in one."""
        with explained(self.folder):
            row = self._database.execute("SELECT * FROM failures WHERE key = ?", (key,)).fetchone()
        return Failure(row[0], row[1], json.loads(row[2]), row[3]) if row else None

    def forget(self, keys: Iterable[str]) -> None:
        """Remove blocks; their files stay until `sweep`."""
        with explained(self.folder), self._transaction() as database:
            database.executemany("DELETE FROM blocks WHERE key = ?", [(key,) for key in keys])

    def forget_failures(self, keep: Iterable[str]) -> None:
        """Remove the failures of all blocks but these."""
        with explained(self.folder), self._transaction() as database:
            database.execute(
                "DELETE FROM failures WHERE key NOT IN (SELECT value FROM json_each(?))",
                (json.dumps(list(keep)),),
            )

    # Between stores

    def content(self, entry: Entry) -> bytes | None:
        """The bytes of a block's arrays, checked; None, and noted, where they are damaged."""
        content, reason = read_content(self.folder, entry.digest)
        if reason:
            self.damaged.append(self._damage(entry, reason))
            return None
        return content

    def put_content(self, entry: Entry, content: bytes) -> None:
        """Keep a block of another store as it is."""
        texts = [as_json(value, entry.key) for value in (entry.label, entry.meta, entry.queries)]
        row = (entry.key, entry.kind, *texts, entry.seconds, entry.digest, entry.size)
        with explained(self.folder):
            if content:
                file_content(self.folder, entry.digest, content)
            with self._transaction() as database:
                _insert(database, row)

    # Health

    def verify(self) -> list[Damage]:
        """Read every array file and list those that are missing or are not what was written.

        Raises
        ------
        BadInput
            The database itself is damaged.
        """
        with explained(self.folder):
            check_whole(self.folder, self._database)
        checked = ((entry, read_content(self.folder, entry.digest)[1]) for entry in self.blocks())
        return [self._damage(entry, reason) for entry, reason in checked if reason]

    def sweep(self) -> list[Path]:
        """Remove array files that no block names and half-written ones; return their paths."""
        with explained(self.folder):
            rows = self._database.execute("SELECT DISTINCT digest FROM blocks").fetchall()
            named = {path_of(self.folder, digest) for (digest,) in rows if digest}
            orphans = [path for path in sorted(self.folder.glob("blocks/??/*")) if _is_ours(path)]
            removed = [path for path in orphans if path not in named]
            for path in removed:
                path.unlink()
        return removed

    def _damage(self, entry: Entry, reason: str) -> Damage:
        file = path_of(self.folder, entry.digest).relative_to(self.folder).as_posix()
        return Damage(entry.key, entry.kind, entry.label, file, reason)


def _insert(database: sqlite3.Connection, row: Sequence[Any]) -> None:
    """A finished block in the place of an earlier one, or of its failure."""
    database.execute("DELETE FROM failures WHERE key = ?", (row[0],))
    database.execute("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _is_ours(path: Path) -> bool:
    name = path.name
    return name.startswith(TEMPORARY) or re.fullmatch(r"[0-9a-f]{64}\.npz", name) is not None
