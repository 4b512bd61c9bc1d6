"""The explanations of the lime package, read into arrays: labels, features; it asks no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from limelab.types import Array, BadInput


def is_lime(given: Any) -> bool:
    """Whether something is one of lime's explanations or a list of them."""
    first = given[0] if isinstance(given, (list, tuple)) and given else given
    return callable(getattr(first, "as_map", None))


def lime_output(given: Any, outputs: Sequence[str], wanted: int | None) -> int | None:
    """The position of the output that lime's explanations are read for, None for all of them.

    Parameters
    ----------
    given : lime's explanation, or a list of them
    outputs : sequence of str
        The model's.
    wanted : int or None
        The output that was asked for, if any.

    Raises
    ------
    BadInput
        They are not of that output, or of one that the model has not, or it cannot be told which.
    """
    explanations, count = _listed(given), len(outputs)
    if count == 1:
        return wanted
    if _are_numbers(explanations):
        if wanted is None:
            raise BadInput(
                f"lime explained one number, and the model has the outputs {list(outputs)[:5]}; "
                f"say which: output={outputs[0]!r}"
            )
        return wanted
    common = _common(explanations, count)
    if wanted is not None:
        if wanted not in common:
            raise BadInput(
                f"output={outputs[wanted]!r} came with lime's explanations of the labels "
                f"{sorted(common)}, which are {[outputs[label] for label in sorted(common)]}; "
                "leave output= out, or explain that label"
            )
        return wanted
    return _only(explanations, common, count)


def lime_weights(given: Any, shape: tuple[int, int, int], kept: int | None) -> Array:
    """lime's weights (I, k, C), 0 for features that it left out.

    Parameters
    ----------
    given : lime's explanation, or a list of them
    shape : (I, k, C)
    kept : int or None
        The label that is read, None for all of them.

    Raises
    ------
    BadInput
        Other rows or features.
    """
    explanations, found = _listed(given), np.zeros(shape)
    if len(explanations) != shape[0]:
        raise BadInput(f"{len(explanations)} explanations came for {shape[0]} rows")
    single = shape[2] == 1 and (kept is None or _are_numbers(explanations))
    for i, one in enumerate(explanations):
        maps = one.as_map()
        labels = [max(maps)] if single else range(shape[2]) if kept is None else [kept]
        for c, label in enumerate(labels):
            for feature, weight in maps[label]:
                found[i, _within(int(feature), shape[1]), c] = weight
    return found


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _are_numbers(explanations: Sequence[Any]) -> bool:
    """Of regression lime gives two labels that mirror each other; the larger is the number."""
    return getattr(explanations[0], "mode", "") == "regression"


def _common(explanations: Sequence[Any], count: int) -> set[int]:
    """Labels that every explanation speaks of."""
    labels = [{int(label) for label in one.as_map()} for one in explanations]
    told = set.union(*labels)
    if not told <= set(range(count)):
        raise BadInput(
            f"lime explained the labels {sorted(told)}; the model has {count} outputs, labels 0 to "
            f"{count - 1}"
        )
    return set.intersection(*labels)


def _only(explanations: Sequence[Any], common: set[int], count: int) -> int | None:
    """The one label that every explanation speaks of, None where it is all of them."""
    if common == set(range(count)):
        return None
    if len(common) == 1:
        return next(iter(common))
    told = sorted({int(label) for one in explanations for label in one.as_map()})
    raise BadInput(
        f"lime explained the labels {told} of {count}; explain every row with labels=(c,) for one "
        "label c, or with all of them, or say which of those that all rows have: output="
    )


def _within(feature: int, features: int) -> int:
    if not 0 <= feature < features:
        raise BadInput(
            f"lime names feature {feature}; the background has features 0 to {features - 1}"
        )
    return feature
