"""Can an explanation of a model of one's own be relied on? Measured, judged by rules, shown."""

from limelab.auditing.judging import audit
from limelab.auditing.nearby import Nearby
from limelab.auditing.results import Audit
from limelab.auditing.rules import Rules

__all__ = ["Audit", "Nearby", "Rules", "audit"]
