"""The runner: does the blocks that the store does not hold, then has the tables written."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from limelab.study.bounds import Bound
from limelab.study.claims import judge_claims
from limelab.study.doing import Doing, Entries, Looking, Patience
from limelab.study.done import note_done, stamp_of, unchanged
from limelab.study.engine import died
from limelab.study.entries import Entry
from limelab.study.explaining import explained
from limelab.study.gathering import PERMUTED, Stored
from limelab.study.holding import broken, hold
from limelab.study.joining import Shelf
from limelab.study.manifest import manifest
from limelab.study.memory import DEFAULT, Rows, budget, over_instances
from limelab.study.needs import needs_of
from limelab.study.own import of_study
from limelab.study.plan import LONGEST, Group, Plan, Planned, TaskPlan, make_plan, scoring_key
from limelab.study.pooled import Pooled
from limelab.study.pools import CONTAINED, Engine, count, local
from limelab.study.progress import Quiet, Watch, watch
from limelab.study.ranking import rankings
from limelab.study.results import Results
from limelab.study.running import interrupted
from limelab.study.scoring import Scoring
from limelab.study.spec import Study
from limelab.study.splitting import splits
from limelab.study.store import Store
from limelab.study.tables import (
    Scored,
    begin,
    write_claims,
    write_found,
    write_manifest,
    write_measures,
    write_scores,
    write_summaries,
    write_tasks,
)
from limelab.study.tiers import QUICK
from limelab.types import BadInput, Metric

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class How:
    """By what means a study is run; none of it changes a result but for rounding.

    Attributes
    ----------
    n_jobs, backend, dask : as `Study.run` takes them
    memory : int
        Bytes of a worker.
    patience : Patience
    """

    n_jobs: int = 1
    backend: str = "loky"
    dask: str = ""
    memory: int = DEFAULT
    patience: Patience = field(default_factory=Patience)

    @classmethod
    def said(cls, n_jobs: int, backend: str, **said: Any) -> Self:
        """As a caller said it, checked: dask, memory, timeout, stall."""
        for name in ("timeout", "stall"):
            value = said[name]
            if value is not None and not (isinstance(value, (int, float)) and value > 0):
                raise BadInput(f"{name}={value!r}; expected a number of seconds above 0")
        patience = Patience(said["timeout"], max(said["stall"], 2 * (said["timeout"] or 0)))
        return cls(n_jobs, backend, said["dask"], budget(said["memory"]), patience)

    def open(self, study: Study) -> AbstractContextManager[Engine]:
        """The workers, for as long as the study runs."""
        own = of_study(study)
        if self.dask:
            from limelab.study.cluster import cluster  # which brings Dask

            return cluster(self.dask, count(self.n_jobs), own)
        alone = self.n_jobs == 1 and self.backend != CONTAINED
        return nullcontext(local("serial" if alone else self.backend, self.n_jobs, own))


def run_study(
    study: Study,
    out: Path,
    *,
    how: How | None = None,
    stem: str = "",
    quick: bool = False,
    progress: Watch | None = None,
) -> Results:
    """Run what is missing, then write the tables beside the store; see `Study.run`."""
    began, how = time.time(), how or How()
    _check_place(out / stem)
    small = study.quick() if quick else study
    plan = make_plan(small, how.memory)
    # Workers first: what cannot be run leaves no folder behind.
    with how.open(small) as engine, Store.open(out) as store:
        name = stem or study.question
        run = _doing(small, store, engine, name, progress or watch(), how.patience)
        declared = store.register_claims(run.name, [claim.digest for claim in study.claims])
        results, stamp = Results(out / stem), stamp_of(plan, small, declared)
        kept = unchanged(store, run.name, results.folder, stamp, began)
        if kept is not None:
            return Results(results.folder, {**kept, "interrupted": run.interrupted})
        asked = run.do("asking", plan.asking())
        scored, done = _score(run, plan, asked)
        with explained(out):
            _write_tables(run, plan, (asked, scored), results, declared)
            cost = run.cost({**asked, **done}, began)
            made = {**manifest(small, plan, cost, quick=quick), "interrupted": run.interrupted}
            made["unchanged"] = False
            write_manifest(results.folder, made)
        store.write_manifest(run.name, made)
        note_done(store, run.name, results.folder, stamp, {**asked, **done})
    return results


def _write_tables(
    run: Doing,
    plan: Plan,
    found: tuple[Entries, Sequence[Scored]],
    results: Results,
    declared: Mapping[str, str],
) -> None:
    """All tables but the manifest, from the blocks that ask and from those that score.

    Summaries and bounds that break are failures of the run, as blocks are.
    """
    study, folder, (asked, scored) = run.study, results.folder, found
    begin(folder)
    write_scores(folder, study, scored, run.store.get)
    write_tasks(folder, [_facts(run, task, asked) for task in plan.tasks])
    write_measures(folder, plan, run.store.get)
    told = results.scores_of({claim.metric for claim in study.claims})
    tables = _measured(study, results)
    run.failures += write_summaries(folder, study, tables)
    bounds = hold(study.claims, tables, {task.name: task.data_name for task in study.tasks})
    run.failures += broken(study.claims, bounds)
    claims = judge_claims(study, told, declared, verdicts=study.tier != QUICK, bounds=bounds)
    write_claims(folder, claims)
    write_found(folder, rankings(study, told), splits(study, scored, run.store.get))


def _measured(study: Study, results: Results) -> dict[str, pd.DataFrame]:
    """What measures told of all tasks, where somebody reads it."""
    read = {claim.measure for claim in study.claims if isinstance(claim, Bound)}
    read |= {measure.__name__ for measure in study.measures} if study.summaries else set()
    return {name: results.measure(name) for name in sorted(read)}


def needed(store: Store, studies: Iterable[Study], memory: int) -> set[str]:
    """Keys of all blocks of these studies, whole and quick, as far as their inputs are there."""
    keys: set[str] = set()
    for study in (one for whole in studies for one in (whole, whole.quick())):
        plan = make_plan(study, memory)
        look = Looking(study, store, local("serial", 1), "", Quiet())
        _score(look, plan, look.do("asking", plan.asking()))
        keys |= look.keys
    return keys


def _doing(
    study: Study, store: Store, engine: Engine, name: str, progress: Watch, patience: Patience
) -> Doing:
    """A run; with a worker that may die where a block has ended its process before."""
    last = interrupted(store.folder)
    deadly = last or any(died(failure.error) for failure in store.failures())
    safe = local(CONTAINED, 1, of_study(study)) if engine.name == "serial" and deadly else engine
    return Doing(study, store, safe, name, progress, patience, interrupted=last)


def _check_place(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder} is a file; the tables need a folder there: move it away")


def _score(run: Doing, plan: Plan, asked: Entries) -> tuple[list[Scored], dict[str, Entry]]:
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


def _scoring(run: Doing, task: TaskPlan, group: Group, chunk: int, asked: Entries) -> Planned | str:
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


def _probing(run: Doing, task: TaskPlan, asked: Entries) -> Iterator[Planned]:
    """The blocks of what metrics ask the model themselves, where there is evidence to ask by."""
    for chunk in range(len(task.chunks)):
        if all(block.key in asked for block in task.yardsticks(chunk)):
            yield from (one.block for one in _shelf(run, task, asked).probing(chunk))


def _shelf(run: Doing, task: TaskPlan, asked: Entries) -> Shelf:
    facts = asked[task.facts.key].meta
    outputs = tuple(facts["outputs"])
    return Shelf(run.study, task, lambda block: _stored(run, block, asked), outputs)


def _pooled(
    run: Doing, task: TaskPlan, group: Group, chunks: Sequence[Planned | str], found: Entries
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
    label = {"task": task.task.name, "what": ", ".join(c.name for c in group.conditions)[:LONGEST]}
    part = rows != (0, task.task.instances)
    return {**label, **({"rows": f"{rows[0]}:{rows[1]}"} if part else {})}


def _stored(run: Doing, block: Planned, asked: Entries) -> Stored:
    held, folder = asked.get(block.key), str(run.store.folder.absolute())
    if held is None:
        return Stored(folder, reason=run.reason(block))
    return Stored(folder, held.digest, held.meta.get("declined", ""))


def _references(run: Doing, task: TaskPlan, found: Entries) -> tuple[tuple[str, Stored], ...]:
    whole = {PERMUTED: task.references} if task.references else {}
    blocks = {**whole, **task.further}
    return tuple((name, _stored(run, block, found)) for name, block in blocks.items())


def _scored(
    run: Doing,
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


def _facts(run: Doing, task: TaskPlan, asked: Entries) -> Scored:
    entry = asked.get(task.facts.key)
    return Scored(task.task, (), entry, "" if entry else run.reason(task.facts))
