"""Blocks of importances to compare with, each asked only where a metric needs it; no explainer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from limelab import importance
from limelab.seeds import child, generator
from limelab.study.blocks import (
    REFERENCE_NULLS,
    REFERENCE_REPEATS,
    REFERENCE_ROWS,
    Made,
    dependence_note,
)
from limelab.study.knowing import middle
from limelab.study.ready import Fitted, Split, fit_boxes, fitted, split
from limelab.types import Array, NotApplicable

if TYPE_CHECKING:
    from limelab.study.spec import Judge, Task

LOCAL_SIZE, LOCAL_REPEATS = 200, 3


@dataclass(frozen=True)
class Further:
    """One reference of a task's model, and of models refitted on the shuffled targets of others."""

    task: Task
    seed: int
    name: str
    kind = "references"

    def run(self) -> Made:
        """The model's own importance (P, k, C), then that of each refitted model."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.queries
        find = _FINDERS[self.name]
        try:
            own = find(self, data, model, 0)
        except NotApplicable as reason:
            return Made({}, {"declined": str(reason)})
        queries = {"reference": model.queries - before, "null reference": 0, "probe": 0}
        nulls = []
        for q in range(1, REFERENCE_NULLS + 1):
            null = fit_null(self.task, self.seed, data, q)
            nulls.append(find(self, data, null, q))
            queries["null reference"] += null.queries
            queries["probe"] += null.probes
        note = dependence_note(data.table.background, data.table.categorical)
        arrays: dict[str, Any] = {
            self.name: own,
            f"{self.name}_null": np.concatenate(nulls),
            "note": np.frombuffer(note.encode(), dtype=np.uint8),
        }
        return Made(arrays, {}, {kind: n for kind, n in queries.items() if n})

    def forecast(self) -> dict[str, int]:
        """Rows that it will ask, by kind."""
        return _FORECASTS[self.name](self)


def fit_null(task: Task, seed: int, data: Split, q: int) -> Fitted:
    """The model refitted on the qth shuffle of the targets; the same for every reference."""
    shuffled = data.train_y[generator(seed, "null", q).permutation(len(data.train_y))]
    return fit_boxes(task, data, shuffled, child(seed, "model", q))


def _conditional(block: Further, data: Split, model: Fitted, q: int) -> Array:
    held = data.table.encode(data.held_X.iloc[:REFERENCE_ROWS])
    repeats, rng = 1 if q else REFERENCE_REPEATS, generator(block.seed, "conditional", q)
    found = importance.conditional_importance(model.box, data.table, held, repeats=repeats, rng=rng)
    return np.asarray(found)


def _impurity(block: Further, data: Split, model: Fitted, q: int) -> Array:
    return np.asarray(importance.impurity_importance(model.whole.model))


_Finder = Callable[[Further, Split, Fitted, int], Array]
_FINDERS: MappingProxyType[str, _Finder] = MappingProxyType(
    {"conditional": _conditional, "impurity": _impurity}
)


def _conditional_queries(block: Further) -> dict[str, int]:
    data = split(block.task, block.seed)
    rows, k = min(len(data.held_X), REFERENCE_ROWS), len(data.table.names)
    own, null = rows * (1 + k * REFERENCE_REPEATS), rows * (1 + k)
    return {"reference": own, "null reference": REFERENCE_NULLS * null}


_FORECASTS: MappingProxyType[str, Callable[[Further], dict[str, int]]] = MappingProxyType(
    {"conditional": _conditional_queries, "impurity": lambda block: {}}
)


@dataclass(frozen=True)
class Local:
    """Local permutation importance (P, I, k, C): features redrawn in the judge's middle region."""

    task: Task
    seed: int
    judge: Judge
    kind = "local importance"

    def run(self) -> Made:
        """Ask round every row."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.queries
        try:
            found = importance.local_importance(
                model.box,
                data.table,
                data.x,
                self.judge.law.at(middle(self.judge)),
                size=LOCAL_SIZE,
                repeats=LOCAL_REPEATS,
                seed=child(self.seed, "local"),
            )
        except NotApplicable as reason:
            return Made({}, {"declined": str(reason)})
        return Made({"local": np.asarray(found)}, {}, {"reference": model.queries - before})

    def forecast(self) -> dict[str, int]:
        """Rows that it will ask, by kind."""
        k = len(split(self.task, self.seed).table.names)
        return {"reference": LOCAL_REPEATS * self.task.instances * LOCAL_SIZE * (1 + k)}
