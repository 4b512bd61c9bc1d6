"""Dask over a real scheduler and real workers: the same bits, also through the wire and a kill."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from limelab.study import Results, cluster, engine
from limelab.study.cluster import Dask
from limelab.study.own import OwnCode
from limelab.study.progress import Quiet
from limelab.study.store import Store
from limelab.types import BadInput, EngineError
from tests.study.world import ROOT, content, small

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def two() -> Iterator[Dask]:
    """Two workers of one thread on loopback, which end with the tests."""
    with cluster.cluster("local", 2, OwnCode()) as made:
        assert isinstance(made, Dask)
        yield made


def square(n: int) -> int:
    if n == 3:
        raise ZeroDivisionError("no three")
    return n * n


def test_every_task_has_one_outcome(two: Dask) -> None:
    done: dict[str, Any] = {}
    engine.drive(
        {str(n): n for n in range(8)},
        two.checked(square),
        make_executor=two.make_executor,
        workers=two.workers,
        on_done=done.__setitem__,
    )
    assert [done[str(n)].value for n in range(8)] == [0, 1, 4, None, 16, 25, 36, 49]
    assert done["3"].error.startswith("ZeroDivisionError: no three (at test_cluster.py:")


def test_a_run_writes_the_same_bytes_through_the_folder(
    whole: Results, out: Path, two: Dask
) -> None:
    found = small().run(out, dask=two.address)
    assert content(found.folder) == content(whole.folder)
    assert (found.manifest["engine"], found.manifest["workers"]) == ("dask", 2)
    assert not found.manifest["failures"]


def test_a_run_writes_the_same_bytes_through_the_wire(
    whole: Results, out: Path, two: Dask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the workers see another disk: no input is read from it, none is written."""
    monkeypatch.setattr(Dask, "shares", lambda self, mark: False)
    monkeypatch.setattr("limelab.study.delivery.marked", elsewhere)
    monkeypatch.setattr("limelab.study.doing.marked", elsewhere)
    found = small().run(out, dask=two.address)
    assert content(found.folder) == content(whole.folder)
    assert not found.manifest["failures"]


class elsewhere:
    """A mark that nobody sees."""

    def __init__(self, folder: Path) -> None:
        pass

    def __enter__(self) -> str:
        return "blocks/00/no-such-mark"

    def __exit__(self, *error: object) -> None:
        pass


def test_workers_with_another_code_are_refused(two: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    other = {**cluster.identity(), "numpy": "1.0"}
    monkeypatch.setattr(cluster, "identity", lambda: other)
    found = two.checked(square)
    monkeypatch.undo()
    with pytest.raises(BadInput, match=r"this worker has numpy .* and not 1.0; results would not"):
        found(2)


def test_no_scheduler_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    with (
        pytest.raises(EngineError, match=r"tcp://127.0.0.1:1 does not answer; start it"),
        cluster.cluster("tcp://127.0.0.1:1", 1, OwnCode()),
    ):
        pass


def test_no_package_is_one_clear_refusal(monkeypatch: pytest.MonkeyPatch, out: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.delitem(sys.modules, "distributed", raising=False)
    with pytest.raises(BadInput, match=r"distributed is not installed; install limelab\[distrib"):
        cluster.cluster("local", 1, OwnCode()).__enter__()


# Kills, of processes of their own


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_killed_workers_and_schedulers_cost_no_bit(
    whole: Results, out: Path, tmp_path: Path, two: Dask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker is killed at the third block and the scheduler at the tenth; another one goes on."""
    with processes(tmp_path / "cluster") as (address, scheduler, workers):
        monkeypatch.setattr(cluster, "CONNECT_S", 4.0)  # how long a lost scheduler is looked for
        blows = Blows({3: workers[0], 10: scheduler})
        with pytest.raises(EngineError, match=r"Dask scheduler at .* does not answer; start it"):
            small().run(out, dask=address, progress=blows)
    monkeypatch.undo()
    assert not blows.left
    with Store.read(out) as store:
        held = len(list(store.blocks()))
        assert held >= 10
        assert not store.verify()
        assert not store.failures()
    found = small().run(out, dask=two.address)
    assert found.manifest["blocks"]["reused"] == held
    assert not found.manifest["failures"]
    assert content(found.folder) == content(whole.folder)


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
@pytest.mark.parametrize("asked", ["register_plugin", "run"])
def test_a_worker_that_dies_while_all_are_asked_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    with processes(tmp_path / "cluster") as (address, _, workers):
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        real, left = getattr(distributed.Client, asked), [*workers[:1]]

        def asking(self: Any, *args: Any, **said: Any) -> Any:
            last = asked == "run" or type(args[0]).__name__ == "Own"
            if left and last:
                left.pop().kill()
            return real(self, *args, **said)

        monkeypatch.setattr(distributed.Client, asked, asking)
        dask = Dask(address, OwnCode((("nowhere", "mine_of_the_drill.py", b"x = 1\n"),)))
        dask.begin()
        assert not left
        assert dask.workers() == 1
        dask.close()


class Blows(Quiet):
    """A watch that kills a process when so many blocks are done."""

    def __init__(self, left: dict[int, subprocess.Popen[bytes]]) -> None:
        self.left, self.done = left, 0

    def step(self, queries: Mapping[str, int], *, failed: bool) -> None:
        self.done += 1
        if (victim := self.left.pop(self.done, None)) is not None:
            victim.kill()
            victim.wait()


@contextmanager
def processes(folder: Path) -> Iterator[tuple[str, Any, list[Any]]]:
    """A scheduler and two workers of one thread on loopback, started as a person starts them."""
    folder.mkdir()
    file, dask = folder / "scheduler.json", [sys.executable, "-m", "dask"]
    place = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    work = ["worker", *place, "--nthreads", "1", "--no-nanny", "--memory-limit", "0"]
    work += ["--local-directory", str(folder), "--death-timeout", "30"]
    lines = [["scheduler", *place, "--port", "0"], work, work]
    started = [subprocess.Popen([*dask, *line], cwd=ROOT, **quiet) for line in lines]
    try:
        yield address_in(file), started[0], started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def address_in(file: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError, ValueError):  # not there yet, or half of it
            return str(json.loads(file.read_text())["address"])
        time.sleep(0.05)
    raise AssertionError("the scheduler does not start")
