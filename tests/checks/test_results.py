"""A report is a list, a table, a text and a page; what came from data is escaped."""

from __future__ import annotations

import pytest

from limelab.checks import CheckFailed, Report, Result


def report() -> Report:
    return Report(
        "Mine(<b>)",
        (
            Result("check_pickle", "contract", "passed", says="It pickles."),
            Result("check_dummy", "axiom", "failed", "x < 3\nmore", "case = '<script>'", "Zero."),
            Result("check_seed", "stability", "xfail", "as expected"),
            Result("check_trees", "axiom", "skipped", "no trees here"),
        ),
    )


def test_it_is_a_list_with_names() -> None:
    found = report()
    assert [result.check for result in found] == [found[n].check for n in range(4)]
    assert found["check_dummy"] is found[1]
    assert found[2:] == found.results[2:]
    with pytest.raises(KeyError, match="nothing"):
        found["nothing"]


def test_only_what_was_not_expected_is_a_failure() -> None:
    assert not report().ok
    assert [result.check for result in report().failed] == ["check_dummy"]
    assert Report("", report().results[2:]).ok


def test_the_table_has_a_row_a_check() -> None:
    frame = report().to_frame()
    assert frame.columns[:5].tolist() == ["check", "level", "status", "reason", "example"]
    assert frame["status"].tolist() == ["passed", "failed", "xfail", "skipped"]


def test_the_text_is_one_line_a_check_and_counts() -> None:
    lines = str(report()).splitlines()
    assert len(lines) == 6
    assert "more" not in lines[2]
    assert lines[-1] == "1 passed, 1 failed, 1 xfail, 1 skipped"


def test_the_page_escapes_and_needs_nothing_else() -> None:
    page = report().page()
    assert "<script>" not in page
    assert "Mine(<b>)" not in page
    assert "case = &#x27;&lt;script&gt;&#x27;" in page
    assert "http" not in page


def test_a_failure_carries_its_example() -> None:
    with pytest.raises(CheckFailed, match="too far") as caught:
        raise CheckFailed("too far", example="print(1)")
    assert caught.value.example == "print(1)"
