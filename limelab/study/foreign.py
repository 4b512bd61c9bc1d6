"""The block of an explainer that is not made of our parts: asked as a whole, kept as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from limelab.explanation import Explanation
from limelab.lime import explain_with
from limelab.seeds import child
from limelab.study.blocks import Made
from limelab.study.memory import Rows
from limelab.study.ready import fitted, split
from limelab.types import Array, BadInput, Explainer, NotApplicable

if TYPE_CHECKING:
    from limelab.study.spec import Task

FOREIGN = ("importance", "effect", "selected", "determined", "slope", "r2", "n_effective")
ANOTHER_SCALE = "it explains another scale than that of the model's answers, such as raw scores"
_ROUNDING = 1e-3
OPTIONAL = ("coef", "stderr", "contribution", "g")  # kept where there are any


@dataclass(frozen=True)
class Foreign:
    """One repeat of an explainer that is not made of our parts."""

    task: Task
    seed: int
    explainer: Explainer
    repeat: int
    rows: Rows
    kind = "explainer"

    def run(self) -> Made:
        """Explain rows, all of a task that share their columns, with the seed of the repeat."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.queries
        (view, x), rows = data.at(self.rows), data.chosen(self.rows)
        own = child(self.seed, "repeat", self.repeat)
        try:
            found = explain_with(self.explainer, model.box, data.domain, rows, own)
        except NotApplicable as reason:  # it declines the task, which is no failure
            return Made({}, {"declined": str(reason)}, {"explainer": model.queries - before})
        check_shape(found, (len(x), len(view.names), len(model.box.outputs)))
        if another_scale(found.f, model.box.ask(view.decode(x.copy()))):
            return Made({}, {"declined": ANOTHER_SCALE}, {"explainer": model.queries - before})
        return Made(said_by(found), {}, {"explainer": model.queries - before})

    def forecast(self) -> dict[str, int]:
        """Nothing: how much it will ask is its own affair."""
        return {}


def another_scale(told: Array, answers: Array) -> bool:
    """Whether what an explanation takes for the model's answers is something else.

    Rounding is none of it: single precision, or another order of the rows.
    """
    return bool(np.abs(told - answers).max() > _ROUNDING * np.abs(answers).max())


def said_by(found: Explanation) -> dict[str, Any]:
    """What is kept of an explanation: arrays, and the reasons why rows have none."""
    optional = {name: getattr(found, name) for name in OPTIONAL}
    return {
        **{name: np.asarray(getattr(found, name)) for name in FOREIGN},
        **{name: np.asarray(array) for name, array in optional.items() if array is not None},
        "declined": found.declined.astype(str),
    }


def check_shape(found: Explanation, wanted: tuple[int, int, int]) -> None:
    """Refuse an explanation that is not one of (rows, features, outputs) of the task."""
    if found.importance.shape != wanted:
        raise BadInput(
            f"the explainer returned an Explanation of shape {found.importance.shape}; expected "
            f"{wanted}: rows, features, outputs of the task"
        )
