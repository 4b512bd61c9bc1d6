"""Linear surrogates: weighted least squares and ridge for whole stacks; arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from limelab.numbers import positive
from limelab.types import Array, BadInput, Bools, Ints

_STILL = 1e-10  # a column whose sd is below this share of its size does not vary
_RANK = 1e-10  # directions of the correlation matrix below this share of the largest are none
_FLAT = 1e-12  # an output that varies by less than this share of its size is constant
_NOTHING = 1e-140  # or by less than this, whose square underflows
_FULL = 1e-9  # a leverage this near to 1 leaves no residual to speak of


class Selector(Protocol):
    """Which features a target may use, from weighted moments."""

    def choose(self, gram: Array, moments: Array) -> Bools: ...


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A stack of fitted lines.

    Attributes
    ----------
    coef, stderr : arrays of shape (I, k, C)
        Output units per unit of z; standard errors are HC3 and hold for independent draws
        (MacKinnon and White 1985); after a selection they are conditional on it.
    intercept : array of shape (I, C)
        The line's value at z = 0.
    selected : bool array of shape (I, k, C)
    deviation : array of shape (I or 1, k)
        Weighted standard deviation of each feature in the neighbourhood, in units of z.
    rank : int array of shape (I or 1,)
        Independent directions among the features that vary.
    r2, r2_out : arrays of shape (I, C)
        Weighted R squared in sample, and leaving each sample out; NaN where the model is constant.
    """

    coef: Array
    intercept: Array
    stderr: Array
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
        _check_selector(self, self.select)

    def fit(self, z: Array, w: Array, y: Array) -> LinearModel:
        """Lines for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        return fit_lines(z, w, y, penalty=0.0, select=self.select)


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
        _check_selector(self, self.select)

    def fit(self, z: Array, w: Array, y: Array) -> LinearModel:
        """Lines for z (I or 1, N, k), w (I or 1, N), y (I or 1, N, C)."""
        return fit_lines(z, w, y, penalty=self.alpha / z.shape[1], select=self.select)


def _check_selector(owner: object, select: Any) -> None:
    wrong = isinstance(select, type) or not callable(getattr(select, "choose", None))
    if select is not None and wrong:
        raise BadInput(
            f"{type(owner).__name__}(select={select!r}); expected a selector such as Forward(5)"
        )


def fit_lines(
    z: Array, w: Array, y: Array, *, penalty: float, select: Selector | None
) -> LinearModel:
    """Fit every instance and output; where z and w are shared, all of them in one product."""
    if len(z) == len(w) == 1:
        moments = [_Moments(z[0], w[0])]
        targets = np.moveaxis(y, 0, 1).reshape(y.shape[1], -1)
        whole = _fit(moments[0], targets, penalty, select)
        lines = _Lines(*(_unstack(part, len(y)) for part in whole))
    else:
        moments = [_Moments(_at(z, i), _at(w, i)) for i in range(max(len(z), len(w), len(y)))]
        fits = [_fit(m, _at(y, i), penalty, select) for i, m in enumerate(moments)]
        lines = _Lines(*map(np.stack, zip(*fits, strict=True)))
    return LinearModel(
        **lines._asdict(),
        deviation=np.stack([m.deviation for m in moments]),
        rank=np.array([m.rank for m in moments]),
    )


class _Lines(NamedTuple):
    """Lines of Q targets: (k, Q) and (Q,); stacked with the instances in front."""

    coef: Any
    stderr: Any
    selected: Any
    intercept: Any
    r2: Any
    r2_out: Any


def _at(stack: Array, i: int) -> Array:
    block: Array = stack[i if len(stack) > 1 else 0]
    return block


def _unstack(part: Array, instances: int) -> Array:
    """(..., I * C) as (I, ..., C)."""
    return np.moveaxis(part.reshape(*part.shape[:-1], instances, -1), -2, 0)


class _Moments:
    """One weighted sample of features: centred columns, their Gram matrix, what varies."""

    def __init__(self, z: Array, w: Array) -> None:
        self.v = w / w.sum()
        self.centre = self.v @ z
        self.zc = z - self.centre
        self.weighted = self.zc.T * self.v
        self.gram = self.weighted @ self.zc
        self.deviation = np.sqrt(np.diag(self.gram))
        self.varies = self.deviation > _STILL * np.abs(z).max(axis=0)
        self.deviation = np.where(self.varies, self.deviation, 0.0)

    @property
    def rank(self) -> int:
        use = np.flatnonzero(self.varies)
        if not len(use):
            return 0
        sd = self.deviation[use]
        return int(
            np.linalg.matrix_rank(
                self.gram[np.ix_(use, use)] / np.outer(sd, sd), tol=_RANK * len(use), hermitian=True
            )
        )

    def solver(self, use: Ints, penalty: float) -> Array:
        """H (len(use), N): coefficients are H (y - mean y); scaled, so units do not matter."""
        sd = self.deviation[use]
        penalised = self.gram[np.ix_(use, use)] + penalty * np.eye(len(use))
        scaled = penalised / np.outer(sd, sd)
        inverse = np.linalg.pinv(scaled, rcond=_RANK, hermitian=True)
        return np.asarray((inverse / np.outer(sd, sd)) @ self.weighted[use])


def _fit(m: _Moments, y: Array, penalty: float, select: Selector | None) -> _Lines:
    """The lines of y (N, Q) on one sample of features."""
    mean = m.v @ y
    yc = y - mean
    constant = np.ptp(y, axis=0) <= np.maximum(_FLAT * np.abs(y).max(axis=0), _NOTHING)
    coef, stderr = np.zeros((2, len(m.gram), y.shape[1]))
    in_sum, out_sum = np.zeros((2, y.shape[1]))
    selected = _chosen(m, yc, select)
    for use, columns in _same_choice(selected):
        solver = m.solver(use, penalty)
        slopes = solver @ yc[:, columns]
        residual = yc[:, columns] - m.zc[:, use] @ slopes
        leverage = np.einsum("kn,nk->n", solver, m.zc[:, use]) + m.v
        left_out = residual / np.maximum(1.0 - leverage, _FULL)[:, None]
        np.square(left_out, out=left_out)
        coef[np.ix_(use, columns)] = slopes
        stderr[np.ix_(use, columns)] = np.sqrt(solver**2 @ left_out)
        in_sum[columns], out_sum[columns] = m.v @ residual**2, m.v @ left_out
    for errors in (coef, stderr):
        errors[:, constant] = 0.0
    total = np.where(constant, np.nan, m.v @ yc**2)
    intercept = mean - m.centre @ coef
    return _Lines(coef, stderr, selected, intercept, 1 - in_sum / total, 1 - out_sum / total)


def _chosen(m: _Moments, yc: Array, select: Selector | None) -> Bools:
    """Features that each target may use (k, Q): those that vary, and of them the selector's."""
    varies = np.repeat(m.varies[:, None], yc.shape[1], axis=1)
    if select is None:
        return varies
    return varies & select.choose(m.gram, m.weighted @ yc)


def _same_choice(selected: Bools) -> list[tuple[Ints, Ints]]:
    """Features used and the targets that use just these."""
    patterns, which = np.unique(selected, axis=1, return_inverse=True)
    return [
        (np.flatnonzero(patterns[:, p]), np.flatnonzero(which.ravel() == p))
        for p in range(patterns.shape[1])
    ]
