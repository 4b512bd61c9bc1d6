"""Polynomial surrogates: least squares on all powers and products; arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

import numpy as np

from limelab.numbers import count
from limelab.surrogates.linear import fit_one
from limelab.surrogates.moments import Moments, at, each
from limelab.types import Array, Bools

Term = tuple[int, ...]  # the features that are multiplied, ascending; () is the constant
_WITHHELD = "coefficients are slopes at z = 0, not the whole effect, and have no standard errors"


@dataclass(frozen=True, eq=False)
class PolynomialModel:
    """A stack of fitted polynomials.

    Attributes
    ----------
    coef : array of shape (I, k, C)
        Slopes at z = 0, in output units per unit of z.
    intercept : array of shape (I, C)
        The value at z = 0.
    importance, effect : arrays of shape (I, k, C), output units
    selected : bool array of shape (I, k, C)
    deviation, centre : arrays of shape (I, k)
        Of each feature in the neighbourhood, in units of z.
    weights : array of shape (I, T, C)
        Of the terms, but the constant, in standardised features, (z - centre) / deviation.
    r2, r2_out : arrays of shape (I, C)
        Weighted R squared in sample, and leaving each sample out; NaN where the model is constant.
    degree : int
    withheld : str
        What is not said here and why, for the notes.
    """

    coef: Array
    intercept: Array
    importance: Array
    effect: Array
    selected: Bools
    deviation: Array
    centre: Array
    weights: Array
    r2: Array
    r2_out: Array
    degree: int
    stderr: None = None
    withheld: str = _WITHHELD

    def predict(self, z: Array) -> Array:
        """The polynomials' values (I, M, C) at z (I or 1, M, k)."""
        basis = _Basis(self.centre.shape[1], self.degree)
        values = np.empty((len(self.weights), z.shape[1], self.weights.shape[2]))
        for i, weights in enumerate(self.weights):
            here = (self.centre[i], self.deviation[i])
            origin = basis.terms(_standardised(np.zeros((1, len(self.centre[i]))), *here))
            moved = basis.terms(_standardised(at(z, i), *here)) - origin
            values[i] = self.intercept[i] + moved[:, 1:] @ weights
        return values


