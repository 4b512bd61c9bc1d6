"""The block of an explainer that is not made of our parts: asked as a whole, kept as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from limelab.explanation import Explanation
from limelab.lime import explain_with
from limelab.seeds import child
from limelab.study.blocks import Made
from limelab.study.ready import fitted, split
from limelab.types import BadInput, Explainer

if TYPE_CHECKING:
    from limelab.study.spec import Task

FOREIGN = ("importance", "effect", "selected", "determined", "slope", "r2", "n_effective")


@dataclass(frozen=True)
class Foreign:
    """One repeat of an explainer that is not made of our parts."""

    task: Task
    seed: int
    explainer: Explainer
    repeat: int
    kind = "explainer"

    def run(self) -> Made:
        """Explain the rows of the task with the seed of the repeat."""
        data, model = split(self.task, self.seed), fitted(self.task, self.seed)
        before = model.queries
        rows = data.held_X.iloc[: self.task.instances]
        own = child(self.seed, "repeat", self.repeat)
        found = explain_with(self.explainer, model.box, data.table, rows, own)
        _check_shape(found, (len(data.x), len(data.table.names), len(model.box.outputs)))
        arrays = {name: np.asarray(getattr(found, name)) for name in FOREIGN}
        arrays["declined"] = found.declined.astype(str)
        return Made(arrays, {}, {"explainer": model.queries - before})

    def forecast(self) -> dict[str, int]:
        """Nothing: how much it will ask is its own affair."""
        return {}


def _check_shape(found: Explanation, wanted: tuple[int, int, int]) -> None:
    if found.importance.shape != wanted:
        raise BadInput(
            f"the explainer returned an Explanation of shape {found.importance.shape}; expected "
            f"{wanted}: rows, features, outputs of the task"
        )
