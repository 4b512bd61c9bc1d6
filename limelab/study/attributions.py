"""Attributions that somebody already has, read into arrays: shapes and names; it asks no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from limelab.blackbox import position
from limelab.explanation import Explanation
from limelab.lime import same_labels
from limelab.study.foreign import another_scale, said_by
from limelab.study.weights import is_lime, lime_output, lime_weights
from limelab.types import Array, BadInput, Objects

Arrays = dict[str, Any]
MEANINGS = ("", "contribution", "coef")


@dataclass(frozen=True, eq=False)
class Asked:
    """What attributions are of: names, values of the rows and the model there.

    Attributes
    ----------
    f : array of shape (I, C)
    named : bool
        Whether the rows have labels and columns of their own, as frames have.
    kept : int or None
        Position of the one output of the model that is looked at, None where it is all.
    """

    labels: tuple[Any, ...]
    features: tuple[str, ...]
    outputs: tuple[str, ...]
    values: Objects
    f: Array
    named: bool
    kept: int | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, features, outputs."""
        return len(self.labels), len(self.features), len(self.outputs)


def explained_outputs(given: Any, outputs: Sequence[str], output: Any = None) -> int | None:
    """Which single output attributions speak of, None for all of them.

    Raises
    ------
    BadInput
        It cannot be told, or they say another one than `output`.
    """
    wanted = None if output is None else position(output, tuple(outputs))
    if is_lime(given):
        return lime_output(given, outputs, wanted)
    if isinstance(given, Explanation):
        return _named_output(given.outputs, outputs, wanted)
    return _only_output(given, outputs) if wanted is None else wanted


def _only_output(given: Any, outputs: Sequence[str]) -> int | None:
    """What the shape says."""
    count = len(outputs)
    array = given if isinstance(given, pd.DataFrame) else getattr(given, "values", given)
    shape: tuple[int, ...] = np.shape(array)
    if len(shape) == 3 and shape[2] == count:
        return None
    if count == 1 or (len(shape) == 3 and shape[2] != 1):
        return None  # a wrong shape is told where it is read
    if count == 2:
        return 1
    raise BadInput(
        f"attributions of shape {shape} speak of one output and the model has {count} "
        f"({list(outputs)[:5]}); hand (rows, features, outputs), or name it: output={outputs[0]!r}"
    )


def read(given: Any, asked: Asked, meaning: str = "") -> Arrays:
    """Attributions as the arrays that are kept of an explanation.

    Raises
    ------
    BadInput
        Another shape, other rows or other names than those of the rows and the background, or
        another meaning than the one that they have.
    """
    if meaning not in MEANINGS:
        raise BadInput(f"meaning={meaning!r}; expected one of {MEANINGS}")
    if isinstance(given, Explanation):
        return _of_explanation(given, asked, meaning)
    array, told = _array_of(given, asked)
    if told and meaning not in {"", told}:
        raise BadInput(
            f"meaning={meaning!r} came with {type(given).__name__}, which is read as {told}; leave "
            "meaning= out, or hand a plain array"
        )
    meaning = told or meaning
    found = Explanation.from_attributions(
        array,
        instances=asked.labels,
        features=asked.features,
        outputs=asked.outputs,
        values=asked.values,
        f=asked.f,
        record="attributions that came as they are",
    )
    said = said_by(found)
    return {**said, meaning: found.effect} if meaning else said


def _array_of(given: Any, asked: Asked) -> tuple[Array, str]:
    """Numbers (I, k, C), and what they are beside an effect."""
    if is_lime(given):
        return lime_weights(given, asked.shape, asked.kept), "coef"
    if isinstance(given, pd.DataFrame):
        array = _checked(_by_name(given, asked), asked)
        _check_rows(list(given.index), asked)
        return array, ""
    if _from_shap(given):
        order = _order(getattr(given, "feature_names", None), asked)
        return _checked(given.values, asked)[:, order], "contribution"
    return _checked(given, asked), ""


def _checked(given: Any, asked: Asked) -> Array:
    array = _numbers(given, asked)
    rows, features, outputs = asked.shape
    fits = array.shape == asked.shape or (outputs == 1 and array.shape == (rows, features))
    if not fits:
        short = f" or {(rows, features)}" if outputs == 1 else ""
        raise BadInput(
            f"attributions have shape {array.shape}; expected {asked.shape}{short}: rows, "
            "features of the background, outputs of the model"
        )
    return array.reshape(asked.shape)


