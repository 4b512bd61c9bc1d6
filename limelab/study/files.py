"""Files that appear whole or not at all; it may not know what their bytes mean."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TEMPORARY = ".limelab-"


def write_atomically(path: str | os.PathLike[str], content: bytes | Iterable[bytes]) -> None:
    """Write a file so that a reader, or a crash, meets the old content or the new, never a part.

    Parameters
    ----------
    path : path-like
        Its folder must exist; an existing file is replaced.
    content : bytes, or an iterable of bytes
        Pieces are written one after the other, so that a large table need not be in memory.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_atomically(folder / "scores.csv", b"task,value")
    >>> [path.name for path in folder.iterdir()], (folder / "scores.csv").read_bytes()
    (['scores.csv'], b'task,value')
    """
    target = Path(path)
    # The same folder, because a rename is atomic only within one file system; opened plainly and
    # not with tempfile, whose files are closed to everybody but their owner.
    temporary = target.parent / f"{TEMPORARY}{secrets.token_hex(8)}.tmp"
    try:
        with temporary.open("xb") as file:
            for piece in [content] if isinstance(content, bytes) else content:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
