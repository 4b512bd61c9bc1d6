"""Dask over a real scheduler and real workers: the same bits, also through the wire and a kill."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from limelab.study import Results, cluster, engine
from limelab.study.cluster import Dask
from limelab.study.own import OwnCode
from limelab.types import BadInput, EngineError
from tests.study.world import content, small

pytest.importorskip("distributed")


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
