"""The plan of a study: which blocks it needs, under which keys; it runs nothing."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.metadata import version
from typing import Any

import limelab.lime
import limelab.study.blocks
import limelab.study.evidence
import limelab.study.foreign
import limelab.study.knowing
import limelab.study.moving
import limelab.study.pooled
import limelab.study.probing
import limelab.study.references
from limelab.datasets import Dataset
from limelab.domains import AsImage, AsText
from limelab.exact import ExactLime
from limelab.lime import Lime
from limelab.study.blocks import Answers, Facts, Judgement, Measured, References
from limelab.study.foreign import Foreign
from limelab.study.gathering import Condition
from limelab.study.knowing import Exact, gradient_of, question_of
from limelab.study.memory import DEFAULT, Rows, Sizes, chunks
from limelab.study.modalities import Data, choices
from limelab.study.moving import MovedAnswers, MovedForeign, MovedRows
from limelab.study.needs import Needs, needs_of
from limelab.study.probing import Probing
from limelab.study.ready import load, split
from limelab.study.references import Further, Local
from limelab.study.sources import code_hash, record
from limelab.study.spec import Study, Task
from limelab.types import BadInput, Metric, Moves

LONGEST = 200  # letters of the names of all conditions of a block
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
    asked : list, one a chunk of rows, of lists of Planned, one a repeat
        The same blocks in every chunk where they hold all rows.
    moved : list, one a chunk, of lists of Planned, one for each `Moves` of the study
    truths : list, one a condition, of Planned or the reason why the truth is not known
    """

    task: Task
    conditions: tuple[Condition, ...]
    asked: list[list[Planned]]
    moved: list[list[Planned]]
    truths: list[Planned | str]


@dataclass(frozen=True, eq=False)
class TaskPlan:
    """All blocks of one task.

    Attributes
    ----------
    sizes : Sizes
    chunks : list of (start, stop)
        Which rows a block holds.
    judged : list, one a chunk, of lists, one a judge, of lists of Planned, one a repeat
    further : mapping of name to Planned
        References that have a block of their own.
    local : list of Planned, one a chunk, or empty
    gradient : Planned or None
        What is known of the first judge's middle region.
    moved : list of Planned, one for each `Moves` of the study
        The model at the moved rows.
    """

    task: Task
    sizes: Sizes
    chunks: list[Rows]
    facts: Planned
    references: Planned | None
    judged: list[list[list[Planned]]]
    groups: list[Group]
    measures: list[Planned]
    further: dict[str, Planned] = field(default_factory=dict)
    local: list[Planned] = field(default_factory=list)
    gradient: Planned | None = None
    moved: list[Planned] = field(default_factory=list)

    def yardsticks(self, chunk: int) -> Iterator[Planned]:
        """Blocks that every condition is scored by in a chunk."""
        yield self.facts
        if self.references is not None:
            yield self.references
        for repeats in self.judged[chunk]:
            yield from repeats

    def asking(self) -> Iterator[Planned]:
        """Blocks that ask the model, in the order in which they are run."""
        for chunk in range(len(self.chunks)):
            yield from self.yardsticks(chunk)
            for group in self.groups:
                yield from group.asked[chunk]
                yield from group.moved[chunk]
        yield from self.wanted()
        yield from self.measures

    def wanted(self) -> Iterator[Planned]:
        """Blocks that some metric needs; where one declines, the metrics say so."""
        yield from self.moved
        yield from self.further.values()
        yield from self.local
        yield from (block for block in (self.gradient,) if block is not None)
        for group in self.groups:
            yield from (truth for truth in group.truths if isinstance(truth, Planned))


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


def make_plan(study: Study, memory: int = DEFAULT) -> Plan:
    """Group the conditions, cut the rows into chunks, and give every block its key.

    Parameters
    ----------
    study : Study
    memory : int
        Bytes that a worker may take.

    Raises
    ------
    BadInput
        A data set that is unknown or cannot be read, a part that does not say its configuration,
        a task that the memory cannot hold.
    """
    _check_records(study)
    tasks = [_task_plan(study, task, memory) for task in study.tasks]
    return Plan(study, tasks, {task.data_name: _fingerprint(task) for task in study.tasks})


