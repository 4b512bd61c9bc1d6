"""Checks and normal forms of the numbers in a part's fields, at birth; it knows no part."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

from limelab.types import BadInput


def positive(owner: Any, name: str, *, zero: bool = False, most: float = math.inf) -> None:
    """Turn field `name` of a frozen part into a float above 0 (or from 0), at most `most`.

    Raises
    ------
    BadInput
        Not a finite number in that range.
    """
    value = getattr(owner, name)
    number = _as_float(value)
    if not (math.isfinite(number) and (number > 0 or (zero and number == 0)) and number <= most):
        low = "at least 0" if zero else "above 0"
        high = f" and at most {most:g}" if most < math.inf else ""
        raise BadInput(
            f"{type(owner).__name__}({name}={value!r}); expected a finite number {low}{high}"
        )
    object.__setattr__(owner, name, number)


def count(
    owner: Any,
    name: str,
    *,
    least: int = 1,
    most: int | None = None,
    optional: bool = False,
) -> None:
    """Turn field `name` of a frozen part into an int of at least `least` (or leave None).

    Raises
    ------
    BadInput
        Not a whole number in that range.
    """
    value = getattr(owner, name)
    if optional and value is None:
        return
    number = _as_float(value)
    if not number.is_integer() or number < least or (most is not None and number > most):
        high = f" and at most {most}" if most is not None else ""
        raise BadInput(
            f"{type(owner).__name__}({name}={value!r}); expected a whole number of at least "
            f"{least}{high}"
        )
    object.__setattr__(owner, name, int(value))


def _as_float(value: Any) -> float:
    """A real number as a float; NaN for anything else, truth values and text among it."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf
