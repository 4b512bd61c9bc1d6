"""The plan of a study: which blocks it needs, under which keys; it runs nothing."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any

import limelab.lime
import limelab.study.blocks
import limelab.study.evidence
import limelab.study.scoring
from limelab.lime import Lime
from limelab.study.blocks import Answers, Facts, Foreign, Judgement, Measured, References
from limelab.study.ready import load
from limelab.study.scoring import Condition
from limelab.study.sources import code_hash
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

    def asking(self) -> Iterator[Planned]:
        """Blocks that ask the model, in the order in which they are run."""
        yield self.facts
        if self.references is not None:
            yield self.references
        for repeats in self.judged:
            yield from repeats
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


def make_plan(study: Study) -> Plan:
    """Group the conditions, and give every block its key.

    Raises
    ------
    BadInput
        A data set that is unknown or cannot be read.
    """
    tasks = [_task_plan(study, task) for task in study.tasks]
    return Plan(study, tasks, {task.data_name: _fingerprint(task) for task in study.tasks})


def scoring_key(study: Study, group: Group, keys: Sequence[str]) -> str:
    """The key of a scoring block: its inputs' keys, its conditions and metrics, their code."""
    said = [(c.name, repr(c.explainer), repr(c.factors)) for c in group.conditions]
    parts = [c.explainer for c in group.conditions]
    line = [limelab.lime, limelab.study.evidence, limelab.study.scoring]
    code = code_hash([*parts, *study.metrics, *line])
    metrics = [repr(metric) for metric in study.metrics]
    factors = list(study.conditions.factor_names)
    return _key("scores", sorted(keys), said, metrics, factors, code)


def _task_plan(study: Study, task: Task) -> TaskPlan:
    seed = study.seed
    references = any(getattr(metric, "needs_reference", False) for metric in study.metrics)
    repeats = range(study.repeats)
    return TaskPlan(
        task=task,
        facts=_planned(Facts(task, seed), "facts"),
        references=_planned(References(task, seed), "references") if references else None,
        judged=[
            [_planned(Judgement(task, seed, j, r), j.name, r, [j.law]) for r in repeats]
            for j in study.judge
        ],
        groups=list(_groups(study, task)),
        measures=[_planned(Measured(task, seed, m), _name(m), None, [m]) for m in study.measures],
    )


def _groups(study: Study, task: Task) -> Iterator[Group]:
    """Conditions by sampler; an explainer that is not made of our parts stands alone."""
    conditions = [
        Condition(name, explainer, tuple(study.conditions.factors[name].items()))
        for name, explainer in study.conditions.items()
    ]
    samplers: dict[Any, list[Condition]] = {}
    for condition in conditions:
        samplers.setdefault(_sampler(condition), []).append(condition)
    for members in samplers.values():
        yield Group(task, tuple(members), [_asked(study, task, members, r) for r in range(study.repeats)])


def _sampler(condition: Condition) -> Any:
    lime = condition.explainer
    if type(lime) is Lime:
        return repr(lime.perturbation), lime.draws
    return condition.name


def _asked(study: Study, task: Task, members: Sequence[Condition], repeat: int) -> Planned:
    first = members[0].explainer
    if type(first) is not Lime:
        spec = Foreign(task, study.seed, first, repeat)
        return _planned(spec, members[0].name, repeat, [first])
    longest = max(c.explainer.n_samples for c in members if isinstance(c.explainer, Lime))
    law = first.perturbation
    answers = Answers(task, study.seed, law, longest, first.draws, repeat)
    return _planned(answers, repr(law), repeat, [law])


def _planned(spec: Any, what: str, repeat: int | None = None, parts: Sequence[Any] = ()) -> Planned:
    label: dict[str, Any] = {"task": spec.task.name, "what": what}
    if repeat is not None:
        label["repeat"] = repeat
    code = code_hash([spec.task.model.make, *parts, limelab.study.blocks])
    return Planned(_key(spec.kind, repr(spec), _fingerprint(spec.task), code), spec, label)


def _key(*said: Any) -> str:
    text = json.dumps([*said, _versions()])
    if " at 0x" in text:
        raise BadInput(
            f"a part, metric or explainer prints a memory address ({text[text.index(' at 0x') - 40 :][:60]!r}); "
            "expected a repr that says its configuration, as a frozen dataclass has"
        )
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _fingerprint(task: Task) -> str:
    return load(task).fingerprint


@cache
def _versions() -> list[str]:
    return [f"{name} {version(name)}" for name in _VERSIONS] + ["python %d.%d" % sys.version_info[:2]]


def _name(measure: Any) -> str:
    return str(getattr(measure, "__name__", measure))
