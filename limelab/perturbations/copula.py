"""The Gaussian copula of the background: margins and rank correlations; no model, no state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

from limelab.perturbations.designs import Iid, check_design
from limelab.perturbations.products import row_products
from limelab.types import Array, Cloud, Design, NotApplicable, View

_LEAST = 1e-9  # eigenvalues of a correlation matrix that is none after rounding


@dataclass(frozen=True)
class Copula:
    """Rows with the background's margins and its rank correlations, free of x.

    Normal scores with correlation 2 sin(pi rho / 6), rho Spearman's (Kruskal 1958), are pushed
    through each column's empirical quantiles, so values and categories stay those of the
    background. Ties weaken rank correlations, so rho is first raised to what it would be without
    them; among columns of few values it comes back to about .03. Categories have no order of their
    own: levels are ranked by their mean on the first principal direction of the numbers' ranks, so
    that what depends on them is kept.

    Parameters
    ----------
    design : Design, default Iid()

    Examples
    --------
    >>> Copula()
    Copula(design=Iid())
    """

    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "data-driven"

    def __post_init__(self) -> None:
        check_design(self)

    def dims(self, view: View) -> int:
        """One uniform a column."""
        return len(view.names)

    def at(self, radius: float) -> Copula:
        """It has no size."""
        raise NotApplicable(
            f"Copula() has no radius (asked for {radius:g}): it is as wide as the background; "
            "judge with Gaussian() or Neighbours()"
        )

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Background values at correlated quantiles."""
        law = view.once("copula", lambda: _Law.of(view))
        return Cloud(x, law.rows(u), np.zeros(len(view.names), dtype=bool))


@dataclass(frozen=True, eq=False)
class _Law:
    """A root of the latent correlation (d, d), and each column's values in order (n, d).

    The root is the symmetric one: it treats all columns alike, whatever their order.
    """

    root: Array
    table: Array

    @classmethod
    def of(cls, view: View) -> _Law:
        ranked = _ranked_levels(view)
        order = np.argsort(ranked, axis=0, kind="stable")
        latent = 2.0 * np.sin(np.pi / 6.0 * _untied_spearman(ranked))
        values, vectors = np.linalg.eigh(latent)
        root = (vectors * np.sqrt(np.maximum(values, _LEAST))) @ vectors.T
        scale = np.sqrt((root**2).sum(axis=1))
        return cls(root / scale[:, None], np.take_along_axis(view.background, order, axis=0))

    def rows(self, u: Array) -> Array:
        quantiles = ndtr(row_products(ndtri(u), self.root.T))
        place = np.minimum((quantiles * len(self.table)).astype(np.intp), len(self.table) - 1)
        flat = place.reshape(-1, u.shape[-1])
        return np.take_along_axis(self.table, flat, axis=0).reshape(u.shape)


def _ranked_levels(view: View) -> Array:
    """The background (n, d) with each category's code replaced by its place in an order."""
    ranked = view.background.copy()
    lead = _leading_score(view.background[:, ~view.categorical])
    for j in np.flatnonzero(view.categorical):
        codes, level = np.unique(ranked[:, j], return_inverse=True)
        means = np.bincount(level, weights=lead) / np.bincount(level)
        place = np.empty(len(codes))
        place[np.lexsort((codes, means))] = np.arange(len(codes))
        ranked[:, j] = place[level]
    return ranked


def _leading_score(numbers: Array) -> Array:
    """Rows' scores (n,) on the first principal direction of the ranks; 0 without numbers."""
    varies = np.ptp(numbers, axis=0) > 0 if numbers.size else np.zeros(numbers.shape[1], dtype=bool)
    if not varies.any():
        return np.zeros(len(numbers))
    ranks = rankdata(numbers[:, varies], axis=0)
    centred = (ranks - ranks.mean(axis=0)) / ranks.std(axis=0)
    direction = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    sign = np.sign(direction[np.argmax(np.abs(direction))])
    return np.asarray(centred @ (direction * sign))


def _untied_spearman(columns: Array) -> Array:
    """Spearman's correlations (d, d) as they were before rounding tied the ranks.

    A tied rank is the mean of the ranks that it stands for. Where the regression of one rank on
    another is a line, ties shrink their covariance as they shrink the variance of the tied one.
    A constant column correlates with nothing.
    """
    ranks = rankdata(columns, axis=0)
    variance = ranks.var(axis=0)
    centred = (ranks - ranks.mean(axis=0)) / np.where(variance > 0, variance, 1.0)
    untied = (len(columns) ** 2 - 1) / 12.0
    rho: Array = np.clip(centred.T @ centred * (untied / len(columns)), -1.0, 1.0)
    np.fill_diagonal(rho, 1.0)
    return rho
