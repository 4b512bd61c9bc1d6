"""Exact LIME for axis-aligned trees under independent normal noise; reads trees, asks no model."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from limelab.exact.boxes import Boxes, boxes
from limelab.exact.fitted import read
from limelab.exact.laws import spread
from limelab.exact.population import Population
from limelab.types import Array, BadInput


def trees(
    model: Any,
    x: npt.ArrayLike,
    perturbation: Any,
    kernel: Any,
    *,
    scale: npt.ArrayLike = 1.0,
) -> Population:
    """What LIME converges to on a tree or a sum of trees, with no sample and no query.

    A leaf is a box, so under independent columns everything is a sum of products over leaves:
    E f = sum v prod_k D_k and coef_j = sum v (phi(l_j) - phi(h_j)) / s prod_{k != j} D_k, where
    D_k = Phi(h_k) - Phi(l_k) between the leaf's standardised borders. It is Stein's lemma
    (Stein 1981) leaf by leaf; for lime's bins Garreau and von Luxburg 2020 (Looking deeper into
    tabular LIME) sum over leaves in the same way.

    Parameters
    ----------
    model : fitted scikit-learn estimator, or its bound method
        A decision tree, random forest, extra trees (class shares or values), gradient boosting or
        histogram gradient boosting (values; raw scores of a classifier, the log of the mean under
        a Poisson or gamma loss).
    x : array of shape (d,) or (I, d)
    perturbation : Gaussian
    kernel : Flat or Exponential
    scale : float or array of shape (d,), default 1
        Background standard deviations, such as ``Table(background).scale``; a column of scale 0
        stands still.

    Returns
    -------
    line : Population
        coef (I, d, C) per background standard deviation, measured from x; intercept and mean
        (I, C); r2 (I, C), for one tree and for sums of functions of one column each (boosted
        stumps), NaN else.

    Raises
    ------
    NotApplicable
        No sum of scikit-learn trees, or another perturbation or kernel.
    BadInput
        x or scale of another width, or not finite.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> from limelab.kernels import Flat
    >>> from limelab.perturbations import Gaussian
    >>> stump = DecisionTreeRegressor().fit([[-1.0], [1.0]], [0.0, 1.0])
    >>> line = trees(stump, [0.0], Gaussian(1), Flat())  # the step of a normal variable at 0
    >>> line.coef.round(4).tolist(), line.mean.round(4).tolist(), line.r2.round(4).tolist()
    ([[[0.3989]]], [[0.5]], [[0.6366]])
    """
    found = boxes(read(model))
    points, scales = _checked(found, x, scale)
    return lines(found, points, spread(perturbation, kernel, found.columns), scales)


def lines(found: Boxes, x: Array, deviation: float, scale: Array) -> Population:
    """The lines at x (I, d) for noise of `deviation` scales in every column."""
    parts = [_line(found, point, deviation, scale) for point in x]
    mean, coef, r2 = (np.stack(stack) for stack in zip(*parts, strict=True))
    return Population(coef=coef, intercept=mean, mean=mean, r2=r2)


def _line(found: Boxes, x: Array, deviation: float, scale: Array) -> tuple[Array, Array, Array]:
    t = _standardised(found, x, deviation * scale)
    cdf = ndtr(t)
    still = scale[found.feature] == 0
    density = np.exp(-0.5 * t * t) / (deviation * np.sqrt(2.0 * np.pi))
    mean, coef = found.sums(cdf, np.where(still, 0.0, -density))
    total = found.variance(cdf, mean)
    explained = (coef**2).sum(axis=0) * deviation**2
    r2 = np.divide(explained, total, out=np.full(total.shape, np.nan), where=total > 0)
    return mean, coef, r2


def _standardised(found: Boxes, x: Array, deviation: Array) -> Array:
    """Borders in deviations from x; a column that stands still is at minus or plus infinity."""
    away, sd = found.border - x[found.feature], deviation[found.feature]
    beyond = np.where(away >= 0, np.inf, -np.inf)
    return np.divide(away, sd, out=beyond, where=sd > 0)


def _checked(found: Boxes, x: npt.ArrayLike, scale: npt.ArrayLike) -> tuple[Array, Array]:
    points = np.atleast_2d(np.asarray(x, dtype=np.float64))
    scales = np.asarray(scale, dtype=np.float64)
    wide = points.ndim == 2 and points.shape[1] == found.columns
    if not wide or scales.shape not in ((), (found.columns,)):
        raise BadInput(
            f"x has shape {np.shape(x)} and scale {scales.shape}; the model was fitted on "
            f"{found.columns} columns: expected x (rows, {found.columns}) and scale "
            f"({found.columns},)"
        )
    if not np.isfinite(points).all() or not (np.isfinite(scales).all() and (scales >= 0).all()):
        raise BadInput("x and scale must be finite, scale at least 0; fill missing values first")
    return points, np.broadcast_to(scales, (found.columns,))
