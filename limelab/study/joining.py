"""Specs of blocks that read other blocks: which stored arrays each is handed; it runs nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from limelab.study.gathering import PERMUTED, Gathering, Stored, StoredMoves
from limelab.study.needs import Needs, needs_of, probes_of
from limelab.study.plan import Group, Planned, TaskPlan, probing_key
from limelab.study.probing import Probing
from limelab.study.spec import Study


@dataclass(frozen=True, eq=False)
class Probed:
    """The block of what a metric asks about a condition."""

    condition: str
    metric: str
    block: Planned


@dataclass(frozen=True, eq=False)
class Shelf:
    """What there is of one task.

    Attributes
    ----------
    stored : function from a planned block to where it lies
    outputs : tuple of str
    """

    study: Study
    task: TaskPlan
    stored: Callable[[Planned], Stored]
    outputs: tuple[str, ...]

    def gathering(self, group: Group, chunk: int, needs: Needs) -> Gathering:
        """Where all that some metrics need to know of a chunk of a group lies."""
        task, stored = self.task, self.stored
        judged = task.judged[chunk] if needs.judge else []
        return Gathering(
            task=task.task,
            seed=self.study.seed,
            conditions=group.conditions,
            rows=task.chunks[chunk],
            outputs=self.outputs,
            facts=stored(task.facts),
            asked=self._pairs(group.asked[chunk]),
            judged=tuple(self._pairs(repeats) for repeats in judged),
            references=tuple((name, stored(block)) for name, block in _references(task, needs)),
            local=self._pairs([task.local[chunk]])[0] if needs.local and task.local else None,
            gradient=stored(task.gradient) if needs.truth and task.gradient else None,
            truths=tuple(map(self._truth, group.truths)) if needs.truth else (),
            moved=tuple(self._moves(group, chunk, needs)),
            sampled=needs.sampled,
        )

    def keys(self, group: Group, chunk: int, needs: Needs) -> list[str]:
        """Keys of all that a gathering reads, with the reasons why parts of it are missing."""
        blocks = inputs(self.task, group, chunk, needs)
        reasons = [truth for truth in group.truths if isinstance(truth, str)] if needs.truth else []
        return [*(block.key + self.stored(block).reason for block in blocks), *reasons]

    def probing(self, chunk: int) -> Iterator[Probed]:
        """The blocks of probes of a chunk."""
        for group in self.task.groups:
            yield from self.probing_of(group, chunk)

    def probing_of(self, group: Group, chunk: int) -> Iterator[Probed]:
        """The blocks of probes of a chunk of a group."""
        for one in single(group):
            for metric in filter(probes_of, self.study.metrics):
                needs = needs_of([metric])
                keys = self.keys(one, chunk, needs)
                condition, rows = one.conditions[0], self.task.chunks[chunk]
                same = _hash([condition.name, repr(rows), *keys])
                spec = Probing(self.gathering(one, chunk, needs), metric, same)
                label = {"task": self.task.task.name, "what": f"{condition.name}: {metric.name}"}
                key = probing_key(spec, keys)
                yield Probed(condition.name, metric.name, Planned(key, spec, label))

    def _pairs(self, blocks: Sequence[Planned]) -> tuple[tuple[Any, Stored], ...]:
        return tuple((block.spec, self.stored(block)) for block in blocks)

    def _truth(self, truth: Planned | str) -> Stored:
        return Stored("", reason=truth) if isinstance(truth, str) else self.stored(truth)

    def _moves(self, group: Group, chunk: int, needs: Needs) -> Iterator[StoredMoves]:
        for at, said in _moved(self.task, group, chunk, needs):
            yield StoredMoves(at.spec, self.stored(at), said.spec, self.stored(said))


def single(group: Group) -> Iterator[Group]:
    """A group of each condition alone, with the same answers."""
    for n, condition in enumerate(group.conditions):
        yield replace(group, conditions=(condition,), truths=group.truths[n : n + 1])


def inputs(task: TaskPlan, group: Group, chunk: int, needs: Needs) -> list[Planned]:
    """The blocks that a gathering reads."""
    found = [task.facts, *group.asked[chunk]]
    found += [block for repeats in task.judged[chunk] for block in repeats] if needs.judge else []
    found += [block for _, block in _references(task, needs)]
    found += [task.local[chunk]] if needs.local and task.local else []
    if needs.truth:
        found += [truth for truth in group.truths if isinstance(truth, Planned)]
        found += [task.gradient] if task.gradient else []
    found += [block for pair in _moved(task, group, chunk, needs) for block in pair]
    return found


def _references(task: TaskPlan, needs: Needs) -> Iterator[tuple[str, Planned]]:
    if needs.permutations and task.references is not None:
        yield PERMUTED, task.references
    yield from ((name, task.further[name]) for name in needs.further)


def _moved(
    task: TaskPlan, group: Group, chunk: int, needs: Needs
) -> Iterator[tuple[Planned, Planned]]:
    for at, said in zip(task.moved, group.moved[chunk], strict=True):
        if at.spec.moves in needs.moves:
            yield at, said


def _hash(keys: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()
