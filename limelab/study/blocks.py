"""Blocks that ask: units of work and of storage, each a small frozen spec with a run(); no key."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from limelab import models
from limelab.blackbox import BlackBox, one_thread
from limelab.importance import label_importance, prediction_importance
from limelab.sampling import answers, free, sample
from limelab.seeds import child, generator
from limelab.study.memory import BATCH, Rows
from limelab.study.ready import Fitted, Split, fit_boxes, fitted, split, tally
from limelab.types import Array, BadInput, Cloud, NotApplicable, Perturbation, View
from limelab.vectorised import shortcut

if TYPE_CHECKING:
    from limelab.study.spec import Judge, Measure, Task

REFERENCE_ROWS, REFERENCE_REPEATS, REFERENCE_NULLS = 300, 5, 5
NO_GLOBAL = (
    "each document or picture has features of its own, so that none has an importance over all of "
    "them"
)
_CALL = 2**15  # rows of one call of the model


@dataclass(frozen=True, eq=False)
class Made:
    """What a block hands back: arrays, facts for JSON, queries by kind, seconds."""

    arrays: dict[str, npt.NDArray[Any]]
    meta: dict[str, Any] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


def execute(spec: Any) -> Made:
    """Run one block on one thread; time it, and count the probes if it had to fit the model."""
    started, (_, before) = time.perf_counter(), tally(spec.task, spec.seed)
    with one_thread():
        made: Made = spec.run()
    probes = tally(spec.task, spec.seed)[1] - before + made.queries.get("probe", 0)
    queries = made.queries | ({"probe": probes} if probes else {})
    return replace(made, queries=queries, seconds=time.perf_counter() - started)


@dataclass(frozen=True)
class Facts:
    """The model of a task: its answers at the rows, its spread, its test scores."""

    task: Task
    seed: int
    kind = "facts"

    def run(self) -> Made:
        """Ask at the rows, over the background and, for the scores, over the held-out rows."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        f, background = _at_rows(model.box, data), model.box.ask(_background(data))
        scores = models.test_score(model.whole.model, data.held_X, data.held_y, data.kind)
        meta = {
            "features": [] if data.ragged else list(data.table.names),
            "own_features": [len(view.names) for view in data.views] if data.ragged else [],
            "outputs": list(model.box.outputs),
            "kind": data.kind,
            "rows": len(data.train_X),
            "held_out": len(data.held_X),
            "scores": {name: float(value) for name, value in scores.items()},
        }
        return Made({"f": f, "model_sd": background.std(axis=0)}, meta, self.forecast())

    def forecast(self) -> dict[str, int]:
        """Rows that it will ask, by kind."""
        data = split(self.task, self.seed)
        return {
            "f(x)": len(data.labels),
            "background": len(data.background),
            "test": len(data.held_X),
        }


def _at_rows(box: BlackBox, data: Split) -> Array:
    """The model (I, C) at the rows to explain."""
    if not data.ragged:
        return box.ask(data.table.decode(data.x.copy()))
    return np.concatenate([box.ask(view.decode(view.x)) for view in data.views])


def _background(data: Split) -> Any:
    return data.background if data.ragged else data.table.decode(data.table.background.copy())


@dataclass(frozen=True)
class References:
    """Permutation importances of a task's model and of models refitted on shuffled targets."""

    task: Task
    seed: int
    kind = "references"

    def run(self) -> Made:
        """The model's own importances, then those of each refitted model."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        if data.ragged:
            return Made({}, {"declined": NO_GLOBAL})
        before = model.queries
        pairs = [self._pair(data, model, 0)]
        queries = {"reference": model.queries - before, "null reference": 0, "probe": 0}
        for q in range(1, REFERENCE_NULLS + 1):
            shuffled = data.train_y[generator(self.seed, "null", q).permutation(len(data.train_y))]
            null = fit_boxes(self.task, data, shuffled, child(self.seed, "model", q))
            pairs.append(self._pair(data, null, q))
            queries["null reference"] += null.queries
            queries["probe"] += null.probes
        return Made(_reference_arrays(data, pairs), {}, queries)

    def forecast(self) -> dict[str, int]:
        """Rows that it will ask, by kind."""
        data = split(self.task, self.seed)
        if data.ragged:
            return {}
        rows, k = min(len(data.held_X), REFERENCE_ROWS), len(data.table.names)
        nulls = REFERENCE_NULLS * 2 * rows * (1 + k)
        return {"reference": 2 * rows * (1 + k * REFERENCE_REPEATS), "null reference": nulls}

    def _pair(self, data: Split, model: Fitted, q: int) -> tuple[Array, Array]:
        """Importances without and with labels; refitted models, q > 0, get one repeat."""
        held = data.table.encode(data.held_X.iloc[:REFERENCE_ROWS])
        y, repeats = data.held_y[: len(held)], 1 if q else REFERENCE_REPEATS
        rng, own = generator(self.seed, "reference", q), child(self.seed, "reference", q) % 2**31
        return (
            prediction_importance(model.box, data.table, held, repeats=repeats, rng=rng),
            label_importance(model.whole, data.table, held, y, repeats=repeats, seed=own),
        )


def _reference_arrays(data: Split, pairs: list[tuple[Array, Array]]) -> dict[str, npt.NDArray[Any]]:
    """The model's importances, first of the pairs, and the nulls of the others."""
    (prediction, label), *nulls = pairs
    note = dependence_note(data.table.background, data.table.categorical)
    return {
        "prediction": prediction,
        "label": label,
        "prediction_null": np.concatenate([null[0] for null in nulls]),
        "label_null": np.concatenate([null[1] for null in nulls]),
        "note": np.frombuffer(note.encode(), dtype=np.uint8),
    }


