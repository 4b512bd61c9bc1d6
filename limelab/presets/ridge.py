"""lime's ridge with the instance as a sample, from one Gram matrix; arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from limelab.numbers import positive
from limelab.surrogates import PlainModel, PlainRidge
from limelab.surrogates.moments import Selector, check_selector, same_choice
from limelab.types import Array, Bools, Interpreted, LocalModel

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

    def fit_at(self, seen: Interpreted, w: Array, y: Array, f: Array) -> LocalModel:
        """Lines of what is seen (I or 1, N, k), w and y (I or 1, N, ...), and f (I, C)."""
        start = np.where(seen.at_x == 0, seen.gap, seen.at_x)  # lime's own z of x
        start = np.broadcast_to(start, (len(f), len(seen.at_x)))
        sums = _sums(seen, w, y, f)
        fits = [self._line(each, *ends) for each, *ends in zip(sums, f, start, strict=True)]
        whole = _Line(*map(np.stack, zip(*fits, strict=True)))
        return PlainModel(**whole._asdict(), withheld=_WITHHELD.format(repr(self)))

    def _line(self, s: _Sums, f: Array, first: Array) -> _Line:
        """Lines (k, C) of one instance."""
        square = np.diag(s.gram)
        varies = square > _STILL * (square + s.mass * s.centre**2)
        flat = s.total <= _FLAT * (s.total + s.mass * (f + s.mean) ** 2)
        chosen = np.repeat(varies[:, None], len(f), axis=1)
        if self.select is not None:
            chosen &= self.select.choose(s.gram, s.moments, first)
        coef = np.zeros(s.moments.shape)
        for use, columns in same_choice(chosen):
            penalised = s.gram[np.ix_(use, use)] + self.alpha * np.eye(len(use))
            coef[np.ix_(use, columns)] = np.linalg.solve(penalised, s.moments[np.ix_(use, columns)])
        coef[:, flat] = 0.0
        explained = np.einsum("kc,kc->c", coef, 2.0 * s.moments - s.gram @ coef)
        return _Line(
            coef=coef,
            intercept=f + s.mean - s.centre @ coef,
            selected=chosen,
            deviation=np.where(varies, np.sqrt(square / s.mass), 0.0),
            rank=_rank(s.gram, varies),
            r2=np.minimum(explained / np.where(flat, np.nan, s.total), 1.0),
            r2_out=np.full(len(f), np.nan),
        )


class _Line(NamedTuple):
    """The fields of `PlainModel`, of one instance or stacked."""

    coef: Any
    intercept: Any
    selected: Any
    deviation: Any
    rank: Any
    r2: Any
    r2_out: Any


class _Sums(NamedTuple):
    """Weighted sums of one sample and its instance, centred; outputs count from f(x).

    gram (k, k), moments (k, C), total (C,) are sums; centre (k,) and mean (C,) are means.
    """

    gram: Array
    moments: Array
    total: Array
    centre: Array
    mean: Array
    mass: float


def _sums(seen: Interpreted, w: Array, y: Array, f: Array) -> Iterator[_Sums]:
    """The sums of each instance; the features' are made once where they are shared."""
    shared = len(seen.z) == len(w) == 1
    here = np.append(seen.at_x, 1.0)
    tall = np.empty((len(here), seen.z.shape[1]))  # a feature is a row: long rows are fast
    for i, own in enumerate(f):
        if not (i and shared):
            root = np.sqrt(w[i if len(w) > 1 else 0])
            tall[:-1] = seen.z[i if len(seen.z) > 1 else 0].T
            tall[:-1] *= root
            tall[-1] = root
            whole = tall @ tall.T + np.outer(here, here)
        if not (i and len(y) == 1):
            answers = np.ascontiguousarray(y[i].T)
        target = (answers - own[:, None]) * root
        yield _centred(whole, tall @ target.T, np.einsum("cn,cn->c", target, target))


def _centred(whole: Array, products: Array, squares: Array) -> _Sums:
    """Sums round the means, from sums round 0 whose last column is 1."""
    mass = float(whole[-1, -1])
    centre, mean = whole[:-1, -1] / mass, products[-1] / mass
    return _Sums(
        gram=whole[:-1, :-1] - mass * np.outer(centre, centre),
        moments=products[:-1] - mass * np.outer(centre, mean),
        total=squares - mass * mean**2,
        centre=centre,
        mean=mean,
        mass=mass,
    )


def _rank(gram: Array, varies: Bools) -> int:
    """Independent directions among the columns that vary."""
    use = np.flatnonzero(varies)
    if not len(use):
        return 0
    sd = np.sqrt(np.diag(gram)[use])
    size = np.abs(np.linalg.eigvalsh(gram[np.ix_(use, use)] / np.outer(sd, sd)))
    return int((size > _RANK * len(use)).sum())
