"""The block of what a metric asks the model itself: points named after the fits, answers stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from limelab.seeds import generator
from limelab.study.blocks import Made, asked
from limelab.study.gathering import Gathered, Gathering
from limelab.study.needs import missing
from limelab.study.ready import fitted, split
from limelab.types import BadInput, Evidence, Metric, NotApplicable

if TYPE_CHECKING:
    from limelab.study.spec import Task

PROBES = "metric probe"


@dataclass(frozen=True)
class Probing:
    """The model's answers (R or 1, I, M, C) to the probes of one metric on one condition.

    Attributes
    ----------
    gathering : Gathering
        Of one condition, with what the metric needs and no more.
    inputs : str
        A hash of the condition, the rows and all that the evidence follows from: metrics that need
        the same share it.
    """

    gathering: Gathering
    metric: Metric
    inputs: str
    kind = "metric probes"

    @property
    def task(self) -> Task:
        """Of the condition."""
        return self.gathering.task

    @property
    def seed(self) -> int:
        """Of the study."""
        return self.gathering.seed

    def run(self) -> Made:
        """Ask the metric for points, and the model about them."""
        one = _found(_Same(self.inputs, self.gathering))
        reason = missing(self.metric, one.lacks) or one.error
        if reason:
            return Made({}, {"declined": reason})
        try:
            points = points_of(self.metric, one.evidence, self.seed)
        except NotApplicable as reason:
            return Made({}, {"declined": str(reason)})
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.queries
        view, _ = data.at(self.gathering.rows)
        f = asked(model.box, view, points)
        return Made({"f": f}, {}, {PROBES: model.queries - before})


def points_of(metric: Any, evidence: Evidence, seed: int) -> Any:
    """The points (R or 1, I, M, d) that a metric asks about, from a generator of its own.

    Raises
    ------
    BadInput
        Points of another shape.
    """
    points = np.asarray(metric.probes(evidence, generator(seed, "probes", metric.name)), np.float64)
    repeats, instances, columns, _ = evidence.importance.shape
    if evidence.coordinates is not None:
        columns = evidence.coordinates.x.shape[1]
    fits = points.ndim == 4 and points.shape[0] in (1, repeats)
    if not fits or points.shape[1] != instances or points.shape[3] != columns:
        raise BadInput(
            f"the probes of metric {metric.name!r} have shape {points.shape}; expected "
            f"({repeats} or 1, {instances}, points, {columns}): repeats, instances, points, columns"
        )
    return points


@dataclass(frozen=True)
class _Same:
    """A gathering as a key: the same where its inputs are."""

    inputs: str
    gathering: Gathering = field(compare=False)


@lru_cache(maxsize=2)
def _found(key: _Same) -> Gathered:
    """The evidence, kept for the next metric that asks about the same condition."""
    return key.gathering.found()[0]
