"""Folders that are opened, made or refused, one writer at a time, readers meanwhile."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from limelab.study.store import Store
from limelab.types import BadInput
from tests.study.stores import LINUX, ROOT, WRITER, content, disk, mount, put


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with disk(tmp_path) as folder:
        yield folder


def test_a_missing_folder_is_made_and_an_empty_or_own_one_is_used(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "results of ünïcode #1?%41"
    with Store.open(folder) as store:
        put(store, "k")
    (folder / "scores.csv").write_text("task\n")
    with Store.open(folder) as store:
        assert store.has(["k"]) == {"k"}
    assert sorted(path.name for path in folder.iterdir()) == [
        "blocks",
        "lock.sqlite",
        "scores.csv",
        "store.sqlite",
    ]


def test_what_a_run_killed_at_its_birth_leaves_is_no_obstacle(tmp_path: Path) -> None:
    for name in ("lock.sqlite", "store.sqlite.new", ".gitignore"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "store.sqlite.new-journal").write_bytes(b"torn")
    with Store.open(tmp_path) as store:
        put(store, "k")
    assert not (tmp_path / "store.sqlite.new").exists()


@pytest.mark.parametrize("opened", [Store.open, Store.read])
def test_foreign_folders_and_files_are_refused_and_untouched(tmp_path: Path, opened: Any) -> None:
    (tmp_path / "thesis.tex").write_text("dear")
    before = content(tmp_path)
    with pytest.raises(BadInput, match=r"holds thesis\.tex and no store\.sqlite; name a new"):
        opened(tmp_path)
    with pytest.raises(BadInput, match=r"thesis\.tex is a file, but results need a folder"):
        opened(tmp_path / "thesis.tex")
    with pytest.raises(BadInput, match=r"; name another|; name the folder"):
        opened(tmp_path / "thesis.tex" / "below")
    assert content(tmp_path) == before


def test_reading_where_there_is_nothing_is_refused_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no results; .* run a study first"):
        Store.read(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def spoil(folder: Path, how: str) -> None:
    path = folder / "store.sqlite"
    if how == "no SQLite":
        path.write_bytes(b"this is a text file, a long one, longer than a header of SQLite " * 20)
        return
    if how == "empty":
        path.write_bytes(b"")
        return
    with Store.open(folder):
        pass
    database = sqlite3.connect(path)
    statements = {
        "foreign": "PRAGMA application_id = 0",
        "version": "PRAGMA user_version = 7",
        "tables": "DROP TABLE claims",
    }
    database.execute(statements[how])
    database.commit()
    database.close()


@pytest.mark.parametrize("opened", [Store.open, Store.read])
@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("no SQLite", "is damaged; `limelab store repair --out"),
        ("empty", "was not written by limelab; name another"),
        ("foreign", "was not written by limelab; name another"),
        ("version", "has schema version 7 and not 1; use the limelab that wrote it"),
        ("tables", "lacks the tables claims; restore"),
    ],
)
def test_a_store_that_is_none_is_refused_and_untouched(
    tmp_path: Path, opened: Any, how: str, message: str
) -> None:
    spoil(tmp_path, how)
    before = (tmp_path / "store.sqlite").read_bytes()
    with pytest.raises(BadInput, match=message):
        opened(tmp_path)
    assert (tmp_path / "store.sqlite").read_bytes() == before


def test_one_run_at_a_time_and_readers_meanwhile(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        put(store, "k")
        with pytest.raises(BadInput, match=r"another run is writing to .*; wait"):
            Store.open(tmp_path)
        # Closing that second try must not have freed the lock towards other processes.
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        other = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        assert "BadInput: another run is writing" in other.stderr
        with Store.read(tmp_path) as reader:
            assert reader.has(["k"]) == {"k"}
            put(store, "later")
            assert reader.has(["later"]) == {"later"}
    with Store.open(tmp_path) as store:
        assert store.has(["k", "later"]) == {"k", "later"}


def test_a_reader_cannot_write_and_changes_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        put(store, "k")
    before = content(tmp_path)
    with Store.read(tmp_path) as reader:
        assert reader.get("k") is not None
    helpers = {str(tmp_path / f"store.sqlite-{suffix}") for suffix in ("wal", "shm")}
    after = content(tmp_path)
    assert {path: after[path] for path in after if path not in helpers} == before
    with Store.read(tmp_path) as reader, pytest.raises(BadInput, match="cannot be written to"):
        reader.mark_data("s")


@LINUX
def test_a_read_only_folder_is_refused_for_a_run_and_can_be_read(small_disk: Path) -> None:
    with Store.open(small_disk / "results") as store:
        put(store, "k")
        # A copy taken while the run goes on has its last commits in the WAL alone.
        shutil.copytree(small_disk / "results", small_disk / "copy")
    mount(small_disk, "-o", "remount,ro")
    for name in ("results", "copy"):
        with pytest.raises(BadInput, match="cannot be written to; give it write permission"):
            Store.open(small_disk / name)
        with Store.read(small_disk / name) as reader:
            block = reader.get("k")
            assert block is not None
            assert block.arrays["y"].shape == (10,)
    with pytest.raises(BadInput, match="cannot be written to"):
        Store.open(small_disk / "new")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root and Windows heed no such mode"
)
def test_a_folder_without_permission_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    with Store.open(folder) as store:
        put(store, "k")
    folder.chmod(0o555)
    with pytest.raises(BadInput, match="cannot be written to; give it write permission"):
        Store.open(folder)
    with Store.read(folder) as reader:
        assert reader.get("k") is not None
    folder.chmod(0o000)
    for opened in (Store.open, Store.read):
        with pytest.raises(BadInput, match="cannot be read; give it read permission"):
            opened(folder)
    folder.chmod(0o755)
