"""The plan of a study: which blocks it needs, under which keys; it runs nothing."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.metadata import version
from typing import Any

import limelab.lime
import limelab.study.blocks
import limelab.study.evidence
import limelab.study.foreign
import limelab.study.scoring
from limelab.lime import Lime
from limelab.study.blocks import Answers, Facts, Judgement, Measured, References
from limelab.study.foreign import Foreign
from limelab.study.ready import load
from limelab.study.scoring import Condition
from limelab.study.sources import code_hash, record
from limelab.study.spec import Study, Task
from limelab.types import BadInput

_VERSIONS = ("numpy", "scipy", "scikit-learn", "pandas")


@dataclass(frozen=True, eq=False)
class Planned:
    """A block under its key.

    Attributes
    ----------
    key : str
        Hash of everything that determines the result.
    spec : object with `kind` and `run`
    label : dict
        What it is, for people.
    """

    key: str
    spec: Any
    label: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Group:
    """Conditions that share a sampler: their answers are asked once, at the longest.

    Attributes
    ----------
    asked : list of Planned, one a repeat
    """

    task: Task
    conditions: tuple[Condition, ...]
    asked: list[Planned]


@dataclass(frozen=True, eq=False)
class TaskPlan:
    """All blocks of one task."""

    task: Task
    facts: Planned
    references: Planned | None
    judged: list[list[Planned]]
    groups: list[Group]
    measures: list[Planned]

    def yardsticks(self) -> Iterator[Planned]:
        """Blocks that every condition is scored by."""
        yield self.facts
        if self.references is not None:
            yield self.references
        for repeats in self.judged:
            yield from repeats

    def asking(self) -> Iterator[Planned]:
        """Blocks that ask the model, in the order in which they are run."""
        yield from self.yardsticks()
        for group in self.groups:
            yield from group.asked
        yield from self.measures


@dataclass(frozen=True, eq=False)
class Plan:
    """All blocks of a study."""

    study: Study
    tasks: list[TaskPlan]
    fingerprints: dict[str, str] = field(default_factory=dict)

    def asking(self) -> list[Planned]:
        """Every block that asks a model."""
        return [block for task in self.tasks for block in task.asking()]

    def queries(self, held: Collection[str] = ()) -> dict[str, int]:
        """Rows that the blocks which are not held will ask, by kind.

        Probes, explainers that are not made of our parts and measures are not counted.
        """
        total: Counter[str] = Counter()
        for key, spec in {block.key: block.spec for block in self.asking()}.items():
            if key not in held:
                total.update(spec.forecast())
        return dict(sorted(total.items()))


def make_plan(study: Study) -> Plan:
    """Group the conditions, and give every block its key.

    Raises
    ------
    BadInput
        A data set that is unknown or cannot be read, a part that does not say its configuration.
    """
    _check_records(study)
    tasks = [_task_plan(study, task) for task in study.tasks]
    return Plan(study, tasks, {task.data_name: _fingerprint(task) for task in study.tasks})


def scoring_key(study: Study, group: Group, keys: Sequence[str]) -> str:
    """The key of a scoring block: its inputs' keys, its conditions and metrics, their code."""
    conditions = [
        (c.name, record(c.explainer), record(c.factors), code_hash([c.explainer]))
        for c in group.conditions
    ]
    metrics = [(metric.name, record(metric), code_hash([metric])) for metric in study.metrics]
    line = code_hash([limelab.lime, limelab.study.evidence, limelab.study.scoring])
    return _key("scores", list(keys), conditions, metrics, study.conditions.factor_names, line)


def _check_records(study: Study) -> None:
    """Every part must print what it is, before anything is asked."""
    named: list[tuple[str, Any]]
    named = [(f"condition {name!r}", value) for name, value in study.conditions.items()]
    named += [(f"metric {metric.name!r}", metric) for metric in study.metrics]
    for what, value in named:
        try:
            record(value)
        except BadInput as error:
            raise BadInput(f"{what}: {error}") from error


def _task_plan(study: Study, task: Task) -> TaskPlan:
    seed, repeats = study.seed, range(study.repeats)
    wanted = any(getattr(metric, "needs_reference", False) for metric in study.metrics)
    return TaskPlan(
        task=task,
        facts=_planned(Facts(task, seed), "facts"),
        references=_planned(References(task, seed), "references") if wanted else None,
        judged=[
            [_planned(Judgement(task, seed, judge, r), judge.name, [judge.law]) for r in repeats]
            for judge in study.judge
        ],
        groups=list(_groups(study, task)),
        measures=[_planned(Measured(task, seed, m), m.__name__, [m]) for m in study.measures],
    )


def _groups(study: Study, task: Task) -> Iterator[Group]:
    """Conditions by sampler; an explainer that is not made of our parts stands alone."""
    samplers: dict[Any, list[Condition]] = {}
    for name, explainer in study.conditions.items():
        condition = Condition(name, explainer, tuple(study.conditions.factors[name].items()))
        samplers.setdefault(_sampler(condition), []).append(condition)
    for members in samplers.values():
        asked = [_asked(study, task, members, repeat) for repeat in range(study.repeats)]
        yield Group(task, tuple(members), asked)


def _sampler(condition: Condition) -> Any:
    lime = condition.explainer
    if type(lime) is Lime:
        return record(lime.perturbation), lime.draws
    return condition.name


def _asked(study: Study, task: Task, members: Sequence[Condition], repeat: int) -> Planned:
    first = members[0].explainer
    if type(first) is not Lime:
        spec = Foreign(task, study.seed, first, repeat)
        return _planned(spec, members[0].name, [first, limelab.study.foreign])
    longest = max(c.explainer.n_samples for c in members if isinstance(c.explainer, Lime))
    law = first.perturbation
    answers = Answers(task, study.seed, law, longest, first.draws, repeat)
    return _planned(answers, repr(law), [law])


def _planned(spec: Any, what: str, parts: Sequence[Any] = ()) -> Planned:
    label: dict[str, Any] = {"task": spec.task.name, "what": what}
    if hasattr(spec, "repeat"):
        label["repeat"] = spec.repeat
    said = [record(getattr(spec, entry.name)) for entry in fields(spec)]
    code = code_hash([spec.task.model.make, *parts, limelab.study.blocks])
    return Planned(_key(spec.kind, said, _fingerprint(spec.task), code), spec, label)


def _key(*said: Any) -> str:
    return hashlib.sha256(json.dumps([*said, _versions()]).encode()).hexdigest()


@cache
def _fingerprint(task: Task) -> str:
    return load(task).fingerprint


@cache
def _versions() -> list[str]:
    python = f"python {sys.version_info.major}.{sys.version_info.minor}"
    return [python, *(f"{name} {version(name)}" for name in _VERSIONS)]
