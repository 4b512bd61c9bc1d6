"""A damaged database is named and saved: what is whole survives, what is lost is made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from limelab.study import Results
from limelab.study.pages import LEAF
from limelab.study.repairing import Repaired, repair
from limelab.study.store import Store
from limelab.types import BadInput
from tests.study.stores import content as files
from tests.study.stores import put
from tests.study.world import content, small

PAGE = 4096


def overwrite(folder: Path, page: int, harm: bytes) -> None:
    path = folder / "store.sqlite"
    old = path.read_bytes()
    path.write_bytes(old[: PAGE * page] + harm + old[PAGE * page + len(harm) :])


def facts(folder: Path) -> dict[str, Any]:
    with Store.read(folder) as store:
        return {entry.key: entry for entry in store.blocks()}


@pytest.mark.parametrize("harm", [bytes(PAGE), b"\xff" * PAGE, b"mud " * (PAGE // 4)])
def test_pages_in_the_middle_of_a_store(tmp_path: Path, harm: bytes) -> None:
    with Store.open(tmp_path) as store:
        for n in range(600):
            put(store, f"{n:064}", label={"n": n})
        store.fail("f", "answers", {"task": "wine"}, "ValueError: no")
        assert store.register_claims("s", ["early"]) == {"early": "declared"}
    before = facts(tmp_path)
    pages = (tmp_path / "store.sqlite").stat().st_size // PAGE
    for page in (pages // 3, pages // 2, 2 * pages // 3):
        overwrite(tmp_path, page, harm)
    harmed = (tmp_path / "store.sqlite").read_bytes()
    with pytest.raises(BadInput, match=r"store.sqlite is damaged; `limelab store repair --out"):
        Store.open(tmp_path)
    with Store.read(tmp_path) as store, pytest.raises(BadInput, match="is damaged; `limelab store"):
        store.verify()
    found = repair(tmp_path)
    assert found is not None
    assert (found.kept / "store.sqlite").read_bytes() == harmed
    check_saved(tmp_path, before, found)


def check_saved(folder: Path, before: dict[str, Any], found: Repaired) -> None:
    after = facts(folder)
    assert after.items() <= before.items()
    assert len(after) == found.rows["blocks"] >= 600 - 3 * 15
    assert found.nameless == len({one.digest for one in before.values()}) - len(
        {one.digest for one in after.values()}
    )
    with Store.open(folder) as store:
        assert store.verify() == []
        assert store.has(after) == set(after)
        assert store.register_claims("s", ["early"]) == {"early": "declared"}
        assert store.register_claims("s", ["late"]) == {"late": "post hoc"}
        assert store.register_claims("another", ["late"]) == {"late": "post hoc"}
    assert repair(folder) is None


def test_a_torn_header_loses_nothing_else(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        for n in range(50):
            put(store, f"{n:064}")
        store.write_manifest("s", {"seed": 3})
    before = facts(tmp_path)
    overwrite(tmp_path, 0, bytes(PAGE))
    with pytest.raises(BadInput, match="is damaged; `limelab store repair"):
        Store.read(tmp_path)
    found = repair(tmp_path)
    assert found is not None
    assert (facts(tmp_path), found.nameless) == (before, 0)
    with Store.read(tmp_path) as store:
        assert store.manifest("s") == {"seed": 3}


def test_a_study_goes_on_from_what_was_saved(whole: Results, out: Path) -> None:
    first = small().run(out, stem="small").manifest
    database = (out / "store.sqlite").read_bytes()
    lost = next(iter(facts(out).values()))
    held = [n for n in range(len(database) // PAGE) if database[PAGE * n] == LEAF]
    row = f"{lost.key}{lost.kind}".encode()
    overwrite(out, next(n for n in held if row in database[PAGE * n : PAGE * (n + 1)]), bytes(PAGE))
    with pytest.raises(BadInput, match="is damaged"):
        small().run(out, stem="small")
    assert repair(out) is not None
    again = small().run(out, stem="small")
    blocks = again.manifest["blocks"]
    assert 0 < blocks["made"] < first["blocks"]["total"]
    assert content(again.folder) == content(whole.folder)


def test_a_store_that_is_written_to_is_left_alone(tmp_path: Path) -> None:
    with Store.open(tmp_path), pytest.raises(BadInput, match="another run is writing"):
        repair(tmp_path)


@pytest.mark.parametrize("text", [b"", b"a letter, and no database at all" * 300])
def test_where_nothing_is_whole_nothing_is_changed(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(BadInput, match=r"holds no store.sqlite; name the folder"):
        repair(tmp_path)
    (tmp_path / "store.sqlite").write_bytes(text)
    before = files(tmp_path)
    with pytest.raises(BadInput, match="holds no row that is whole"):
        repair(tmp_path)
    assert before.items() <= files(tmp_path).items()