def dependence_note(background: Array, categorical: Any) -> str:
    """A caution where numeric features depend on each other, or "".

    Examples
    --------
    >>> x = np.arange(4.0)
    >>> dependence_note(np.column_stack([x, 2 * x]), np.array([False, False]))
    'features correlate (|r| up to 1.00): permutation hides what they share'
    """
    numbers = background[:, ~categorical]
    numbers = numbers[:, np.ptp(numbers, axis=0) > 0]
    if numbers.shape[1] < 2:
        return ""
    r = np.abs(np.corrcoef(numbers, rowvar=False) - np.eye(numbers.shape[1])).max()
    if r < 0.8:
        return ""
    return f"features correlate (|r| up to {r:.2f}): permutation hides what they share"


@dataclass(frozen=True)
class Judgement:
    """The model's answers (radii, I, M, C) at a judge's points in one repeat, for some rows."""

    task: Task
    seed: int
    judge: Judge
    repeat: int
    rows: Rows
    kind = "judge"

    def run(self) -> Made:
        """Ask at the points of every radius, a batch of rows at a time."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.queries
        view, x = data.at(self.rows)
        box, seen = shortcut(model.box, view)
        try:
            stacks = [
                [answers(box, seen, cloud) for cloud in self.clouds(view, part)]
                for part in parts(x, self.judge.size)
            ]
        except NotApplicable as reason:  # another judge of the study may know these data
            return Made({}, {"declined": str(reason)})
        f = np.stack([np.concatenate(radius) for radius in zip(*stacks, strict=True)])
        return Made({"f": f}, {}, {"judge": model.queries - before})

    def forecast(self) -> dict[str, int]:
        """Rows that it will ask, by kind."""
        start, stop = self.rows
        return {"judge": (stop - start) * len(self.judge.radii) * self.judge.size}

    def clouds(self, view: View, x: Array) -> list[Cloud]:
        """The points round some rows, one cloud a radius; the seeds are nobody else's."""
        own = child(self.seed, "judge", self.repeat)
        laws = [self.judge.law.at(radius) for radius in self.judge.radii]
        return [sample(law, view, x, self.judge.size, "own", own) for law in laws]


@dataclass(frozen=True)
class Answers:
    """The model's answers (I or 1, N, C) to one sampler's cloud in one repeat, for some rows.

    They are asked at the longest. Where one query set serves every instance, `rows` are all.
    """

    task: Task
    seed: int
    perturbation: Perturbation
    n: int
    draws: str
    repeat: int
    rows: Rows
    kind = "answers"

    def run(self) -> Made:
        """Ask a batch of rows at a time, or once where one query set serves them all."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.queries
        view, x = data.at(self.rows)
        box, seen = shortcut(model.box, view)
        batches = parts(x, self.n)
        stacks = [
            answers(box, seen, self.cloud(view, part))
            for part in (batches[:1] if self.free else batches)
        ]
        return Made({"y": np.concatenate(stacks)}, {}, {"sampler": model.queries - before})

    def forecast(self) -> dict[str, int]:
        """Rows that it will ask, by kind."""
        start, stop = self.rows
        return {"sampler": self.n * (1 if self.free else stop - start)}

    @property
    def free(self) -> bool:
        """Whether one query set serves every instance."""
        if self.draws != "shared":
            return False
        try:
            data = split(self.task, self.seed)
            return free(replace(self, n=2).cloud(data.table, data.x))
        except Exception:  # the block itself will say why
            return False

    def cloud(self, view: View, x: Array) -> Cloud:
        """The sampler's cloud round some rows."""
        own = child(self.seed, "repeat", self.repeat)
        return sample(self.perturbation, view, x, self.n, self.draws, own)


def asked(box: BlackBox, view: View, points: Array) -> Array:
    """The model's answers (..., C) at points (..., d), NaN where a point is; in bounded calls."""
    flat = points.reshape(-1, points.shape[-1])
    f = np.full((len(flat), len(box.outputs)), np.nan)
    there = np.flatnonzero(np.isfinite(flat).all(axis=1))
    for start in range(0, len(there), _CALL):
        some = there[start : start + _CALL]
        f[some] = box.ask(view.decode(flat[some]))
    return f.reshape(*points.shape[:-1], len(box.outputs))


def parts(x: Array, n: int) -> list[Array]:
    """Rows in batches of bounded memory at n points each; draws do not depend on the borders."""
    step = max(1, BATCH // (n * x.shape[1]))
    return [x[start : start + step] for start in range(0, len(x), step)]


@dataclass(frozen=True)
class Measured:
    """One measure of a study on one task: a table of its own.

    Queries are those of the model that `limelab.study.ready.fitted` gives.
    """

    task: Task
    seed: int
    measure: Measure
    kind = "measure"

    def run(self) -> Made:
        """Call the measure, and keep its table as CSV."""
        before, _ = tally(self.task, self.seed)
        frame = self.measure(self.task, self.seed)
        asked = tally(self.task, self.seed)[0] - before
        if not isinstance(frame, pd.DataFrame):
            raise BadInput(
                f"the measure {self.measure.__name__} returned {type(frame).__name__}; "
                "expected a DataFrame"
            )
        named = frame.drop(columns="task", errors="ignore")
        named.insert(0, "task", self.task.name)
        text = named.to_csv(index=False, float_format="%.9g", lineterminator="\n").encode()
        queries = {"measure": asked} if asked else {}
        return Made({"csv": np.frombuffer(text, dtype=np.uint8)}, {}, queries)

    def forecast(self) -> dict[str, int]:
        """Nothing: how much it will ask is its own affair."""
        return {}
