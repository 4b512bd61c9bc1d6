"""Every explainer of limelab keeps the contract, but for what it breaks on purpose."""

from __future__ import annotations

from typing import Any

import pytest

from limelab.checks import check_explainer
from tests.checks import sound

EXPLAINERS = [*sound.limes(), *sound.others()]
QUICK = [explainer for explainer in EXPLAINERS if not sound.is_heavy(explainer)]


@pytest.mark.parametrize("explainer", QUICK, ids=repr)
def test_it_keeps_the_contract(explainer: Any) -> None:
    report = check_explainer(
        explainer,
        level="contract",
        n_examples=2,
        expected_failed_checks=sound.expected(explainer),
        on_fail=None,
    )
    assert report.ok, str(report)


@pytest.mark.slow
@pytest.mark.parametrize("explainer", EXPLAINERS, ids=repr)
def test_it_keeps_the_contract_over_many_cases(explainer: Any) -> None:
    report = check_explainer(
        explainer,
        level="contract",
        n_examples=40,
        seed=1,
        expected_failed_checks=sound.expected(explainer),
        on_fail=None,
    )
    assert report.ok, str(report)


def test_what_is_broken_on_purpose_names_explainers_that_are_here() -> None:
    for word in sound.ON_PURPOSE:
        assert any(word in repr(explainer) for explainer in EXPLAINERS), word
