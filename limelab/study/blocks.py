"""Blocks: the units of work and of storage; each is a small frozen spec with a run() and a key."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from limelab.blackbox import BlackBox, one_thread
from limelab.importance import label_importance, prediction_importance
from limelab.lime import explain_with
from limelab.sampling import answers, sample
from limelab.seeds import child, generator
from limelab.study.ready import Fitted, Split, fit_boxes, fitted, split
from limelab.study.spec import Judge, Measure, Task
from limelab.types import Array, Cloud, Explainer, Perturbation

REFERENCE_ROWS, REFERENCE_REPEATS, REFERENCE_NULLS = 300, 5, 5
FOREIGN = ("importance", "effect", "selected", "determined", "slope", "r2", "n_effective")
_BATCH = 2**17  # samples of one batch of instances: bounds memory, not results


@dataclass(frozen=True, eq=False)
class Made:
    """What a block hands back: arrays, facts for JSON, queries by kind, seconds."""

    arrays: dict[str, Array]
    meta: dict[str, Any] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


def execute(spec: Any) -> Made:
    """Run one block on one thread, and time it."""
    started = time.perf_counter()
    with one_thread():
        made: Made = spec.run()
    return Made(made.arrays, made.meta, made.queries, time.perf_counter() - started)


@dataclass(frozen=True)
class Facts:
    """The model of a task: its answers at the rows, its spread, its test scores."""

    task: Task
    seed: int
    kind = "facts"

    def run(self) -> Made:
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        f = model.box.ask(data.table.decode(data.x.copy()))
        background = model.box.ask(data.table.decode(data.table.background.copy()))
        meta = {
            "features": list(data.table.names),
            "outputs": list(model.box.outputs),
            "kind": data.kind,
            "rows": len(data.train_X),
            "held_out": len(data.held_X),
            "scores": {name: float(value) for name, value in model.scores.items()},
        }
        queries = {"f(x)": len(f), "background": len(background)}
        return Made({"f": f, "model_sd": background.std(axis=0)}, meta, queries)


@dataclass(frozen=True)
class References:
    """Permutation importances of a task's model and of models refitted on shuffled targets."""

    task: Task
    seed: int
    kind = "references"

    def run(self) -> Made:
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.queries
        prediction, label = self._pair(data, model.box, model.whole, 0)
        queries = {"reference": model.queries - before, "null reference": 0}
        nulls = []
        for q in range(1, REFERENCE_NULLS + 1):
            shuffled = data.train_y[generator(self.seed, "null", q).permutation(len(data.train_y))]
            box, whole = fit_boxes(self.task, data, shuffled, child(self.seed, "model", q))
            nulls.append(self._pair(data, box, whole, q))
            queries["null reference"] += Fitted(box, whole, {}).queries
        arrays = {
            "prediction": prediction,
            "label": label,
            "prediction_null": np.concatenate([null[0] for null in nulls]),
            "label_null": np.concatenate([null[1] for null in nulls]),
        }
        note = dependence_note(data.table.background, data.table.categorical)
        arrays["note"] = np.frombuffer(note.encode(), dtype=np.uint8)
        return Made(arrays, {}, queries)

    def _pair(
        self, data: Split, box: BlackBox, whole: BlackBox, q: int
    ) -> tuple[Array, Array]:
        """Importances without and with labels; models refitted on shuffled targets get one repeat."""
        held = data.table.encode(data.held_X.iloc[:REFERENCE_ROWS])
        repeats = 1 if q else REFERENCE_REPEATS
        rng, own = generator(self.seed, "reference", q), child(self.seed, "reference", q) % 2**31
        return (
            prediction_importance(box, data.table, held, repeats=repeats, rng=rng),
            label_importance(whole, data.table, held, data.held_y[: len(held)], repeats=repeats, seed=own),
        )  # fmt: skip


def dependence_note(background: Array, categorical: Any) -> str:
    """A caution where numeric features depend on each other, or ""."""
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
    """The model's answers (radii, I, M, C) at a judge's points in one repeat."""

    task: Task
    seed: int
    judge: Judge
    repeat: int
    kind = "judge"

    def run(self) -> Made:
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.box.queries
        stacks = [
            [answers(model.box, data.table, cloud) for cloud in self.clouds(part)]
            for part in parts(data.x, self.judge.size)
        ]
        f = np.stack([np.concatenate(radius) for radius in zip(*stacks, strict=True)])
        return Made({"f": f}, {}, {"judge": model.box.queries - before})

    def clouds(self, x: Array) -> list[Cloud]:
        """The points round some rows, one cloud a radius; the seeds are nobody else's."""
        table = split(self.task, self.seed).table
        own = child(self.seed, "judge", self.repeat)
        laws = [self.judge.law.at(radius) for radius in self.judge.radii]
        return [sample(law, table, x, self.judge.size, "own", own) for law in laws]


@dataclass(frozen=True)
class Answers:
    """The model's answers (I or 1, N, C) to one sampler's cloud in one repeat, at its longest."""

    task: Task
    seed: int
    perturbation: Perturbation
    n: int
    draws: str
    repeat: int
    kind = "answers"

    def run(self) -> Made:
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.box.queries
        stacks = []
        for part in parts(data.x, self.n):
            stacks.append(answers(model.box, data.table, self.cloud(part)))
            if len(stacks[0]) < len(part):
                break  # the law is free of x: one query set serves every instance
        y = np.concatenate(stacks)
        return Made({"y": y}, {}, {"sampler": model.box.queries - before})

    def cloud(self, x: Array) -> Cloud:
        """The sampler's cloud round some rows."""
        table = split(self.task, self.seed).table
        own = child(self.seed, "repeat", self.repeat)
        return sample(self.perturbation, table, x, self.n, self.draws, own)


def parts(x: Array, n: int) -> list[Array]:
    """Rows in batches of a bounded number of samples; draws do not depend on the borders."""
    step = max(1, _BATCH // n)
    return [x[start : start + step] for start in range(0, len(x), step)]


@dataclass(frozen=True)
class Foreign:
    """One repeat of an explainer that is not made of our parts."""

    task: Task
    seed: int
    explainer: Explainer
    repeat: int
    kind = "explainer"

    def run(self) -> Made:
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.box.queries
        rows = data.held_X.iloc[: self.task.instances]
        own = child(self.seed, "repeat", self.repeat)
        found = explain_with(self.explainer, model.box, data.table, rows, own)
        arrays = {name: np.asarray(getattr(found, name)) for name in FOREIGN}
        arrays["declined"] = found.declined.astype(str)
        return Made(arrays, {}, {"explainer": model.box.queries - before})


@dataclass(frozen=True)
class Measured:
    """One measure of a study on one task: a table of its own."""

    task: Task
    seed: int
    measure: Measure
    kind = "measure"

    def run(self) -> Made:
        frame = self.measure(self.task, self.seed)
        frame.insert(0, "task", self.task.name)
        text = frame.to_csv(index=False, float_format="%.9g").encode()
        return Made({"csv": np.frombuffer(text, dtype=np.uint8)})
