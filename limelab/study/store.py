"""What studies have found out, kept on disk; it may not compute a number or ask a model.

A store is a folder with `store.sqlite`, which says what is known of each block, and array files
`blocks/ab/<sha256>.npz`. Only the driver writes. An array file is complete on disk before the row
that names it, so a killed run leaves whole blocks and, at worst, a file that no row names.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from limelab.study.files import TEMPORARY, write_atomically
from limelab.types import BadInput

Arrays = Mapping[str, npt.NDArray[Any]]
Label = Mapping[str, str | int | float]
Status = Literal["declared", "post hoc"]

DATABASE = "store.sqlite"
LOCK = "lock.sqlite"
NEW = "store.sqlite.new"
APPLICATION = 0x6C696D65  # "lime", in SQLite's own field for "whose file is this"
SCHEMA_VERSION = 1
SCHEMA = f"""
PRAGMA journal_mode = WAL;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {SCHEMA_VERSION};
CREATE TABLE blocks (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, meta TEXT NOT NULL,
    queries TEXT NOT NULL, seconds REAL NOT NULL, digest TEXT, size INTEGER NOT NULL);
CREATE TABLE failures (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, error TEXT NOT NULL);
CREATE TABLE studies (stem TEXT PRIMARY KEY, first_data TEXT NOT NULL);
CREATE TABLE claims (
    study TEXT NOT NULL, hash TEXT NOT NULL, status TEXT NOT NULL, seen TEXT NOT NULL,
    PRIMARY KEY (study, hash));
CREATE TABLE manifest (
    study TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (study, key));
"""
TABLES = frozenset({"blocks", "failures", "studies", "claims", "manifest"})

# What a killed run of ours can leave before the database exists, and what folders come with.
OURS = frozenset({LOCK, f"{LOCK}-journal", NEW, f"{NEW}-journal", f"{NEW}-wal", f"{NEW}-shm"})
HARMLESS = frozenset(
    {".gitignore", ".gitkeep", ".DS_Store", "Thumbs.db", "desktop.ini", "lost+found"}
)

FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


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


@dataclass(frozen=True)
class Filed:
    """Arrays that lie in a store's folder already: their hash, and the bytes of their file."""

    digest: str
    size: int