def scoring_key(
    study: Study, group: Group, keys: Sequence[str], metrics: Sequence[Metric] | None = None
) -> str:
    """The key of a scoring block: its inputs' keys, its conditions and metrics, their code."""
    conditions = [
        (c.name, record(c.explainer), record(c.factors), code_hash([c.explainer]))
        for c in group.conditions
    ]
    chosen = study.metrics if metrics is None else metrics
    said = [(metric.name, record(metric), code_hash([metric])) for metric in chosen]
    line = code_hash([limelab.lime, limelab.study.evidence, limelab.study.pooled])
    return _key("scores", list(keys), conditions, said, study.conditions.factor_names, line)


def probing_key(spec: Probing, keys: Sequence[str]) -> str:
    """The key of a block of probes: its inputs' keys, its condition and metric, their code."""
    (condition,), metric = spec.gathering.conditions, spec.metric
    said = [record(condition.explainer), spec.gathering.rows, metric.name, record(metric)]
    code = code_hash([condition.explainer, metric, limelab.lime, limelab.study.probing])
    return _key(spec.kind, list(keys), said, code)


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


def _task_plan(study: Study, task: Task, memory: int) -> TaskPlan:
    groups = _grouped(study)
    sizes = _sizes(study, task, max(map(len, groups)))
    cut = _cut(task, sizes, memory)
    seed, repeats = study.seed, range(study.repeats)
    needs = needs_of(study.metrics)
    return TaskPlan(
        task=task,
        sizes=sizes,
        chunks=cut,
        facts=_planned(Facts(task, seed), "facts"),
        references=_planned(References(task, seed), "references") if needs.permutations else None,
        judged=[
            [
                [
                    _planned(Judgement(task, seed, judge, r, rows), judge.name, [judge.law])
                    for r in repeats
                ]
                for judge in study.judge
            ]
            for rows in cut
        ],
        groups=[_group(study, task, members, cut) for members in groups],
        measures=[_planned(Measured(task, seed, m), m.__name__, [m]) for m in study.measures],
        **_wanted(study, task, needs, cut),
    )


def _cut(task: Task, sizes: Sizes, memory: int) -> list[Rows]:
    """Which rows a block holds: as many as fit, or one where each has columns of its own."""
    if _how(task) is None:
        return chunks(task.name, task.instances, sizes, memory)
    chunks(task.name, 1, sizes, memory)  # refuses where one does not fit
    return [(row, row + 1) for row in range(task.instances)]


def _together(task: Task, rows: Rows) -> Rows:
    """The rows of a block that holds all that share their columns."""
    return (0, task.instances) if _how(task) is None else rows


def _wanted(study: Study, task: Task, needs: Needs, cut: Sequence[Rows]) -> dict[str, Any]:
    """What some metrics need to know of a task beside the judges' answers."""
    seed, first = study.seed, next(iter(study.judge), None)
    known = gradient_of(first) if needs.truth and first else None
    return {
        "further": {
            name: _planned(Further(task, seed, name), name, [limelab.study.references])
            for name in needs.further
        },
        "local": [_local(study, task, rows) for rows in cut] if needs.local and first else [],
        "gradient": _exact(study, task, known) if known else None,
        "moved": [
            _planned(MovedRows(task, seed, moves), repr(moves), [limelab.study.moving])
            for moves in needs.moves
        ],
    }


def _local(study: Study, task: Task, rows: Rows) -> Planned:
    spec = Local(task, study.seed, study.judge, _together(task, rows))
    laws = [judge.law for judge in study.judge]
    return _planned(spec, "local importance", [*laws, limelab.study.references])


def _exact(study: Study, task: Task, question: ExactLime) -> Planned:
    spec = Exact(task, study.seed, question)
    return _planned(spec, repr(question), [question, limelab.study.knowing])


def _group(study: Study, task: Task, members: Sequence[Condition], cut: Sequence[Rows]) -> Group:
    needs = needs_of(study.metrics)
    questions = [question_of(c.explainer) for c in members] if needs.truth else []
    return Group(
        task,
        tuple(members),
        asked=[_of(members, _asked(study, task, members, rows)) for rows in cut],
        moved=[
            _of(members, [_moved(study, task, members, m, rows) for m in needs.moves])
            for rows in cut
        ],
        truths=[q if isinstance(q, str) else _exact(study, task, q) for q in questions],
    )


def _of(members: Sequence[Condition], blocks: Sequence[Planned]) -> list[Planned]:
    """The blocks, which say whom they are for."""
    said = ", ".join(condition.name for condition in members)[:LONGEST]
    return [replace(block, label={**block.label, "conditions": said}) for block in blocks]


