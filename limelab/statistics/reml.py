"""Restricted maximum likelihood for crossed random effects: arrays in, variances out.

The likelihood is profiled over the fixed effects and the residual, as in lme4 (Bates and others
2015, section 3), so that a variance of exactly 0 is a point like any other. (The search of
statsmodels' MixedLM, which the tests compare with, does not end at such borders.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg, optimize

from limelab.types import Array

MOST = 1e8  # the variance of an effect, in those of the residual


@dataclass(frozen=True, eq=False)
class MixedModel:
    """value = fixed effects + one random effect for each column of each block + residual.

    Attributes
    ----------
    values : array of shape (n,)
    fixed : array of shape (n, p), of full rank
    random : sequence of K arrays of shape (n, q_k)
        The columns of a block share one variance.
    """

    values: Array
    fixed: Array
    random: Sequence[Array]

    @cached_property
    def block(self) -> Array:
        """To which block each random column belongs, (q,)."""
        sizes = [columns.shape[1] for columns in self.random]
        return np.repeat(np.arange(len(sizes)), sizes)

    @cached_property
    def products(self) -> Array:
        """All inner products of [random, fixed, values]."""
        columns = np.hstack([*self.random, self.fixed, self.values[:, None]])
        made: Array = columns.T @ columns
        return made

    def solved(self, ratios: Array) -> tuple[float, float, Array, Array]:
        """At variances (K,) over the residual's: deviance, residual variance, coef, R.

        The covariance of the fixed effects is the residual variance times (R'R)^-1.
        """
        q, p = self.block.size, self.fixed.shape[1]
        scale = np.concatenate([np.sqrt(ratios)[self.block], np.ones(p + 1)])
        system = self.products * scale[:, None] * scale
        system[np.arange(q), np.arange(q)] += 1.0
        root = linalg.cholesky(system, lower=False, check_finite=False)
        dof = len(self.values) - p
        diagonal = np.diag(root)
        rest = float(diagonal[-1] ** 2)
        deviance = 2 * float(np.log(diagonal[:-1]).sum()) + dof * np.log(rest)
        fixed = root[q : q + p, q : q + p]
        coef = linalg.solve_triangular(fixed, root[q : q + p, -1])
        return deviance, rest / dof, coef, fixed

    def fit(self) -> Fit:
        """The likeliest variances."""
        k = len(self.random)
        starts = [np.full(k, 1.0), np.full(k, 0.01)]
        found = [self._search(start) for start in starts]
        best = min(found, key=lambda one: float(one.fun))
        ratios = self._zeroed(best.x, float(best.fun))
        _, residual, coef, root = self.solved(ratios)
        half = linalg.solve_triangular(root, np.eye(len(root)))
        variances = np.append(ratios, 1.0) * residual
        return Fit(variances, coef, residual * half @ half.T, bool(best.success))

    def _search(self, start: Array) -> optimize.OptimizeResult:
        def deviance(ratios: Array) -> float:
            return self.solved(ratios)[0]

        found: optimize.OptimizeResult = optimize.minimize(
            deviance,
            start,
            jac="3-point",
            method="L-BFGS-B",
            bounds=[(0.0, MOST)] * len(start),
            options={"ftol": 1e-11, "gtol": 1e-6, "maxiter": 500},
        )
        return found

    def _zeroed(self, ratios: Array, deviance: float) -> Array:
        """Ratios with those set to 0 that are no likelier as they are."""
        for place in np.argsort(ratios):
            without = ratios.copy()
            without[place] = 0.0
            if self.solved(without)[0] <= deviance + 1e-6:
                ratios = without
        return ratios


@dataclass(frozen=True, eq=False)
class Fit:
    """The likeliest variances (K + 1,), the residual last; fixed effects (p,) and covariance."""

    variances: Array
    coef: Array
    covariance: Array
    converged: bool
