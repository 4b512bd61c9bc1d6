"""What the store promises: whole blocks or none, through kills, full disks and foreign folders."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limelab.study.files import write_atomically
from limelab.study.store import Damage, Store
from limelab.types import BadInput

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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount(folder, "-t", "tmpfs", "-o", "size=1m", "tmpfs")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


# Blocks


def test_a_block_comes_back_as_it_was_put(tmp_path: Path) -> None:
    arrays = {
        "y": np.random.default_rng(0).normal(size=(3, 4)),
        "text": np.array(["a", "bcd"]),
        "raw": np.frombuffer(b"\x00bytes\xff", dtype=np.uint8),
        "order": np.asfortranarray(np.arange(6, dtype=np.int8).reshape(2, 3)),
        "nothing": np.empty((0, 5)),
    }
    with Store.open(tmp_path) as store:
        put(store, "k", arrays=arrays)
        block = store.get("k")
    assert block is not None
    assert list(block.arrays) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(block.arrays[name], array)
        assert block.arrays[name].dtype == array.dtype
    assert (block.kind, block.seconds) == ("answers", 0.25)
    assert block.label == {"task": "wine", "repeat": 3, "radius": 0.5}
    assert block.meta == {"note": ["a", 1]}
    assert block.queries == {"sampler": 4096, "judge": 12}
    assert bytes(block.arrays["raw"]) == b"\x00bytes\xff"


def test_a_block_without_arrays_has_no_file(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        put(store, "k", arrays={}, label={"n": np.int64(3)}, seconds=np.float64(1))
        block = store.get("k")
        assert block is not None
        assert (dict(block.arrays), block.label, store.has(["k"])) == ({}, {"n": 3}, {"k"})
    assert array_files(tmp_path) == []


def test_what_is_absent_is_none(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        assert store.get("k") is None
        assert store.has([]) == set()
        assert store.damaged == []


def test_has_answers_for_thousands_of_keys(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        for n in range(50):
            put(store, f"k{n}")
        assert store.has(f"k{n}" for n in range(20_000)) == {f"k{n}" for n in range(50)}


def test_equal_arrays_share_a_file_and_a_put_again_replaces(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        put(store, "a", arrays={"y": np.ones(3)})
        put(store, "b", arrays={"y": np.ones(3)})
        assert len(array_files(tmp_path)) == 1
        put(store, "b", arrays={"y": np.zeros(3)})
        assert [float(store.get(key).arrays["y"].sum()) for key in "ab"] == [3.0, 0.0]  # type: ignore[union-attr]


def test_blocks_come_in_the_order_of_keys_and_make_a_frame(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        for key in ("c", "a", "b"):
            put(store, key)
        frame = pd.DataFrame(asdict(entry) for entry in store.blocks())
    assert list(frame["key"]) == ["a", "b", "c"]
    assert pd.DataFrame(list(frame["label"]))["radius"].tolist() == [0.5, 0.5, 0.5]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arrays": {"y": np.array([None])}}, "without objects"),
        ({"arrays": {"y": [1, 2]}}, "is list; blocks hold arrays"),
        ({"arrays": {"file": np.ones(2)}}, "named file, which npz cannot hold"),
        ({"meta": {"model": object()}}, "holds what JSON cannot"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with Store.open(tmp_path) as store:
        with pytest.raises(BadInput, match=message):
            put(store, "k", **changes)
        assert store.has(["k"]) == set()
    assert array_files(tmp_path) == []


def test_a_failure_is_told_but_is_not_done_and_ends_with_success(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.fail("k", "answers", {"task": "wine"}, "ValueError: no")
        store.fail("k", "answers", {"task": "wine"}, "ValueError: still no")
        assert store.has(["k"]) == set()
        assert [(each.key, each.error) for each in store.failures()] == [
            ("k", "ValueError: still no")
        ]
        put(store, "k")
        assert (store.failures(), store.has(["k"])) == ([], {"k"})


# Damage


@pytest.mark.parametrize("harm", ["missing", "damaged", "cut short"])
def test_a_harmed_file_is_told_and_computed_again(tmp_path: Path, harm: str) -> None:
    with Store.open(tmp_path) as store:
        put(store, "good")
        put(store, "harmed", size=20)
        whole = {file.stat().st_size: file for file in array_files(tmp_path)}
        file = whole[max(whole)]
        old = file.read_bytes()
        if harm == "missing":
            file.unlink()
        else:
            file.write_bytes(old[:-1] + bytes([old[-1] ^ 1]) if harm == "damaged" else old[:50])
        assert [each.key for each in store.verify()] == ["harmed"]
        assert store.get("harmed") is None
        (damage,) = store.damaged
        assert isinstance(damage, Damage)
        assert damage.label["task"] == "wine"
        assert damage.file == file.relative_to(tmp_path).as_posix()
        assert damage.reason.startswith("missing" if harm == "missing" else "damaged")
        assert store.has(["good", "harmed"]) == {"good"}
        put(store, "harmed", size=20)
        assert store.has(["good", "harmed"]) == {"good", "harmed"}
        assert file.read_bytes() == old
        assert store.verify() == []
        assert store.get("harmed") is not None


def test_sweep_removes_orphans_and_nothing_else(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        put(store, "k")
        put(store, "old", size=5)
        put(store, "old", size=6)  # its first file is an orphan now
        kept = tmp_path / "blocks" / "notes.txt"
        foreign = tmp_path / "blocks" / "ab" / "mine.npz"
        torn = tmp_path / "blocks" / "ab" / ".limelab-0123.tmp"
        torn.parent.mkdir(exist_ok=True)
        for path in (kept, foreign, torn):
            path.write_bytes(b"x")
        removed = store.sweep()
        assert len(removed) == 2
        assert torn in removed
        assert (kept.exists(), foreign.exists()) == (True, True)
        assert store.verify() == []
        assert store.has(["k", "old"]) == {"k", "old"}


# Claims and manifest


def test_a_claim_is_declared_before_the_first_data_and_post_hoc_after(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        assert store.register_claims("s", ["a", "b"]) == {"a": "declared", "b": "declared"}
        store.mark_data("s")
        store.mark_data("s")
        assert store.register_claims("s", ["b", "c"]) == {"b": "declared", "c": "post hoc"}
        assert store.register_claims("other", ["c"]) == {"c": "declared"}
    with Store.open(tmp_path) as store:
        assert store.register_claims("s", ["c", "a"]) == {"c": "post hoc", "a": "declared"}
        assert store.register_claims("s", []) == {}
    with Store.read(tmp_path) as store:
        assert store.claims("s") == {"a": "declared", "b": "declared", "c": "post hoc"}


def test_a_manifest_keeps_what_is_not_set_anew(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.write_manifest("s", {"seed": 0, "versions": {"numpy": "2.4"}, "queries": {}})
        store.write_manifest("s", {"queries": {"judge": np.int64(7)}})
        assert store.manifest("s") == {
            "queries": {"judge": 7},
            "seed": 0,
            "versions": {"numpy": "2.4"},
        }
        assert store.manifest("other") == {}


# Folders


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
        ("no SQLite", "is not a readable SQLite file; restore"),
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


# Full disks


@LINUX
@pytest.mark.parametrize("arrays", [{"y": np.zeros(2000)}, {}])
def test_a_full_disk_is_said_and_what_was_done_is_kept(
    small_disk: Path, arrays: dict[str, Any]
) -> None:
    """Once with the array files filling the disk, once with the database."""
    done = []

    def fill() -> None:
        with Store.open(small_disk) as store:
            for n in range(5000):
                own = {name: array + n for name, array in arrays.items()}
                put(store, f"{n:04}", arrays=own, meta={"text": "x" * 2000})
                done.append(f"{n:04}")

    with pytest.raises(BadInput, match=r"full .*; what was done is kept"):
        fill()
    assert len(done) > 10
    with Store.read(small_disk) as reader:
        assert [entry.key for entry in reader.blocks()] == done
        assert reader.verify() == []
    mount(small_disk, "-o", "remount,size=4m")
    with Store.open(small_disk) as store:
        assert store.has(done) == set(done)
        put(store, "again", arrays={"y": np.zeros(3000)})
        store.sweep()
        assert store.verify() == []


@LINUX
def test_a_disk_that_is_full_from_the_start_is_said(small_disk: Path) -> None:
    with suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as file:
        while file.write(b"x" * 512):
            pass
    (small_disk / "results").mkdir()
    with pytest.raises(BadInput, match=r"the disk of .* is full"):
        Store.open(small_disk / "results")
    (small_disk / "ballast").unlink()
    with Store.open(small_disk / "results") as store:
        put(store, "k")


LIMITED = """
import resource, sys
import numpy as np
from limelab.study.store import Store
from limelab.types import BadInput
with Store.open(sys.argv[1]) as store:
    def put(key, size):
        arrays = {"y": np.zeros(size)}
        store.put(key, kind="k", label={}, arrays=arrays, meta={}, queries={}, seconds=0)
    put("small", 10)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    try:
        put("large", 10_000)
    except BadInput as error:
        sys.stdout.write(str(error))
