"""What the disk and the database say, in words that tell what to do; it touches neither."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from limelab.study.schema import DATABASE
from limelab.types import BadInput

FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


# Errors


def code_of(error: sqlite3.Error) -> int:
    """What SQLite calls an error."""
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
    return {
        sqlite3.SQLITE_FULL: _full(folder),
        sqlite3.SQLITE_IOERR: f"{_full(folder)} (SQLite says: {error})",
        sqlite3.SQLITE_READONLY: _forbidden(folder),
        sqlite3.SQLITE_CANTOPEN: _forbidden(folder),
        sqlite3.SQLITE_PERM: _forbidden(folder),
        sqlite3.SQLITE_NOTADB: damaged(folder),
        sqlite3.SQLITE_CORRUPT: damaged(folder),
    }.get(code_of(error))


def damaged(folder: Path) -> str:
    """Of a database that is not what SQLite has written."""
    return (
        f"{folder / DATABASE} is damaged; `limelab store repair --out {folder}` saves "
        "what is whole in it (or restore it from a copy, or name a new folder)"
    )


def _full(folder: Path) -> str:
    return (
        f"the disk of {folder} is full or refuses larger files; what was done is kept: "
        "free space and run again, and the run goes on from there"
    )


def _forbidden(folder: Path) -> str:
    if folder.exists() and not os.access(folder, os.R_OK | os.X_OK):
        return f"{folder} cannot be read; give it read permission or name another folder"
    return f"{folder} cannot be written to; give it write permission or name another folder"
