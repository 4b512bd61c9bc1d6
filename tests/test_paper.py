"""Published numbers come out again: the quick rows always, those that take minutes when asked."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab.blackbox import one_thread

FILE = Path(__file__).parents[1] / "paper" / "published.py"
SECONDS = ("melime",)  # a network of five layers


def _published() -> Any:
    spec = importlib.util.spec_from_file_location("published", FILE)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made  # where dataclasses look for it
    spec.loader.exec_module(made)
    return made


published = _published()
QUICK = [
    pytest.param(name, marks=[pytest.mark.slow] if name in SECONDS else [])
    for name in published.NUMBERS
]


def rows_of(name: str) -> list[Any]:
    """The rows of a group; skipped where its data are not on this machine."""
    numbers = {**published.NUMBERS, **published.SLOW}[name]
    try:
        with one_thread():
            return list(numbers())
    except ll.BadInput as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("name", QUICK)
def test_quick_rows_agree_with_their_source(name: str) -> None:
    rows = rows_of(name)
    assert rows
    for row in rows:
        assert row.agrees, f"{row.quantity}: {row.ours} beside {row.published} ({row.source})"
        assert row.near < abs(row.published) or row.published == 0 or np.isinf(row.near)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(published.SLOW))
def test_slow_rows_agree_with_their_source(name: str) -> None:
    assert all(row.agrees for row in rows_of(name))


@pytest.mark.slow
def test_a_line_across_the_spiral_has_the_wrong_sign() -> None:
    near, across = rows_of("melime")[-2:]
    assert near.ours < 0 < across.ours


def test_a_row_that_is_too_far_off_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    row = published.Row("nobody", "a number", 1.0, 1.2, 0.1)
    assert not row.agrees
    assert published.Row("nobody", "a number", 1.0, 1.05, 0.1).agrees
    assert not published.Row("nobody", "a number", 1.0, float("nan"), 0.1).agrees
    assert not published._shown("mine", lambda: iter([row]))
    assert "DIFFERS" in capsys.readouterr().out


def test_what_is_unknown_is_refused() -> None:
    with pytest.raises(SystemExit):
        published.main(["nothing"])
