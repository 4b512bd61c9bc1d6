"""Do attributions, taken as slopes, foretell small changes of the model? It asks no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from scipy import special

from limelab.metrics.draws import uniforms
from limelab.metrics.faithfulness import drops_of
from limelab.metrics.probing import (
    flat,
    found_coordinates,
    must_apply,
    over_background,
    read,
    refused,
    scored,
    why_not,
)
from limelab.numbers import count, positive
from limelab.types import Array, Evidence, Score

_SAME = 1e-6
NOT_SLOPES = "the coefficients are not per background standard deviation, so they are no slopes"
NO_NUMBERS = "no column holds numbers that vary"


def infidelity(attributions: Array, moves: Array, drops: Array) -> Array:
    """Mean squared gap between what attributions foretell and what the model does.

    Yeh et al. 2019 (arXiv 1901.09392): E (I . e - (f(x) - f(x - I)))^2 over moves I.

    Parameters
    ----------
    attributions : array of shape (..., k)
        Output units per unit of the moves.
    moves : array of shape (..., M, k)
    drops : array of shape (..., M)
        f(x) - f(x - I).

    Returns
    -------
    array of shape (...), squared output units
        NaN where one is NaN.

    Examples
    --------
    >>> moves = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> float(infidelity(np.array([2.0, 3.0]), moves, np.array([2.0, 1.0])))
    2.0
    """
    return np.asarray(_squares(attributions, moves, drops).mean(axis=-1))


def normalized_infidelity(attributions: Array, moves: Array, drops: Array) -> Array:
    """Infidelity after the attributions are scaled to fit best, so that their scale is no matter.

    The scale is E[(I . e)(f(x) - f(x - I))] / E[(I . e)^2], as in the authors' code; 0 where the
    attributions are.

    Examples
    --------
    >>> moves = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> float(normalized_infidelity(np.array([20.0, 30.0]), moves, np.array([2.0, 3.0])))
    0.0
    """
    scale = _best_scale(attributions, moves, drops)
    return infidelity(attributions * scale[..., None], moves, drops)


@dataclass(frozen=True)
class Infidelity:
    """Mean squared gap between what slopes foretell of small moves and what the model does.

    Reads the signed slope: `effect` turned from the neighbourhood's to the background's standard
    deviation, which is the coefficient of a line on standardised columns. It is declined where
    coefficients are of another kind (bins). Numbers move by N(0, (sigma background sd)^2),
    categories stay. Range from 0; every repeat is judged; `stderr` is that of the mean.

    Parameters
    ----------
    sigma : float
        In background standard deviations.
    size : int
        Points for each instance.

    Examples
    --------
    >>> Infidelity().name, NormalizedInfidelity().name
    ('infidelity', 'normalized_infidelity')
    """

    sigma: float = 0.1
    size: int = 100
    name: ClassVar[str] = "infidelity"
    reads: ClassVar[str] = "effect"
    better: ClassVar[Literal["lower", "higher", "neither"]] = "lower"
    best: ClassVar[float] = 0.0
    unit: ClassVar[str] = "background variances of the model"
    source: ClassVar[str] = "Yeh et al. 2019, arXiv 1901.09392"
    bounds: ClassVar[tuple[float, float]] = (0.0, np.inf)
    declines: ClassVar[str] = (
        "coefficients that are no slopes; no column of numbers; rows that do not share their "
        "columns; a missing explanation; a model that is constant over the background"
    )
    says_not: ClassVar[str] = (
        "It judges slopes at one distance: an explanation of another neighbourhood answers another "
        "question."
    )

    def __post_init__(self) -> None:
        positive(self, "sigma")
        count(self, "size", least=2)

    def probes(self, evidence: Evidence, rng: np.random.Generator) -> Array:
        """Points (1, I, size, d); drawn from the rows themselves, not from the generator."""
        must_apply(self._why_not(evidence))
        coordinates = found_coordinates(evidence)
        return (coordinates.x[:, None] - self._moves(evidence) * coordinates.scale)[None]

    def score(self, evidence: Evidence) -> Sequence[Score]:
        """One Score of shape (R, I, C)."""
        reason = self._why_not(evidence)
        if reason:
            return refused(reason)
        moves, drops = self._moves(evidence)[:, None], drops_of(evidence, self.name)
        slopes = self._scaled(signed_slopes(evidence), moves, drops)
        squares = _squares(slopes, moves, drops)
        stderr = squares.std(axis=-1, ddof=1) / np.sqrt(self.size)
        columns = {"stderr": over_background(evidence, stderr, 2)}
        values = over_background(evidence, squares.mean(axis=-1), 2)
        return [scored(evidence, values, columns, flat(evidence))]

    def _scaled(self, slopes: Array, moves: Array, drops: Array) -> Array:
        return slopes

    def _moves(self, evidence: Evidence) -> Array:
        """x less the moved row in background standard deviations, (I, size, d)."""
        coordinates = found_coordinates(evidence)
        u = uniforms(coordinates.x, evidence.names, self.size, "infidelity")
        varies = ~coordinates.categorical & (coordinates.scale > 0)
        return self.sigma * special.ndtri(u) * varies

    def _why_not(self, evidence: Evidence) -> str:
        return why_not(evidence) or _why_no_slopes(evidence)


@dataclass(frozen=True)
class NormalizedInfidelity(Infidelity):
    """As `Infidelity`, after the slopes are scaled to fit best: direction alone counts.

    Examples
    --------
    >>> NormalizedInfidelity(sigma=0.5).better
    'lower'
    """

    name: ClassVar[str] = "normalized_infidelity"

    def _scaled(self, slopes: Array, moves: Array, drops: Array) -> Array:
        return slopes * _best_scale(slopes, moves, drops)[..., None]


def signed_slopes(evidence: Evidence) -> Array:
    """The change of the surrogate per background standard deviation, signed, (R, I, C, k)."""
    importance = read(evidence, "importance")
    share = np.divide(
        read(evidence, "effect"), importance, out=np.zeros_like(importance), where=importance != 0
    )
    slopes: Array = share * read(evidence, "slope")
    return slopes


def _why_no_slopes(evidence: Evidence) -> str:
    coordinates = found_coordinates(evidence)
    numbers = ~coordinates.categorical & (coordinates.scale > 0)
    if not numbers.any():
        return NO_NUMBERS
    if evidence.coef is None:
        return ""
    coef, slope = (
        np.abs(read(evidence, "coef"))[..., numbers],
        read(evidence, "slope")[..., numbers],
    )
    known = np.isfinite(coef) & np.isfinite(slope) & (slope > 0)
    same = np.isclose(coef[known], slope[known], rtol=_SAME, atol=0)
    return "" if same.all() else NOT_SLOPES


def _best_scale(attributions: Array, moves: Array, drops: Array) -> Array:
    told = _told(attributions, moves)
    square = (told**2).mean(axis=-1)
    both = (told * drops).mean(axis=-1)
    scale: Array = np.divide(both, square, out=np.zeros_like(both), where=square != 0)
    return scale


def _squares(attributions: Array, moves: Array, drops: Array) -> Array:
    squares: Array = (_told(attributions, moves) - drops) ** 2
    return squares


def _told(attributions: Array, moves: Array) -> Array:
    told: Array = np.einsum("...k,...mk->...m", attributions, moves)
    return told