class Store:
    """Finished blocks, failures, claims and manifests of the studies of one folder.

    Opened by `Store.open` to compute (one run at a time) or by `Store.read` to look.

    Attributes
    ----------
    folder : Path
    damaged : list of Damage
        What `get` met and treated as absent since the store was opened.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp()) / "results"
    >>> with Store.open(folder) as store:
    ...     _ = store.put("k1", kind="answers", label={"task": "wine"}, meta={},
    ...               arrays={"y": np.arange(3.0)}, queries={"sampler": 3}, seconds=0.1)
    >>> with Store.read(folder) as store:
    ...     store.has(["k1", "k2"]), store.get("k1").arrays["y"]
    ({'k1'}, array([0., 1., 2.]))
    """

    def __init__(self, folder: Path, database: sqlite3.Connection, resources: ExitStack) -> None:
        self.folder = folder
        self.damaged: list[Damage] = []
        self._lost: set[str] = set()
        self._database = database
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
            _check_folder(path)
            path.mkdir(parents=True, exist_ok=True)
            _lock(path, stack)
            _create(path)
            database = _connect(path / DATABASE, "rw", stack)
            _check_schema(path, database)
            # NORMAL in WAL mode never damages the file and costs no disk flush per block. A power
            # cut may take the last commits back; they are computed again. A kill takes none.
            database.execute("PRAGMA synchronous = NORMAL")
            _check_writable(database)
            return cls(path, database, stack.pop_all())

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> Self:
        """Open a store to look at it, without the lock and also while a run is going.

        Nothing is written; SQLite may leave two empty helper files, which the next run clears.
        """
        path = Path(folder)
        with ExitStack() as stack, explained(path):
            _check_folder(path)
            if not (path / DATABASE).exists():
                raise BadInput(
                    f"{path} holds no results; name the folder of a run, or run a study first"
                )
            database = _connect_to_read(path / DATABASE, stack)
            _check_schema(path, database)
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
        texts = [_json(value, f"block {key}") for value in (label, meta, queries)]
        with explained(self.folder):
            filed = arrays if isinstance(arrays, Filed) else file_arrays(self.folder, key, arrays)
            row = (key, kind, *texts, float(seconds), filed.digest, filed.size)
            with self._transaction() as database:
                _insert(database, row)
        self._lost.discard(key)
        return _entry(row)

    def get(self, key: str) -> Block | None:
        """The block of a key, checked against its hash; None where absent or damaged."""
        with explained(self.folder):
            row = self._database.execute("SELECT * FROM blocks WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        entry = _entry(row)
        content, reason = self._read_arrays(entry)
        if reason:
            self._lost.add(key)
            self.damaged.append(self._damage(entry, reason))
            return None
        return Block(**vars(entry), arrays=_unpack(content))

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
        return {key for key, digest, size in rows if self._size(digest) == size} - self._lost

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
        return map(_entry, rows)

    def fail(self, key: str, kind: str, label: Label, error: str) -> None:
        """Keep the error of a block for the report; the block does not count as done."""
        text = _json(label, f"block {key}")
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
        content, reason = self._read_arrays(entry)
        if reason:
            self.damaged.append(self._damage(entry, reason))
            return None
        return content

    def put_content(self, entry: Entry, content: bytes) -> None:
        """Keep a block of another store as it is."""
        texts = [_json(value, entry.key) for value in (entry.label, entry.meta, entry.queries)]
        row = (entry.key, entry.kind, *texts, entry.seconds, entry.digest, entry.size)
        with explained(self.folder):
            if content:
                _write(self.folder, entry.digest, content)
            with self._transaction() as database:
                _insert(database, row)

    def history(self) -> tuple[list[Any], list[Any], list[Any]]:
        """Rows of studies, claims and manifests, for another store."""
        with explained(self.folder):
            found = [
                self._database.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()
                for table in ("studies", "claims", "manifest")
            ]
        return found[0], found[1], found[2]

    def adopt(
        self, history: tuple[list[Any], list[Any], list[Any]], failures: Sequence[Failure]
    ) -> None:
        """Join the history of another store, and its failures of blocks that are not done here.

        Studies have their earliest data, claims their earliest registration; one that came after
        the earliest data is post hoc. Manifests of ours stay.
        """
        studies, claims, manifests = history
        with explained(self.folder), self._transaction() as database:
            for row in studies:
                database.execute(
                    "INSERT INTO studies VALUES (?, ?) ON CONFLICT (stem) "
                    "DO UPDATE SET first_data = min(first_data, excluded.first_data)",
                    row,
                )
            for row in claims:
                database.execute(
                    "INSERT INTO claims VALUES (?, ?, ?, ?) ON CONFLICT (study, hash) DO UPDATE "
                    "SET status = excluded.status, seen = excluded.seen WHERE "
                    "(excluded.seen, excluded.status = 'declared') < (seen, status = 'declared')",
                    row,
                )
            database.execute(
                "UPDATE claims SET status = 'post hoc' WHERE EXISTS (SELECT 1 FROM studies "
                "WHERE studies.stem = claims.study AND studies.first_data < claims.seen)"
            )
            database.executemany("INSERT OR IGNORE INTO manifest VALUES (?, ?, ?)", manifests)
            for one in failures:
                database.execute(
                    "INSERT OR IGNORE INTO failures SELECT ?, ?, ?, ? "
                    "WHERE NOT EXISTS (SELECT 1 FROM blocks WHERE key = ?)",
                    (one.key, one.kind, json.dumps(one.label), one.error, one.key),
                )

    # Claims

    def register_claims(self, study: str, hashes: Sequence[str]) -> dict[str, Status]:
        """Say of each claim whether it was there before the study's first data; for good.

        Parameters
        ----------
        study : str
            Stem of the study.
        hashes : sequence of str
            A claim that was edited has another hash and is another claim.

        Returns
        -------
        status : dict of hash to "declared" or "post hoc"
        """
        with explained(self.folder), self._transaction() as database:
            seen = database.execute("SELECT 1 FROM studies WHERE stem = ?", (study,)).fetchone()
            status: Status = "declared" if seen is None else "post hoc"
            database.executemany(
                "INSERT OR IGNORE INTO claims VALUES (?, ?, ?, ?)",
                [(study, each, status, _now()) for each in hashes],
            )
        known = self.claims(study)
        return {each: known[each] for each in hashes}

    def claims(self, study: str) -> dict[str, Status]:
        """The status of every claim that was ever registered for a study."""
        with explained(self.folder):
            rows = self._database.execute(
                "SELECT hash, status FROM claims WHERE study = ? ORDER BY rowid", (study,)
            )
            return dict(rows.fetchall())

    def all_claims(self) -> list[tuple[str, str, str]]:
        """Study, hash and status of every claim of every study."""
        with explained(self.folder):
            rows = self._database.execute("SELECT study, hash, status FROM claims ORDER BY rowid")
            return rows.fetchall()

    def mark_data(self, study: str) -> None:
        """Note that a study has data: claims that come from now on are post hoc."""
        with explained(self.folder), self._transaction() as database:
            database.execute("INSERT OR IGNORE INTO studies VALUES (?, ?)", (study, _now()))

    # Manifest

    def write_manifest(self, study: str, values: Mapping[str, Any]) -> None:
        """Set these entries of a study's manifest (JSON) and leave its other entries."""
        rows = [(study, key, _json(value, f"manifest of {study}")) for key, value in values.items()]
        with explained(self.folder), self._transaction() as database:
            database.executemany("INSERT OR REPLACE INTO manifest VALUES (?, ?, ?)", rows)

    def manifest(self, study: str) -> dict[str, Any]:
        """The manifest of a study, empty where there is none."""
        with explained(self.folder):
            rows = self._database.execute(
                "SELECT key, value FROM manifest WHERE study = ? ORDER BY key", (study,)
            ).fetchall()
        return {key: json.loads(value) for key, value in rows}

    # Health

    def verify(self) -> list[Damage]:
        """Read every array file and list those that are missing or are not what was written."""
        checked = ((entry, self._read_arrays(entry)[1]) for entry in self.blocks())
        return [self._damage(entry, reason) for entry, reason in checked if reason]

    def sweep(self) -> list[Path]:
        """Remove array files that no block names and half-written ones; return their paths."""
        with explained(self.folder):
            rows = self._database.execute("SELECT DISTINCT digest FROM blocks").fetchall()
            named = {self._path(digest) for (digest,) in rows if digest}
            orphans = [path for path in sorted(self.folder.glob("blocks/??/*")) if _is_ours(path)]
            removed = [path for path in orphans if path not in named]
            for path in removed:
                path.unlink()
        return removed

    # The files behind it

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def _path(self, digest: str) -> Path:
        return path_of(self.folder, digest)

    def _size(self, digest: str) -> int:
        if not digest:
            return 0
        try:
            return self._path(digest).stat().st_size
        except OSError:
            return -1

    def _read_arrays(self, entry: Entry) -> tuple[bytes, str]:
        if not entry.digest:
            return b"", ""
        try:
            content = self._path(entry.digest).read_bytes()
        except FileNotFoundError:
            return b"", "missing"
        except OSError as error:
            return b"", f"unreadable: {error.strerror}"
        if hashlib.sha256(content).hexdigest() != entry.digest:
            return b"", f"damaged: {len(content)} bytes with another hash than was written"
        return content, ""

    def _damage(self, entry: Entry, reason: str) -> Damage:
        file = self._path(entry.digest).relative_to(self.folder).as_posix()
        return Damage(entry.key, entry.kind, entry.label, file, reason)


def _insert(database: sqlite3.Connection, row: Sequence[Any]) -> None:
    """A finished block in the place of an earlier one, or of its failure."""
    database.execute("DELETE FROM failures WHERE key = ?", (row[0],))
    database.execute("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _entry(row: tuple[Any, ...]) -> Entry:
    key, kind, label, meta, queries, seconds, digest, size = row
    return Entry(
        key, kind, json.loads(label), json.loads(meta), json.loads(queries), seconds, digest, size
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _is_ours(path: Path) -> bool:
    name = path.name
    return name.startswith(TEMPORARY) or re.fullmatch(r"[0-9a-f]{64}\.npz", name) is not None


def _json(value: Any, of: str) -> str:
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


def _pack(key: str, arrays: Arrays) -> bytes:
    if not arrays:
        return b""
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray) or array.dtype.hasobject:
            kind = getattr(array, "dtype", type(array).__name__)
            raise BadInput(
                f"array {name!r} of block {key} is {kind}; blocks hold arrays without objects: "
                "convert it to numbers or to a string dtype"
            )
    buffer = io.BytesIO()
    try:
        np.savez(buffer, allow_pickle=False, **arrays)
    except TypeError as error:  # savez takes the names as keywords and has some of its own
        names = ", ".join(arrays)
        raise BadInput(
            f"arrays of block {key} are named {names}, which npz cannot hold; rename them"
        ) from error
    return buffer.getvalue()


def _unpack(content: bytes) -> Arrays:
    if not content:
        return {}
    loaded: Arrays = np.load(io.BytesIO(content), allow_pickle=False)
    return loaded


# Opening


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder} is a file, but results need a folder; name another")
    if not folder.exists() or (folder / DATABASE).exists():
        return
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in OURS | HARMLESS)
    if foreign:
        raise BadInput(
            f"{folder} is not a folder of results: it holds {foreign[0]} and no {DATABASE}; "
            "name a new or an empty folder (nothing was written)"
        )