def _moved(
    study: Study, task: Task, members: Sequence[Condition], moves: Moves, rows: Rows
) -> Planned:
    """The block that asks round the moved rows."""
    first = members[0].explainer
    if type(first) is not Lime:
        spec = MovedForeign(task, study.seed, first, moves)
        return _planned(spec, members[0].name, [first, limelab.study.moving])
    longest = max(c.explainer.n_samples for c in members if isinstance(c.explainer, Lime))
    law = first.perturbation
    asked = MovedAnswers(task, study.seed, law, longest, first.draws, moves, rows)
    return _planned(asked, repr(law), [law, limelab.study.moving])


def _sizes(study: Study, task: Task, conditions: int) -> Sizes:
    """What decides how much memory an instance of a task takes."""
    data, limes = load(task), [c for c in study.conditions.values() if type(c) is Lime]
    points = [len(judge.radii) * judge.size for judge in study.judge]
    places = 1 + sum(len(judge.radii) for judge in study.judge)
    classes = len(set(data.y.tolist())) if data.kind == "classification" else 1
    return Sizes(
        repeats=study.repeats,
        features=_columns(study, task, data),
        outputs=classes if classes > 2 else 1,
        conditions=conditions,
        samples=max([1, *(lime.n_samples for lime in limes)]),
        judged=sum(points),
        scores=places * len(study.metrics),
    )


def _columns(study: Study, task: Task, data: Data) -> int:
    """Columns of a row, the most that any has."""
    if isinstance(data, Dataset):
        return data.X.shape[1]
    try:
        return max(len(view.names) for view in split(task, study.seed).views)
    except Exception:  # the blocks themselves will say why
        return 1


def _grouped(study: Study) -> list[list[Condition]]:
    """Conditions by sampler; an explainer that is not made of our parts stands alone."""
    samplers: dict[Any, list[Condition]] = {}
    for name, explainer in study.conditions.items():
        condition = Condition(name, explainer, tuple(study.conditions.factors[name].items()))
        samplers.setdefault(_sampler(condition), []).append(condition)
    return list(samplers.values())


def _sampler(condition: Condition) -> Any:
    lime = condition.explainer
    if type(lime) is Lime:
        return record(lime.perturbation), lime.draws
    return condition.name


def _asked(study: Study, task: Task, members: Sequence[Condition], rows: Rows) -> list[Planned]:
    """The blocks of all repeats that ask for some rows."""
    first = members[0].explainer
    if type(first) is not Lime:
        together = _together(task, rows)
        specs = [Foreign(task, study.seed, first, r, together) for r in range(study.repeats)]
        return [_planned(spec, members[0].name, [first, limelab.study.foreign]) for spec in specs]
    longest = max(c.explainer.n_samples for c in members if isinstance(c.explainer, Lime))
    law, whole = first.perturbation, (0, task.instances)
    one = Answers(task, study.seed, law, longest, first.draws, 0, rows)
    mine = replace(one, rows=whole) if rows != whole and one.free else one
    return [
        _planned(replace(mine, repeat=repeat), repr(law), [law]) for repeat in range(study.repeats)
    ]


def _planned(spec: Any, what: str, parts: Sequence[Any] = ()) -> Planned:
    label: dict[str, Any] = {"task": spec.task.name, "what": what}
    if hasattr(spec, "repeat"):
        label["repeat"] = spec.repeat
    rows = getattr(spec, "rows", None)
    if rows is not None and rows != (0, spec.task.instances):
        label["rows"] = f"{rows[0]}:{rows[1]}"
    said = [record(getattr(spec, entry.name)) for entry in fields(spec)]
    code = code_hash([spec.task.model.make, _how(spec.task), *parts, limelab.study.blocks])
    return Planned(_key(spec.kind, said, _fingerprint(spec.task), code), spec, label)


def _key(*said: Any) -> str:
    return hashlib.sha256(json.dumps([*said, versions()]).encode()).hexdigest()


@cache
def _how(task: Task) -> AsText | AsImage | None:
    return choices(task, load(task))


@cache
def _fingerprint(task: Task) -> str:
    return load(task).fingerprint


@cache
def versions() -> list[str]:
    """Of Python and the packages that numbers come from."""
    python = f"python {sys.version_info.major}.{sys.version_info.minor}"
    return [python, *(f"{name} {version(name)}" for name in _VERSIONS)]
