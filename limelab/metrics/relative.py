"""Relative stabilities over small moves of x, each published variant by its own name; no model.

What stands beside them is said in `limelab.metrics.moving`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from limelab.metrics import sensitivity as formulas
from limelab.metrics.moving import ALL, Moving, answers, effects, rows
from limelab.types import Array, Evidence, Moved, Score

SAME_LABEL = "same label"


@dataclass(frozen=True)
class _SameLabel(Moving):
    """A relative stability: only moves on which the model ranks the same output first count.

    With one output there is no label to keep and all count; `moves_used` says which.
    """

    declines: ClassVar[str] = "no explanation at x; no move that keeps the label and counts"

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        used = SAME_LABEL if len(evidence.outputs) > 1 else ALL
        return [
            Score(made.values, {**made.columns, "moves_used": used}, made.note)
            for made in super().score(evidence)
        ]

    def _each(self, evidence: Evidence, moved: Moved) -> Array:
        same = moved.f.argmax(axis=-1) == evidence.f_at_x.argmax(axis=-1)[:, None]
        return np.where(same[:, None, :], self._ratio(evidence, moved), np.nan)

    def _ratio(self, evidence: Evidence, moved: Moved) -> Array:
        """Value of each move (I, C, P), whatever its label."""
        raise NotImplementedError


@dataclass(frozen=True)
class RelativeInputStability(_SameLabel):
    """Largest relative change of the effects per relative change of x, element by element.

    The paper's variant. Numbers are taken in background standard deviations, a category as 1 that
    a change makes 0. Range from 0.

    Examples
    --------
    >>> RelativeInputStability().name, RelativeInputStabilityNorm().name
    ('ris', 'ris_norm')
    """

    name: ClassVar[str] = "ris"
    unit: ClassVar[str] = "relative change per relative change"
    source: ClassVar[str] = "Agarwal et al. 2022, arXiv 2203.06877"
    says_not: ClassVar[str] = (
        "One effect near 0 makes it explode, whatever the others do; it depends on where the "
        "zero of each column lies."
    )
    _needs_x: ClassVar[bool] = True

    def _ratio(self, evidence: Evidence, moved: Moved) -> Array:
        return formulas.relative_input_stability(*rows(evidence, moved), *effects(moved))


@dataclass(frozen=True)
class RelativeInputStabilityNorm(_SameLabel):
    """Largest relative change of the effects' norm per relative change of that of x.

    The variant of OpenXAI's code, on rows in background standard deviations. Range from 0.

    Examples
    --------
    >>> RelativeInputStabilityNorm().better
    'lower'
    """

    name: ClassVar[str] = "ris_norm"
    unit: ClassVar[str] = "relative change per relative change"
    source: ClassVar[str] = "code of OpenXAI, arXiv 2206.11104"
    says_not: ClassVar[str] = "It depends on where the zero of each column lies."
    _needs_x: ClassVar[bool] = True

    def _ratio(self, evidence: Evidence, moved: Moved) -> Array:
        return formulas.relative_input_stability_norm(*rows(evidence, moved), *effects(moved))


@dataclass(frozen=True)
class RelativeOutputStability(_SameLabel):
    """Largest relative change of the effects per change of the model's answers. Range from 0.

    The answers are those that are explained, probabilities for a classifier; the paper has logits.

    Examples
    --------
    >>> RelativeOutputStability().name, RelativeOutputStabilityNorm().name
    ('ros', 'ros_norm')
    """

    name: ClassVar[str] = "ros"
    unit: ClassVar[str] = "relative change per output unit"
    source: ClassVar[str] = "Agarwal et al. 2022, arXiv 2203.06877"
    says_not: ClassVar[str] = (
        "Where the model's answer does not change it divides by next to nothing."
    )

    def _ratio(self, evidence: Evidence, moved: Moved) -> Array:
        return formulas.relative_output_stability(*answers(evidence, moved), *effects(moved))


@dataclass(frozen=True)
class RelativeOutputStabilityNorm(_SameLabel):
    """Largest relative change of the effects per relative change of the answers. Range from 0.

    The variant of OpenXAI's code; moves on which the model answers the same do not count.

    Examples
    --------
    >>> RelativeOutputStabilityNorm().unit
    'relative change per relative change'
    """

    name: ClassVar[str] = "ros_norm"
    unit: ClassVar[str] = "relative change per relative change"
    source: ClassVar[str] = "code of OpenXAI, arXiv 2206.11104"
    says_not: ClassVar[str] = RelativeOutputStability.says_not

    def _ratio(self, evidence: Evidence, moved: Moved) -> Array:
        return formulas.relative_output_stability_norm(*answers(evidence, moved), *effects(moved))
