"""Does the explanation stay when x moves a little? Metrics over moves; no model, no random number.

They read `effect`, signed and in output units, at x and at sampled small moves of x: one repeat of
the same explainer, whose draws differ from move to move. So `change`, the mean distance of the
effects, holds sampling error, and stands beside `seed_change`, the mean distance of two repeats at
x itself: where the two are alike, the number tells of samples that are too few and not of x.
A maximum over n moves is a lower bound that grows with n: `n_moves` says how many counted and
`at_half` what half as many are expected to find.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from limelab.metrics import sensitivity as formulas
from limelab.metrics.notes import declined, explained
from limelab.metrics.pairs import beside, mean_where, pairs
from limelab.types import Array, Coordinates, Evidence, Moved, Moves, Objects, Score

NEARBY = Moves(0.1, 50)
ALL = "all"
Direction = Literal["lower", "higher", "neither"]


@dataclass(frozen=True)
class Moving:
    """What metrics over moves share; a subclass gives the value of each single move.

    Parameters
    ----------
    moves : Moves
        How far, in background standard deviations, and how many.
    """

    moves: Moves = NEARBY
    reads: ClassVar[str] = "effect"
    better: ClassVar[Direction] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, np.inf)
    declines: ClassVar[str] = "no explanation at x; no move that counts"
    _needs_x: ClassVar[bool] = False

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (1, I, C)."""
        moved = next((one for one in evidence.moved if one.moves == self.moves), None)
        if moved is None:
            return [declined(f"no explanations at {self.moves} were made")]
        if self._needs_x and evidence.coordinates is None:
            return [declined("rows do not share their columns, so x has no distance to its moves")]
        each = self._each(evidence, moved)
        columns = {**_columns(evidence, moved, each), **self._further(each)}
        return [explained(self._over(each)[None], columns, _reasons(evidence, each), _text(moved))]

    def _each(self, evidence: Evidence, moved: Moved) -> Array:
        """Value of each move (I, C, P); NaN for those that do not count."""
        raise NotImplementedError

    def _over(self, each: Array) -> Array:
        """All moves as one value (I, C)."""
        return formulas.largest(each)

    def _further(self, each: Array) -> dict[str, Any]:
        return {"at_half": formulas.expected_at_half(each)[None], "moves_used": ALL}


@dataclass(frozen=True)
class Lipschitz(Moving):
    """Local Lipschitz estimate: the largest change of the effects per distance of x.

    A distance counts numbers in background standard deviations and a changed category as 1.
    Range from 0.

    Examples
    --------
    >>> Lipschitz(Moves(0.5, 20)).name
    'lipschitz'
    """

    name: ClassVar[str] = "lipschitz"
    unit: ClassVar[str] = "output units per background standard deviation"
    source: ClassVar[str] = "Alvarez-Melis and Jaakkola 2018, arXiv 1806.08049"
    says_not: ClassVar[str] = (
        "It is sampled, not optimised: the true maximum is larger, and a model that is steep "
        "here deserves a steep explanation."
    )
    _needs_x: ClassVar[bool] = True

    def _each(self, evidence: Evidence, moved: Moved) -> Array:
        return formulas.local_lipschitz(*rows(evidence, moved), *effects(moved))


@dataclass(frozen=True)
class MaxSensitivity(Moving):
    """Largest change of the effects over the moves, as in the paper. Range from 0.

    Examples
    --------
    >>> MaxSensitivity().name
    'max_sensitivity'
    """

    name: ClassVar[str] = "max_sensitivity"
    unit: ClassVar[str] = "output units"
    source: ClassVar[str] = "Yeh et al. 2019, arXiv 1901.09392"
    says_not: ClassVar[str] = (
        "Larger effects change by more: it compares explainers of one model, not models."
    )

    def _each(self, evidence: Evidence, moved: Moved) -> Array:
        return formulas.max_sensitivity(*effects(moved))


@dataclass(frozen=True)
class MaxSensitivityRelative(Moving):
    """Largest change of the effects over their norm at x, as in the authors' code. Range from 0.

    Examples
    --------
    >>> MaxSensitivityRelative().unit
    'norms of the effects at x'
    """

    name: ClassVar[str] = "max_sensitivity_relative"
    unit: ClassVar[str] = "norms of the effects at x"
    source: ClassVar[str] = "code of Yeh et al. 2019"
    says_not: ClassVar[str] = "Where the model is flat every effect is noise, and so is the ratio."

    def _each(self, evidence: Evidence, moved: Moved) -> Array:
        return formulas.max_sensitivity_relative(*effects(moved))


@dataclass(frozen=True)
class MaxSensitivityCaptum(Moving):
    """Largest change of the effects over their norm at x, a norm of 0 as 1. Range from 0.

    Examples
    --------
    >>> MaxSensitivityCaptum().name
    'max_sensitivity_captum'
    """

    name: ClassVar[str] = "max_sensitivity_captum"
    unit: ClassVar[str] = "norms of the effects at x"
    source: ClassVar[str] = "captum, sensitivity_max"
    says_not: ClassVar[str] = "Where every effect at x is 0 its unit is another: output units."

    def _each(self, evidence: Evidence, moved: Moved) -> Array:
        return formulas.max_sensitivity_captum(*effects(moved))