def _check_schema(folder: Path, database: sqlite3.Connection) -> None:
    rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    owner, version = (
        database.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("application_id", "user_version")
    )
    if owner != APPLICATION:
        raise BadInput(
            f"{folder / DATABASE} was not written by limelab; name another folder of results"
        )
    if version != SCHEMA_VERSION:
        raise BadInput(
            f"{folder / DATABASE} has schema version {version} and not {SCHEMA_VERSION}; "
            "use the limelab that wrote it, or name a new folder"
        )
    if missing := TABLES - {name for (name,) in rows}:
        raise BadInput(
            f"{folder / DATABASE} lacks the tables {', '.join(sorted(missing))}; "
            "restore it from a copy, or name a new folder"
        )


def _lock(folder: Path, stack: ExitStack) -> None:
    # A transaction held open on a second small database: the operating system drops its lock
    # with the process, however that dies, and SQLite knows how to lock on every system. (On POSIX
    # it is also dropped when this process opens and closes the file by other means: leave it be.)
    lock = _connect(folder / LOCK, "rwc", stack)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if _code(error) != sqlite3.SQLITE_BUSY:
            raise
        raise BadInput(
            f"another run is writing to {folder}; wait until it ends or name another folder "
            "(reports can be made meanwhile)"
        ) from error


