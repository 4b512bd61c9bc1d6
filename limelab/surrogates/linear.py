"""Linear surrogates: weighted least squares and ridge for whole stacks; arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np

from limelab.numbers import positive
from limelab.surrogates.moments import (
    Moments,
    Selector,
    Solved,
    at,
    check_selector,
    each,
    relative,
    same_choice,
    still,
)
from limelab.types import Array, Bools, Ints

_BLOCK = 2**18  # answers of instances that are fitted side by side, so that they stay in cache
_ROUNDING = 1e-15  # of sums of two numbers between 0 and 1


@dataclass(frozen=True, eq=False)
class Lines:
    """What every stack of fitted lines says.

    Attributes
    ----------
    coef : array of shape (I, k, C)
        Output units per unit of z.
    intercept : array of shape (I, C)
        The line's value at z = 0.
    selected : bool array of shape (I, k, C)
    deviation : array of shape (I or 1, k)
        Weighted standard deviation of each feature in the neighbourhood, in units of z.
    rank : int array of shape (I or 1,)
        Independent directions among the features that vary.
    r2, r2_out : arrays of shape (I, C)
        Weighted R squared in and out of sample; NaN where the model is constant.
    """

    coef: Array
    intercept: Array
    selected: Bools
    deviation: Array
    rank: Ints
    r2: Array
    r2_out: Array

    @property
    def effect(self) -> Array:
        """b sd_w: signed, in output units."""
        return np.asarray(self.coef * self.deviation[:, :, None])

    @property
    def importance(self) -> Array:
        """|b| sd_w: in output units."""
        return np.asarray(np.abs(self.effect))

    def predict(self, z: Array) -> Array:
        """The lines' values (I, M, C) at z (I or 1, M, k)."""
        if len(z) > 1:
            return np.asarray(np.matmul(z, self.coef) + self.intercept[:, None, :])
        values = np.moveaxis(np.tensordot(z[0], self.coef, axes=(1, 1)), 0, 1)
        return np.asarray(values + self.intercept[:, None, :])


M = TypeVar("M", bound=Lines)


@dataclass(frozen=True, eq=False)
class LinearModel(Lines):
    """A stack of fitted lines with standard errors.

    Attributes
    ----------
    stderr : array of shape (I, k, C)
        HC3, for independent draws (MacKinnon and White 1985); after a selection they are
        conditional on it.
    r2_out : array of shape (I, C)
        Leaving each sample out.
    """

    stderr: Array


@dataclass(frozen=True)
class LeastSquares:
    """Weighted least squares; collinear features share their coefficient (minimum norm).

    Parameters
    ----------
    select : selector, optional
        Use the features that it chooses, such as ``Forward(5)``.

    Examples
    --------
    >>> z = np.array([[[-1.0], [0.0], [1.0], [2.0]]])
    >>> LeastSquares().fit(z, np.ones((1, 4)), 3 * z + 1).coef.round(12).tolist()
    [[[3.0]]]
    """

    select: Selector | None = None

    def __post_init__(self) -> None:
        check_selector(self, self.select)

    def fit(self, z: Array, w: Array, y: Array) -> LinearModel:
        """Lines for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        return fit_lines(z, relative(w), y, 0.0, self.select)


@dataclass(frozen=True)
class Ridge:
    """Weighted least squares with a penalty on the squared coefficients, relative to the weights.

    The weights are scaled to a mean of 1 first, so the penalty means the same for every kernel:
    a narrow kernel cannot let it erase the coefficients. With a flat kernel it is
    scikit-learn's ``Ridge(alpha)``; the intercept is not penalised.

    Parameters
    ----------
    alpha : float, default 1
        The penalty, at least 0.
    select : selector, optional
        Use the features that it chooses, such as ``Forward(5)``.

    Examples
    --------
    >>> z = np.array([[[-1.0], [0.0], [1.0]]])
    >>> Ridge(2).fit(z, np.ones((1, 3)), z).coef.round(12).tolist()  # 2 / (2 + 2)
    [[[0.5]]]
    """

    alpha: float = 1.0
    select: Selector | None = None

    def __post_init__(self) -> None:
        positive(self, "alpha", zero=True)
        check_selector(self, self.select)

    def fit(self, z: Array, w: Array, y: Array) -> LinearModel:
        """Lines for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        return fit_lines(z, relative(w), y, self.alpha, self.select)


