"""The scoring block: fits of one sampler's conditions, their evidence, their rows; no query."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from limelab.lime import Lime
from limelab.study import evidence as gather
from limelab.study.blocks import Judgement, Made
from limelab.study.ready import split
from limelab.study.rows import (
    LEAD,
    explanation_columns,
    explanation_rows,
    score_columns,
    score_rows,
    to_csv,
    with_lead,
)
from limelab.study.store import load_arrays
from limelab.types import Evidence, Explainer, Metric, Reference

if TYPE_CHECKING:
    from limelab.study.spec import Task

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Stored:
    """Where a block's arrays lie, or why there are none."""

    folder: str
    digest: str = ""
    reason: str = ""

    def load(self) -> Arrays:
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
    judged : tuple of tuples of (Judgement, Stored), one tuple a judge
    facts, references : Stored
    names : (features, outputs)
    """

    task: Task
    seed: int
    conditions: tuple[Condition, ...]
    metrics: tuple[Metric, ...]
    factor_names: tuple[str, ...]
    asked: tuple[tuple[Any, Stored], ...]
    judged: tuple[tuple[tuple[Judgement, Stored], ...], ...]
    facts: Stored
    names: tuple[tuple[str, ...], tuple[str, ...]]
    references: Stored | None = None
    kind = "scores"

    def run(self) -> Made:
        """Rows of all conditions as CSV, and what broke on the way."""
        frame = self._frame()
        loaded = [(spec, stored.reason or stored.load()) for spec, stored in self.asked]
        scores, told, errors = [], [], []
        for condition, found in zip(self.conditions, self._found(frame, loaded), strict=True):
            if isinstance(found, gather.Broken):
                errors += [(condition.name, "fit", found.reason)] if found.error else []
                found = gather.of_nothing(frame, len(loaded), found.reason)
            evidence, extra = found
            lead = self._lead(condition)
            rows, failed = score_rows(evidence, self.metrics, frame.labels)
            scores.append(with_lead(lead, rows))
            told.append(with_lead(lead, explanation_rows(evidence, extra, frame.labels)))
            errors += [(condition.name, *one) for one in failed]
        return self._made(pd.concat(scores), pd.concat(told), errors)

    def _made(self, scores: pd.DataFrame, told: pd.DataFrame, errors: Sequence[Any]) -> Made:
        known = {*score_columns(self.factor_names)}
        columns = score_columns(self.factor_names, [str(c) for c in scores if c not in known])
        texts = {
            "scores": to_csv(scores[columns], header=False),
            "told": gzip.compress(
                to_csv(told[explanation_columns(self.factor_names)], header=False), 4, mtime=0
            ),
        }
        arrays = {name: np.frombuffer(text, np.uint8) for name, text in texts.items()}
        return Made(arrays, {"columns": columns, "errors": errors, "rows": len(scores)})

    def _frame(self) -> gather.Frame:
        facts = self.facts.load()
        judged = [
            ([spec for spec, _ in repeats], np.stack([stored.load()["f"] for _, stored in repeats]))
            for repeats in self.judged
        ]
        return gather.Frame(
            *self.names,
            labels=split(self.task, self.seed).labels,
            f=facts["f"],
            model_sd=facts["model_sd"],
            judgements=judged,
            references=self._references(),
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

    def _found(
        self, frame: gather.Frame, loaded: Sequence[tuple[Any, Any]]
    ) -> list[tuple[Evidence, Arrays] | gather.Broken]:
        """Evidence of each condition, or why there is none."""
        limes = [c.explainer for c in self.conditions if type(c.explainer) is Lime]
        if not limes:
            return [gather.of_arrays(frame, [arrays for _, arrays in loaded])]
        asked = [(spec, y if isinstance(y, str) else y["y"]) for spec, y in loaded]
        return gather.of_group(frame, limes, asked)

    def _lead(self, condition: Condition) -> dict[str, Any]:
        values = (self.task.name, self.task.data_name, self.task.model.name, condition.name)
        factors = dict(condition.factors)
        return {
            **dict(zip(LEAD, values, strict=True)),
            **{name: factors.get(name, "") for name in self.factor_names},
            "draws": getattr(condition.explainer, "draws", "own"),
        }
