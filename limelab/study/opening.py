"""Opens the database of a store, for one run at a time or to look; it reads no row."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType

from limelab.study.explaining import code_of, damaged
from limelab.study.schema import APPLICATION, DATABASE, LOCK, NEW, SCHEMA, SCHEMA_VERSION, TABLES
from limelab.types import BadInput

Row = tuple[object, ...]

# What a killed run of ours can leave before the database exists, and what folders come with.
OURS = frozenset({LOCK, f"{LOCK}-journal", NEW, f"{NEW}-journal", f"{NEW}-wal", f"{NEW}-shm"})
HARMLESS = frozenset(
    {".gitignore", ".gitkeep", ".DS_Store", "Thumbs.db", "desktop.ini", "lost+found"}
)


def open_to_write(folder: Path, stack: ExitStack) -> sqlite3.Connection:
    """The database of a folder, made where there is none, and the lock of its only writer."""
    hold(folder, stack)
    if not (folder / DATABASE).exists():
        create(folder)
    database = connect(folder / DATABASE, "rw", stack)
    check_schema(folder, database)
    check_whole(folder, database, "quick_check")
    # NORMAL in WAL mode never damages the file and costs no disk flush per block. A power
    # cut may take the last commits back; they are computed again. A kill takes none.
    database.execute("PRAGMA synchronous = NORMAL")
    _check_writable(database)
    return database


def open_to_read(folder: Path, stack: ExitStack) -> sqlite3.Connection:
    """The database of a folder that has one, without the lock."""
    _check_folder(folder)
    if not (folder / DATABASE).exists():
        raise BadInput(f"{folder} holds no results; name the folder of a run, or run a study first")
    database = _connect_to_read(folder / DATABASE, stack)
    check_schema(folder, database)
    return database


def hold(folder: Path, stack: ExitStack) -> None:
    """Make the folder where there is none, and be the only one who writes there."""
    _check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _lock(folder, stack)


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


def check_schema(folder: Path, database: sqlite3.Connection) -> None:
    """Refuse a database that is no store, or one of another version."""
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
    lock = connect(folder / LOCK, "rwc", stack)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if code_of(error) != sqlite3.SQLITE_BUSY:
            raise
        raise BadInput(
            f"another run is writing to {folder}; wait until it ends or name another folder "
            "(reports can be made meanwhile)"
        ) from error


def create(folder: Path, rows: Mapping[str, Sequence[Row]] = MappingProxyType({})) -> None:
    """A store with these rows of its tables, in the place of one that may be there."""
    # Built aside and renamed, so that a store which is there has all its tables.
    for suffix in ("", "-journal", "-wal", "-shm"):
        (folder / f"{NEW}{suffix}").unlink(missing_ok=True)
    with ExitStack() as stack:
        database = connect(folder / NEW, "rwc", stack)
        database.executescript(SCHEMA)
        database.execute("BEGIN")
        for table, said in ((table, said) for table, said in rows.items() if said):
            marks = ", ".join("?" * len(said[0]))
            database.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", said)
        database.execute("COMMIT")
    for suffix in ("-wal", "-shm"):  # SQLite would take a log that is there for the new one's
        (folder / f"{DATABASE}{suffix}").unlink(missing_ok=True)
    os.replace(folder / NEW, folder / DATABASE)


def check_whole(folder: Path, database: sqlite3.Connection, how: str = "integrity_check") -> None:
    """Refuse a database whose pages are not what SQLite has written."""
    if database.execute(f"PRAGMA {how}(1)").fetchone()[0] != "ok":
        raise BadInput(damaged(folder))


def _check_writable(database: sqlite3.Connection) -> None:
    # A file without write permission opens as if it had it, and would fail at the first block.
    database.execute("BEGIN IMMEDIATE")
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    database.execute("COMMIT")


def connect(path: Path, mode: str, stack: ExitStack) -> sqlite3.Connection:
    """A connection that ends with the stack."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    # No isolation level: transactions begin and end where this module says so.
    database = sqlite3.connect(
        uri, uri=True, isolation_level=None, timeout=0 if path.name == LOCK else 30
    )
    stack.callback(database.close)
    return database


def _connect_to_read(path: Path, stack: ExitStack) -> sqlite3.Connection:
    database = connect(path, "ro", stack)
    try:
        database.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if code_of(error) not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
            raise
        return connect(_copy(path, stack), "rw", stack)
    return database


def _copy(path: Path, stack: ExitStack) -> Path:
    # SQLite cannot read a WAL database without its helper files, which a read-only folder refuses.
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="limelab-")))
    for source in (path, path.with_name(f"{path.name}-wal")):
        if source.exists():
            shutil.copyfile(source, folder / source.name)
    return folder / path.name
