"""Published numbers come out again: the quick rows always, those that take minutes when asked."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab.blackbox import one_thread
from tests.paper.prose import prose, prose_in_code

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


TEXT = FILE.parent / "paper.typ"
OF_FORMULAS = {"1", "2"}


def test_the_text_holds_no_number_that_no_result_holds() -> None:
    """Numbers come by name from results; formulas have their constants."""
    said, formulas = prose(TEXT.read_text(encoding="utf-8"))
    assert "No sentence below states a finding" in said
    assert re.findall(r".{0,20}\d.{0,20}", said) == []
    assert {number for one in formulas for number in re.findall(r"[\d.]+", one)} <= OF_FORMULAS


def test_nor_does_what_sets_it() -> None:
    said = prose_in_code((FILE.parent / "lib.typ").read_text(encoding="utf-8"))
    assert "Quick run" in said
    assert re.findall(r".{0,20}\d.{0,20}", said) == []


@pytest.mark.parametrize(
    ("source", "digits"),
    [
        ("about 12 rows", "12"),
        ('#f("x1", 2)[in 13 of #g(4)[15 rows]] @ribeiro2016', "1315"),
        ('#f("a)1", [caption 7])', "7"),
        ("#if x == 3 [eight] else [9]; and 10", "910"),
        ("= Heading 1\n// note 2\n`raw 3` $x^2$", ""),
        ('"quoted 4"', "4"),
    ],
)
def test_the_scan_sees_prose_and_nothing_else(source: str, digits: str) -> None:
    assert "".join(re.findall(r"\d", prose(source)[0])) == digits
