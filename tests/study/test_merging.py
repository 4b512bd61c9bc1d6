"""Stores of two machines as one, and a store without what nobody needs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from limelab.study.memory import DEFAULT
from limelab.study.merging import merge, prune
from limelab.study.run import needed
from limelab.study.store import Store
from limelab.types import BadInput
from tests.study.world import DIABETES, IRIS, content, small


def put(folder: Path, *keys: str, value: float = 1.0) -> None:
    with Store.open(folder) as store:
        for key in keys:
            store.put(
                key, kind="answers", label={"task": key}, arrays={"y": np.full(4, value)},
                meta={"n": 1}, queries={"sampler": 4}, seconds=0.5,
            )  # fmt: skip


def merged(into: Path, other: Path) -> tuple[int, int, list[str], list[str]]:
    with Store.open(into) as store:
        did = merge(store, other)
    return did.taken, did.held, [e.key for e in did.differ], [d.key for d in did.damaged]


def test_two_machines_that_shared_the_tasks_make_one_study(out: Path) -> None:
    """Each has done a part; after the merge nothing is asked, and the tables are the same."""
    small(tasks=[IRIS]).run(out / "a")
    small(tasks=[DIABETES]).run(out / "b")
    whole = small().run(out / "whole")
    assert merged(out / "a", out / "b")[:2] == (9, 0)
    both = small().run(out / "a")
    assert both.manifest["queries_now"] == {}
    assert both.manifest["blocks"]["made"] == 0
    assert content(both.folder) == content(whole.folder)


def test_what_both_have_stays_as_ours_and_differences_are_named(tmp_path: Path) -> None:
    put(tmp_path / "a", "same", "other", "mine")
    put(tmp_path / "b", "same", "theirs")
    put(tmp_path / "b", "other", value=2.0)
    assert merged(tmp_path / "a", tmp_path / "b") == (1, 2, ["other"], [])
    with Store.read(tmp_path / "a") as store:
        assert {entry.key for entry in store.blocks()} == {"same", "other", "mine", "theirs"}
        assert store.get("other").arrays["y"][0] == 1.0  # type: ignore[union-attr]
        assert not store.verify()
    assert merged(tmp_path / "a", tmp_path / "b") == (0, 3, ["other"], [])


def test_damaged_blocks_are_left_out_and_named(tmp_path: Path) -> None:
    put(tmp_path / "b", "fine")
    put(tmp_path / "b", "broken", value=3.0)
    with Store.read(tmp_path / "b") as store:
        digest = store.get("broken").digest  # type: ignore[union-attr]
    (tmp_path / "b" / "blocks" / digest[:2] / f"{digest}.npz").write_bytes(b"gone")
    assert merged(tmp_path / "a", tmp_path / "b") == (1, 0, [], ["broken"])


def claim(folder: Path, hashes: list[str], at: str, data: str = "") -> None:
    """Register claims at a time, and perhaps have data at a later one."""
    with Store.open(folder) as store:
        store.register_claims("study", hashes)
        if data:
            store.mark_data("study")
        database = store._database
        database.execute("UPDATE claims SET seen = ? WHERE seen > '2100' OR seen < ?", (at, at))
        database.execute("UPDATE claims SET seen = ? WHERE hash IN (?)", (at, hashes[-1]))
        if data:
            database.execute("UPDATE studies SET first_data = ?", (data,))


def test_a_claim_that_came_after_the_other_machines_data_is_post_hoc(tmp_path: Path) -> None:
    claim(tmp_path / "a", ["early"], at="2026-01-01", data="2026-01-02")
    claim(tmp_path / "b", ["late"], at="2026-01-03", data="2026-01-04")
    merged(tmp_path / "a", tmp_path / "b")
    with Store.read(tmp_path / "a") as store:
        assert store.claims("study") == {"early": "declared", "late": "post hoc"}


def test_a_failure_comes_along_unless_the_block_is_done(tmp_path: Path) -> None:
    put(tmp_path / "a", "done")
    with Store.open(tmp_path / "b") as store:
        for key in ("done", "open"):
            store.fail(key, "answers", {"task": key}, "ValueError: no")
    merged(tmp_path / "a", tmp_path / "b")
    with Store.read(tmp_path / "a") as store:
        assert [failure.key for failure in store.failures()] == ["open"]


def test_a_store_is_not_merged_into_itself_nor_with_no_store(tmp_path: Path) -> None:
    put(tmp_path, "k")
    with Store.open(tmp_path) as store:
        with pytest.raises(BadInput, match="into itself"):
            merge(store, tmp_path)
        with pytest.raises(BadInput, match="is not a folder of results"):
            merge(store, tmp_path / "blocks")


def test_pruning_removes_leftovers_and_damage_and_keeps_the_rest(tmp_path: Path) -> None:
    put(tmp_path, "fine")
    put(tmp_path, "broken", value=3.0)
    with Store.open(tmp_path) as store:
        digest = store.get("broken").digest  # type: ignore[union-attr]
        (tmp_path / "blocks" / digest[:2] / f"{digest}.npz").write_bytes(b"gone")
        (tmp_path / "blocks" / digest[:2] / ".limelab-0.tmp").write_bytes(b"half")
        found = prune(store, None)
        assert (dict(found.blocks), found.files) == ({"answers": 1}, 2)
        assert [entry.key for entry in store.blocks()] == ["fine"]
        assert prune(store, None).files == 0


def test_pruning_keeps_what_studies_need_and_no_more(out: Path) -> None:
    study = small(tasks=[IRIS])
    kept = study.run(out)
    small(tasks=[IRIS], seed=1).run(out)
    with Store.open(out) as store:
        found = prune(store, needed(store, [study], DEFAULT))
    assert sum(found.blocks.values()) == 9
    assert found.size > 0
    again = study.run(out)
    assert again.manifest["blocks"] == {**kept.manifest["blocks"], "made": 0, "reused": 9}
