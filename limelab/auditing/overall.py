"""Importances over the whole background, by answers and by labels; compared with, never judged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from limelab.auditing.subject import Subject
from limelab.blackbox import BlackBox
from limelab.importance import label_importance, prediction_importance
from limelab.seeds import generator
from limelab.types import Array, BadInput

ROWS, REPEATS = 256, 3


def overall(subject: Subject, y: Any) -> tuple[dict[str, Array], str]:
    """Global importances (k, C) or (k, 1), and why there is none by labels although they came.

    Raises
    ------
    BadInput
        Not one label for each row of the background.
    """
    table, box = subject.table, _all(subject.box)
    labels = None if y is None else _labels(y, len(table.background))
    some = generator(subject.seed_of("global"), "rows").permutation(len(table.background))[:ROWS]
    rows, rng = table.background[some], generator(subject.seed_of("global"), "orders")
    found = prediction_importance(subject.box, table, rows, repeats=REPEATS, rng=rng)
    said = {"prediction": found.mean(axis=0)}
    if labels is None:
        return said, ""
    why = _unscored(box, labels)
    if not why:
        ask = {"repeats": REPEATS, "seed": subject.seed_of("labels") % 2**31}
        said["label"] = label_importance(box, table, rows, labels[some], **ask).mean(axis=0)
    return said, why


def _all(box: BlackBox) -> BlackBox:
    """The box with all outputs, as labels need them."""
    return box if box.kept is None else replace(box, kept=None)


def _labels(y: Any, n: int) -> Any:
    labels = np.asarray(y)
    if labels.shape != (n,):
        raise BadInput(
            f"y has shape {labels.shape}; expected one label for each of the {n} background rows"
        )
    return labels


def _unscored(box: BlackBox, labels: Any) -> str:
    """Why a model cannot be scored by labels, or "".

    What names its classes needs labels among them; what does not needs numbers and one answer.
    """
    classes = getattr(box.model, "classes_", None)
    first = f"no global importance by labels: these are such as {str(labels[0])!r}"
    if classes is not None:
        strange = set(labels.tolist()) - set(np.asarray(classes).tolist())
        return f"{first}, and the model has no class {min(map(str, strange))!r}" if strange else ""
    if labels.dtype.kind not in "biuf":
        return f"{first}, and the model names no classes"
    many = f"{first}, and the model does not say which of its {box.width} answers they mean"
    return many if box.width > 1 else ""
