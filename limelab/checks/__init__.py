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
from limelab.checks.search import MoveRatio, SeedSpread, Unstable, find_unstable
from limelab.checks.texts import check_text_explainer, text_checks

__all__ = [
    "CheckFailed",
    "MetricCase",
    "MoveRatio",
    "Report",
    "Result",
    "SeedSpread",
    "Unstable",
    "check_explainer",
    "check_kernel",
    "check_metric",
    "check_perturbation",
    "check_surrogate",
    "check_text_explainer",
    "explainer_checks",
    "find_unstable",
    "parametrize_with_checks",
    "replay",
    "text_checks",
]
