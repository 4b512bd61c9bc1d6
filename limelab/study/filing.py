"""The array files of a store, named by their hash; it knows no database."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from limelab.study.entries import Arrays
from limelab.study.files import write_atomically
from limelab.types import BadInput


@dataclass(frozen=True)
class Filed:
    """Arrays that lie in a store's folder already: their hash, and the bytes of their file."""

    digest: str
    size: int


def path_of(folder: Path, digest: str) -> Path:
    """Where the arrays of a hash lie."""
    return folder / "blocks" / digest[:2] / f"{digest}.npz"


def file_arrays(folder: Path, key: str, arrays: Arrays) -> Filed:
    """Write the arrays of a block under their hash, which any number of processes may do."""
    content = _pack(key, arrays)
    if not content:
        return Filed("", 0)
    digest = hashlib.sha256(content).hexdigest()
    file_content(folder, digest, content)
    return Filed(digest, len(content))


def file_content(folder: Path, digest: str, content: bytes) -> None:
    """Write bytes under their hash."""
    path = path_of(folder, digest)
    with suppress(OSError):
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return  # two blocks may hold the same arrays
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content)


def read_content(folder: Path, digest: str) -> tuple[bytes, str]:
    """The bytes under a hash, or none and what is wrong with them."""
    if not digest:
        return b"", ""
    try:
        content = path_of(folder, digest).read_bytes()
    except FileNotFoundError:
        return b"", "missing"
    except OSError as error:
        return b"", f"unreadable: {error.strerror}"
    if hashlib.sha256(content).hexdigest() != digest:
        return b"", f"damaged: {len(content)} bytes with another hash than was written"
    return content, ""


def size_of(folder: Path, digest: str) -> int:
    """Bytes of a file, 0 where a block has none, -1 where it is gone."""
    if not digest:
        return 0
    try:
        return path_of(folder, digest).stat().st_size
    except OSError:
        return -1


def load_arrays(folder: Path, digest: str) -> dict[str, npt.NDArray[Any]]:
    """Arrays of a block by their hash, for a worker that shares the folder; checked."""
    path = path_of(folder, digest)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise BadInput(f"{path} is not what was written; run the study again to recompute it")
    return dict(unpack(content))


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


def unpack(content: bytes) -> Arrays:
    """The arrays of a file, decoded at each access."""
    if not content:
        return {}
    loaded: Arrays = np.load(io.BytesIO(content), allow_pickle=False)
    return loaded
