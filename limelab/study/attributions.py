"""Attributions that somebody already has, read into arrays: shapes and names; it asks no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from limelab.explanation import Explanation
from limelab.study.foreign import said_by
from limelab.types import Array, BadInput, Objects

Arrays = dict[str, Any]
MEANINGS = ("", "contribution", "coef")


@dataclass(frozen=True, eq=False)
class Asked:
    """What attributions are of: names, values of the rows and the model there."""

    labels: tuple[Any, ...]
    features: tuple[str, ...]
    outputs: tuple[str, ...]
    values: Objects
    f: Array
    named: bool

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, features, outputs."""
        return len(self.labels), len(self.features), len(self.outputs)


def explained_outputs(given: Any, outputs: Sequence[str]) -> int | None:
    """Which single output attributions speak of, None for all of them.

    Raises
    ------
    BadInput
        It cannot be told.
    """
    count = len(outputs)
    if _from_lime(given):
        return _lime_output(_as_list(given), count)
    if isinstance(given, Explanation):
        return _named_output(given.outputs, outputs)
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
        Another shape or other names than those of the rows and the background.
    """
    if isinstance(given, Explanation):
        return _of_explanation(given, asked)
    if meaning not in MEANINGS:
        raise BadInput(f"meaning={meaning!r}; expected one of {MEANINGS}")
    array, told = _array_of(given, asked)
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
    """Numbers (I, k, C) or (I, k), and what they are beside an effect."""
    if _from_lime(given):
        return _of_lime(_as_list(given), asked), "coef"
    if isinstance(given, pd.DataFrame):
        return _checked(_by_name(given, asked), asked), ""
    if _from_shap(given):
        order = _order(getattr(given, "feature_names", None), asked)
        return _checked(np.asarray(given.values), asked)[:, order], "contribution"
    return _checked(given, asked), ""


def _checked(given: Any, asked: Asked) -> Array:
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"attributions came as {type(given).__name__}; expected numbers of shape "
            f"{asked.shape}, shap values, lime's explanations, a limelab Explanation or a DataFrame"
        ) from error
    rows, features, outputs = asked.shape
    fits = array.shape == asked.shape or (outputs == 1 and array.shape == (rows, features))
    if not fits:
        short = f" or {(rows, features)}" if outputs == 1 else ""
        raise BadInput(
            f"attributions have shape {array.shape}; expected {asked.shape}{short}: rows, "
            "features of the background, outputs of the model"
        )
    return array.reshape(asked.shape)


def _by_name(frame: pd.DataFrame, asked: Asked) -> Array:
    names = [str(name) for name in frame.columns]
    if sorted(names) != sorted(asked.features):
        missing = [name for name in asked.features if name not in names]
        extra = [name for name in names if name not in asked.features]
        raise BadInput(
            f"attributions name {len(names)} columns, missing {missing[:5]} and extra {extra[:5]}; "
            f"expected one column a feature: {list(asked.features)[:8]}"
        )
    ordered = frame.iloc[:, [names.index(name) for name in asked.features]]
    return np.asarray(ordered.to_numpy(dtype=np.float64))


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


def _from_lime(given: Any) -> bool:
    first = given[0] if isinstance(given, (list, tuple)) and given else given
    return callable(getattr(first, "as_map", None))


def _as_list(given: Any) -> list[Any]:
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _lime_output(explanations: Sequence[Any], count: int) -> int | None:
    """The one label that every explanation speaks of, None where it is all of them."""
    if getattr(explanations[0], "mode", "") == "regression" or count == 1:
        return None
    labels = [set(one.as_map()) for one in explanations]
    common = set.intersection(*labels)
    if common == set(range(count)):
        return None
    if len(common) == 1:
        return int(common.pop())
    raise BadInput(
        f"lime explained the labels {sorted(set.union(*labels))} of {count}, not the same for "
        "every row; explain with labels=(c,) for one label c, or with all of them"
    )


def _of_lime(explanations: Sequence[Any], asked: Asked) -> Array:
    """lime's weights, 0 for features that it left out."""
    if len(explanations) != len(asked.labels):
        raise BadInput(f"{len(explanations)} explanations came for {len(asked.labels)} rows")
    found = np.zeros(asked.shape)
    for i, one in enumerate(explanations):
        maps = one.as_map()
        keys = sorted(maps) if len(maps) == len(asked.outputs) else [max(maps)]
        for c, label in enumerate(keys[: len(asked.outputs)]):
            for feature, weight in maps[label]:
                found[i, _within(int(feature), asked), c] = weight
    return found


def _within(feature: int, asked: Asked) -> int:
    if feature >= len(asked.features):
        raise BadInput(
            f"lime names feature {feature}; the background has {len(asked.features)} features"
        )
    return feature


def _named_output(given: Sequence[str], outputs: Sequence[str]) -> int | None:
    if tuple(given) == tuple(outputs):
        return None
    if len(given) == 1 and given[0] in outputs:
        return list(outputs).index(given[0])
    raise BadInput(
        f"the explanation is of the outputs {list(given)}; the model has {list(outputs)}"
    )


def _of_explanation(given: Explanation, asked: Asked) -> Arrays:
    if tuple(given.features) != asked.features or len(given.instances) != len(asked.labels):
        raise BadInput(
            f"the explanation is of {len(given.instances)} rows and {list(given.features)[:8]}; "
            f"expected {len(asked.labels)} rows and {list(asked.features)[:8]}"
        )
    return said_by(given)
