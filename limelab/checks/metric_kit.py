"""How a check of metrics is run, bench after bench, and how values are compared; it has no rule."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from limelab.checks.kit import Kit
from limelab.checks.metric_bench import Bench
from limelab.checks.metric_cases import MetricCase
from limelab.checks.results import CheckFailed, Level
from limelab.types import Array

METRIC_CHECKS = Kit()
TRIES = 8  # benches before something counts as never seen: scores of 0 or 1 seldom move
_SEEDS = 2**16  # benches of one seed
_RTOL, _ATOL = 1e-7, 1e-9

Body = Callable[[MetricCase, int], None]


@dataclass(frozen=True)
class Subject:
    """A case, and how many benches it meets."""

    case: MetricCase
    n_examples: int


def over_benches(level: Level) -> Callable[[Body], Body]:
    """A decorator: a check that must hold on every bench.

    Whether a check concerns a metric does not depend on the bench, so nothing is searched for and
    nothing shrunk: a bench is small as it is.
    """

    def keep(body: Body) -> Body:
        @METRIC_CHECKS.once(level)
        @functools.wraps(body)
        def holds(subject: Subject, seed: int) -> None:
            for example in range(seed * _SEEDS, seed * _SEEDS + subject.n_examples):
                _held(body, subject.case, example)

        return body

    return keep


def _held(body: Body, case: MetricCase, example: int) -> None:
    try:
        with warnings.catch_warnings():  # filters that a metric leaves behind end here
            body(case, example)
    except CheckFailed as failure:
        told = f"from limelab.checks.metric_bench import bench\nmade = bench(0, {example})"
        raise CheckFailed(str(failure), example=told) from failure


def is_drawn(case: MetricCase, made: Bench) -> bool:
    """Whether the score depends on the seed."""
    return differs(case(made.copied()), case(made.changed(seed=made.seed + 1)))


def differs(first: Array, second: Array) -> bool:
    """Whether two stacks of values are not the same to rounding; NaN equals NaN."""
    return first.shape != second.shape or not np.allclose(
        first, second, rtol=_RTOL, atol=_ATOL, equal_nan=True
    )


def same(first: Array, second: Array, what: str) -> None:
    """Raise CheckFailed where values differ, saying what was changed between them."""
    if differs(first, second):
        raise CheckFailed(f"{what}: {shown(first)} becomes {shown(second)}")


def mean_of(values: Array) -> float:
    """Mean of the values that are numbers; NaN where none is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def shown(values: Array) -> str:
    """The first few values, as text."""
    return np.array2string(np.asarray(values).ravel()[:6], precision=4)