"""


@POSIX
def test_a_file_that_may_not_grow_is_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIMITED, str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "is full or refuses larger files; what was done is kept" in found.stdout
    with Store.open(tmp_path) as store:
        assert store.has(["small", "large"]) == {"small"}
        assert store.verify() == []
        assert store.sweep() == []


# Kills

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


def write_until_killed(folder: Path, seconds: float) -> int:
    """The last block that a writer has told of before it was killed."""
    command = [sys.executable, "-c", WRITER, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    told = [process.stdout.readline()]  # it writes now
    with pytest.raises(BadInput, match="another run"):
        Store.open(folder)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    told += process.communicate()[0].split("\n")
    return max(int(line) for line in told if line.strip())


@POSIX
def test_kills_at_any_moment_leave_whole_blocks_and_free_the_lock(tmp_path: Path) -> None:
    pause = random.Random(0)
    folder = tmp_path / "results"
    for _ in range(5):
        last = write_until_killed(folder, pause.uniform(0.0, 0.3))
        with Store.read(folder) as reader:
            seen = [entry.key for entry in reader.blocks()]
        with Store.open(folder) as store:
            entries = list(store.blocks())
            assert seen == [entry.key for entry in entries]
            assert [entry.key for entry in entries] == [f"{n:06}" for n in range(len(entries))]
            assert len(entries) in {last + 1, last + 2}  # committed is kept; one may be untold
            assert store.verify() == []
            for entry in entries[-50:]:
                block = store.get(entry.key)
                assert block is not None
                assert (block.arrays["y"] == block.meta["n"]).all()
    with Store.open(folder) as store:
        store.sweep()
        assert len(array_files(folder)) == len(list(store.blocks()))
        assert store.verify() == []


@POSIX
def test_a_kill_while_the_store_is_born_leaves_no_half_store(tmp_path: Path) -> None:
    pause = random.Random(1)
    for n in range(6):
        folder = tmp_path / str(n)
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.DEVNULL, cwd=ROOT
        )
        while not folder.exists():
            time.sleep(0.0005)
        time.sleep(pause.uniform(0.0, 0.01))
        process.send_signal(signal.SIGKILL)
        process.wait()
        with Store.open(folder) as store:
            put(store, "k")
            assert store.verify() == []


# Files


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


def test_json_of_the_store_is_plain_json(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        put(store, "k", label={"task": "größe"})
    database = sqlite3.connect(tmp_path / "store.sqlite")
    (label,) = database.execute("SELECT label FROM blocks").fetchone()
    database.close()
    assert json.loads(label) == {"task": "größe"}
