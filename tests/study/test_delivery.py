"""How blocks come back: a file where the folder is shared, whole where it is not or takes none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from limelab.study import delivery
from limelab.study.blocks import Facts, Made
from limelab.study.delivery import Deliver, marked, with_arrays
from limelab.study.filing import file_arrays
from limelab.study.gathering import Stored
from limelab.study.store import Store
from tests.study.world import IRIS

SPEC = Facts(IRIS, 0)


def made(spec: Any) -> Made:
    return Made({"y": np.arange(4.0)}, {"n": 1}, {"sampler": 4})


def test_arrays_lie_in_the_folder_that_is_marked(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store, marked(tmp_path) as mark:
        got = Deliver(str(tmp_path), mark, made)(SPEC)
        assert got.filed is not None
        assert got.made.arrays == {}
        store.put("k", kind="answers", label={}, arrays=got.filed, meta={}, queries={}, seconds=0)
        block = store.get("k")
    assert block is not None
    assert block.arrays["y"].tolist() == [0, 1, 2, 3]
    assert not list(tmp_path.rglob(".limelab-*"))


def test_they_come_whole_where_the_mark_is_not_seen(tmp_path: Path) -> None:
    got = Deliver(str(tmp_path), "blocks/00/no-mark", made)(SPEC)
    assert got.filed is None
    assert got.made.arrays["y"].tolist() == [0, 1, 2, 3]


def test_a_disk_that_takes_nothing_is_left_to_the_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(delivery, "file_arrays", full)
    with marked(tmp_path) as mark:
        got = Deliver(str(tmp_path), mark, made)(SPEC)
    assert got.filed is None
    assert got.made.arrays["y"].tolist() == [0, 1, 2, 3]


def test_what_is_stored_travels_inside_a_spec_and_all_else_stays(tmp_path: Path) -> None:
    filed = file_arrays(tmp_path, "k", {"y": np.arange(2.0)})
    stored, missing = Stored(str(tmp_path), filed.digest), Stored(str(tmp_path), reason="gone")
    value = ("a", (SPEC, stored), missing)
    sent = with_arrays(value)
    assert sent == value
    assert sent[1][0] is SPEC
    (tmp_path / "blocks" / filed.digest[:2] / f"{filed.digest}.npz").unlink()
    assert sent[1][1].load()["y"].tolist() == [0, 1]
    assert sent[2].load() == {}
