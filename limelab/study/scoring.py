"""The scoring block: fits of one sampler's conditions, their evidence, their rows; no query."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from limelab.lime import Lime
from limelab.study import evidence as gather
from limelab.study.blocks import Answers, Judgement, Made
from limelab.study.ready import split
from limelab.study.spec import Task
from limelab.study.store import load_arrays
from limelab.types import Array, Evidence, Explainer, Metric, NotApplicable, Reference, Score

LEAD = ("task", "dataset", "model", "condition")
AXES = ("repeat", "instance", "output", "metric", "judge", "radius", "value")
_DIGITS = "%.9g"


@dataclass(frozen=True)
class Stored:
    """Where a block's arrays lie, or why there are none."""

    folder: str
    digest: str = ""
    reason: str = ""

    def load(self) -> dict[str, Array]:
        """The arrays, checked."""
        return load_arrays(Path(self.folder), self.digest)


@dataclass(frozen=True)
class Condition:
    """A named explainer with its factors."""

    name: str
    explainer: Explainer
    factors: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Scoring:
    """Fit, judge and score all conditions that share a sampler, over all repeats of a task.

    Attributes
    ----------
    asked : tuple of (spec, Stored), one a repeat
        Answers for conditions made of our parts, Foreign for another explainer.
    facts, references : Stored
    judged : tuple of tuples of (Judgement, Stored), one tuple a judge
    """

    task: Task
    seed: int
    conditions: tuple[Condition, ...]
    metrics: tuple[Metric, ...]
    factor_names: tuple[str, ...]
    asked: tuple[tuple[Any, Stored], ...]
    judged: tuple[tuple[tuple[Judgement, Stored], ...], ...]
    facts: Stored
    meta: tuple[tuple[str, ...], tuple[str, ...]]
    references: Stored | None = field(default=None)
    kind = "scores"

    def run(self) -> Made:
        frame = self._frame()
        loaded = [(spec, _arrays_or_reason(stored)) for spec, stored in self.asked]
        scores, explanations, errors = [], [], []
        for condition in self.conditions:
            evidence, extra = self._evidence(frame, condition, loaded)
            lead = self._lead(condition)
            rows, failed = score_rows(evidence, self.metrics, frame.labels)
            scores.append(_with_lead(lead, rows))
            explanations.append(_with_lead(lead, explanation_rows(evidence, extra, frame.labels)))
            errors += [f"{condition.name}: {text}" for text in failed]
        table = pd.concat(scores, ignore_index=True)
        text = _csv(table)
        told = gzip.compress(_csv(pd.concat(explanations, ignore_index=True)), 4, mtime=0)
        arrays = {name: np.frombuffer(raw, np.uint8) for name, raw in (("scores", text), ("told", told))}
        return Made(arrays, {"columns": list(table.columns), "errors": errors, "rows": len(table)})

    def _frame(self) -> gather.Frame:
        facts = self.facts.load()
        judged = [
            ([spec for spec, _ in repeats], np.stack([stored.load()["f"] for _, stored in repeats]))
            for repeats in self.judged
        ]
        labels = split(self.task, self.seed).labels
        return gather.Frame(
            *self.meta, labels, facts["f"], facts["model_sd"], judged, self._references()
        )

    def _references(self) -> dict[str, Reference]:
        if self.references is None:
            return {}
        arrays = self.references.load()
        note = bytes(arrays["note"]).decode()
        return {
            name: Reference(arrays[name], arrays[f"{name}_null"], note)
            for name in ("prediction", "label")
        }

    def _evidence(
        self, frame: gather.Frame, condition: Condition, loaded: Sequence[tuple[Any, Any]]
    ) -> tuple[Evidence, dict[str, Array]]:
        if type(condition.explainer) is Lime:
            asked = [(spec, y if isinstance(y, str) else y["y"]) for spec, y in loaded]
            return gather.of_lime(frame, condition.explainer, asked)
        return gather.of_arrays(frame, [found for _, found in loaded])

    def _lead(self, condition: Condition) -> dict[str, Any]:
        values = (self.task.name, self.task.data_name, self.task.model.name, condition.name)
        factors = dict(condition.factors)
        return {
            **dict(zip(LEAD, values, strict=True)),
            **{name: factors.get(name, "") for name in self.factor_names},
            "draws": getattr(condition.explainer, "draws", "own"),
        }


