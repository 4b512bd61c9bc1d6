"""BayesLIME: lime with credible intervals from a conjugate prior; arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from limelab.lime import Lime
from limelab.presets.instance import WithInstance
from limelab.presets.tabular import lime_tabular
from limelab.surrogates import LinearModel
from limelab.surrogates.linear import Fit, joined
from limelab.surrogates.moments import Moments, at, constant, each
from limelab.types import Array


class Posterior(NamedTuple):
    """Of C lines with an intercept in the last row: means (k + 1, C), covariance is s2 times V."""

    mean: Array
    covariance: Array
    s2: Array


@dataclass(frozen=True)
class CredibleRidge:
    """BayesLIME's line (Slack et al. 2021, arXiv 2008.05030): `stderr` is the posterior's spread.

    With X the features and a column of ones, V = (X'WX + I)^-1, phi = V X'Wy and
    s2 = ((y - X phi)'W(y - X phi) + phi'phi) / N, coefficients are Student's t round phi with scale
    s2 V and N degrees of freedom. Its 95 % interval is what the published code finds from 10,000
    draws.

    Known defects, kept: the prior holds the intercept too, and pulls it to 0; weighted squares are
    divided by the unweighted number of samples, so a narrow kernel makes it too sure; the misfit is
    taken for noise that is the same everywhere. `LeastSquares` has errors without these.

    Examples
    --------
    >>> z = np.array([[[0.0], [1.0], [0.0], [1.0]]])
    >>> fitted = CredibleRidge().fit(z, np.ones((1, 4)), 4 * z)
    >>> fitted.coef.round(3).tolist(), fitted.intercept.round(3).tolist()  # 4 * 10/11, 4 * 2/11 ...
    ([[[2.182]]], [[0.727]])
    """

    def fit(self, z: Array, w: Array, y: Array) -> LinearModel:
        """Lines for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        return joined((m, _line(m, at(w, i), at(y, i))) for i, m in enumerate(each(z, w, y)))


def posterior(z: Array, w: Array, y: Array) -> Posterior:
    """Of one sample z (N, k), w (N,), y (N, C)."""
    x = np.column_stack([z, np.ones(len(z))])
    precision = x.T @ (w[:, None] * x) + np.eye(x.shape[1])
    covariance = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    mean = covariance @ (x.T @ (w[:, None] * y))
    s2 = (w @ (y - x @ mean) ** 2 + (mean**2).sum(axis=0)) / len(z)
    return Posterior(mean, covariance, s2)


def _line(m: Moments, w: Array, y: Array) -> Fit:
    found = posterior(m.z, w, y)
    coef, intercept = found.mean[:-1], found.mean[-1]
    spread = np.sqrt(np.outer(np.diag(found.covariance)[:-1], found.s2))
    missed = m.v @ (y - m.z @ coef - intercept) ** 2
    total = np.where(constant(m.v, y), np.nan, m.v @ (y - m.v @ y) ** 2)
    selected = np.repeat(m.varies[:, None], y.shape[1], axis=1)
    return Fit(coef, spread, selected, intercept, 1 - missed / total, np.full(y.shape[1], np.nan))


def bayeslime(*, num_samples: int = 5000, kernel_width: float | None = None) -> Lime:
    """BayesLIME for tables: lime's default bins and kernel with `CredibleRidge`.

    Its "perturbations to go" is what `samples_needed` and `Precise` do with errors that hold.

    Parameters
    ----------
    num_samples : int, default 5000
    kernel_width : float, optional
        As in `lime_tabular`.

    Returns
    -------
    lime : Lime

    Examples
    --------
    >>> bayeslime().surrogate
    WithInstance(surrogate=CredibleRidge())
    """
    lime = lime_tabular(num_samples=num_samples, kernel_width=kernel_width)
    return replace(lime, surrogate=WithInstance(CredibleRidge()))
