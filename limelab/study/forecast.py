"""What a study will take: blocks, queries, time and memory; it runs nothing but a trial."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from limelab.study.plan import Plan, Planned, make_plan
from limelab.study.progress import Quiet
from limelab.study.run import run_study
from limelab.study.spec import Study
from limelab.study.store import Store


@dataclass(frozen=True)
class Forecast:
    """What is still to be done.

    Attributes
    ----------
    blocks : mapping of kind to (all, of them held)
    queries : mapping of kind to rows
    seconds : float
        Of one worker, as a trial of two rows and two repeats of every task took; the fixed cost of
        a call weighs more there, so that it is rather too long.
    memory : int
        Bytes of the greediest block's worker.
    chunks : int
        Pieces into which the rows of the longest task are cut.
    trial : mapping of kind to rows
        What the trial asked.
    """

    blocks: dict[str, tuple[int, int]]
    queries: dict[str, int]
    seconds: float
    memory: int
    chunks: int
    trial: dict[str, int]


def forecast(study: Study, plan: Plan, held: Collection[str]) -> Forecast:
    """Time a trial in a folder that is thrown away, and scale it to what is not held.

    Parameters
    ----------
    study : Study
    plan : Plan
        Of the study under its budget of memory.
    held : collection of str
        Keys of blocks that are done.
    """
    unique = {block.key: block for block in plan.asking()}
    blocks = Counter(block.spec.kind for block in unique.values())
    done = Counter(block.spec.kind for key, block in unique.items() if key in held)
    todo = [block for key, block in unique.items() if key not in held]
    seconds, asked = (0.0, {}) if not todo else _scaled(study, list(unique.values()), todo)
    return Forecast(
        blocks={kind: (count, done[kind]) for kind, count in sorted(blocks.items())},
        queries=plan.queries(held),
        seconds=seconds,
        memory=max(t.sizes.need(max(b - a for a, b in t.chunks)) for t in plan.tasks),
        chunks=max(len(task.chunks) for task in plan.tasks),
        trial=asked,
    )


def _scaled(
    study: Study, whole: list[Planned], todo: list[Planned]
) -> tuple[float, dict[str, int]]:
    """Seconds of what is to be done, and the queries of the trial."""
    trial = study.trial()
    with tempfile.TemporaryDirectory(prefix="limelab-") as folder:
        out = Path(folder) / "results"
        asked = run_study(trial, out, progress=Quiet()).manifest["queries_now"]
        with Store.read(out) as store:
            spent: defaultdict[tuple[str, str], float] = defaultdict(float)
            for entry in store.blocks():
                spent[entry.label["task"], entry.kind] += entry.seconds
    small = _rows({block.key: block for block in make_plan(trial).asking()}.values())
    large, rest = _rows(whole), _rows(todo)
    sizes = {
        task.name: (task.instances * study.repeats) / (few.instances * trial.repeats)
        for task, few in zip(study.tasks, trial.tasks, strict=True)
    }
    total = 0.0
    for (task, kind), seconds in spent.items():
        if small[task, kind]:
            total += seconds * rest[task, kind] / small[task, kind]
        else:
            share = sum(_of(rest, task)) / max(1, sum(_of(large, task)))
            total += seconds * sizes[task] * share
    return total, asked


def _rows(blocks: Collection[Planned]) -> Counter[tuple[str, str]]:
    """Rows that blocks will ask, by task and kind of block."""
    found: Counter[tuple[str, str]] = Counter()
    for block in blocks:
        found[block.spec.task.name, block.spec.kind] += sum(block.spec.forecast().values())
    return found


def _of(rows: Counter[tuple[str, str]], task: str) -> Iterator[int]:
    return (count for (name, _), count in rows.items() if name == task)
