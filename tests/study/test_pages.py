"""Rows out of pages: all that SQLite itself reads, and of damaged files all on whole pages."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.study.pages import rows

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=80),
    st.text("ab", min_size=600, max_size=9000),
    st.binary(max_size=60),
)


@given(st.lists(st.tuples(VALUES, VALUES), max_size=30), st.sampled_from([512, 4096, 65536]))
def test_every_row_comes_back_whatever_its_values_and_length(
    said: list[tuple[Any, Any]], size: int
) -> None:
    database = sqlite3.connect(":memory:")
    database.executescript(f"PRAGMA page_size = {size}; CREATE TABLE t (a, b)")
    database.executemany("INSERT INTO t VALUES (?, ?)", said)
    database.commit()
    found = [row for row in rows(database.serialize()) if len(row) == 2]
    database.close()
    assert found == said or Counter(map(repr, found)) == Counter(map(repr, said))


def made(path: Path, n: int) -> dict[int, int]:
    """A table of n rows of different lengths; the page on which each lies."""
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE t (key INTEGER, text TEXT, mark TEXT)")
    words = [(key, "x" * (17 * key % 900), "mark") for key in range(n)]
    database.executemany("INSERT INTO t VALUES (?, ?, ?)", words)
    database.commit()
    database.close()
    content = path.read_bytes()
    found: dict[Any, int] = {}
    for page in range(1, len(content) // 4096 + 1):
        alone = bytearray(len(content))
        alone[:100] = content[:32] + bytes(68)
        place = slice(4096 * (page - 1), 4096 * page)
        alone[place] = content[place]
        found |= {row[0]: page for row in rows(bytes(alone)) if len(row) == 3}
    return found


@pytest.mark.parametrize("harm", [bytes(4096), b"\xff" * 4096, b"\r" * 4096])
def test_of_a_damaged_file_every_row_on_a_whole_page_is_read(tmp_path: Path, harm: bytes) -> None:
    path = tmp_path / "t.sqlite"
    lies_on = made(path, 400)
    content = path.read_bytes()
    pages = len(content) // 4096
    assert sorted(lies_on) == list(range(400))
    assert len(set(lies_on.values())) > 20
    for page in range(1, pages + 1):
        torn = content[: 4096 * (page - 1)] + harm + content[4096 * page :]
        found = [row[0] for row in rows(torn) if len(row) == 3 and row[2] == "mark"]
        assert found == [key for key in range(400) if lies_on[key] != page]


def test_a_file_that_is_cut_off_gives_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    lies_on = made(path, 100)
    content = path.read_bytes()
    for length in range(0, len(content), 1500):
        found = [row[0] for row in rows(content[:length]) if len(row) == 3]
        assert found == [key for key in range(100) if lies_on[key] * 4096 <= length]


def test_random_bytes_break_nothing() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        noise = rng.integers(0, 256, 5 * 512, dtype=np.uint8)
        noise[16:18], noise[20], noise[512::512] = (2, 0), 0, 0x0D
        list(rows(noise.tobytes(), noise.tobytes()))


def test_removed_rows_stay_removed_and_the_log_is_newer(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    made(path, 300)
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("DELETE FROM t WHERE key BETWEEN 50 AND 250")
    database.execute("UPDATE t SET text = 'new' WHERE key = 3")
    database.commit()
    log = path.with_name("t.sqlite-wal").read_bytes()
    assert log
    found = {row[0]: row[1] for row in rows(path.read_bytes(), log) if len(row) == 3}
    assert found == dict(database.execute("SELECT key, text FROM t").fetchall())
    torn = {row[0] for row in rows(path.read_bytes(), log[: len(log) // 2]) if len(row) == 3}
    assert torn == set(range(300))  # a commit that is cut off did not happen
    database.close()
