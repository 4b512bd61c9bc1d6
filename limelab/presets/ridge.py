"""lime's ridge with the instance as a sample, from one Gram matrix; arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from limelab.numbers import positive
from limelab.surrogates import PlainModel, PlainRidge
from limelab.surrogates.linear import two_shares, with_other
from limelab.surrogates.moments import Selector, at, check_selector, choose_each
from limelab.types import Array, Bools, Interpreted, Ints

_STILL = 1e-12  # a column whose variance is below this share of its mean square does not vary
_FLAT = 1e-24  # the same of an output
_RANK = 1e-10  # directions of the correlation matrix below this share of the largest are none
_WITHHELD = "no standard errors and no R2 out of sample: {} fits coefficients alone, as lime does"


@dataclass(frozen=True)
class LimeRidge:
    """lime's own fit: a ridge on raw weights, whose first sample is the instance with weight 1.

    The numbers of ``WithInstance(PlainRidge(alpha, select))`` at half its cost: outputs are
    measured from the model's answer at the instance, which then adds to the sums by its features
    alone, and one product of the weighted features holds all that is needed of them.

    Parameters
    ----------
    alpha : float, default 1
        The penalty on squared coefficients, above 0.
    select : selector, optional
        Use the features that it chooses, such as ``HighestWeights(10)``. For `HighestProducts`
        numbers count from the baseline, as lime counts them.

    Examples
    --------
    >>> LimeRidge(1)
    LimeRidge(alpha=1.0, select=None)
    """

    alpha: float = 1.0
    select: Selector | None = None

    def __post_init__(self) -> None:
        positive(self, "alpha")
        check_selector(self, self.select)

    def fit(self, z: Array, w: Array, y: Array) -> PlainModel:
        """The fit without the instance, where nobody says what the model answers there."""
        return PlainRidge(self.alpha, self.select).fit(z, w, y)

    def fit_at(self, seen: Interpreted, w: Array, y: Array, f: Array) -> PlainModel:
        """Lines of what is seen (I or 1, N, k), w and y (I or 1, N, ...), and f (I, C)."""
        if two_shares(y, self.select) and two_shares(f[None], self.select):
            return with_other(self.fit_at(seen, w, y[:, :, :1], f[:, :1]))
        start = np.where(seen.at_x == 0, seen.gap, seen.at_x)  # lime's own z of x
        start = np.broadcast_to(start, (len(f), len(seen.at_x)))
        return self._lines(_sums(seen, w, y, f), f, start)

    def _lines(self, s: _Sums, f: Array, first: Array) -> PlainModel:
        """Lines (I, k, C) of all instances."""
        square, mass = np.einsum("ikk->ik", s.gram), s.mass[:, None]
        varies = square > _STILL * (square + mass * s.centre**2)
        flat = s.total <= _FLAT * (s.total + mass * (f + s.mean) ** 2)
        chosen = np.repeat(varies[:, :, None], f.shape[1], axis=2)
        if self.select is not None:
            chosen &= choose_each(self.select, s.gram, s.moments, first)
        coef = np.where(flat[:, None, :], 0.0, _ridge(s, chosen, self.alpha))
        explained = np.einsum("ikc,ikc->ic", coef, 2.0 * s.moments - s.gram @ coef)
        return PlainModel(
            coef=coef,
            intercept=f + s.mean - np.einsum("ik,ikc->ic", s.centre, coef),
            selected=chosen,
            deviation=np.where(varies, np.sqrt(square / mass), 0.0),
            rank=_rank(s.gram, varies),
            r2=np.minimum(explained / np.where(flat, np.nan, s.total), 1.0),
            r2_out=np.full(f.shape, np.nan),
            withheld=_WITHHELD.format(repr(self)),
        )


class _Sums(NamedTuple):
    """Weighted sums of each sample and its instance, centred; outputs count from f(x).

    gram (I, k, k), moments (I, k, C), total (I, C) and mass (I,) are sums; centre (I, k) and
    mean (I, C) are means.
    """

    gram: Array
    moments: Array
    total: Array
    centre: Array
    mean: Array
    mass: Array


def _sums(seen: Interpreted, w: Array, y: Array, f: Array) -> _Sums:
    """The sums of each instance, all from one product of its features, a 1 and its outputs."""
    k = len(seen.at_x)
    here = np.concatenate([seen.at_x, [1.0], np.zeros(f.shape[1])])  # outputs are 0 there
    whole = np.empty((len(f), len(here), len(here)))
    tall = np.empty((len(here), y.shape[1]))  # a feature is a row: long rows are fast
    for i, own in enumerate(f):
        root = np.sqrt(at(w, i))
        np.multiply(at(seen.z, i).T, root, out=tall[:k])
        tall[k] = root
        np.subtract(at(y, i).T, own[:, None], out=tall[k + 1 :])
        tall[k + 1 :] *= root
        np.matmul(tall, tall.T, out=whole[i])
    return _centred(whole + np.outer(here, here), k)


def _centred(whole: Array, k: int) -> _Sums:
    """Sums round the means, from sums round 0 whose row k is that of the 1."""
    mass, sums = whole[:, k, k], whole[:, k]
    means = sums / mass[:, None]
    whole = whole - sums[:, :, None] * means[:, None, :]
    return _Sums(
        gram=whole[:, :k, :k],
        moments=whole[:, :k, k + 1 :],
        total=np.einsum("icc->ic", whole[:, k + 1 :, k + 1 :]),
        centre=means[:, :k],
        mean=means[:, k + 1 :],
        mass=mass,
    )


def _ridge(s: _Sums, chosen: Bools, alpha: float) -> Array:
    """Coefficients (I, k, C) on the chosen features, 0 on the others.

    A feature that is not chosen becomes an equation of its own, that its coefficient is 0.
    """
    use = np.moveaxis(chosen, 2, 1)
    both = use[:, :, :, None] & use[:, :, None, :]
    penalty = np.where(use, alpha, 1.0)[..., None] * np.eye(use.shape[2])
    left = np.where(both, s.gram[:, None], 0.0) + penalty
    right = np.where(use, np.moveaxis(s.moments, 2, 1), 0.0)
    solved = np.asarray(np.linalg.solve(left, right[..., None]), dtype=np.float64)
    return np.moveaxis(solved[..., 0], 1, 2)


def _rank(gram: Array, varies: Bools) -> Ints:
    """Independent directions among the columns that vary, of each instance."""
    k = gram.shape[1]
    sd = np.where(varies, np.sqrt(np.einsum("ikk->ik", gram)), np.inf)
    units = gram / (sd[:, :, None] * sd[:, None, :]) + (~varies)[:, :, None] * np.eye(k)
    try:  # positive definite without the least of a direction: all columns are independent
        np.linalg.cholesky(units - _RANK * k * np.eye(k))
    except np.linalg.LinAlgError:
        found = (np.abs(np.linalg.eigvalsh(units)) > _RANK * k).sum(axis=1)
    else:
        found = np.full(len(gram), k)
    return np.asarray(found - (~varies).sum(axis=1))
