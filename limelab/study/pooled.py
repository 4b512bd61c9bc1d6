"""The block of metrics that need all rows of a task at once, from chunks of them; no fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from limelab.study.blocks import Made
from limelab.study.gathering import (
    Condition,
    Stored,
    coordinates,
    lacking_references,
    references_of,
)
from limelab.study.ready import split
from limelab.study.rows import score_columns, score_rows, to_csv, with_lead
from limelab.study.scoring import KEPT, lead_of
from limelab.types import Evidence, Metric

if TYPE_CHECKING:
    from limelab.study.spec import Task


_APART = (
    "each document or picture has features of its own: the metric goes over rows that share them"
)


@dataclass(frozen=True)
class Pooled:
    """Score the explanations of all chunks of one sampler's conditions together.

    Attributes
    ----------
    metrics : tuple of Metric
        Those that go over instances.
    chunks : tuple of Stored
        The scoring blocks, in the order of the rows.
    facts, references : Stored
    names : (features, outputs)
        No features where each row has its own.
    """

    task: Task
    seed: int
    conditions: tuple[Condition, ...]
    metrics: tuple[Metric, ...]
    factor_names: tuple[str, ...]
    chunks: tuple[Stored, ...]
    facts: Stored
    names: tuple[tuple[str, ...], tuple[str, ...]]
    references: tuple[tuple[str, Stored], ...] = ()
    kind = "pooled"

    def run(self) -> Made:
        """Rows of all conditions as CSV, and what broke on the way."""
        loaded = [stored.load() for stored in self.chunks]
        labels = split(self.task, self.seed).labels
        lacks = {what: reason for what, reason in lacking_references(self.references) if reason}
        if not self.names[0]:
            lacks["other rows"] = _APART
        frames, errors = [], []
        for n, condition in enumerate(self.conditions):
            evidence = self._evidence(n, loaded)
            rows, failed = score_rows(evidence, self.metrics, labels, lacks, self.factor_names)
            frames.append(with_lead(lead_of(self.task, condition, self.factor_names), rows))
            errors += [(condition.name, *one) for one in failed]
        scores = pd.concat(frames)
        known = {*score_columns(self.factor_names)}
        columns = score_columns(self.factor_names, [str(c) for c in scores if c not in known])
        text = np.frombuffer(to_csv(scores[columns], header=False), np.uint8)
        meta = {"columns": columns, "errors": errors, "rows": len(scores)}
        return Made({"scores": text}, meta)

    def _evidence(self, condition: int, loaded: Sequence[dict[str, Any]]) -> Evidence:
        """Evidence of all rows, without the judges' points, which no such metric reads."""
        facts = self.facts.load()
        stacks: dict[str, Any] = {}
        apart = not self.names[0]
        for name in KEPT:
            found = [
                _without_features(chunk[f"{condition} {name}"], apart=apart)
                for chunk in loaded
                if f"{condition} {name}" in chunk
            ]
            stacks[name] = np.concatenate(found, axis=1) if found else None
        stacks["declined"] = stacks["declined"].astype(object)
        return Evidence(
            names=self.names[0],
            outputs=self.names[1],
            f_at_x=facts["f"],
            model_sd=facts["model_sd"],
            judged=(),
            references=references_of(self.references),
            coordinates=coordinates(split(self.task, self.seed), (0, self.task.instances)),
            **stacks,
        )


def _without_features(array: npt.NDArray[Any], *, apart: bool) -> npt.NDArray[Any]:
    """Arrays (R, I, k, C) of rows that have their features apart, without these."""
    return array[:, :, :0] if apart and array.ndim == 4 else array
