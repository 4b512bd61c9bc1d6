"""Stores to write to, small disks, and what lies in a folder; no test in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from limelab.study.store import Store

ROOT = Path(__file__).parents[2]
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="mounts a file system")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")


def put(store: Store, key: str, *, size: int = 10, **changes: Any) -> None:
    """A block whose content follows from its key."""
    values = np.full(size, float(sum(key.encode())))
    facts: dict[str, Any] = {
        "kind": "answers",
        "label": {"task": "wine", "repeat": 3, "radius": 0.5},
        "arrays": {"y": values},
        "meta": {"note": ["a", 1]},
        "queries": {"sampler": 4096, "judge": 12},
        "seconds": 0.25,
    }
    store.put(key, **{**facts, **changes})


def array_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "blocks" in path.parts)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def mount(folder: Path, *options: str) -> None:
    """Mount a small file system of its own, or skip where that is not allowed."""
    try:
        subprocess.run(["mount", *options, str(folder)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this user may not mount a file system")


@contextmanager
def disk(parent: Path) -> Iterator[Path]:
    """A file system of one mebibyte."""
    folder = parent / "disk"
    folder.mkdir()
    mount(folder, "-t", "tmpfs", "-o", "size=1m", "tmpfs")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


# A program that writes blocks until it is killed
WRITER = """
import sys
import numpy as np
from limelab.study.store import Store
with Store.open(sys.argv[1]) as store:
    start = sum(1 for _ in store.blocks())
    for n in range(start, start + 100_000):
        arrays = {"y": np.full(2000, float(n)), "z": np.arange(50) + n}
        facts = dict(kind="k", label={"n": n}, meta={"n": n}, queries={}, seconds=0)
        store.put(f"{n:06}", arrays=arrays, **facts)
        sys.stdout.write(f"{n}\\n")
        sys.stdout.flush()
"""
