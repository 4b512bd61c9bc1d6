"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limelab.study.files import write_atomically
from tests.study.stores import POSIX, content


def test_an_atomic_write_replaces_whole_and_leaves_no_trace_of_failure(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    with pytest.raises(TypeError):
        write_atomically(path, "text")  # type: ignore[arg-type]
    with pytest.raises(OSError, match="folder"):
        write_atomically(tmp_path / "folder" / "x", b"")
    assert content(tmp_path) == {str(path): b"new"}


@POSIX
def test_an_atomic_write_has_the_permissions_of_any_file(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a", b"")
    (tmp_path / "b").write_bytes(b"")
    assert os.stat(tmp_path / "a").st_mode == os.stat(tmp_path / "b").st_mode