def _create(folder: Path) -> None:
    # Built aside and renamed, so that a store which is there has all its tables.
    if (folder / DATABASE).exists():
        return
    for suffix in ("", "-journal", "-wal", "-shm"):
        (folder / f"{NEW}{suffix}").unlink(missing_ok=True)
    with ExitStack() as stack:
        _connect(folder / NEW, "rwc", stack).executescript(SCHEMA)
    os.replace(folder / NEW, folder / DATABASE)


def _check_writable(database: sqlite3.Connection) -> None:
    # A file without write permission opens as if it had it, and would fail at the first block.
    database.execute("BEGIN IMMEDIATE")
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    database.execute("COMMIT")


def _connect(path: Path, mode: str, stack: ExitStack) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    # No isolation level: transactions begin and end where this module says so.
    database = sqlite3.connect(
        uri, uri=True, isolation_level=None, timeout=0 if path.name == LOCK else 30
    )
    stack.callback(database.close)
    return database


def _connect_to_read(path: Path, stack: ExitStack) -> sqlite3.Connection:
    database = _connect(path, "ro", stack)
    try:
        database.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if _code(error) not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
            raise
        return _connect(_copy(path, stack), "rw", stack)
    return database


def _copy(path: Path, stack: ExitStack) -> Path:
    # SQLite cannot read a WAL database without its helper files, which a read-only folder refuses.
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="limelab-")))
    for source in (path, path.with_name(f"{path.name}-wal")):
        if source.exists():
            shutil.copyfile(source, folder / source.name)
    return folder / path.name


