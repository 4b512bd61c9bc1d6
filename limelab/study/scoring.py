"""The scoring block: fits of one sampler's conditions, their evidence, their rows; no query."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from limelab.study.blocks import Made
from limelab.study.gathering import Condition, Gathered, Gathering, Stored
from limelab.study.memory import Rows
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
from limelab.types import Evidence, Metric

if TYPE_CHECKING:
    from limelab.study.spec import Task

Arrays = dict[str, npt.NDArray[Any]]
KEPT = (
    *("importance", "effect", "selected", "determined", "slope", "r2"),
    *("n_effective", "g_at_x", "declined", "coef", "stderr", "contribution", "local"),
)
OVER = (
    "the metric goes over all instances, of which there were some; let it say over_instances = True"
)


@dataclass(frozen=True)
class Scoring:
    """Fit, judge and score all conditions that share a sampler, over all repeats of some rows.

    Attributes
    ----------
    gathering : Gathering
    pooled : tuple of Metric
        Metrics that need the other rows of the task as well: they are scored by another block,
        for which the explanations are kept.
    probes : tuple of (condition, metric, Stored)
        The model's answers to what metrics asked about.
    """

    gathering: Gathering
    metrics: tuple[Metric, ...]
    factor_names: tuple[str, ...]
    pooled: tuple[Metric, ...] = ()
    probes: tuple[tuple[str, str, Stored], ...] = ()
    kind = "scores"

    @property
    def task(self) -> Task:
        """Of the conditions."""
        return self.gathering.task

    @property
    def seed(self) -> int:
        """Of the study."""
        return self.gathering.seed

    @property
    def rows(self) -> Rows:
        """Which rows of the task."""
        return self.gathering.rows

    def run(self) -> Made:
        """Rows of all conditions as CSV, and what broke on the way."""
        labels = split(self.task, self.seed).labels[slice(*self.rows)]
        found = self.gathering.found()
        scores, told, errors = [], [], []
        arrays: Arrays = {}
        for n, (condition, one) in enumerate(zip(self.gathering.conditions, found, strict=True)):
            errors += [(condition.name, "fit", one.error)] if one.error else []
            evidence, lacks = self._answered(condition.name, one)
            lead = lead_of(self.task, condition, self.factor_names)
            rows, failed = score_rows(evidence, self.metrics, labels, lacks, self.factor_names)
            scores.append(with_lead(lead, rows))
            told.append(self._told(with_lead(lead, explanation_rows(evidence, labels))))
            arrays |= kept(n, evidence) if self.pooled else {}
            errors += [(condition.name, *broken) for broken in failed]
        return self._made(pd.concat(scores), told, errors, arrays)

    def _answered(self, condition: str, one: Gathered) -> tuple[Evidence, dict[str, str]]:
        """With the answers to probes, and the reasons why some are not there."""
        mine = [(metric, stored) for name, metric, stored in self.probes if name == condition]
        answers = {metric: stored.load()["f"] for metric, stored in mine if not stored.reason}
        reasons = {f"probes {metric}": stored.reason for metric, stored in mine if stored.reason}
        return replace(one.evidence, probes=answers), {**one.lacks, **reasons}

    def _told(self, rows: pd.DataFrame) -> bytes:
        text = to_csv(rows[explanation_columns(self.factor_names)], header=False)
        return gzip.compress(text, 4, mtime=0)

    def _made(
        self, scores: pd.DataFrame, told: Sequence[bytes], errors: list[Any], arrays: Arrays
    ) -> Made:
        known = {*score_columns(self.factor_names)}
        columns = score_columns(self.factor_names, [str(c) for c in scores if c not in known])
        # What is said of all rows, such as "no judge", is said by every chunk: the table tells once
        over = scores["instance"].eq("") & (self.rows != (0, self.task.instances))
        wrong = over & scores["value"].notna()
        errors += _pairs(scores[wrong])
        scores.loc[wrong, "note"] = OVER
        scores.loc[wrong, "value"] = np.nan
        texts = {
            "scores": to_csv(scores.loc[~over, columns], header=False),
            "over": to_csv(scores.loc[over, columns], header=False),
            "told": b"".join(told),
        }
        stored = {name: np.frombuffer(text, np.uint8) for name, text in texts.items()}
        meta = {"columns": columns, "errors": errors, "rows": len(scores)}
        return Made({**stored, **arrays}, meta)


def _pairs(wrong: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Metrics that went over a part of the rows as if it were all of them."""
    pairs = wrong[["condition", "metric"]].drop_duplicates().itertuples(index=False)
    return [(condition, metric, OVER) for condition, metric in pairs]


def kept(condition: int, evidence: Evidence) -> Arrays:
    """What metrics over all rows need to know of some rows."""
    found = {name: getattr(evidence, name) for name in KEPT}
    found["declined"] = evidence.declined.astype(str)
    return {f"{condition} {name}": a for name, a in found.items() if a is not None}


def lead_of(task: Task, condition: Condition, factor_names: Sequence[str]) -> dict[str, Any]:
    """What stands in front of every row of a condition."""
    values = (task.name, task.data_name, task.model.name, condition.name)
    factors = dict(condition.factors)
    return {
        **dict(zip(LEAD, values, strict=True)),
        **{name: factors.get(name, "") for name in factor_names},
        "draws": getattr(condition.explainer, "draws", "own"),
        "cause": task.cause,
        "variant": task.variant_name,
    }
