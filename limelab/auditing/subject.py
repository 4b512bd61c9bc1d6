"""What is audited: a model, a table, rows, their explainer, checked once; it holds no formula."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from limelab.auditing.adapting import ready
from limelab.auditing.settings import own
from limelab.blackbox import BlackBox
from limelab.domains import Table, infer
from limelab.lime import as_blackbox, checked_seed
from limelab.perturbations import Gaussian
from limelab.seeds import child
from limelab.study import Judge
from limelab.study.knowing import middle
from limelab.types import Array, BadInput, Perturbation

JUDGE = Judge(Gaussian(), radii=(0.25, 0.5, 1.0), size=256)
MODEL_ROWS = 2000  # of the background that say how much the model varies


@dataclass(frozen=True, eq=False)
class Subject:
    """A model and the rows whose explanations are audited; axes I rows, d columns, C outputs.

    Attributes
    ----------
    box : BlackBox
    table : Table
    rows : DataFrame or array
        As they came.
    explainer : Explainer
        With draws of its own for every row where it has them.
    judge : Judge
    seed : int
    """

    box: BlackBox
    table: Table
    rows: Any
    explainer: Any
    judge: Judge
    seed: int

    @cached_property
    def x(self) -> Array:
        """The rows as points (I, d)."""
        return self.table.encode(self.rows)

    @property
    def labels(self) -> tuple[Any, ...]:
        """Names of the rows."""
        return self.table.labels(self.rows)

    @cached_property
    def f(self) -> Array:
        """The model at the rows (I, C)."""
        return self.box.ask(self.table.decode(self.x.copy()))

    @cached_property
    def model_sd(self) -> Array:
        """Standard deviation (C,) of the model over the background."""
        some = self.table.background[:MODEL_ROWS].copy()
        return np.asarray(self.box.ask(self.table.decode(some)).std(axis=0))

    @property
    def region(self) -> Perturbation:
        """The law round x inside which a verdict speaks: the judge's, at its middle radius."""
        return self.judge.law.at(middle(self.judge))

    def seed_of(self, *axes: str | int) -> int:
        """A seed of its own for a part of the audit."""
        return child(self.seed, "audit", *axes)


def read(model: Any, background: Any, rows: Any, explainer: Any, judge: Any, seed: int) -> Subject:
    """Check what came and look at the model once.

    Raises
    ------
    BadInput
        No table, rows or a model that cannot be used, what is no explainer or no judge.
    """
    table = infer(background, rows)
    if not isinstance(table, Table):
        raise BadInput(
            f"the background is {type(table).__name__}; an audit reads tables: hand a DataFrame, "
            "an array of rows, or a Table"
        )
    if isinstance(explainer, type) or not callable(getattr(explainer, "explain", None)):
        raise BadInput(
            f"explainer={explainer!r} has no explain(predict, background, rows, seed); expected "
            "Lime() or an object with that method"
        )
    if not isinstance(judge, Judge):
        raise BadInput(f"judge={judge!r}; expected a Judge, such as Judge(Gaussian(), radii=[0.5])")
    box = as_blackbox(ready(model), table)
    return Subject(box, table, rows, own(explainer), judge, checked_seed(seed))
