"""The lasso as a surrogate: few features by one penalty; arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import Lasso as CoordinateDescent

from limelab.numbers import positive
from limelab.surrogates.moments import Moments, at, constant, each
from limelab.surrogates.plain import PlainFit, PlainModel, plain_fit, plain_model
from limelab.types import Array

_RANK = 1e-15  # directions of the Gram matrix below this share of the largest are none
_GAP = 1e-10  # coordinate descent stops at this duality gap; the signs stand long before
_SWEEPS = 100_000
_WITHHELD = "no standard errors: none hold after a lasso; R2 out of sample by halves"


@dataclass(frozen=True)
class Lasso:
    """Weighted least squares with a penalty on the absolute coefficients: many become 0.

    It minimises ``sum w r^2 / (2 sum w) + alpha sum |b|``, as scikit-learn's ``Lasso(alpha)`` with
    ``sample_weight=w`` does, to rounding. The penalty is in output units times units of z: a
    feature in use loses up to ``alpha / variance`` of its coefficient, and an output of another
    scale wants another alpha. After such a selection no standard errors hold, so none are given;
    R squared out of sample is that of the odd samples under a fit of the even ones.

    Parameters
    ----------
    alpha : float
        The penalty, above 0; `LeastSquares` has none.

    Examples
    --------
    >>> z = np.array([[[-1.0, 1.0], [-1.0, -1.0], [1.0, 1.0], [1.0, -1.0]]])
    >>> y = z @ np.array([[3.0], [0.5]])
    >>> Lasso(1).fit(z, np.ones((1, 4)), y).coef.round(12).tolist()
    [[[2.0], [0.0]]]
    """

    alpha: float

    def __post_init__(self) -> None:
        positive(self, "alpha")

    def fit(self, z: Array, w: Array, y: Array) -> PlainModel:
        """Lines for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        found = [self._fit_one(m, at(y, i)) for i, m in enumerate(each(z, w, y))]
        return plain_model(found, _WITHHELD)

    def _fit_one(self, m: Moments, y: Array) -> PlainFit:
        coef = self._lines(m, y)
        return plain_fit(m, y, coef, coef != 0, self._r2_of_halves(m, y))

    def _lines(self, m: Moments, y: Array) -> Array:
        """Coefficients (k, C)."""
        moments, flat = m.with_targets(y - m.v @ y), constant(m.v, y)
        coef, use = np.zeros(moments.shape), np.flatnonzero(m.varies)
        for c in np.flatnonzero(~flat) if len(use) else ():
            coef[use, c] = lasso(m.gram[np.ix_(use, use)], moments[use, c], self.alpha)
        return coef

    def _r2_of_halves(self, m: Moments, y: Array) -> Array:
        """R squared (C,), on the odd samples, of lines fitted to the even ones."""
        even, odd = slice(0, None, 2), slice(1, None, 2)
        if not (m.v[even].sum() > 0 and m.v[odd].sum() > 0):
            return np.full(y.shape[1], np.nan)
        half = Moments(m.z[even], m.v[even])
        coef = self._lines(half, y[even])
        guess = half.v @ y[even] + (m.z[odd] - half.centre) @ coef
        v = m.v[odd] / m.v[odd].sum()
        total = np.where(constant(v, y[odd]), np.nan, v @ (y[odd] - v @ y[odd]) ** 2)
        return np.asarray(1 - v @ (y[odd] - guess) ** 2 / total)


def lasso(gram: Array, moment: Array, alpha: float) -> Array:
    """The b (k,) that minimises b'Gb / 2 - m'b + alpha sum |b|.

    Coordinate descent finds which coefficients are not 0; these solve a linear system exactly.

    Examples
    --------
    >>> lasso(np.eye(2), np.array([3.0, -0.5]), 1.0).tolist()
    [2.0, 0.0]
    """
    near = _descended(gram, moment, alpha)
    use = np.flatnonzero(near)
    sign = np.sign(near[use])
    exact = np.zeros(len(near))
    exact[use] = np.linalg.pinv(gram[np.ix_(use, use)], hermitian=True) @ (
        moment[use] - alpha * sign
    )
    slack = np.abs(moment - gram @ exact) - alpha
    optimal = (np.sign(exact[use]) == sign).all() and (slack <= 1e-9 * np.abs(moment).max()).all()
    return exact if optimal else near


def _descended(gram: Array, moment: Array, alpha: float) -> Array:
    """scikit-learn's coordinate descent on k made-up samples that have this Gram matrix."""
    size, direction = np.linalg.eigh(gram)
    keep = size > _RANK * size[-1]
    root = np.sqrt(size[keep])
    samples = (direction[:, keep] * root).T
    target = (direction[:, keep].T @ moment) / root
    n = len(samples) ** 0.5
    solver = CoordinateDescent(alpha, fit_intercept=False, tol=_GAP, max_iter=_SWEEPS)
    return np.asarray(solver.fit(samples * n, target * n).coef_)
