"""Property-based checks of anybody's explainers, parts and metrics; they need no pytest."""

from limelab.checks.results import CheckFailed, Report, Result

__all__ = ["CheckFailed", "Report", "Result"]
