"""How checks run: declined cases, shrunk failures, exceptions, raise or warn."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest

from limelab.checks.kit import CheckWarning, Kit, run, settle
from limelab.checks.results import CheckFailed
from limelab.types import NotApplicable


def kit_of(body: Any, strategy: Any = None) -> Kit:
    kit = Kit()
    (kit.once("axiom") if strategy is None else kit.over("axiom", strategy))(body)
    return kit


def test_the_smallest_failing_case_is_told() -> None:
    def check_small(subject: Any, case: int) -> None:
        """Below ten."""
        if case >= 10:
            raise CheckFailed(f"{case} is not below 10")

    (result,) = run(kit_of(check_small, st.integers(0, 1000)).checks, None, "x", n_examples=50)
    assert (result.status, result.reason) == ("failed", "10 is not below 10")
    assert result.says == "Below ten."
    assert result.example.endswith("10")


def test_a_case_that_is_declined_does_not_count() -> None:
    def check_even(subject: Any, case: int) -> None:
        if case % 2:
            raise NotApplicable("odd")

    (result,) = run(kit_of(check_even, st.integers(0, 100)).checks, None, "x")
    assert result.status == "passed"


def test_all_declined_is_skipped_with_the_reason_and_soon() -> None:
    asked: list[int] = []

    def check_none(subject: Any, case: int) -> None:
        asked.append(case)
        raise NotApplicable("no trees here")

    (result,) = run(kit_of(check_none, st.integers(0, 10**6)).checks, None, "x", n_examples=100)
    assert (result.status, result.reason) == ("skipped", "no trees here")
    assert len(asked) == 20


def test_refusals_among_the_first_do_not_end_the_search() -> None:
    def check_few(subject: Any, case: int) -> None:
        if case < 7:
            raise NotApplicable("small")
        raise CheckFailed("large")

    cases = st.integers(0, 9)
    (result,) = run(kit_of(check_few, cases).checks, None, "x", n_examples=50)
    assert (result.status, result.reason) == ("failed", "large")


def test_what_breaks_is_a_failure_by_its_name() -> None:
    def check_breaks(subject: Any, seed: int) -> None:
        raise KeyError("column")

    (result,) = run(kit_of(check_breaks).checks, None, "x")
    assert result.status == "failed"
    assert result.reason == "raised KeyError: 'column'"


def test_a_subject_that_forgets_is_a_failure_and_no_crash() -> None:
    calls: list[int] = []

    def check_flaky(subject: Any, case: int) -> None:
        calls.append(case)
        if len(calls) == 3:
            raise CheckFailed("once")

    (result,) = run(kit_of(check_flaky, st.integers(0, 100)).checks, None, "x", n_examples=20)
    assert (result.status, result.reason) == ("failed", "once")


def test_a_shrink_is_bounded() -> None:
    calls: list[int] = []

    def check_slow(subject: Any, case: list[int]) -> None:
        calls.append(1)
        if sum(case) > 1000:
            raise CheckFailed("large")

    run(kit_of(check_slow, st.lists(st.integers(0, 10**6), max_size=50)).checks, None, "x")
    assert len(calls) <= 10 + 60 + 1


def test_settle() -> None:
    def check_no(subject: Any, seed: int) -> None:
        raise CheckFailed("no", example="code")

    report = run(kit_of(check_no).checks, None, "mine")
    assert settle(report, None) is report
    with pytest.raises(CheckFailed, match="mine fails 1 of 1 checks") as caught:
        settle(report, "raise")
    assert caught.value.example == "code"
    with pytest.warns(CheckWarning, match="check_no: no"):
        settle(report, "warn")