def _arrays_or_reason(stored: Stored) -> dict[str, Array] | str:
    return stored.reason if stored.reason else stored.load()


def score_rows(
    evidence: Evidence, metrics: Sequence[Metric], labels: Sequence[Any]
) -> tuple[pd.DataFrame, list[str]]:
    """Tidy rows of every metric, and the metrics that broke: their rows say how."""
    frames, errors = [], []
    for metric in metrics:
        try:
            scores = list(metric.score(evidence))
        except NotApplicable as reason:
            scores = [_nothing(str(reason))]
        except Exception as error:  # noqa: BLE001 -- a metric that breaks is a row, not the end
            errors.append(f"{metric.name}: {type(error).__name__}: {error}")
            scores = [_nothing(errors[-1])]
        frames += [_rows(metric.name, score, evidence, labels) for score in scores]
    return pd.concat(frames, ignore_index=True), errors


def _nothing(reason: str) -> Score:
    return Score(np.full((1, 1, 1), np.nan), {}, reason)


def _rows(name: str, score: Score, evidence: Evidence, labels: Sequence[Any]) -> pd.DataFrame:
    shape = score.values.shape
    size = score.values.size
    axes = (range(len(evidence.importance)), list(labels), list(evidence.outputs))
    named = [
        np.array([*axis, None], dtype=object)[:-1] if n > 1 or len(axis) == 1 else np.array([""], object)
        for axis, n in zip(axes, shape, strict=True)
    ]
    repeat, instance, output = (grid.ravel() for grid in np.meshgrid(*named, indexing="ij"))
    columns = {
        "repeat": repeat,
        "instance": instance,
        "output": output,
        "metric": np.full(size, name, dtype=object),
        "judge": np.full(size, "", dtype=object),
        "radius": np.full(size, np.nan),
        "value": score.values.ravel(),
    }
    for key, value in score.columns.items():
        columns[key] = np.broadcast_to(np.asarray(value), shape).ravel()
    columns["note"] = np.broadcast_to(np.asarray(score.note, dtype=object), shape).ravel()
    return pd.DataFrame(columns)


def explanation_rows(
    evidence: Evidence, extra: dict[str, Array], labels: Sequence[Any]
) -> pd.DataFrame:
    """Tidy rows of all repeats: one for each repeat, instance, output and feature."""
    long = {
        name: np.swapaxes(array, 2, 3)
        for name, array in (
            *extra.items(),
            ("importance", evidence.importance),
            ("effect", evidence.effect),
            ("selected", evidence.selected),
            ("determined", evidence.determined),
        )
    }
    shape = long["importance"].shape
    note = np.broadcast_to(evidence.declined[:, :, None, None], shape)
    axes = (range(shape[0]), list(labels), list(evidence.outputs), list(evidence.names))
    grids = np.meshgrid(*(np.arange(len(axis)) for axis in axes), indexing="ij")
    named = {
        name: np.array([*axis, None], dtype=object)[:-1][grid.ravel()]
        for name, axis, grid in zip(("repeat", "instance", "output", "feature"), axes, grids, strict=True)
    }
    values = {name: array.ravel() for name, array in long.items()}
    return pd.DataFrame({**named, **values, "note": note.ravel()})


def _with_lead(lead: dict[str, Any], rows: pd.DataFrame) -> pd.DataFrame:
    """Leading columns first, known axes next, further columns by name, the note last."""
    known = [name for name in (*AXES, "feature") if name in rows]
    rest = [name for name in rows if name not in known and name != "note"]
    front = pd.DataFrame({name: np.full(len(rows), value, object) for name, value in lead.items()})
    return pd.concat([front, rows[[*known, *rest, "note"]]], axis=1)


def _csv(frame: pd.DataFrame) -> bytes:
    """Rows without a header; the header is written once for all blocks."""
    text = io.StringIO()
    frame.to_csv(text, index=False, header=False, float_format=_DIGITS, lineterminator="\n")
    return text.getvalue().encode()


EXPLANATION_AXES = ("repeat", "instance", "output", "feature", "coef", "stderr", "importance",
                    "effect", "selected", "determined", "note")  # fmt: skip


def explanation_header(factor_names: Sequence[str]) -> list[str]:
    """Columns of the table of explanations."""
    return [*LEAD, *factor_names, "draws", *EXPLANATION_AXES]


__all__ = ["Answers", "Condition", "Scoring", "Stored", "explanation_header", "score_rows"]
