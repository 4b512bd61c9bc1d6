"""Checks of a metric: what holds of every sound one, in front; it computes no metric of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from limelab.checks import metric_axioms, metric_contract
from limelab.checks.kit import OnFail, run, settle
from limelab.checks.metric_cases import as_case
from limelab.checks.metric_kit import METRIC_CHECKS, Subject
from limelab.checks.results import Report

PARTS = (metric_contract, metric_axioms)  # importing them fills the kit


def check_metric(
    metric: Any,
    *,
    n_examples: int = 5,
    seed: int = 0,
    on_fail: OnFail = "raise",
    expected_failed_checks: Mapping[str, str] | None = None,
    **claims: Any,
) -> Report:
    """Check a metric on benches where the right answer is known.

    Parameters
    ----------
    metric : Metric, function or MetricCase
        A metric over evidence; a function that is handed what its parameters name (`attributions`,
        `other`, `model`, `x`, `background`, `baseline`, `explain`, `rng`, `seed`; see `as_case`);
        or a `MetricCase` that says how to call anything else.
    n_examples : int
        Benches for each check.
    seed : int
    on_fail : {"raise", "warn", None}
    expected_failed_checks : mapping of check name to reason, optional
        What this metric does not hold, and why that is right.
    **claims
        Fields of `MetricCase` that the metric does not say itself: ``better="lower"``,
        ``best=0.0``, ``bounds=(0, 1)``, ``scale_free=True``.

    Returns
    -------
    report : Report
        A list of results with `to_frame()`.

    Raises
    ------
    CheckFailed
        `on_fail` is "raise" and a check does not hold.

    Examples
    --------
    >>> def largest(attributions):
    ...     return abs(attributions).max(axis=1)
    >>> check_metric(largest, n_examples=3).ok
    True
    >>> def first(attributions):
    ...     return attributions[:, 0]
    >>> [result.check for result in check_metric(first, n_examples=3, on_fail=None).failed]
    ['check_every_feature', 'check_order_of_features', 'check_ties', 'check_nan']
    """
    case = as_case(metric, **claims)
    report = run(
        METRIC_CHECKS.checks,
        Subject(case, n_examples),
        case.name,
        expected_failed_checks=expected_failed_checks,
        seed=seed,
    )
    return settle(report, on_fail)
