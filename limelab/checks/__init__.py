"""Property-based checks of anybody's explainers, parts and metrics; they need no pytest."""

from limelab.checks.explainers import (
    check_explainer,
    explainer_checks,
    parametrize_with_checks,
    replay,
)
from limelab.checks.metric_cases import MetricCase
from limelab.checks.metrics import check_metric
from limelab.checks.parts import check_kernel, check_perturbation, check_surrogate
from limelab.checks.results import CheckFailed, Report, Result

__all__ = [
    "CheckFailed",
    "MetricCase",
    "Report",
    "Result",
    "check_explainer",
    "check_kernel",
    "check_metric",
    "check_perturbation",
    "check_surrogate",
    "explainer_checks",
    "parametrize_with_checks",
    "replay",
]
