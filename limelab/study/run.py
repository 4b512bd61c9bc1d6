"""The runner: does the blocks that the store does not hold, then has the tables written."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from limelab.study.blocks import Made, execute
from limelab.study.claims import judge_claims
from limelab.study.engine import Engine, Outcome, drive, from_name
from limelab.study.gathering import PERMUTED, Stored
from limelab.study.joining import Shelf
from limelab.study.manifest import Cost, manifest
from limelab.study.memory import Rows, over_instances
from limelab.study.needs import needs_of
from limelab.study.plan import Group, Plan, Planned, TaskPlan, make_plan, scoring_key
from limelab.study.pooled import Pooled
from limelab.study.progress import Watch, watch
from limelab.study.results import Results
from limelab.study.scoring import Scoring
from limelab.study.spec import Study
from limelab.study.store import Entry, Store, explained
from limelab.study.tables import (
    Scored,
    write_claims,
    write_manifest,
    write_measures,
    write_scores,
    write_tasks,
)
from limelab.types import BadInput, Metric

Entries = Mapping[str, Entry]


def run_study(
    study: Study,
    out: Path,
    *,
    n_jobs: int = 1,
    backend: str = "loky",
    stem: str = "",
    quick: bool = False,
    progress: Watch | None = None,
) -> Results:
    """Run what is missing, then write the tables beside the store; see `Study.run`."""
    began = time.time()
    _check_place(out / stem)
    small = study.quick() if quick else study
    plan = make_plan(small)
    engine = from_name("serial" if n_jobs == 1 else backend, n_jobs)
    with Store.open(out) as store:
        run = _Run(small, store, engine, stem or study.question, progress or watch())
        declared = store.register_claims(run.name, [claim.digest for claim in study.claims])
        asked = run.do("asking", plan.asking())
        scored, done = _score(run, plan, asked)
        results = Results(out / stem)
        with explained(out):
            results.folder.mkdir(parents=True, exist_ok=True)
            write_scores(results.folder, small, scored, store.get)
            write_tasks(results.folder, [_facts(run, task, asked) for task in plan.tasks])
            write_measures(results.folder, plan, store.get)
            claims = judge_claims(small, results.scores, declared, verdicts=not quick)
            write_claims(results.folder, claims)
            told = manifest(small, plan, run.cost({**asked, **done}, began), quick=quick)
            write_manifest(results.folder, told)
        store.write_manifest(run.name, told)
    return results


@dataclass(eq=False)
class _Run:
    """One run of a study: its store, its engine, and what it has done so far."""

    study: Study
    store: Store
    engine: Engine
    name: str
    watch: Watch
    asked: Counter[str] = field(default_factory=Counter)
    reused: int = 0
    made: int = 0
    marked: bool = False
    failures: list[dict[str, Any]] = field(default_factory=list)

    def do(self, what: str, blocks: Sequence[Planned]) -> dict[str, Entry]:
        """Make what is missing; return all blocks that there are now."""
        unique = {block.key: block for block in blocks}
        # A block in which a metric broke is kept for its other rows, and tried again.
        held = {k: e for k, e in self.store.checked(unique).items() if not e.meta.get("errors")}
        todo = {key: block for key, block in unique.items() if key not in held}
        self.reused += len(held)
        if held:
            self._mark()
        self.watch.start(what, len(todo), len(held))
        try:
            drive(
                {key: block.spec for key, block in todo.items()},
                execute,
                make_executor=self.engine.make_executor,
                workers=self.engine.workers,
                on_done=lambda key, outcome: self._keep(todo[key], outcome),
            )
        finally:
            self.watch.stop()
        found = held | self.store.checked(todo)
        self.failures += [failure for block in todo.values() for failure in _broken(block, found)]
        return found

    def reason(self, block: Planned) -> str:
        """Why a block is missing, as it stands in the tables."""
        errors = [f.error for f in self.store.failures() if f.key == block.key]
        return _reason(errors[0]) if errors else "not run"

    def cost(self, blocks: Entries, began: float) -> Cost:
        """What the run has done, for the manifest."""
        return Cost(
            blocks=list(blocks.values()),
            asked=self.asked,
            made=self.made,
            reused=self.reused,
            workers=self.engine.workers,
            began=began,
            failures=self.failures,
            damaged=[f"{entry.file}: {entry.reason}" for entry in self.store.damaged],
        )

    def _keep(self, block: Planned, outcome: Outcome[Made]) -> None:
        """Commit one block at once; an error is kept apart and never counts as done."""
        made, spec = outcome.value, block.spec
        if made is None:
            self.store.fail(block.key, spec.kind, block.label, outcome.error)
            self.failures.append({**block.label, "kind": spec.kind, "error": outcome.error})
            self.watch.step({}, failed=True)
            return
        self._mark()
        self.store.put(
            block.key,
            kind=spec.kind,
            label=block.label,
            arrays=made.arrays,
            meta=made.meta,
            queries=made.queries,
            seconds=made.seconds,
        )
        self.made += 1
        self.asked.update(made.queries)
        self.watch.step(made.queries, failed=False)

    def _mark(self) -> None:
        """Before the first data are there to be seen: claims that come later are post hoc."""
        if not self.marked:
            self.store.mark_data(self.name)
            self.marked = True


def _check_place(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder} is a file; the tables need a folder there: move it away")


def _score(run: _Run, plan: Plan, asked: Entries) -> tuple[list[Scored], dict[str, Entry]]:
    """Score every chunk of every group, then the metrics that need all chunks of a group."""
    pairs = [(task, group) for task in plan.tasks for group in task.groups]
    probed = run.do("probing", [one for task in plan.tasks for one in _probing(run, task, asked)])
    known = {**asked, **probed}
    cut = [
        [_scoring(run, task, group, chunk, known) for chunk in range(len(task.chunks))]
        for task, group in pairs
    ]
    done = probed | run.do(
        "scoring", [one for chunks in cut for one in chunks if isinstance(one, Planned)]
    )
    whole = [
        _pooled(run, task, group, chunks, {**asked, **done})
        for (task, group), chunks in zip(pairs, cut, strict=True)
    ]
    done |= run.do("pooling", [one for one in whole if isinstance(one, Planned)])
    scored = []
    for (task, group), chunks, pooled in zip(pairs, cut, whole, strict=True):
        mine, over = _metrics(run.study, task)
        scored += [_scored(run, task, group, one, done, mine) for one in chunks]
        scored += [] if pooled is None else [_scored(run, task, group, pooled, done, over)]
    return scored, done


def _metrics(study: Study, task: TaskPlan) -> tuple[tuple[Metric, ...], tuple[Metric, ...]]:
    """Metrics that a chunk is scored by, and those that wait for all chunks."""
    if len(task.chunks) == 1:
        return study.metrics, ()
    over = over_instances(study.metrics)
    return tuple(metric for metric in study.metrics if metric not in over), over


def _scoring(run: _Run, task: TaskPlan, group: Group, chunk: int, asked: Entries) -> Planned | str:
    """The scoring block of a chunk of a group, or the reason why it cannot be scored."""
    gone = [block for block in task.yardsticks(chunk) if block.key not in asked]
    if gone:
        return f"{gone[0].spec.kind} failed: {run.reason(gone[0])}"
    metrics, over = _metrics(run.study, task)
    shelf, needs = _shelf(run, task, asked), replace(needs_of(run.study.metrics), judge=True)
    probes = list(shelf.probing_of(group, chunk))
    spec = Scoring(
        gathering=shelf.gathering(group, chunk, needs),
        metrics=metrics,
        factor_names=run.study.conditions.factor_names,
        pooled=over,
        probes=tuple((one.condition, one.metric, shelf.stored(one.block)) for one in probes),
    )
    keys = [f"{spec.rows}", *shelf.keys(group, chunk, needs)]
    keys += [one.block.key + shelf.stored(one.block).reason for one in probes]
    key = scoring_key(run.study, group, keys, metrics=[*metrics, *over])
    return Planned(key, spec, _label(task, group, spec.rows))


def _probing(run: _Run, task: TaskPlan, asked: Entries) -> Iterator[Planned]:
    """The blocks of what metrics ask the model themselves, where there is evidence to ask by."""
    for chunk in range(len(task.chunks)):
        if all(block.key in asked for block in task.yardsticks(chunk)):
            yield from (one.block for one in _shelf(run, task, asked).probing(chunk))


def _shelf(run: _Run, task: TaskPlan, asked: Entries) -> Shelf:
    facts = asked[task.facts.key].meta
    names = tuple(facts["features"]), tuple(facts["outputs"])
    return Shelf(run.study, task, lambda block: _stored(run, block, asked), names)


def _pooled(
    run: _Run, task: TaskPlan, group: Group, chunks: Sequence[Planned | str], found: Entries
) -> Planned | str | None:
    """The block of metrics over all rows, why there is none, or None where none is wanted."""
    _, over = _metrics(run.study, task)
    if not over:
        return None
    reasons = [one for one in chunks if isinstance(one, str)]
    blocks = [one for one in chunks if isinstance(one, Planned)]
    reasons += [run.reason(block) for block in blocks if block.key not in found]
    if reasons:
        return reasons[0]
    facts = found[task.facts.key].meta
    spec = Pooled(
        task=task.task,
        seed=run.study.seed,
        conditions=group.conditions,
        metrics=over,
        factor_names=run.study.conditions.factor_names,
        chunks=tuple(_stored(run, block, found) for block in blocks),
        facts=_stored(run, task.facts, found),
        names=(tuple(facts["features"]), tuple(facts["outputs"])),
        references=_references(run, task, found),
    )
    keys = ["pooled", *(block.key for block in blocks)]
    key = scoring_key(run.study, group, keys, metrics=over)
    return Planned(key, spec, _label(task, group, (0, task.task.instances)))


def _label(task: TaskPlan, group: Group, rows: Rows) -> dict[str, Any]:
    label = {"task": task.task.name, "what": ", ".join(c.name for c in group.conditions)[:200]}
    part = rows != (0, task.task.instances)
    return {**label, **({"rows": f"{rows[0]}:{rows[1]}"} if part else {})}


def _stored(run: _Run, block: Planned, asked: Entries) -> Stored:
    held, folder = asked.get(block.key), str(run.store.folder.absolute())
    if held is None:
        return Stored(folder, reason=run.reason(block))
    return Stored(folder, held.digest, held.meta.get("declined", ""))


def _references(run: _Run, task: TaskPlan, found: Entries) -> tuple[tuple[str, Stored], ...]:
    whole = {PERMUTED: task.references} if task.references else {}
    blocks = {**whole, **task.further}
    return tuple((name, _stored(run, block, found)) for name, block in blocks.items())


def _scored(
    run: _Run,
    task: TaskPlan,
    group: Group,
    scoring: Planned | str,
    done: Entries,
    metrics: tuple[Metric, ...],
) -> Scored:
    """What the tables need to know of a group: its block, or why there is none."""
    if isinstance(scoring, str):
        return Scored(task.task, group.conditions, None, scoring, metrics)
    entry = done.get(scoring.key)
    reason = "" if entry else run.reason(scoring)
    return Scored(task.task, group.conditions, entry, reason, metrics)


def _facts(run: _Run, task: TaskPlan, asked: Entries) -> Scored:
    entry = asked.get(task.facts.key)
    return Scored(task.task, (), entry, "" if entry else run.reason(task.facts))


def _broken(block: Planned, found: Entries) -> Iterator[dict[str, Any]]:
    """Metrics and fits that broke inside a scoring block."""
    meta = found[block.key].meta if block.key in found else {}
    for condition, what, error in meta.get("errors", ()):
        place = {"task": block.label["task"], "what": f"{condition}: {what}"}
        yield {**place, "kind": block.spec.kind, "error": error}


def _reason(error: str) -> str:
    """A declining part's own words; any other error as it is."""
    found = re.fullmatch(r"NotApplicable: (.*?)( \(at [^()]*\))?", error)
    return found.group(1) if found else error
