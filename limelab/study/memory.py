"""How many instances a block may hold under a budget of memory; it measures and runs nothing.

The borders follow from the study and the budget alone, never from the number of workers, so that
every engine does the same sums.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from limelab.types import BadInput

GIB = 2**30
DEFAULT = GIB
BASE = 320 * 2**20  # the interpreter, its libraries, the data and the model of one task
BATCH = 2**20  # numbers of one array of a batch of instances: bounds memory, not results
_ARRAYS = 10  # of a batch that live at one time: draws, moves, points, features, and copies
_SORTED = 15  # of one instance that is a batch by itself, and is cut no further
_CELL = 8
_SCORE, _TOLD = 500, 700  # bytes of a row of scores or of explanations, as objects and as text
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": GIB, "T": 2**40}

Rows = tuple[int, int]


@dataclass(frozen=True)
class Sizes:
    """What decides how much one instance of a task takes.

    Attributes
    ----------
    repeats, features, outputs, conditions, samples : int
        `conditions` that share a sampler at most, `samples` of the longest sampler.
    judged : int
        Points of all judges and radii together.
    scores : int
        Rows of scores for one output of one explanation.
    """

    repeats: int
    features: int
    outputs: int
    conditions: int
    samples: int
    judged: int
    scores: int

    @property
    def instance(self) -> int:
        """Bytes that each further instance takes while its conditions are scored."""
        answers = self.repeats * self.outputs * (self.samples + 2 * self.judged)
        said = self.conditions * self.repeats * self.outputs * (self.judged + 10 * self.features)
        told = self.repeats * self.outputs * self.features * _TOLD
        scores = self.conditions * self.repeats * self.outputs * self.scores * _SCORE
        return _CELL * (answers + said) + told + scores

    @property
    def batch(self) -> int:
        """Bytes that a batch of instances takes while it is drawn and fitted."""
        longest = self.features * max(self.samples, self.judged)
        return _CELL * max(_ARRAYS * BATCH, _SORTED * longest)

    def need(self, instances: int) -> int:
        """Bytes of a worker that does blocks of so many instances."""
        return BASE + self.batch + instances * self.instance


def chunks(task: str, instances: int, sizes: Sizes, memory: int) -> list[Rows]:
    """Borders of even chunks of instances that fit into the budget.

    Raises
    ------
    BadInput
        Two instances do not fit: a chunk of one could not tell a metric that goes over instances.

    Examples
    --------
    >>> sizes = Sizes(20, 10, 1, 24, 1024, 1000, 4)
    >>> chunks("wine / forest", 5, sizes, GIB), len(chunks("wine / forest", 2000, sizes, GIB))
    ([(0, 5)], 18)
    """
    room = (memory - BASE - sizes.batch) // sizes.instance
    if room < min(instances, 2):
        raise BadInput(
            f"memory={said(memory)}: task {task!r} needs {said(sizes.need(min(instances, 2)))} in "
            "each worker; give more memory, fewer samples or fewer repeats"
        )
    pieces = -(-instances // min(room, instances))
    while pieces > 1 and instances // pieces < 2:
        pieces -= 1
    borders = [instances * n // pieces for n in range(pieces + 1)]
    return list(pairwise(borders))


def budget(given: Any) -> int:
    """Bytes of a budget such as "1G", "512M" or a number of bytes.

    Examples
    --------
    >>> budget("1G") == budget("1024M") == budget(2**30)
    True
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", str(given), re.IGNORECASE)
    if found is None or isinstance(given, bool) or float(found.group(1)) <= 0:
        raise BadInput(f"memory={given!r}; expected a size such as '1G' or '600M'")
    return int(float(found.group(1)) * _UNITS[found.group(2).upper()])


def said(size: float) -> str:
    """A number of bytes in words.

    Examples
    --------
    >>> said(1.5 * GIB), said(2**20)
    ('1.5 GiB', '1 MiB')
    """
    return f"{size / GIB:.3g} GiB" if size >= GIB else f"{max(size / 2**20, 0.1):.3g} MiB"


def over_instances(metrics: Sequence[Any]) -> tuple[Any, ...]:
    """Metrics that need all instances of a task at one time."""
    return tuple(metric for metric in metrics if getattr(metric, "over_instances", False))
