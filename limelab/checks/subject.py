"""An explainer under test, asked by the same way as everywhere else; it judges nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from limelab.checks.cases import Case
from limelab.checks.results import CheckFailed
from limelab.domains import infer
from limelab.explanation import Explanation
from limelab.lime import explain_with
from limelab.types import Array, NotApplicable

_NOTHING = 1e-12


@dataclass(frozen=True)
class Subject:
    """Any explainer.

    Attributes
    ----------
    explainer : Explainer
        Its attribute ``deterministic = True`` says that the seed changes nothing.
    """

    explainer: Any
    kept: dict[str, Array] = field(default_factory=dict, compare=False, repr=False)

    @property
    def title(self) -> str:
        """Its repr, or its class where that is no more than a place in memory."""
        plain = getattr(type(self.explainer), "__repr__", None) is object.__repr__
        return f"{type(self.explainer).__name__}()" if plain else repr(self.explainer)

    @property
    def deterministic(self) -> bool:
        """Whether it says that its answers do not depend on the seed."""
        return bool(getattr(self.explainer, "deterministic", False))

    def explain(self, case: Case) -> Explanation:
        """The explanation of a case."""
        return self.of(case.model, case.background, case.explained, case.seed)

    def of(self, model: Any, background: Any, rows: Any, seed: int) -> Explanation:
        """The explanation of rows."""
        return explain_with(self.explainer, model, infer(background), rows, seed)

    def effects(self, case: Case) -> Array:
        """Effects (I, k, C) of a case.

        Raises
        ------
        NotApplicable
            Some row was declined, with its reason.
        """
        return effects(self.explain(case))

    def runs(self, case: Case, seeds: int) -> Array:
        """Effects (R, I, k, C) for several seeds, from that of the case onwards; asked once."""
        key = f"{seeds} {case!r}"
        if key not in self.kept:
            each = [
                effects(self.of(case.model, case.background, case.explained, case.seed + r))
                for r in range(seeds)
            ]
            self.kept[key] = np.stack(each)
        return self.kept[key]


def effects(explanation: Explanation) -> Array:
    """Effects (I, k, C); declined rows are declined here too."""
    gone = [reason for reason in explanation.declined if reason]
    if gone:
        raise NotApplicable(f"it declines: {gone[0]}")
    return explanation.effect


def same_bits(first: Array, second: Array, what: str) -> None:
    """Raise unless two arrays are equal bit by bit, NaN where NaN."""
    if first.shape != second.shape or not np.array_equal(first, second, equal_nan=True):
        raise CheckFailed(f"{what}: {_apart(first, second)}")


def close(first: Array, second: Array, what: str, *, rtol: float = 1e-6) -> None:
    """Raise unless two arrays are equal to rounding, relative to the larger of both.

    What lies below 1e-12 is rounding: black boxes have answers of about 1.
    """
    size = max(float(np.abs(first).max(initial=0)), float(np.abs(second).max(initial=0)))
    if first.shape != second.shape or not np.allclose(
        first, second, rtol=0, atol=rtol * size + _NOTHING
    ):
        raise CheckFailed(f"{what}: {_apart(first, second)}")


def _apart(first: Array, second: Array) -> str:
    if first.shape != second.shape:
        return f"shapes {first.shape} and {second.shape}"
    if not first.size:
        return "nothing to compare"
    gap = np.abs(first - second)
    worst = int(np.nan_to_num(gap, nan=np.inf).argmax())
    return f"{first.ravel()[worst]:.6g} against {second.ravel()[worst]:.6g}"
