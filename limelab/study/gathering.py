"""What was stored of some conditions, gathered into evidence; it fits, and asks no model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from limelab.lime import Lime
from limelab.study import evidence as gather
from limelab.study.blocks import Judgement
from limelab.study.filing import load_arrays
from limelab.study.memory import Rows
from limelab.study.moving import MovedAnswers, MovedForeign, MovedRows
from limelab.study.needs import PERMUTATIONS
from limelab.study.ready import Split, split
from limelab.types import Coordinates, Evidence, Explainer, Reference, Truth

if TYPE_CHECKING:
    from limelab.study.references import Local
    from limelab.study.spec import Task

Arrays = dict[str, npt.NDArray[Any]]
PERMUTED = "permutations"  # the one block of both permutation importances
_NO_POINTS = "the explainer shows no points"
_NO_ROWS = "each document or picture has columns of its own: no other rows lie beside its points"
_NO_COLUMNS = "the features are not the columns that were redrawn"


@dataclass(frozen=True)
class Stored:
    """Where a block's arrays lie, or why there are none; for workers elsewhere, they themselves."""

    folder: str
    digest: str = ""
    reason: str = ""
    arrays: Arrays | None = field(default=None, repr=False, compare=False)

    def load(self) -> Arrays:
        """The arrays, checked."""
        if self.arrays is not None:
            return dict(self.arrays)
        return load_arrays(Path(self.folder), self.digest) if self.digest else {}


@dataclass(frozen=True)
class Condition:
    """A named explainer with its factors."""

    name: str
    explainer: Explainer
    factors: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class StoredMoves:
    """The model at the moved rows, and what was asked or said round them."""

    at: MovedRows
    f: Stored
    asked: MovedAnswers | MovedForeign
    said: Stored


@dataclass(frozen=True)
class Gathered:
    """Evidence of one condition.

    Attributes
    ----------
    evidence : Evidence
    lacks : mapping of what is lacking to the reason, as in `limelab.study.needs.missing`
    error : str
        What broke while it was fitted, or "".
    """

    evidence: Evidence
    lacks: Mapping[str, str]
    error: str = ""


