"""Lines without errors: lime's own fit, from one Gram matrix; arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from limelab.numbers import positive
from limelab.surrogates.linear import Lines
from limelab.surrogates.moments import (
    Moments,
    Selector,
    at,
    check_selector,
    constant,
    each,
    same_choice,
)
from limelab.types import Array, Bools

_LEAN = "no standard errors and no R2 out of sample: {} fits coefficients alone, as lime does"


@dataclass(frozen=True, eq=False)
class PlainModel(Lines):
    """A stack of fitted lines without standard errors.

    Attributes
    ----------
    stderr : None
    withheld : str
        What is not said here and why, for the notes.
    """

    stderr: None = None
    withheld: str = ""


@dataclass(frozen=True)
class PlainRidge:
    """lime's own fit and no more: coefficients, intercept and R squared in sample.

    The numbers of `AbsoluteRidge`, whose penalty stands against the raw weights, at a fraction of
    its cost: what needs the residual of each sample, standard errors and R squared out of sample,
    is withheld.

    Parameters
    ----------
    alpha : float, default 1
        The penalty, at least 0.
    select : selector, optional
        Use the features that it chooses, such as ``HighestWeights(10)``.

    Examples
    --------
    >>> z = np.array([[[-1.0], [0.0], [1.0]]])
    >>> fitted = PlainRidge(2).fit(z, np.ones((1, 3)), z)  # 2 / (2 + 2)
    >>> fitted.coef.round(12).tolist(), fitted.r2.round(12).tolist()
    ([[[0.5]]], [[0.75]])
    """

    alpha: float = 1.0
    select: Selector | None = None

    def __post_init__(self) -> None:
        positive(self, "alpha", zero=True)
        check_selector(self, self.select)

    def fit(self, z: Array, w: Array, y: Array) -> PlainModel:
        """Lines for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        found = [self._fit_one(m, at(y, i)) for i, m in enumerate(each(z, w, y))]
        return plain_model(found, _LEAN.format(repr(self)))

    def _fit_one(self, m: Moments, y: Array) -> PlainFit:
        coef, selected = self._coef(m, m.with_targets(y - m.v @ y))
        return plain_fit(m, y, coef, selected, np.full(y.shape[1], np.nan))

    def _coef(self, m: Moments, moments: Array) -> tuple[Array, Bools]:
        coef = np.zeros(moments.shape)
        selected = m.chosen(moments, self.select)
        for use, columns in same_choice(selected):
            inverse = m.inverse(use, self.alpha / m.mass)
            coef[np.ix_(use, columns)] = inverse @ moments[np.ix_(use, columns)]
        return coef, selected


class PlainFit(NamedTuple):
    """Lines of one instance, by the fields of `PlainModel`; stacked later."""

    coef: Any
    intercept: Any
    selected: Any
    deviation: Any
    rank: Any
    r2: Any
    r2_out: Any


def plain_fit(m: Moments, y: Array, coef: Array, selected: Bools, r2_out: Array) -> PlainFit:
    """Lines (k, C) with intercept and in-sample R squared, from sums of products alone."""
    mean, flat = m.v @ y, constant(m.v, y)
    yc = y - mean
    coef = np.where(flat, 0.0, coef)
    explained = np.einsum("kq,kq->q", coef, 2.0 * m.with_targets(yc) - m.gram @ coef)
    r2 = np.minimum(explained / np.where(flat, np.nan, m.v @ yc**2), 1.0)
    intercept = mean - m.centre @ coef
    return PlainFit(coef, intercept, selected, m.deviation, m.rank, r2, r2_out)


def plain_model(fits: list[PlainFit], withheld: str) -> PlainModel:
    """The fits of one instance each as a stack."""
    whole = PlainFit(*map(np.stack, zip(*fits, strict=True)))
    return PlainModel(**whole._asdict(), withheld=withheld)
