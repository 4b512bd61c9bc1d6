"""How many rows metrics will ask about themselves, from evidence without content; it asks none."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from limelab.lime import Lime
from limelab.study.gathering import Stored, coordinates
from limelab.study.joining import Shelf
from limelab.study.plan import Plan, TaskPlan
from limelab.study.probing import PROBES, Probing, points_of
from limelab.study.ready import split
from limelab.study.spec import Study
from limelab.types import Evidence

__all__ = ["PROBES", "probe_queries"]


def probe_queries(study: Study, plan: Plan) -> dict[str, int]:
    """Rows that each block of probes will ask, by its key.

    A metric's points are counted on explanations without content: exact where how many there are
    follows from shapes, as it does for the metrics of this package. A metric that declines what it
    is shown here counts 0.
    """
    found = {}
    for task in plan.tasks:
        shelf = Shelf(study, task, _nowhere, ())
        for chunk in range(len(task.chunks)):
            for one in shelf.probing(chunk):
                found[one.block.key] = _points(study, task, one.block.spec)
    return found


def _nowhere(block: Any) -> Stored:
    """Keys are told before anything is there."""
    return Stored("")


def _points(study: Study, task: TaskPlan, spec: Probing) -> int:
    explainer = spec.gathering.conditions[0].explainer
    evidence = _blank(study, task, spec, lines=_gives_lines(explainer))
    try:
        points = points_of(spec.metric, evidence, study.seed)
    except Exception:  # the block itself will say why
        return 0
    return int(np.isfinite(points).all(axis=-1).sum())


def _gives_lines(explainer: Any) -> bool:
    """Whether an explainer's surrogate has coefficients, tried on a few numbers."""
    if type(explainer) is not Lime:
        return False
    z = np.sin(np.arange(64.0)).reshape(1, 32, 2)
    try:
        return (
            explainer.surrogate.fit(z, np.ones((1, 32)), z[..., :1] + z[..., 1:]).coef is not None
        )
    except Exception:  # it needs other numbers than these
        return False


def _blank(study: Study, task: TaskPlan, spec: Probing, *, lines: bool) -> Evidence:
    """Explanations that rank features by their place, in the shapes of the task."""
    data, rows = split(task.task, study.seed), spec.gathering.rows
    names, outputs = data.at(rows)[0].names, task.sizes.outputs
    features = len(names)
    shape = (study.repeats, rows[1] - rows[0], features, outputs)
    ranks = np.broadcast_to(np.arange(features, 0.0, -1.0)[:, None], shape)
    cells = partial(np.ones, dtype=np.float64)
    there = np.ones(shape, dtype=bool)
    line = ranks if lines else None
    return Evidence(
        names=names,
        outputs=tuple(str(c) for c in range(outputs)),
        importance=ranks,
        effect=ranks,
        selected=there,
        determined=there,
        slope=ranks,
        g_at_x=cells((shape[0], shape[1], outputs)),
        f_at_x=cells((shape[1], outputs)),
        model_sd=cells(outputs),
        n_effective=cells(shape[:2]),
        r2=cells((shape[0], shape[1], outputs)),
        judged=(),
        references={},
        declined=np.full(shape[:2], "", dtype=object),
        coordinates=coordinates(data, rows),
        coef=line,
        stderr=line,
        contribution=line,
    )