@dataclass(frozen=True)
class Gathering:
    """All that is known of conditions that share a sampler, over all repeats of some rows.

    Attributes
    ----------
    rows : (start, stop)
        Which rows of the task.
    outputs : tuple of str
    asked : tuple of (spec, Stored), one a repeat
        Answers for conditions made of our parts, Foreign for another explainer.
    judged : tuple of tuples of (Judgement, Stored), one tuple a judge
    references : tuple of (name, Stored)
    local : (spec, Stored), or None where no metric needs it
    gradient : Stored, or None where no metric needs it
    truths : tuple of Stored, one a condition, or ()
    moved : tuple of StoredMoves
    sampled : bool
        Whether a metric looks at the points of the first repeat.
    """

    task: Task
    seed: int
    conditions: tuple[Condition, ...]
    rows: Rows
    outputs: tuple[str, ...]
    facts: Stored
    asked: tuple[tuple[Any, Stored], ...]
    judged: tuple[tuple[tuple[Judgement, Stored], ...], ...] = ()
    references: tuple[tuple[str, Stored], ...] = ()
    local: tuple[Local, Stored] | None = None
    gradient: Stored | None = None
    truths: tuple[Stored, ...] = ()
    moved: tuple[StoredMoves, ...] = ()
    sampled: bool = False

    def found(self) -> list[Gathered]:
        """Evidence of each condition, in their order."""
        frame = self._frame()
        lacks = dict(self._lacks())
        made = self._of_limes(frame, lacks) if self._ours else self._of_another(frame, lacks)
        return [self._finished(n, one, frame, lacks) for n, one in enumerate(made)]

    @property
    def _ours(self) -> bool:
        return all(type(condition.explainer) is Lime for condition in self.conditions)

    def _frame(self) -> gather.Frame:
        facts, rows, data = self.facts.load(), slice(*self.rows), split(self.task, self.seed)
        judged = [
            ([spec for spec, _ in repeats], np.stack([stored.load()["f"] for _, stored in repeats]))
            for repeats in self.judged
            if not _declined(repeats)
        ]
        local = None
        if self.local is not None:
            spec, stored = self.local
            local = _cut(stored.load(), self.rows, spec.rows, axis=1).get("local")
        return gather.Frame(
            data.at(self.rows)[0].names,
            self.outputs,
            labels=data.labels[rows],
            f=facts["f"][rows],
            model_sd=facts["model_sd"],
            judgements=judged,
            references=references_of(self.references),
            rows=self.rows,
            coordinates=coordinates(data, self.rows),
            local=local,
            sampled=self.sampled and not data.ragged,
        )

    def _lacks(self) -> Iterator[tuple[str, str]]:
        """What is lacking to every condition, with the reason."""
        wanted = [*lacking_references(self.references)]
        wanted += [("local", "" if self.local is None else self.local[1].reason)]
        wanted += [(f"moves {one.at.moves}", self._still(one)) for one in self.moved]
        wanted += [("sampled", self._pointless())] if self.sampled else []
        reasons = {repeats[0][0].judge.name: _declined(repeats) for repeats in self.judged}
        wanted += [(f"judge {name}", reason) for name, reason in reasons.items()]
        wanted += (
            [("judge", "; ".join(dict.fromkeys(reasons.values())))] if all(reasons.values()) else []
        )
        yield from ((what, reason) for what, reason in wanted if reason)

    def _pointless(self) -> str:
        """Why there are no points to look at, or ""."""
        if split(self.task, self.seed).ragged:
            return _NO_ROWS
        return "" if self._ours else _NO_POINTS

    def _still(self, one: StoredMoves) -> str:
        """Why nothing is known of the moved rows, or ""."""
        return one.f.reason or one.said.reason or self.asked[0][1].reason

    def _of_limes(
        self, frame: gather.Frame, lacks: Mapping[str, str]
    ) -> list[Evidence | gather.Broken]:
        asked = [(spec, stored.reason or stored.load()["y"]) for spec, stored in self.asked]
        limes: list[Any] = [condition.explainer for condition in self.conditions]
        moved: list[Any] = []
        for one, at in self._at_moves(lacks):
            y = one.said.load().get("y")
            moved.append((at, one.asked, self._unmoved(asked[0][1]) if y is None else y))
        return gather.of_group(frame, limes, asked, moved)

    def _unmoved(self, y: Any) -> Any:
        """Answers (I, 1, N, C) round the moved rows where the law does not depend on the row."""
        start, stop = self.rows
        return np.broadcast_to(y[:, None], (stop - start, 1, *y.shape[1:]))

    def _of_another(self, frame: gather.Frame, lacks: Mapping[str, str]) -> list[Evidence]:
        said = [
            stored.reason or _cut(stored.load(), self.rows, spec.rows)
            for spec, stored in self.asked
        ]
        whole = (0, self.task.instances)
        moved = [(at, _cut(one.said.load(), self.rows, whole)) for one, at in self._at_moves(lacks)]
        return [gather.of_arrays(frame, said, moved)]

    def _at_moves(self, lacks: Mapping[str, str]) -> Iterator[tuple[StoredMoves, gather.AtMoves]]:
        data, rows = split(self.task, self.seed), slice(*self.rows)
        for one in self.moved:
            if f"moves {one.at.moves}" not in lacks:
                f, points = one.f.load()["f"], one.at.points(data)
                yield one, gather.AtMoves(one.at.moves, points[rows], f[rows])

    def _finished(
        self,
        n: int,
        found: Evidence | gather.Broken,
        frame: gather.Frame,
        lacks: Mapping[str, str],
    ) -> Gathered:
        """With the truth, where it is known, and with the reasons for what is not."""
        if isinstance(found, gather.Broken):
            nothing = gather.of_nothing(frame, len(self.asked), found.reason)
            gone = dict.fromkeys(["sampled", *(f"moves {m.at.moves}" for m in self.moved)])
            own = {**lacks, **dict.fromkeys(gone, found.reason)}
            return Gathered(nothing, own, found.reason if found.error else "")
        own = dict(lacks)
        if found.local is None and frame.local is not None:
            own["local"] = _NO_COLUMNS
        if frame.sampled and found.sampled is None:
            own.setdefault("sampled", self.asked[0][1].reason)
        if self.truths and self.truths[n].reason:
            own["truth"] = self.truths[n].reason
        return Gathered(replace(found, truth=self._truth(n)), own)

    def _truth(self, n: int) -> Truth | None:
        if not self.truths or self.truths[n].reason:
            return None
        rows = slice(*self.rows)
        gradient = None if self.gradient is None else self.gradient.load().get("coef")
        coef = self.truths[n].load()["coef"]
        return Truth(coef[rows], None if gradient is None else gradient[rows])


def coordinates(data: Split, rows: Rows) -> Coordinates | None:
    """Some rows of a task and its data, as the parts see them; None where rows share no columns."""
    if data.ragged:
        return None
    table = data.table
    whole = (table.background == np.round(table.background)).all(axis=0)
    return Coordinates(
        x=data.x[slice(*rows)],
        background=table.background,
        held_out=table.once("held out", lambda: table.encode(data.held_X)),
        categorical=table.categorical,
        integral=whole & ~table.categorical,
        mean=table.mean,
        scale=table.scale,
    )


def references_of(stored: Sequence[tuple[str, Stored]]) -> dict[str, Reference]:
    """The references of a task by name, those that there are."""
    found = {}
    for block, one in stored:
        arrays = {} if one.reason else one.load()
        for name in PERMUTATIONS if block == PERMUTED else (block,):
            if name in arrays:
                note = bytes(arrays["note"]).decode()
                found[name] = Reference(arrays[name], arrays[f"{name}_null"], note)
    return found


def lacking_references(stored: Sequence[tuple[str, Stored]]) -> Iterator[tuple[str, str]]:
    """Which references are not there, with the reason, "" for those that are."""
    for block, one in stored:
        for name in PERMUTATIONS if block == PERMUTED else (block,):
            yield f"reference {name}", one.reason


def _declined(repeats: Sequence[tuple[Judgement, Stored]]) -> str:
    """Why a judge has nothing to say of a task, or ""."""
    return next((stored.reason for _, stored in repeats if stored.reason), "")


def _cut(found: Arrays, rows: Rows, held: Rows, *, axis: int = 0) -> Arrays:
    """Some rows of the arrays of those that are held."""
    some = [*range(rows[0] - held[0], rows[1] - held[0])]
    return {name: array.take(some, axis) for name, array in found.items()}
