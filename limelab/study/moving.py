"""Blocks that ask at small moves of the rows: the same draws as at the rows; they fit no line.

The rows move by seeds of their own. Everything else stays as in the first repeat: the uniforms
that drive the sampler are those of the unmoved row, so that what changes is due to the move and not
to other draws. An explainer that is not made of our parts gets the seed of the first repeat and all
rows in their order, once a move: whether its draws are then the same is its own affair.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from limelab.lime import explain_with
from limelab.perturbations import Uniform
from limelab.sampling import answers, drawn, free, sample, spread_out, uniforms
from limelab.seeds import child
from limelab.study.blocks import Made, asked
from limelab.study.foreign import check_shape
from limelab.study.memory import Rows
from limelab.study.ready import Split, fitted, split
from limelab.types import Array, Cloud, Explainer, Moves, NotApplicable, Perturbation, View

if TYPE_CHECKING:
    from limelab.study.spec import Task

MOVED = ("importance", "effect")
_UNMOVED = "numbers and categories of a table have small moves; a document or picture has none"


def moved_points(view: View, x: Array, moves: Moves, seed: int) -> Array:
    """Small moves (I, P, d) of rows x (I, d), each row's keyed by the row itself."""
    law = Uniform(moves.radius)
    return spread_out(sample(law, view, x, moves.size, "own", child(seed, "moves")))


@dataclass(frozen=True)
class MovedRows:
    """The model's answers (I, P, C) at the moved rows themselves."""

    task: Task
    seed: int
    moves: Moves
    kind = "moved rows"

    def run(self) -> Made:
        """Ask at every move."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        if data.ragged:
            return Made({}, {"declined": _UNMOVED})
        f = asked(model.box, data.table, self.points(data))
        return Made({"f": f}, {}, self.forecast())

    def forecast(self) -> dict[str, int]:
        """Rows that it will ask, by kind."""
        if split(self.task, self.seed).ragged:
            return {}
        return {"moves": self.task.instances * self.moves.size}

    def points(self, data: Split) -> Array:
        """The moved rows (I, P, d)."""
        return moved_points(data.table, data.x, self.moves, self.seed)


@dataclass(frozen=True)
class MovedAnswers:
    """The model's answers (I, P, N, C) to one sampler's clouds round the moved rows.

    Nothing is asked where the law does not depend on x: the points are those of the first repeat.
    """

    task: Task
    seed: int
    perturbation: Perturbation
    n: int
    draws: str
    moves: Moves
    rows: Rows
    kind = "moved answers"

    def run(self) -> Made:
        """Ask one row's moves at a time."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.queries
        try:
            if self.free():
                return Made({}, {"free": True})
            y = np.stack([answers(model.box, data.table, cloud) for cloud in self.clouds()])
        except NotApplicable as reason:
            return Made({}, {"declined": str(reason)})
        return Made({"y": y}, {}, {"moves": model.queries - before})

    def forecast(self) -> dict[str, int]:
        """Rows that it will ask, by kind."""
        try:
            asks = not self.free()
        except NotApplicable:
            return {}
        start, stop = self.rows
        return {"moves": (stop - start) * self.moves.size * self.n} if asks else {}

    def free(self) -> bool:
        """Whether the law is free of x."""
        data = split(self.task, self.seed)
        both = np.concatenate([data.x, self._moved.points(data)[:, 0]])
        u = uniforms(self.perturbation.design, self.perturbation.dims(data.table), 2, None, 0)
        return free(drawn(self.perturbation, data.table, both, u))

    def clouds(self) -> Iterator[Cloud]:
        """One cloud of P rows for each instance, on its own draws of the first repeat."""
        data, law, own = (
            split(self.task, self.seed),
            self.perturbation,
            child(self.seed, "repeat", 0),
        )
        some = slice(*self.rows)
        for x, points in zip(data.x[some], self._moved.points(data)[some], strict=True):
            key = None if self.draws == "shared" else x[None]
            u = uniforms(law.design, law.dims(data.table), self.n, key, own)
            yield drawn(law, data.table, points, u)

    @property
    def _moved(self) -> MovedRows:
        return MovedRows(self.task, self.seed, self.moves)


@dataclass(frozen=True)
class MovedForeign:
    """What an explainer that is not made of our parts says of the moved rows."""

    task: Task
    seed: int
    explainer: Explainer
    moves: Moves
    kind = "moved explainer"

    def run(self) -> Made:
        """Explain all rows at their first move, then at their second, ..."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before, own = model.queries, child(self.seed, "repeat", 0)
        if data.ragged:
            return Made({}, {"declined": _UNMOVED})
        points = MovedRows(self.task, self.seed, self.moves).points(data)
        shape = (len(data.x), len(data.table.names), len(model.box.outputs))
        said = []
        for p in range(self.moves.size):
            rows = data.table.decode(points[:, p].copy())
            try:
                found = explain_with(self.explainer, model.box, data.table, rows, own)
            except NotApplicable as reason:
                return Made({}, {"declined": str(reason)}, {"moves": model.queries - before})
            check_shape(found, shape)
            said.append(found)
        arrays = {name: np.stack([getattr(one, name) for one in said], axis=1) for name in MOVED}
        arrays["declined"] = np.stack([one.declined for one in said], axis=1).astype(str)
        return Made(arrays, {}, {"moves": model.queries - before})

    def forecast(self) -> dict[str, int]:
        """Nothing: how much it will ask is its own affair."""
        return {}