@dataclass(frozen=True)
class AbsoluteRidge:
    """Weighted least squares with lime's penalty: on the squared coefficients, of raw weights.

    It is scikit-learn's ``Ridge(alpha).fit(z, y, sample_weight=w)``. The penalty stands against
    the sum of the weights, so a narrow kernel, whose weights are small, lets it erase the
    coefficients however many samples there are; `Ridge` scales the weights to a mean of 1 first
    and keeps them. This one is for reproducing lime and for showing what its penalty does.

    Parameters
    ----------
    alpha : float, default 1
        The penalty, at least 0.
    select : selector, optional
        Use the features that it chooses, such as ``Forward(5)``.

    Examples
    --------
    >>> z = np.array([[[-1.0], [0.0], [1.0]]])
    >>> w = np.full((1, 3), 0.01)
    >>> AbsoluteRidge(2).fit(z, w, z).coef.round(4).tolist()  # 0.02 / (0.02 + 2)
    [[[0.0099]]]
    >>> Ridge(2).fit(z, w, z).coef.round(4).tolist()
    [[[0.5]]]
    """

    alpha: float = 1.0
    select: Selector | None = None

    def __post_init__(self) -> None:
        positive(self, "alpha", zero=True)
        check_selector(self, self.select)

    def fit(self, z: Array, w: Array, y: Array) -> LinearModel:
        """Lines for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        return fit_lines(z, w, y, self.alpha, self.select)


def fit_lines(z: Array, w: Array, y: Array, alpha: float, select: Selector | None) -> LinearModel:
    """Fit every instance and output; where z and w are shared, all of them in one product.

    The penalty alpha stands against the sum of the weights w.
    """
    if two_shares(y, select):
        return with_other(fit_lines(z, w, y[:, :, :1], alpha, select))
    if len(z) == len(w) == 1:
        shared = Moments(z[0], w[0])
        step = max(1, _BLOCK // y[0].size)
        parts = [_unstacked(shared, y[i : i + step], alpha, select) for i in range(0, len(y), step)]
        lines = Fit(*map(np.concatenate, zip(*parts, strict=True)))
        return _model(lines, [shared])
    return joined((m, fit_one(m, at(y, i), alpha, select)) for i, m in enumerate(each(z, w, y)))


def two_shares(y: Array, select: Selector | None) -> bool:
    """Whether two outputs sum to 1 everywhere but for rounding, as the classes of a binary model.

    The line of the second is then that of the first, turned over, if the selector does not look
    at signs: it says so by ``signless = True``.
    """
    if y.shape[2] != 2 or not (select is None or getattr(select, "signless", False)):
        return False
    return all(_is_one(own[:, 0] + own[:, 1]) for own in y)


def _is_one(sums: Array) -> bool:
    return bool(sums.max() <= 1.0 + _ROUNDING and sums.min() >= 1.0 - _ROUNDING)


def with_other(first: M) -> M:
    """Lines of a share and of what is left of 1."""
    names = ("coef", "intercept", "selected", "stderr", "r2", "r2_out")
    known = {name: getattr(first, name) for name in names if getattr(first, name) is not None}
    both = {name: np.concatenate([value, value], axis=-1) for name, value in known.items()}
    both["coef"][..., 1] *= -1.0
    both["intercept"][..., 1] = 1.0 - both["intercept"][..., 1]
    return replace(first, **both)


class Fit(NamedTuple):
    """Lines of Q targets: (k, Q) and (Q,); stacked with the instances in front."""

    coef: Any
    stderr: Any
    selected: Any
    intercept: Any
    r2: Any
    r2_out: Any


def joined(fits: Iterable[tuple[Moments, Fit]]) -> LinearModel:
    """The fits of one instance each as a stack; of their moments only what is said is kept."""
    found = [(fit, _Brief(m.deviation, m.rank)) for m, fit in fits]
    lines = Fit(*map(np.stack, zip(*(fit for fit, _ in found), strict=True)))
    return _model(lines, [brief for _, brief in found])


class _Brief(NamedTuple):
    deviation: Array
    rank: int


def _model(lines: Fit, moments: Sequence[Moments | _Brief]) -> LinearModel:
    return LinearModel(
        **lines._asdict(),
        deviation=np.stack([m.deviation for m in moments]),
        rank=np.array([m.rank for m in moments]),
    )


def _unstacked(m: Moments, y: Array, alpha: float, select: Selector | None) -> Fit:
    """The lines of a few instances that share their features, fitted side by side."""
    targets = y.transpose(0, 2, 1).reshape(-1, y.shape[1])
    return Fit(*(_unstack(part, len(y)) for part in _fit_rows(m, targets, alpha, select)))


def _unstack(part: Array, instances: int) -> Array:
    """(..., I * C) as (I, ..., C)."""
    return np.moveaxis(part.reshape(*part.shape[:-1], instances, -1), -2, 0)


def fit_one(m: Moments, y: Array, alpha: float, select: Selector | None) -> Fit:
    """The lines of y (N, Q) on one sample of features."""
    return _fit_rows(m, y.T, alpha, select)


def _fit_rows(m: Moments, y: Array, alpha: float, select: Selector | None) -> Fit:
    """The lines of y (Q, N), a target in a row, for numpy is slow along the short axis."""
    mean = y @ m.v
    yc = y - mean[:, None]
    weighed = yc * m.v
    total = np.einsum("qn,qn->q", yc, weighed)
    moments = m.rows @ weighed.T
    coef, stderr = np.zeros((2, *moments.shape))
    missed, missed_out = np.zeros((2, len(y)))
    selected = m.chosen(moments, select)
    for use, columns in same_choice(selected):
        solved, place = m.solved(use, alpha / m.mass), np.ix_(use, columns)
        coef[place] = solved.inverse @ moments[place]
        own = yc if len(columns) == len(yc) else yc[columns]
        *variance, missed_out[columns], missed[columns] = _sums(own, coef[place], solved)
        stderr[place] = np.sqrt(np.reshape(variance, coef[place].shape))
    flat = still(mean, total)
    coef[:, flat] = stderr[:, flat] = 0.0
    total[flat] = np.nan
    intercept = mean - m.centre @ coef
    return Fit(coef, stderr, selected, intercept, 1 - missed / total, 1 - missed_out / total)


def _sums(yc: Array, slopes: Array, solved: Solved) -> Array:
    """Sums (k + 2, Q) of squared residuals that leave their own sample out.

    HC3's variances of the coefficients, then what is missed out of sample and in sample.
    """
    residual = slopes.T @ solved.rows
    np.subtract(yc, residual, out=residual)
    residual /= solved.remaining
    return np.asarray(solved.pull @ np.square(residual, out=residual).T)
