"""The kit for explainers of documents: which checks there are, and how to run them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from limelab.checks.explainers import LEVELS, checked_levels, named
from limelab.checks.kit import Check, OnFail, run, settle
from limelab.checks.results import Report
from limelab.checks.text_rules import TEXTS


def text_checks(level: str | Sequence[str] = LEVELS) -> list[Check]:
    """The checks of explainers of documents, of some levels; none is about stability.

    Examples
    --------
    >>> [check.name for check in text_checks("contract")][:2]
    ['check_every_word_is_named', 'check_finite']
    """
    wanted = checked_levels(level)
    return [check for check in TEXTS.checks if check.level in wanted]


def check_text_explainer(
    explainer: Any,
    *,
    level: str | Sequence[str] = LEVELS,
    expected_failed_checks: Mapping[str, str] | None = None,
    n_examples: int = 5,
    seed: int = 0,
    on_fail: OnFail = "raise",
) -> Report:
    """Check an explainer of documents: its contract, and what it says of models of words.

    Parameters
    ----------
    explainer : Explainer
        It returns an Explanation, or a list with an array (words,) or (words, outputs) for each
        document: its different words, in the order in which they are first met.
    level, expected_failed_checks, n_examples, seed, on_fail
        As in `check_explainer`.

    Returns
    -------
    report : Report

    Raises
    ------
    CheckFailed
        Something failed that was not expected to, and `on_fail` is "raise".

    Examples
    --------
    >>> import limelab as ll
    >>> lime = ll.Lime(ll.Dropout(), ll.Presence(), n_samples=64)
    >>> check_text_explainer(lime, level="contract", n_examples=2).ok
    True
    """
    subject = named(explainer)
    report = run(
        text_checks(level),
        subject,
        subject.title,
        expected_failed_checks=expected_failed_checks,
        n_examples=n_examples,
        seed=seed,
    )
    return settle(report, on_fail)