def _numbers(given: Any, asked: Asked) -> Array:
    """Real numbers; text that reads like some, or complex ones, are none."""
    try:
        raw = np.asarray(given)
        odd = raw.dtype.kind not in "biufO" or any(_is_odd(one) for one in _objects(raw))
        if odd:
            raise TypeError("text or complex numbers")
        return raw.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"attributions came as {type(given).__name__} that is no array of real numbers "
            f"({error}); expected numbers of shape {asked.shape}, shap values, lime's "
            "explanations, a limelab Explanation or a DataFrame"
        ) from error


def _objects(raw: Any) -> list[Any]:
    return raw.ravel().tolist() if raw.dtype.kind == "O" else []


def _is_odd(value: Any) -> bool:
    return isinstance(value, (str, bytes, complex))


def _by_name(frame: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    names = [str(name) for name in frame.columns]
    if sorted(names) != sorted(asked.features):
        missing = [name for name in asked.features if name not in names]
        extra = [name for name in names if name not in asked.features]
        raise BadInput(
            f"attributions name {len(names)} columns, missing {missing[:5]} and extra {extra[:5]}; "
            f"expected one column a feature: {list(asked.features)[:8]}"
        )
    return frame.iloc[:, [names.index(name) for name in asked.features]]


def _check_rows(told: Sequence[Any], asked: Asked) -> None:
    """Refuse attributions of rows by other names; 0, 1, ... are no names."""
    known = (asked.labels, range(len(asked.labels)))
    if asked.named and not any(same_labels(told, labels) for labels in known):
        raise BadInput(
            f"attributions are of the rows {list(told)[:6]}; rows= are {list(asked.labels)[:6]} "
            f"({len(asked.labels)}); hand the rows that were explained, in the same order"
        )


def _order(names: Any, asked: Asked) -> list[int]:
    """Where each feature of the background stands among shap's names."""
    if names is None or not asked.named:
        return list(range(len(asked.features)))
    told = [str(name) for name in np.ravel(names)]
    if sorted(told) != sorted(asked.features):
        raise BadInput(
            f"shap values name the features {told[:8]}; expected {list(asked.features)[:8]}"
        )
    return [told.index(name) for name in asked.features]


def _from_shap(given: Any) -> bool:
    return hasattr(given, "values") and hasattr(given, "base_values")


def _named_output(given: Sequence[str], outputs: Sequence[str], wanted: int | None) -> int | None:
    if wanted is not None and list(given) != [outputs[wanted]]:
        raise BadInput(
            f"output={outputs[wanted]!r} came with an explanation of the outputs {list(given)}; "
            "leave output= out, or hand the explanation of that output alone"
        )
    if tuple(given) == tuple(outputs):
        return None
    if len(given) == 1 and given[0] in outputs:
        return list(outputs).index(given[0])
    raise BadInput(
        f"the explanation is of the outputs {list(given)}; the model has {list(outputs)}"
    )


def _of_explanation(given: Explanation, asked: Asked, meaning: str) -> Arrays:
    if tuple(given.features) != asked.features or len(given.instances) != len(asked.labels):
        raise BadInput(
            f"the explanation is of {len(given.instances)} rows and {list(given.features)[:8]}; "
            f"expected {len(asked.labels)} rows and {list(asked.features)[:8]}"
        )
    _check_rows(given.instances, asked)
    if another_scale(given.f, asked.f):
        i, c = np.unravel_index(np.argmax(np.abs(given.f - asked.f)), asked.f.shape)
        raise BadInput(
            f"the explanation takes {given.f[i, c]:.6g} for the model's answer to row "
            f"{asked.labels[i]!r}, and the model answers {asked.f[i, c]:.6g}: it is of other rows, "
            "of another model or of another scale, such as raw scores"
        )
    said = said_by(given)
    if meaning and meaning not in said:
        raise BadInput(
            f"meaning={meaning!r} came with an Explanation that holds none; leave meaning= out, or "
            "hand explanation.effect"
        )
    return said
