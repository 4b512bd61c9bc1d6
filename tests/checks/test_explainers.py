"""The kit for explainers: every broken one is caught by the check that names it, sound ones pass.

The whole matrix, every check on every broken explainer, is `python -m tests.checks.matrix`.
"""

from __future__ import annotations

from typing import Any

import pytest

import limelab as ll
from limelab.checks import CheckFailed, check_explainer, explainer_checks, replay
from limelab.checks.explainers import Bound, named, parametrize_with_checks
from limelab.checks.kit import CheckWarning, run
from limelab.checks.vocabulary import *  # noqa: F403 -- as printed examples are read
from limelab.types import BadInput
from tests.checks import mutants


def checks_called(name: str) -> list[Any]:
    return [check for check in explainer_checks() if check.name == name]


@pytest.mark.parametrize(
    ("mutant", "name"), mutants.EXPLAINERS, ids=lambda v: v if isinstance(v, str) else repr(v)
)
def test_the_check_that_names_the_fault_catches_it(mutant: Any, name: str) -> None:
    (result,) = run(checks_called(name), named(mutant), repr(mutant), n_examples=10)
    assert result.status == "failed", result
    assert result.reason


@pytest.mark.parametrize("name", sorted({name for _, name in mutants.EXPLAINERS}))
def test_a_sound_explainer_passes_the_same_checks(name: str) -> None:
    (result,) = run(checks_called(name), named(ll.Lime(n_samples=256)), "", n_examples=10)
    assert result.status == "passed", result


@pytest.mark.parametrize(
    "lime",
    [
        ll.Lime(n_samples=256, draws="own"),
        ll.Lime(ll.Neighbours(0.3), n_samples=256),
        ll.presets.lime_tabular(num_samples=500),
        ll.Lime(n_samples=256, surrogate=ll.Tree()),
    ],
    ids=repr,
)
def test_our_own_keep_the_contract(lime: ll.Lime) -> None:
    report = check_explainer(lime, level="contract", n_examples=5, on_fail=None)
    assert report.ok, str(report)


def test_a_stale_answer_is_seen_though_other_checks_have_asked_before() -> None:
    report = check_explainer(mutants.StaleCache(), level="contract", n_examples=2, on_fail=None)
    assert report["check_nothing_is_kept"].status == "failed"


def test_a_failure_prints_code_that_fails_again() -> None:
    mutant = mutants.NeverZero()
    report = check_explainer(mutant, level="contract", n_examples=5, on_fail=None)
    code = report["check_constant_model"].example
    assert "replay" in code
    with pytest.raises(CheckFailed, match="constant model"):
        exec(code, {"EXPLAINER": mutant})


def test_a_failure_with_fixed_draws_prints_code_too() -> None:
    mutant = mutants.InputUnits()
    (result,) = run(checks_called("check_units"), named(mutant), "", seed=3)
    assert result.example.endswith('replay("check_units", EXPLAINER, 3)')
    with pytest.raises(CheckFailed, match="the units of a column matter"):
        exec(result.example, {"EXPLAINER": mutant})


def test_the_smallest_case_is_small() -> None:
    report = check_explainer(mutants.NeverZero(), level="contract", n_examples=10, on_fail=None)
    assert "Column(kind='number', mean=0.0, scale=1.0" in report["check_constant_model"].example


def test_raise_warn_or_return() -> None:
    broken = mutants.Turned()
    with pytest.raises(CheckFailed, match="check_shapes_and_names"):
        check_explainer(broken, level="contract", n_examples=2)
    with pytest.warns(CheckWarning, match="check_shapes_and_names"):
        check_explainer(broken, level="contract", n_examples=2, on_fail="warn")
    assert not check_explainer(broken, level="contract", n_examples=2, on_fail=None).ok


def test_expected_failures_are_said_and_go_stale() -> None:
    expected = {"check_constant_model": "adds a tenth", "check_pickles": "it does pickle"}
    report = check_explainer(
        mutants.NeverZero(),
        level="contract",
        n_examples=3,
        expected_failed_checks=expected,
        on_fail=None,
    )
    assert report["check_constant_model"].status == "xfail"
    assert report["check_constant_model"].reason.startswith("adds a tenth")
    assert report["check_pickles"].status == "failed"
    assert "take it off the list" in report["check_pickles"].reason


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: check_explainer(ll.Lime), "expected a value with explain"),
        (lambda: check_explainer(ll.Lime(), level="law"), "level='law'"),
        (lambda: check_explainer(ll.Lime(), n_examples=0), "n_examples=0; expected a whole"),
        (
            lambda: check_explainer(ll.Lime(), expected_failed_checks=["check_units"]),  # type: ignore[arg-type]
            "expected a mapping of check names",
        ),
        (
            lambda: check_explainer(ll.Lime(), expected_failed_checks={"check_nothing": "x"}),
            "check_nothing",
        ),
        (lambda: replay("check_nothing", ll.Lime(), None), "is no check over cases"),  # type: ignore[arg-type]
        (lambda: replay("check_finite", ll.Lime(), 0), "is no check with fixed draws"),
    ],
)
def test_refusals(call: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        call()


def test_ids_name_the_explainer_and_the_check() -> None:
    mark = parametrize_with_checks(
        [ll.ExactLime()],
        level="contract",
        expected_failed_checks=lambda explainer: {"check_pickles": "on purpose"},
    )
    rows = mark.mark.args[1]
    assert any(row.id.endswith("-check_pickles") and row.marks for row in rows)
    assert all(row.id.startswith("ExactLime(") for row in rows)


def test_a_bound_check_raises_or_skips() -> None:
    (pickles,) = checks_called("check_pickles")
    Bound(pickles, 2, 0)(ll.Lime(n_samples=64))
    with pytest.raises(CheckFailed, match="does not pickle"):
        Bound(pickles, 2, 0)(mutants.HoldsALambda())
    (errors,) = checks_called("check_standard_errors")
    with pytest.raises(pytest.skip.Exception, match="no standard errors"):
        Bound(errors, 2, 0)(ll.Lime(n_samples=64, surrogate=ll.Tree()))
