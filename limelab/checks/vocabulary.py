"""The words that a printed case is written in, for ``from limelab.checks.vocabulary import *``."""

from limelab.checks.blackboxes import (
    Both,
    Bowl,
    Classes,
    Columns,
    Constant,
    Linear,
    Outputs,
    Product,
    Scaled,
    Step,
    Wave,
)
from limelab.checks.cases import Case, Column

__all__ = [
    "Both",
    "Bowl",
    "Case",
    "Classes",
    "Column",
    "Columns",
    "Constant",
    "Linear",
    "Outputs",
    "Product",
    "Scaled",
    "Step",
    "Wave",
]
