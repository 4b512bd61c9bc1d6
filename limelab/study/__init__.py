"""Studies: what to run, the plan, the store, the runner; they loop and store, and hold no formulas."""

from limelab.study.results import Results
from limelab.study.spec import Claim, Conditions, Judge, Study, Task, vary

__all__ = ["Claim", "Conditions", "Judge", "Results", "Study", "Task", "vary"]
