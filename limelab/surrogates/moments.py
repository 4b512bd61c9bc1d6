"""Weighted moments of one sample, what varies in it and who may be used; arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple, Protocol

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
    ``signless = True`` says that a target and its negative are given the same features;
    `choose_each`, where there is one, chooses for a stack at once.
    """

    def choose(self, gram: Array, moments: Array, first: Array) -> Bools: ...


def choose_each(select: Selector, gram: Array, moments: Array, first: Array) -> Bools:
    """What a selector chooses (I, k, Q) from gram (I, k, k), moments (I, k, Q) and first (I, k).

    At once where it can, which saves most of the time of small problems.
    """
    at_once = getattr(select, "choose_each", None)
    if at_once is not None:
        return np.asarray(at_once(gram, moments, first))
    return np.stack([select.choose(*one) for one in zip(gram, moments, first, strict=True)])


class Solved(NamedTuple):
    """What all targets that use the same columns share; a column is a row here.

    Attributes
    ----------
    rows : array of shape (k, N)
        The centred columns in use.
    inverse : array of shape (k, k)
        Of their penalised Gram matrix.
    remaining : array of shape (N,)
        1 less the leverages.
    pull : array of shape (k + 2, N)
        What turns squared residuals that leave their own sample out into sums: the squared pull
        of each sample on each coefficient, its weight included; then the weights; then the
        weights of the squared residuals that leave nothing out.
    """

    rows: Array
    inverse: Array
    remaining: Array
    pull: Array


class Moments:
    """One weighted sample of features: their Gram matrix and what varies.

    Weights `v` sum to 1; `mass` is what they summed to. `rows` (k, N) holds the centred features,
    a feature in a row, for numpy is slow along the short axis.
    """

    def __init__(self, z: Array, w: Array) -> None:
        self.samples = z
        self.mass = float(w.sum())
        self.v = w / self.mass
        self.root = np.sqrt(self.v)[:, None]
        self.rows = np.array(z.T, dtype=np.float64, order="C")
        self.centre = self.rows @ self.v
        self.rows -= self.centre[:, None]
        self.gram = self._products()
        deviation = np.sqrt(np.diag(self.gram))
        self.varies = deviation > _STILL * np.hypot(deviation, self.centre)
        self.deviation = np.where(self.varies, deviation, 0.0)
        self._kept: tuple[Any, Solved] | None = None

    def _products(self) -> Array:
        """Weighted products (k, k) of the centred features; even weights can wait for the sums."""
        if (self.v == self.v[0]).all():
            return np.asarray(self.rows @ self.rows.T * self.v[0])
        half = self.half.T
        return np.asarray(half @ half.T)

    @cached_property
    def z(self) -> Array:
        """The features as they came, (N, k)."""
        return np.asarray(self.samples, dtype=np.float64)

    @property
    def zc(self) -> Array:
        """The centred features, (N, k)."""
        return self.rows.T

    @property
    def half(self) -> Array:
        """The centred features times the square root of v, (N, k)."""
        return np.asarray((self.rows * self.root[:, 0]).T)

    @cached_property
    def rank(self) -> int:
        """Independent directions among the columns that vary."""
        use = np.flatnonzero(self.varies)
        if not len(use):
            return 0
        size = np.abs(self._whole[0])
        return int((size > _RANK * len(use)).sum())

    @cached_property
    def _whole(self) -> tuple[Array, Array]:
        """Eigenvalues and vectors of the correlations of all columns that vary."""
        return spectrum(self.correlation(np.flatnonzero(self.varies)))

    def correlation(self, use: Ints, penalty: float = 0.0) -> Array:
        """The Gram matrix of some columns in units of their deviations, so that units drop out."""
        sd = self.deviation[use]
        penalised = self.gram[np.ix_(use, use)] + penalty * np.eye(len(use))
        return np.asarray(penalised / np.outer(sd, sd))

    def inverse(self, use: Ints, penalty: float) -> Array:
        """The (pseudo)inverse of the penalised Gram matrix of some columns."""
        if not len(use):
            return np.empty((0, 0))
        whole = penalty == 0 and len(use) == np.count_nonzero(self.varies)
        values, vectors = self._whole if whole else spectrum(self.correlation(use, penalty))
        size = np.abs(values)
        kept = size > _RANK * size.max()
        inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
        sd = self.deviation[use]
        return np.asarray(inverse / np.outer(sd, sd))

    def remaining(self, zc: Array, pull: Array) -> Array:
        """1 less the leverage (N,) of each sample, for residuals that leave it out.

        `zc` (N, k) are the centred columns in use and `pull` their product with the inverse.
        """
        leverage = (1.0 + np.einsum("nk,nk->n", pull, zc)) * self.v
        return np.asarray(np.maximum(1.0 - leverage, _FULL))

    def solved(self, use: Ints, penalty: float) -> Solved:
        """What all targets that use these columns share, kept for the next ones."""
        key = (use.tobytes(), penalty)
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, self._solved(use, penalty))
        return self._kept[1]

    def _solved(self, use: Ints, penalty: float) -> Solved:
        rows = self.rows if len(use) == len(self.rows) else self.rows[use]
        inverse = self.inverse(use, penalty)
        pull = np.empty((len(use) + 2, len(self.v)))
        np.matmul(inverse, rows, out=pull[:-2])
        remaining = self.remaining(rows.T, pull[:-2].T)
        pull[:-2] *= self.v
        np.square(pull[:-2], out=pull[:-2])
        pull[-2], pull[-1] = self.v, self.v * remaining**2
        return Solved(rows, inverse, remaining, pull)

    def with_targets(self, yc: Array) -> Array:
        """Weighted products (k, Q) of the columns with centred targets (N, Q)."""
        return np.asarray(self.rows @ (self.v[:, None] * yc))

    def chosen(self, moments: Array, select: Selector | None) -> Bools:
        """Features that each target may use (k, Q): those that vary, and of them the selector's."""
        varies = np.repeat(self.varies[:, None], moments.shape[1], axis=1)
        if select is None:
            return varies
        first = np.asarray(self.samples[0], dtype=np.float64)
        return varies & select.choose(self.gram * self.mass, moments * self.mass, first)


def spectrum(matrix: Array) -> tuple[Array, Array]:
    """Eigenvalues and eigenvectors of a symmetric matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return values, vectors


def constant(v: Array, y: Array) -> Bools:
    """Which targets y (N, Q) do not vary under weights v (N,) that sum to 1.

    Examples
    --------
    >>> constant(np.array([0.5, 0.5, 0.0]), np.array([[1.0, 1.0], [1.0, 2.0], [3.0, 2.0]])).tolist()
    [True, False]
    """
    with np.errstate(under="ignore"):
        mean = v @ y
        return still(mean, v @ (y - mean) ** 2)


def still(mean: Array, variance: Array) -> Bools:
    """Which targets do not vary, by their weighted means and variances, both (Q,)."""
    sd = np.sqrt(variance)
    return np.asarray(sd <= np.maximum(_FLAT * np.hypot(sd, mean), _NOTHING))


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
