"""Makes the blocks that the store does not hold and commits each as it ends; it plans none."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from limelab.study.delivery import Deliver, Delivered, Whole, marked
from limelab.study.engine import STALL_S, Outcome, drive
from limelab.study.entries import Entry
from limelab.study.manifest import Cost
from limelab.study.plan import Planned
from limelab.study.pools import Engine
from limelab.study.progress import Watch
from limelab.study.running import Running, called
from limelab.study.spec import Study
from limelab.study.store import Store

Entries = Mapping[str, Entry]


@dataclass(frozen=True)
class Patience:
    """How long a run waits.

    Attributes
    ----------
    block : float or None
        Seconds that one block may take.
    stall : float
        Seconds in which some block must end.
    """

    block: float | None = None
    stall: float = STALL_S


@dataclass(eq=False)
class Doing:
    """One run of a study: its store, its engine, and what it has done so far.

    `interrupted` is the label of the block in which the run before died, if it did.
    """

    study: Study
    store: Store
    engine: Engine
    name: str
    watch: Watch
    patience: Patience = field(default_factory=Patience)
    asked: Counter[str] = field(default_factory=Counter)
    reused: int = 0
    made: int = 0
    storing: float = 0.0
    known: bool = False
    failures: list[dict[str, Any]] = field(default_factory=list)
    interrupted: dict[str, Any] = field(default_factory=dict)

    def do(self, what: str, blocks: Sequence[Planned]) -> dict[str, Entry]:
        """Make what is missing; return all blocks that there are now."""
        unique = {block.key: block for block in blocks}
        # A block in which a metric broke is kept for its other rows, and tried again.
        held = {k: e for k, e in self.store.checked(unique).items() if not e.meta.get("errors")}
        todo = {key: block for key, block in unique.items() if key not in held}
        self.reused += len(held)
        if held:
            self._mark()
        found = held | (self._make(what, todo, len(held)) if todo else {})
        self.failures += [failure for block in todo.values() for failure in _broken(block, found)]
        return found

    def reason(self, block: Planned) -> str:
        """Why a block is missing, as it stands in the tables."""
        failure = self.store.failure(block.key)
        return _reason(failure.error) if failure else "not run"

    def cost(self, blocks: Entries, began: float) -> Cost:
        """What the run has done, for the manifest."""
        return Cost(
            blocks=list(blocks.values()),
            asked=self.asked,
            made=self.made,
            reused=self.reused,
            workers=self.engine.workers(),
            began=began,
            failures=self.failures,
            damaged=[f"{entry.file}: {entry.reason}" for entry in self.store.damaged],
            engine=self.engine.name,
            storing=self.storing,
        )

    def _make(self, what: str, todo: Mapping[str, Planned], reused: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        running = Running(self.store.folder)
        alone = self.engine.name == "serial"  # a block that kills its process kills this one
        self.watch.start(what, len(todo), reused)
        try:
            with marked(self.store.folder) as mark:

                def done(key: str, outcome: Outcome[Delivered]) -> None:
                    running.end()
                    self._keep(todo[key], outcome, entries)

                call = self.engine.checked(Deliver(str(self.store.folder.absolute()), mark))
                drive(
                    self._specs(todo, mark),
                    call,
                    make_executor=self.engine.make_executor,
                    workers=self.engine.workers,
                    on_done=done,
                    stall_s=self.patience.stall,
                    limit_s=self.patience.block,
                    on_start=lambda key: running.begin(todo[key].label) if alone else None,
                    name=lambda key: called(todo[key].label),
                )
        finally:
            running.end()
            self.watch.stop()
        return entries

    def _specs(self, todo: Mapping[str, Planned], mark: str) -> Mapping[str, Any]:
        if self.engine.shares(self.store.folder.absolute() / mark):
            return {key: block.spec for key, block in todo.items()}
        return Whole(todo)

    def _keep(self, block: Planned, outcome: Outcome[Delivered], entries: dict[str, Entry]) -> None:
        """Commit one block at once; an error is kept apart and never counts as done."""
        spec, started = block.spec, time.perf_counter()
        if outcome.value is None:
            self.store.fail(block.key, spec.kind, block.label, outcome.error)
            self.failures.append({**block.label, "kind": spec.kind, "error": outcome.error})
            self.watch.step({}, failed=True)
            return
        self._mark()
        made = outcome.value.made
        entries[block.key] = self.store.put(
            block.key,
            kind=spec.kind,
            label=block.label,
            arrays=made.arrays if outcome.value.filed is None else outcome.value.filed,
            meta=made.meta,
            queries=made.queries,
            seconds=made.seconds,
        )
        self.storing += time.perf_counter() - started + outcome.value.seconds
        self.made += 1
        self.asked.update(made.queries)
        self.watch.step(made.queries, failed=False)

    def _mark(self) -> None:
        """Before the first data are there to be seen: claims that come later are post hoc."""
        if not self.known:
            self.store.mark_data(self.name)
            self.known = True


@dataclass(eq=False)
class Looking(Doing):
    """A run that makes nothing, and notes which blocks it would have read or made."""

    keys: set[str] = field(default_factory=set)

    def do(self, what: str, blocks: Sequence[Planned]) -> dict[str, Entry]:
        """What the store holds, unread."""
        wanted = {block.key for block in blocks}
        self.keys |= wanted
        return {entry.key: entry for entry in self.store.blocks() if entry.key in wanted}


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
