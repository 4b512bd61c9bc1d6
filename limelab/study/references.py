"""Blocks of importances to compare with, each asked only where a metric needs it; no explainer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from limelab.importance import (
    conditional_importance,
    drop_column_importance,
    impurity_importance,
    local_importance,
)
from limelab.seeds import child, generator
from limelab.study.blocks import (
    NO_GLOBAL,
    REFERENCE_NULLS,
    REFERENCE_REPEATS,
    REFERENCE_ROWS,
    Made,
    dependence_note,
)
from limelab.study.knowing import middle
from limelab.study.memory import Rows
from limelab.study.ready import Fitted, Split, fit_boxes, fitted, split
from limelab.types import Array, NotApplicable
from limelab.vectorised import shortcut

if TYPE_CHECKING:
    from limelab.study.spec import Judge, Task

LOCAL_SIZE, LOCAL_REPEATS = 200, 3
DROP_REPEATS, DROP_NULLS = 3, 2  # each of them fits one model a feature


@dataclass(frozen=True)
class Further:
    """One reference of a task's model, and of models refitted on the shuffled targets of others."""

    task: Task
    seed: int
    name: str
    kind = "references"

    def run(self) -> Made:
        """The model's own importance (P, k, C), then that of each refitted model."""
        data, model, how = (
            split(self.task, self.seed),
            fitted(self.task, self.seed),
            _HOW[self.name],
        )
        if data.ragged:
            return Made({}, {"declined": NO_GLOBAL})
        try:
            own, asked = how.find(self, data, model, 0)
        except NotApplicable as reason:
            return Made({}, {"declined": str(reason)})
        queries = Counter({"reference": asked})
        nulls = []
        for q in range(1, how.nulls + 1):
            null = fit_null(self.task, self.seed, data, q)
            found, asked = how.find(self, data, null, q)
            nulls.append(found)
            queries += Counter({"null reference": asked, "probe": null.probes})
        note = dependence_note(data.table.background, data.table.categorical)
        arrays: dict[str, Any] = {
            self.name: own,
            f"{self.name}_null": np.concatenate(nulls),
            "note": np.frombuffer(note.encode(), dtype=np.uint8),
        }
        return Made(arrays, {}, dict(+queries))

    def forecast(self) -> dict[str, int]:
        """Rows that it will ask, by kind."""
        data, how = split(self.task, self.seed), _HOW[self.name]
        if data.ragged:
            return {}
        rows, k = min(len(data.held_X), REFERENCE_ROWS), len(data.table.names)
        own, null = how.queries(rows, k, how.repeats), how.nulls * how.queries(rows, k, 1)
        return {"reference": own, "null reference": null} if own else {}


def fit_null(task: Task, seed: int, data: Split, q: int) -> Fitted:
    """The model refitted on the qth shuffle of the targets; the same for every reference."""
    return fit_boxes(task, data, _shuffled(seed, data, q), child(seed, "model", q))


def _shuffled(seed: int, data: Split, q: int) -> Any:
    """The targets of the training rows, shuffled; as they are for q = 0."""
    if q == 0:
        return data.train_y
    return data.train_y[generator(seed, "null", q).permutation(len(data.train_y))]


def _conditional(block: Further, data: Split, model: Fitted, q: int) -> tuple[Array, int]:
    held, before = data.table.encode(data.held_X.iloc[:REFERENCE_ROWS]), model.queries
    repeats, rng = 1 if q else REFERENCE_REPEATS, generator(block.seed, "conditional", q)
    found = conditional_importance(model.box, data.table, held, repeats=repeats, rng=rng)
    return found, model.queries - before


def _impurity(block: Further, data: Split, model: Fitted, q: int) -> tuple[Array, int]:
    return impurity_importance(model.whole.model, data.table), 0


def _drop_column(block: Further, data: Split, model: Fitted, q: int) -> tuple[Array, int]:
    """Of other models than the task's: every one is fitted without a feature."""
    test_X, repeats = data.held_X.iloc[:REFERENCE_ROWS], 1 if q else DROP_REPEATS
    found = drop_column_importance(
        lambda frame, seed: block.task.model.build(data.kind, frame, seed=seed),
        (data.train_X, _shuffled(block.seed, data, q)),
        (test_X, data.held_y[: len(test_X)]),
        repeats=repeats,
        seed=child(block.seed, "drop column", q),
    )
    return found, _refit_queries(len(test_X), len(data.table.names), repeats)


def _replaced_queries(rows: int, k: int, repeats: int) -> int:
    return rows * (1 + k * repeats)


def _refit_queries(rows: int, k: int, repeats: int) -> int:
    return rows * (1 + k) * repeats


def _no_queries(rows: int, k: int, repeats: int) -> int:
    return 0


class _How(NamedTuple):
    """How a reference is found, and how many rows one repeat of it asks."""

    find: Callable[[Further, Split, Fitted, int], tuple[Array, int]]
    queries: Callable[[int, int, int], int]
    repeats: int
    nulls: int


_HOW: MappingProxyType[str, _How] = MappingProxyType(
    {
        "conditional": _How(_conditional, _replaced_queries, REFERENCE_REPEATS, REFERENCE_NULLS),
        "impurity": _How(_impurity, _no_queries, 1, REFERENCE_NULLS),
        "drop_column": _How(_drop_column, _refit_queries, DROP_REPEATS, DROP_NULLS),
    }
)


@dataclass(frozen=True)
class Local:
    """Local permutation importance (P, I, k, C): features redrawn in the judge's middle region.

    Of several judges, the first whose law knows the data.
    """

    task: Task
    seed: int
    judges: tuple[Judge, ...]
    rows: Rows
    kind = "local importance"

    def run(self) -> Made:
        """Ask round every row."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.queries
        view, x = data.at(self.rows)
        asked, reasons = shortcut(model.box, view), []
        for judge in self.judges:
            try:
                found = local_importance(
                    *asked,
                    x,
                    judge.law.at(middle(judge)),
                    size=LOCAL_SIZE,
                    repeats=LOCAL_REPEATS,
                    seed=child(self.seed, "local"),
                )
            except NotApplicable as reason:
                reasons.append(str(reason))
            else:
                return Made({"local": found}, {}, {"reference": model.queries - before})
        return Made({}, {"declined": "; ".join(reasons)})

    def forecast(self) -> dict[str, int]:
        """Rows that it will ask, by kind."""
        view, x = split(self.task, self.seed).at(self.rows)
        return {"reference": LOCAL_REPEATS * len(x) * LOCAL_SIZE * (1 + len(view.names))}
