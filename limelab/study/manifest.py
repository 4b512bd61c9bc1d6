"""The manifest of a run: what was run, with what, and what it cost; it decides nothing."""

from __future__ import annotations

import platform
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from limelab.study.bounds import Bound
from limelab.study.entries import Entry
from limelab.study.plan import Plan
from limelab.study.spec import Study

_PACKAGES = ("limelab", "numpy", "scipy", "scikit-learn", "statsmodels", "pandas", "joblib")


@dataclass(frozen=True, eq=False)
class Cost:
    """What a run has done.

    Attributes
    ----------
    blocks : sequence of Entry
        All blocks of the study, made or reused.
    asked : mapping of str to int
        Queries of this run by kind.
    made, reused, workers : int
    began : float
        Seconds since the epoch.
    failures : sequence of dict
        task, what, kind and error of what did not work.
    damaged : sequence of str
        Files of the store that were not what was written, and were made again.
    engine : str
    storing : float
        Seconds that the driver and the workers spent on keeping what was made.
    """

    blocks: Sequence[Entry]
    asked: Mapping[str, int]
    made: int
    reused: int
    workers: int
    began: float
    failures: Sequence[Mapping[str, Any]]
    damaged: Sequence[str]
    engine: str
    storing: float


def manifest(study: Study, plan: Plan, cost: Cost, *, quick: bool) -> dict[str, Any]:
    """All that a reader needs to judge, or to repeat, a run.

    `queries` counts rows that the models were asked for the blocks of the study, in this run or
    an earlier one; `probe` counts the first look that every process takes at its own copy of a
    model, and so depends on the number of workers. Rows of failed blocks are not counted.
    """
    return {**_said(study, plan, quick=quick), **_spent(cost)}


def _said(study: Study, plan: Plan, *, quick: bool) -> dict[str, Any]:
    return {
        "question": study.question,
        "quick": quick,
        "tier": study.tier,
        "budget": study.budget,
        "remedy": study.remedy,
        "seed": study.seed,
        "repeats": study.repeats,
        "tasks": {task.name: repr(task) for task in study.tasks},
        "conditions": {name: repr(explainer) for name, explainer in study.conditions.items()},
        "factors": list(study.conditions.factor_names),
        "baselines": list(study.conditions.baselines),
        "judges": [repr(judge) for judge in study.judge],
        "metrics": {metric.name: _metric(metric) for metric in study.metrics}
        | {claim.metric: claim.told() for claim in study.claims if isinstance(claim, Bound)},
        "data": plan.fingerprints,
        "versions": _versions(),
    }


def _spent(cost: Cost) -> dict[str, Any]:
    total: Counter[str] = Counter()
    seconds: defaultdict[str, float] = defaultdict(float)
    for block in cost.blocks:
        total.update(block.queries)
        seconds[block.kind] += block.seconds
    return {
        "queries": dict(sorted(total.items())),
        "queries_now": dict(sorted(cost.asked.items())),
        "blocks": {"total": len(cost.blocks), "made": cost.made, "reused": cost.reused},
        "seconds_by_kind": {kind: round(spent, 3) for kind, spent in sorted(seconds.items())},
        "workers": cost.workers,
        "engine": cost.engine,
        "seconds_storing": round(cost.storing, 3),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(cost.began)),
        "seconds": round(time.time() - cost.began, 3),
        "failures": list(cost.failures),
        "damaged": list(cost.damaged),
    }


def _versions() -> dict[str, str]:
    found = {name: version(name) for name in _PACKAGES}
    return found | {"python": platform.python_version(), "platform": platform.platform()}


def _metric(metric: Any) -> dict[str, str]:
    said = {name: str(getattr(metric, name)) for name in ("better", "unit", "says_not")}
    said |= {name: str(getattr(metric, name, "")) for name in ("reads", "declines", "source")}
    low, high = getattr(metric, "bounds", ("", ""))
    return {**said, "low": str(low), "high": str(high), "repr": repr(metric)}
