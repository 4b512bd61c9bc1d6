"""Studies: what to run, the plan, the store and the runner; they hold no formulas."""

from limelab.study.baselines import baseline_conditions
from limelab.study.bounds import Bound
from limelab.study.comparison import compare
from limelab.study.evaluating import evaluate
from limelab.study.results import Results
from limelab.study.spec import Claim, Conditions, Judge, Study, Task, vary
from limelab.study.tiers import Grow
from limelab.study.variants import of_cause, refits

__all__ = [
    "Bound",
    "Claim",
    "Conditions",
    "Grow",
    "Judge",
    "Results",
    "Study",
    "Task",
    "baseline_conditions",
    "compare",
    "evaluate",
    "of_cause",
    "refits",
    "vary",
]
