"""The kit for documents: broken explainers are caught by name, sound ones pass, failures replay."""

from __future__ import annotations

from typing import Any

import pytest

import limelab as ll
from limelab.checks import CheckFailed, check_text_explainer, replay, text_checks
from limelab.checks.explainers import named
from limelab.checks.kit import run
from limelab.checks.vocabulary import *  # noqa: F403 -- as printed examples are read
from limelab.external import LimePackage, LimeText
from limelab.types import BadInput
from tests.checks import text_mutants

SOUND = [
    ll.Lime(ll.Dropout(), ll.Presence(), n_samples=256),
    ll.Lime(ll.Dropout(0.3), ll.Presence(), n_samples=256, draws="own"),
    ll.Lime(ll.UniformCount(), ll.Presence(), n_samples=256),
    ll.Lime(ll.Dropout(), ll.Presence(), surrogate=ll.Tree(), n_samples=256),
    ll.Replicated(ll.Lime(ll.Dropout(), ll.Presence(), n_samples=256), replicates=4),
    ll.presets.lime_text(num_samples=500),
]


@pytest.mark.parametrize(
    ("mutant", "name"), text_mutants.EXPLAINERS, ids=lambda v: v if isinstance(v, str) else repr(v)
)
def test_the_check_that_names_the_fault_catches_it(mutant: Any, name: str) -> None:
    checks = [check for check in text_checks() if check.name == name]
    (result,) = run(checks, named(mutant), repr(mutant), n_examples=10)
    assert result.status == "failed", result
    assert result.reason


@pytest.mark.parametrize("explainer", SOUND, ids=repr)
def test_sound_ones_pass(explainer: Any) -> None:
    report = check_text_explainer(explainer, n_examples=3, on_fail=None)
    assert report.ok, str(report)


def test_every_check_names_a_broken_explainer() -> None:
    assert {check.name for check in text_checks()} == {name for _, name in text_mutants.EXPLAINERS}


def test_limes_known_fault_is_named_and_no_other() -> None:
    why = {"check_batch_is_its_rows": "it draws on where the document before it stopped"}
    lime = LimeText(num_samples=100)
    contract = check_text_explainer(
        lime, level="contract", n_examples=8, expected_failed_checks=why, on_fail=None
    )
    assert contract.ok, str(contract)
    assert contract["check_batch_is_its_rows"].status == "xfail"


def test_a_failure_prints_code_that_fails_again() -> None:
    mutant = text_mutants.Never0()
    report = check_text_explainer(mutant, level="contract", n_examples=3, on_fail=None)
    code = report["check_constant_model"].example
    with pytest.raises(CheckFailed, match="constant model"):
        exec(code, {"EXPLAINER": mutant})


def test_a_table_explainer_is_skipped_or_fails_with_its_reason() -> None:
    report = check_text_explainer(LimePackage(), level="contract", n_examples=2, on_fail=None)
    assert "is no table" in report["check_finite"].reason
    assert report["check_finite"].status == "skipped"


def test_refusals() -> None:
    with pytest.raises(BadInput, match="level='stable'"):
        check_text_explainer(SOUND[0], level="stable")
    with pytest.raises(BadInput, match="is no check over cases"):
        replay("check_units", SOUND[0], text_cases_example())
    with pytest.raises(CheckFailed, match="Never0"):
        check_text_explainer(text_mutants.Never0(), level="contract", n_examples=1)


def text_cases_example() -> Any:
    return TextCase(("so good",), AllWords(("so",)))  # noqa: F405
