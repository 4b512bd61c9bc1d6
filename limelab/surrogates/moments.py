"""Weighted moments of one sample, what varies in it and who may be used; arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from limelab.types import Array, BadInput, Bools, Ints

_STILL = 1e-10  # a column whose sd is below this share of its size does not vary
_RANK = 1e-10  # directions of the correlation matrix below this share of the largest are none
_FLAT = 1e-12  # an output whose sd is below this share of its size is constant
_FULL = 1e-9  # a leverage this near to 1 leaves no residual to speak of
_NOTHING = 1e-140  # or below this, whose square underflows


class Selector(Protocol):
    """Which features a target may use (k, Q), from weighted sums.

    `gram` (k, k) and `moments` (k, Q) are sums of products of the centred features, with each
    other and with the Q targets, under the weights that the surrogate uses; `first` (k,) is z of
    the first sample, which is the instance itself where the sampler draws it, as lime's does.
    """

    def choose(self, gram: Array, moments: Array, first: Array) -> Bools: ...


class Moments:
    """One weighted sample of features: their Gram matrix and what varies.

    Weights `v` sum to 1; `mass` is what they summed to. `half` (N, k) is the centred features
    times the square root of v.
    """

    def __init__(self, z: Array, w: Array) -> None:
        self.z = np.asarray(z, dtype=np.float64)
        self.mass = float(w.sum())
        self.v = w / self.mass
        self.root = np.sqrt(self.v)[:, None]
        self.centre = self.v @ self.z
        self.half = self.z - self.centre
        self.half *= self.root
        self.gram = self.half.T @ self.half
        deviation = np.sqrt(np.diag(self.gram))
        self.varies = deviation > _STILL * np.hypot(deviation, self.centre)
        self.deviation = np.where(self.varies, deviation, 0.0)
        self._kept: tuple[Any, tuple[Array, Array, Array, Array]] | None = None

    @cached_property
    def zc(self) -> Array:
        """The centred features."""
        return np.asarray(self.z - self.centre)

    @cached_property
    def rank(self) -> int:
        """Independent directions among the columns that vary."""
        use = np.flatnonzero(self.varies)
        if not len(use):
            return 0
        size = np.abs(np.linalg.eigvalsh(self.correlation(use)))
        return int((size > _RANK * len(use)).sum())

    def correlation(self, use: Ints, penalty: float = 0.0) -> Array:
        """The Gram matrix of some columns in units of their deviations, so that units drop out."""
        sd = self.deviation[use]
        penalised = self.gram[np.ix_(use, use)] + penalty * np.eye(len(use))
        return np.asarray(penalised / np.outer(sd, sd))

    def inverse(self, use: Ints, penalty: float) -> Array:
        """The (pseudo)inverse of the penalised Gram matrix of some columns."""
        sd = self.deviation[use]
        inverse = np.linalg.pinv(self.correlation(use, penalty), rcond=_RANK, hermitian=True)
        return np.asarray(inverse / np.outer(sd, sd))

    def remaining(self, zc: Array, pull: Array) -> Array:
        """1 less the leverage (N,) of each sample, for residuals that leave it out.

        `zc` are the centred columns in use and `pull` their product with the inverse.
        """
        leverage = (1.0 + np.einsum("nk,nk->n", pull, zc)) * self.v
        return np.asarray(np.maximum(1.0 - leverage, _FULL))

    def solved(self, use: Ints, penalty: float) -> tuple[Array, Array, Array, Array]:
        """What all targets that use these columns share, kept for the next ones.

        The centred columns (N, k), the inverse (k, k), 1 less the leverages (N,), and the squared
        pull of each sample on each coefficient (N, k), its weight included.
        """
        key = (use.tobytes(), penalty)
        if self._kept is None or self._kept[0] != key:
            zc = self.zc if len(use) == len(self.gram) else self.zc[:, use]
            inverse = self.inverse(use, penalty)
            pull = zc @ inverse
            remaining = self.remaining(zc, pull)
            pull *= self.v[:, None]
            self._kept = (key, (zc, inverse, remaining, np.square(pull, out=pull)))
        return self._kept[1]

    def with_targets(self, yc: Array) -> Array:
        """Weighted products (k, Q) of the columns with centred targets (N, Q)."""
        return np.asarray(self.half.T @ (self.root * yc))

    def chosen(self, moments: Array, select: Selector | None) -> Bools:
        """Features that each target may use (k, Q): those that vary, and of them the selector's."""
        varies = np.repeat(self.varies[:, None], moments.shape[1], axis=1)
        if select is None:
            return varies
        return varies & select.choose(self.gram * self.mass, moments * self.mass, self.z[0])


def constant(v: Array, y: Array) -> Bools:
    """Which targets y (N, Q) do not vary under weights v (N,) that sum to 1.

    Examples
    --------
    >>> constant(np.array([0.5, 0.5, 0.0]), np.array([[1.0, 1.0], [1.0, 2.0], [3.0, 2.0]])).tolist()
    [True, False]
    """
    with np.errstate(under="ignore"):
        sd = np.sqrt(v @ (y - v @ y) ** 2)
        size = np.sqrt(v @ y**2)
    return np.asarray(sd <= np.maximum(_FLAT * size, _NOTHING))


def relative(w: Array) -> Array:
    """Weights (I or 1, N) scaled to a mean of 1, so that a penalty means the same for all."""
    return np.asarray(w * (w.shape[1] / w.sum(axis=1, keepdims=True)))


def at(stack: Array, i: int) -> Array:
    """The block of instance i, or the one that all share."""
    block: Array = stack[i if len(stack) > 1 else 0]
    return block


def each(z: Array, w: Array, y: Array) -> Iterator[Moments]:
    """The moments of every instance, one at a time; computed once where they are shared."""
    shared = Moments(z[0], w[0]) if len(z) == len(w) == 1 else None
    for i in range(max(len(z), len(w), len(y))):
        yield shared if shared is not None else Moments(at(z, i), at(w, i))


def same_choice(selected: Bools) -> list[tuple[Ints, Ints]]:
    """Features used and the targets that use just these."""
    if (selected == selected[:, :1]).all():
        return [(np.flatnonzero(selected[:, 0]), np.arange(selected.shape[1]))]
    patterns, which = np.unique(selected, axis=1, return_inverse=True)
    return [
        (np.flatnonzero(patterns[:, p]), np.flatnonzero(which.ravel() == p))
        for p in range(patterns.shape[1])
    ]


def check_selector(owner: object, select: Any) -> None:
    """Refuse what is no selector.

    Raises
    ------
    BadInput
    """
    wrong = isinstance(select, type) or not callable(getattr(select, "choose", None))
    if select is not None and wrong:
        raise BadInput(
            f"{type(owner).__name__}(select={select!r}); expected a selector such as Forward(5)"
        )