@dataclass(frozen=True)
class AvgSensitivity(Moving):
    """Mean change of the effects over the moves, with its standard error. Range from 0.

    Examples
    --------
    >>> AvgSensitivity().name
    'avg_sensitivity'
    """

    name: ClassVar[str] = "avg_sensitivity"
    unit: ClassVar[str] = "output units"
    source: ClassVar[str] = "Yeh et al. 2019, arXiv 1901.09392, the mean for the maximum"
    says_not: ClassVar[str] = MaxSensitivity.says_not

    def _each(self, evidence: Evidence, moved: Moved) -> Array:
        return formulas.max_sensitivity(*effects(moved))

    def _over(self, each: Array) -> Array:
        return formulas.average(each)

    def _further(self, each: Array) -> dict[str, Any]:
        return {"stderr": _error_of_mean(each)[None], "moves_used": ALL}


@dataclass(frozen=True)
class AvgSensitivityRelative(AvgSensitivity):
    """Mean change of the effects over their norm at x, with its standard error. Range from 0.

    Examples
    --------
    >>> AvgSensitivityRelative().name
    'avg_sensitivity_relative'
    """

    name: ClassVar[str] = "avg_sensitivity_relative"
    unit: ClassVar[str] = "norms of the effects at x"
    says_not: ClassVar[str] = MaxSensitivityRelative.says_not

    def _each(self, evidence: Evidence, moved: Moved) -> Array:
        return formulas.max_sensitivity_relative(*effects(moved))


def effects(moved: Moved) -> tuple[Array, Array]:
    """Effects (I, C, 1, k) and, each move by itself, (I, C, P, 1, k)."""
    at_x = np.moveaxis(moved.effect_at_x, 1, -1)[:, :, None, :]
    return at_x, np.moveaxis(moved.effect, (3, 1, 2), (1, 2, 3))[:, :, :, None, :]


def answers(evidence: Evidence, moved: Moved) -> tuple[Array, Array]:
    """The model's answers (I, 1, 1, C) and, each move by itself, (I, 1, P, 1, C)."""
    return evidence.f_at_x[:, None, None, :], moved.f[:, None, :, None, :]


def rows(evidence: Evidence, moved: Moved) -> tuple[Array, Array]:
    """The rows (I, 1, 1, d) and their moves (I, 1, P, 1, d) in units that can be compared."""
    at = evidence.coordinates
    assert at is not None
    numbers, changed = _in_deviations(at, moved.points), moved.points != at.x[:, None, :]
    x = np.where(at.categorical, 1.0, _in_deviations(at, at.x))
    points = np.where(at.categorical, np.where(changed, 0.0, 1.0), numbers)
    return x[:, None, None, :], points[:, None, :, None, :]


def _in_deviations(at: Coordinates, points: Array) -> Array:
    """Numbers over their background deviation; 0 for a column without one."""
    return np.divide(points, at.scale, out=np.zeros(points.shape), where=at.scale > 0)


def _columns(evidence: Evidence, moved: Moved, each: Array) -> dict[str, Any]:
    """What stands beside the value: how far, how many, and what another seed would change."""
    return {
        **beside(evidence),
        "radius": moved.moves.radius,
        "n_moves": (~np.isnan(each)).sum(axis=-1)[None],
        "change": formulas.average(formulas.max_sensitivity(*effects(moved)))[None],
        "seed_change": _distances_of_repeats(evidence)[None],
    }


def _distances_of_repeats(evidence: Evidence) -> Array:
    """Mean distance (I, C) of the effects of two repeats at x; NaN where there are not two."""
    first, second = pairs(len(evidence.effect))
    apart = np.sqrt(((evidence.effect[first] - evidence.effect[second]) ** 2).sum(axis=2))
    return mean_where(apart, ~np.isnan(apart))


def _reasons(evidence: Evidence, each: Array) -> dict[str, Any]:
    """Why there is no value: the explanation at x itself is missing, or no move counts."""
    at_x = list(np.asarray(evidence.declined, dtype=object)[0])
    reasons = {w: np.array([one == w for one in at_x])[None, :, None] for w in set(at_x) - {""}}
    return {**reasons, "no move of x counts": ~np.isfinite(formulas.largest(each))[None]}


def _text(moved: Moved) -> Objects:
    """How many moves have no explanation, (1, I, 1)."""
    lost = [sum(why != "" for why in row) for row in moved.declined]
    n = moved.declined.shape[1]
    texts = [f"{count} of {n} moves without an explanation" if count else "" for count in lost]
    return np.array(texts, dtype=object)[None, :, None]


def _error_of_mean(each: Array) -> Array:
    """Standard error (I, C) of the mean over moves; NaN below two of them."""
    n = (~np.isnan(each)).sum(axis=-1)
    squares = np.nansum((each - formulas.average(each)[..., None]) ** 2, axis=-1)
    variance = np.where(n > 1, squares / np.maximum(n * (n - 1), 1), np.nan)
    error: Array = np.sqrt(variance)
    return error
