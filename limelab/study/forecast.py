"""What a study will take: blocks, queries, time and memory; it runs nothing but a trial."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from limelab.study.plan import Plan, Planned, make_plan
from limelab.study.pools import CONTAINED
from limelab.study.progress import Quiet
from limelab.study.run import How, run_study
from limelab.study.running import called
from limelab.study.store import Store


@dataclass(frozen=True)
class Forecast:
    """What is still to be done, by the plan alone.

    Attributes
    ----------
    blocks : mapping of kind to (all, of them held)
    queries : mapping of kind to rows
    memory : int
        Bytes of the greediest block's worker.
    chunks : int
        Pieces into which the rows of the longest task are cut.
    """

    blocks: dict[str, tuple[int, int]]
    queries: dict[str, int]
    memory: int
    chunks: int


@dataclass(frozen=True)
class Timed:
    """How long it will take, by a trial.

    Attributes
    ----------
    seconds : float
        Of one worker, as a trial of two rows and two repeats of every task took; the fixed cost of
        a call weighs more there, so that it is rather too long.
    asked : mapping of kind to rows
        What the trial asked.
    failures : list of str
        What broke in the trial, whose time is not known.
    """

    seconds: float = 0.0
    asked: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def forecast(plan: Plan, held: Collection[str]) -> Forecast:
    """Count what is not held; nothing is run.

    Parameters
    ----------
    plan : Plan
        Of the study under its budget of memory.
    held : collection of str
        Keys of blocks that are done.
    """
    unique = {block.key: block for block in plan.asking()}
    blocks = Counter(block.spec.kind for block in unique.values())
    done = Counter(block.spec.kind for key, block in unique.items() if key in held)
    return Forecast(
        blocks={kind: (count, done[kind]) for kind, count in sorted(blocks.items())},
        queries=plan.queries(held),
        memory=max(t.sizes.need(max(b - a for a, b in t.chunks)) for t in plan.tasks),
        chunks=max(len(task.chunks) for task in plan.tasks),
    )


def timed(plan: Plan, held: Collection[str], how: How) -> Timed:
    """Time a trial in a folder that is thrown away, and scale it to what is not held.

    The trial has a worker of its own, so that a model which kills its process is a failure here.
    Where all is held there is none.
    """
    unique = {block.key: block for block in plan.asking()}
    todo = [block for key, block in unique.items() if key not in held]
    if not todo:
        return Timed()
    trial = plan.study.trial()
    with tempfile.TemporaryDirectory(prefix="limelab-") as folder:
        out = Path(folder) / "results"
        alone = replace(how, n_jobs=1, backend=CONTAINED, dask="")
        told = run_study(trial, out, how=alone, progress=Quiet()).manifest
        with Store.read(out) as store:
            spent: defaultdict[tuple[str, str], float] = defaultdict(float)
            for entry in store.blocks():
                spent[entry.label["task"], entry.kind] += entry.seconds
    failures = [f"{called(one)}: {one['error']}" for one in told["failures"]]
    seconds = _scaled(plan, make_plan(trial, how.memory), spent, todo)
    return Timed(seconds, told["queries_now"], failures)


def _scaled(
    plan: Plan, trial: Plan, spent: Mapping[tuple[str, str], float], todo: list[Planned]
) -> float:
    """Seconds of what is to be done, from those that the trial spent."""
    whole, few = plan.study, trial.study
    small, large, rest = _rows(trial.asking()), _rows(plan.asking()), _rows(todo)
    sizes = {
        task.name: (task.instances * whole.repeats) / (two.instances * few.repeats)
        for task, two in zip(whole.tasks, few.tasks, strict=True)
    }
    total = 0.0
    for (task, kind), seconds in spent.items():
        if small[task, kind]:
            total += seconds * rest[task, kind] / small[task, kind]
        else:
            share = sum(_of(rest, task)) / max(1, sum(_of(large, task)))
            total += seconds * sizes[task] * share
    return total


def _rows(blocks: Collection[Planned]) -> Counter[tuple[str, str]]:
    """Rows that blocks will ask, by task and kind of block, each block once."""
    found: Counter[tuple[str, str]] = Counter()
    for block in {block.key: block for block in blocks}.values():
        found[block.spec.task.name, block.spec.kind] += sum(block.spec.forecast().values())
    return found


def _of(rows: Counter[tuple[str, str]], task: str) -> Iterator[int]:
    return (count for (name, _), count in rows.items() if name == task)