# Errors


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extension bits


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Full disks, missing rights and damaged databases as one BadInput that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        if (message := _say_sqlite(folder, error)) is None:
            raise
        raise BadInput(message) from error
    except OSError as error:
        raise BadInput(_say_os(folder, error)) from error


def _say_os(folder: Path, error: OSError) -> str:
    if error.errno in FULL:
        return _full(folder)
    if error.errno in FORBIDDEN:
        return _forbidden(folder)
    return f"{folder} cannot be used ({error.strerror or error}); name another folder of results"


def _say_sqlite(folder: Path, error: sqlite3.Error) -> str | None:
    broken = (
        f"{folder / DATABASE} is not a readable SQLite file; "
        "restore it from a copy, or name a new folder"
    )
    return {
        sqlite3.SQLITE_FULL: _full(folder),
        sqlite3.SQLITE_IOERR: f"{_full(folder)} (SQLite says: {error})",
        sqlite3.SQLITE_READONLY: _forbidden(folder),
        sqlite3.SQLITE_CANTOPEN: _forbidden(folder),
        sqlite3.SQLITE_PERM: _forbidden(folder),
        sqlite3.SQLITE_NOTADB: broken,
        sqlite3.SQLITE_CORRUPT: broken,
    }.get(_code(error))


def _full(folder: Path) -> str:
    return (
        f"the disk of {folder} is full or refuses larger files; what was done is kept: "
        "free space and run again, and the run goes on from there"
    )


def _forbidden(folder: Path) -> str:
    if folder.exists() and not os.access(folder, os.R_OK | os.X_OK):
        return f"{folder} cannot be read; give it read permission or name another folder"
    return f"{folder} cannot be written to; give it write permission or name another folder"


def path_of(folder: Path, digest: str) -> Path:
    """Where the arrays of a hash lie."""
    return folder / "blocks" / digest[:2] / f"{digest}.npz"


def file_arrays(folder: Path, key: str, arrays: Arrays) -> Filed:
    """Write the arrays of a block under their hash, which any number of processes may do."""
    content = _pack(key, arrays)
    if not content:
        return Filed("", 0)
    digest = hashlib.sha256(content).hexdigest()
    _write(folder, digest, content)
    return Filed(digest, len(content))


def _write(folder: Path, digest: str, content: bytes) -> None:
    path = path_of(folder, digest)
    with suppress(OSError):
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return  # two blocks may hold the same arrays
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content)


def load_arrays(folder: Path, digest: str) -> dict[str, npt.NDArray[Any]]:
    """Arrays of a block by their hash, for a worker that shares the folder; checked."""
    path = path_of(folder, digest)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise BadInput(f"{path} is not what was written; run the study again to recompute it")
    return dict(_unpack(content))