@dataclass(frozen=True)
class Polynomial:
    """Weighted least squares on all powers and products of the features up to a degree.

    `importance` and `effect` are exact: with z_j redrawn from its weighted margin and the other
    features left alone the polynomial is one in z_j, whose moments say all. `coef` holds the
    slopes at z = 0 and `intercept` the value there. A feature of two values, such as a category,
    has no square beside itself. Degree 2 of k features takes (k + 1)(k + 2) / 2 coefficients.

    Parameters
    ----------
    degree : int, default 2

    Examples
    --------
    >>> z = np.linspace(-1, 1, 50)[None, :, None]
    >>> fitted = Polynomial(2).fit(z, np.ones((1, 50)), 1 + 3 * z + z**2)
    >>> fitted.intercept.round(9).tolist(), fitted.coef.round(9).tolist()
    ([[1.0]], [[[3.0]]])
    """

    degree: int = 2

    def __post_init__(self) -> None:
        count(self, "degree")

    def fit(self, z: Array, w: Array, y: Array) -> PolynomialModel:
        """Polynomials for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        found = [self._fit_one(m, at(y, i)) for i, m in enumerate(each(z, w, y))]
        whole = _Fitted(*map(np.stack, zip(*found, strict=True)))
        return PolynomialModel(**whole._asdict(), degree=self.degree)

    def _fit_one(self, m: Moments, y: Array) -> _Fitted:
        basis = _Basis(len(m.centre), self.degree)
        u = _standardised(m.z, m.centre, m.deviation)
        terms = basis.terms(u)
        seen = Moments(terms[:, 1:], m.v)
        seen.varies &= basis.new(u[m.v > 0], m.varies)
        line = fit_one(seen, y, 0.0, None)
        weights = np.concatenate([line.intercept[None], line.coef])
        importance, effect = np.zeros((2, len(m.centre), y.shape[1]))
        for j in np.flatnonzero(m.varies).tolist():
            parts = basis.in_feature(j, terms, weights)
            importance[j], effect[j] = _redrawn(u[:, j], m.v, parts)
        origin = _standardised(np.zeros((1, len(m.centre))), m.centre, m.deviation)
        return _Fitted(
            coef=basis.slopes(origin, weights) / np.where(m.varies, m.deviation, 1.0)[:, None],
            intercept=(basis.terms(origin) @ weights)[0],
            importance=importance,
            effect=effect,
            selected=importance > 0,
            deviation=m.deviation,
            centre=m.centre,
            weights=line.coef,
            r2=line.r2,
            r2_out=line.r2_out,
        )


class _Fitted(NamedTuple):
    """Polynomials of one instance; stacked later."""

    coef: Any
    intercept: Any
    importance: Any
    effect: Any
    selected: Any
    deviation: Any
    centre: Any
    weights: Any
    r2: Any
    r2_out: Any


@dataclass(frozen=True)
class _Basis:
    """All products of k features up to a degree; weights of its terms are (T, C)."""

    k: int
    degree: int

    def terms(self, u: Array) -> Array:
        """The terms (M, T) at features (M, k)."""
        table = _table(self.k, self.degree)
        values = np.ones((len(table), len(u)))
        for term, place in table.items():
            if term:
                np.multiply(values[table[term[:-1]]], u[:, term[-1]], out=values[place])
        return values.T

    def new(self, u: Array, varies: Bools) -> Bools:
        """Terms, but the constant, that lower powers do not say already, for these samples.

        A feature of two values has no square beside itself, one that stands still no power.
        """
        most = [min(len(np.unique(column)), self.degree + 1) - 1 for column in u.T]
        most = [power if moves else 0 for power, moves in zip(most, varies, strict=True)]
        terms = list(_table(self.k, self.degree))[1:]
        return np.array([all(term.count(j) <= most[j] for j in set(term)) for term in terms])

    def in_feature(self, j: int, terms: Array, weights: Array) -> list[Array]:
        """What multiplies u_j, u_j squared, ... at each sample, (M, C) each."""
        parts = _parts(self.k, self.degree, j)
        return [terms[:, rest] @ weights[holds] for holds, rest in parts]

    def slopes(self, u: Array, weights: Array) -> Array:
        """Derivatives (k, C) in each feature at one point (1, k)."""
        terms = self.terms(u)
        found = np.zeros((self.k, weights.shape[1]))
        for j in range(self.k):
            for p, part in enumerate(self.in_feature(j, terms, weights), start=1):
                found[j] += p * u[0, j] ** (p - 1) * part[0]
        return found


@cache
def _table(k: int, degree: int) -> dict[Term, int]:
    """All terms of k features with their places, the constant first."""
    terms = [t for d in range(degree + 1) for t in combinations_with_replacement(range(k), d)]
    return {term: place for place, term in enumerate(terms)}


@cache
def _parts(k: int, degree: int, j: int) -> tuple[tuple[list[int], list[int]], ...]:
    """For each power 1, 2, ... of feature j: places of the terms, and of what multiplies it."""
    table = _table(k, degree)
    parts: list[tuple[list[int], list[int]]] = [([], []) for _ in range(degree)]
    for term, place in table.items():
        if j in term:
            holds, rest = parts[term.count(j) - 1]
            holds.append(place)
            rest.append(table[tuple(i for i in term if i != j)])
    return tuple(parts)


def _standardised(z: Array, centre: Array, deviation: Array) -> Array:
    """Features from their centre in deviations; 0 where they stand still, however far from 0."""
    still = deviation == 0
    return np.asarray(np.where(still, 0.0, z - centre) / np.where(still, 1.0, deviation))


def _redrawn(u: Array, v: Array, parts: list[Array]) -> tuple[Array, Array]:
    """Importance and effect (C,) of a standardised feature, exact over the weighted sample."""
    moments = [v @ u**q for q in range(2 * len(parts) + 1)]
    powers = list(enumerate(parts, start=1))
    here = sum(u[:, None] ** p * part for p, part in powers)
    mean = sum(moments[p] * part for p, part in powers)
    square = sum(moments[p + q] * a * b for p, a in powers for q, b in powers)
    along = sum(moments[p + 1] * part for p, part in powers)
    change = v @ (square - 2 * mean * here + here**2)
    lean = v @ (along - moments[1] * here - u[:, None] * (mean - here))
    importance = np.sqrt(np.maximum(change, 0.0) / 2)
    return importance, np.clip(lean / 2, -importance, importance)
