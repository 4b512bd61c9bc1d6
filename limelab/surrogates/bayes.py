"""Bayesian ridge as a surrogate: evidence or given precisions, any prior mean; arrays only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import isclose
from typing import Any

import numpy as np

from limelab.numbers import positive
from limelab.surrogates.linear import Fit, LinearModel, joined
from limelab.surrogates.moments import Moments, at, constant, each, relative
from limelab.types import Array, BadInput

_VAGUE = 1e-6  # scikit-learn's Gamma priors of both precisions, shape and rate
_STEPS = 1000
_SETTLED = 1e-11


@dataclass(frozen=True)
class BayesianRidge:
    """A Bayesian line: coefficients are the posterior mean, `stderr` its standard deviation.

    Outputs are normal round the line with a noise precision (of a sample of mean weight), and
    coefficients normal round the prior mean, independent, with a weight precision. Weights are
    scaled to a mean of 1. A precision that is not given is found by maximising the evidence, as
    scikit-learn's ``BayesianRidge`` does (MacKay 1992), here on outputs of unit variance, so that
    its vague priors mean the same in every unit. The posterior takes the whole covariance;
    BayLIME moves each coefficient by its own variance alone, which is exact only where features
    do not correlate. With both None this is BayLIME's first mode, with one or both given its
    others (Zhao et al. 2021).

    The posterior takes the weights for numbers of observations and the misfit for noise: where
    the model is curved it is too sure. `LeastSquares` has standard errors that bear both.

    Parameters
    ----------
    noise_precision : float, optional
        1 / variance of the noise, in output units.
    weight_precision : float, optional
        1 / variance of the prior of the coefficients, output units per unit of z.
    prior_mean : sequence of float, optional
        What is thought of each coefficient beforehand, the same for all outputs; 0 unless said.

    Examples
    --------
    >>> z = np.array([[[-1.0], [0.0], [1.0]]])
    >>> fitted = BayesianRidge(1, 2, prior_mean=[3]).fit(z, np.ones((1, 3)), z)
    >>> fitted.coef.round(12).tolist(), fitted.stderr.round(12).tolist()  # (2 + 2 * 3) / (2 + 2)
    ([[[2.0]]], [[[0.5]]])
    """

    noise_precision: float | None = None
    weight_precision: float | None = None
    prior_mean: Any = None

    def __post_init__(self) -> None:
        for name in ("noise_precision", "weight_precision"):
            if getattr(self, name) is not None:
                positive(self, name)
        if self.prior_mean is not None:
            object.__setattr__(self, "prior_mean", _numbers(self.prior_mean))

    def fit(self, z: Array, w: Array, y: Array) -> LinearModel:
        """Lines for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        prior = self._prior(z.shape[2])
        moments = each(z, relative(w), y)
        return joined((m, self._fit_one(m, at(y, i), prior)) for i, m in enumerate(moments))

    def _prior(self, k: int) -> Array:
        if self.prior_mean is not None and len(self.prior_mean) != k:
            raise BadInput(
                f"BayesianRidge(prior_mean={self.prior_mean!r}) has {len(self.prior_mean)} values; "
                f"expected one for each of {k} features"
            )
        return np.zeros(k) if self.prior_mean is None else np.array(self.prior_mean)

    def _fit_one(self, m: Moments, y: Array, prior: Array) -> Fit:
        coef, stderr = np.zeros((2, len(prior), y.shape[1]))
        r2, r2_out = np.full((2, y.shape[1]), np.nan)
        use, mean = np.flatnonzero(m.varies), m.v @ y
        size, direction = np.linalg.eigh(m.gram[np.ix_(use, use)] * m.mass)
        size = np.maximum(size, 0.0)
        for c in np.flatnonzero(~constant(m.v, y)):
            yc = y[:, c] - mean[c]
            total = m.v @ yc**2
            rest = (yc - m.zc[:, use] @ prior[use]) * m.root[:, 0] * np.sqrt(m.mass / total)
            moment = direction.T @ (m.half[:, use].T @ rest) * np.sqrt(m.mass)
            noise, weight = self._precisions(_Seen(size, moment, rest @ rest, m.mass), total)
            inverse = (direction / (size + weight / noise)) @ direction.T
            coef[use, c] = prior[use] + direction @ (moment / (size + weight / noise)) * total**0.5
            stderr[use, c] = np.sqrt(np.diag(inverse) / noise * total)
            residual = yc - m.zc[:, use] @ coef[use, c]
            zc = m.zc[:, use]
            left_out = residual / m.remaining(zc, zc @ (inverse * m.mass))
            r2[c], r2_out[c] = 1 - m.v @ np.stack([residual, left_out], axis=1) ** 2 / total
        selected = np.repeat(m.varies[:, None], y.shape[1], axis=1)
        return Fit(coef, stderr, selected, mean - m.centre @ coef, r2, r2_out)

    def _precisions(self, seen: _Seen, variance: float) -> tuple[float, float]:
        """Of the noise and of the coefficients, for outputs of unit variance."""
        given = [self.noise_precision, self.weight_precision]
        fixed = [None if value is None else value * variance for value in given]
        noise = seen.samples / (seen.squares + _VAGUE) if fixed[0] is None else fixed[0]
        weight = 1.0 if fixed[1] is None else fixed[1]
        for _ in range(_STEPS if None in fixed else 0):
            before = noise, weight
            found = seen.update(noise, weight)
            noise, weight = (
                new if kept is None else kept for new, kept in zip(found, fixed, strict=True)
            )
            if all(map(partial(isclose, rel_tol=_SETTLED), (noise, weight), before)):
                break
        return noise, weight


@dataclass(frozen=True, eq=False)
class _Seen:
    """What the evidence depends on: eigenvalues, moments along them, sum of squares, samples."""

    size: Array
    moment: Array
    squares: float
    samples: float

    def update(self, noise: float, weight: float) -> tuple[float, float]:
        """MacKay's step: both precisions from the posterior that they give."""
        coef = self.moment / (self.size + weight / noise)
        missed = float(self.squares - 2 * coef @ self.moment + coef**2 @ self.size)
        known = float((noise * self.size / (weight + noise * self.size)).sum())
        return (
            (self.samples - known + 2 * _VAGUE) / (max(missed, 0.0) + 2 * _VAGUE),
            (known + 2 * _VAGUE) / (float(coef @ coef) + 2 * _VAGUE),
        )


def _numbers(values: Any) -> tuple[float, ...]:
    """A prior mean as a tuple of floats.

    Raises
    ------
    BadInput
    """
    try:
        numbers = tuple(float(value) for value in values)
    except (TypeError, ValueError):
        numbers = (np.nan,)
    if isinstance(values, str) or not np.isfinite(numbers).all():
        raise BadInput(
            f"BayesianRidge(prior_mean={values!r}); expected a finite number for each feature"
        )
    return numbers
