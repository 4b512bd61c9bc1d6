"""What the store promises: whole blocks or none, through kills, full disks and foreign folders."""

from __future__ import annotations

import json
import random
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

from limelab.study.entries import Damage
from limelab.study.store import Store
from limelab.types import BadInput
from tests.study.stores import LINUX, POSIX, ROOT, WRITER, array_files, disk, mount, put


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with disk(tmp_path) as folder:
        yield folder


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


def test_json_of_the_store_is_plain_json(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        put(store, "k", label={"task": "größe"})
    database = sqlite3.connect(tmp_path / "store.sqlite")
    (label,) = database.execute("SELECT label FROM blocks").fetchone()
    database.close()
    assert json.loads(label) == {"task": "größe"}
