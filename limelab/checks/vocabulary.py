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
from limelab.checks.text_cases import AllWords, TextCase, TextOutputs, TextScaled, WordWeights

__all__ = [
    "AllWords",
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
    "TextCase",
    "TextOutputs",
    "TextScaled",
    "Wave",
    "WordWeights",
]
