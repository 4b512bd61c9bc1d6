"""Selectors: which features a linear surrogate may use, read off one Gram matrix; no samples."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import lars_path_gram

from limelab.numbers import count, positive
from limelab.types import Array, Bools

_TIE = 1.0 - 1e-9  # gains this close are equal but for rounding; the lowest index wins
_SPENT = 1e-9  # a column whose variance is explained to this share has nothing left to add


@dataclass(frozen=True)
class Forward:
    """Forward selection of k features by weighted residual sum of squares.

    The same choice as refitting for each candidate (Efroymson 1960; lime's forward selection),
    from one weighted Gram matrix by sweeping. Standard errors afterwards are conditional on the
    selection.

    Parameters
    ----------
    k : int
        How many features at most.

    Examples
    --------
    >>> gram = np.diag([1.0, 1.0, 1.0])
    >>> Forward(2).choose(gram, np.array([[0.1], [3.0], [2.0]]), np.ones(3)).ravel().tolist()
    [False, True, True]
    """

    k: int
    signless: ClassVar[bool] = True

    def __post_init__(self) -> None:
        count(self, "k")

    def choose(self, gram: Array, moments: Array, first: Array) -> Bools:
        """Chosen features (k, Q) from sums of products; the first sample does not matter."""
        return np.asarray(self.choose_each(gram[None], moments[None], first[None])[0])

    def choose_each(self, gram: Array, moments: Array, first: Array) -> Bools:
        """The same for a stack: (I, k, Q) from (I, k, k), (I, k, Q) and (I, k)."""
        stack, k, targets = moments.shape
        left = np.repeat(gram, targets, axis=0)
        moment = moments.transpose(0, 2, 1).reshape(-1, k).copy()
        start = np.einsum("qkk->qk", left).copy()
        chosen = np.zeros(moment.shape, dtype=bool)
        rows = np.arange(len(moment))
        for _ in range(min(self.k, k)):
            variance = np.einsum("qkk->qk", left)
            open_ = ~chosen & (variance > _SPENT * start)
            gain = np.where(open_, moment**2 / np.where(open_, variance, 1.0), -1.0)
            best = (gain >= _TIE * gain.max(axis=1, keepdims=True)).argmax(axis=1)
            usable = gain[rows, best] >= 0
            _sweep(left, moment, np.where(usable, best, 0), usable)
            chosen[rows[usable], best[usable]] = True
        return chosen.reshape(stack, targets, k).transpose(0, 2, 1)


@dataclass(frozen=True)
class HighestWeights:
    """The k largest coefficients of a ridge fit of all features, lime's choice above 6 features.

    lime ranks by coefficient times the value at the instance, which is 1 for bins, words and
    superpixels: there this is its choice. Features in other units are ranked in these units; for
    lime's continuous mode see `HighestProducts`.

    Parameters
    ----------
    k : int
        How many features at most.
    alpha : float, default 0.01
        The penalty of the ridge fit, above 0, against the weights as the surrogate has them.

    Examples
    --------
    >>> moments = np.array([[0.1], [3.0], [-2.0]])
    >>> HighestWeights(2).choose(np.eye(3), moments, np.ones(3)).ravel().tolist()
    [False, True, True]
    """

    k: int
    alpha: float = 0.01
    signless: ClassVar[bool] = True

    def __post_init__(self) -> None:
        count(self, "k")
        positive(self, "alpha")

    def choose(self, gram: Array, moments: Array, first: Array) -> Bools:
        """Chosen features (k, Q) from sums of products; the first sample does not matter."""
        return self.choose_each(gram, moments, first)

    def choose_each(self, gram: Array, moments: Array, first: Array) -> Bools:
        """The same for a stack: (I, k, Q) from (I, k, k), (I, k, Q) and (I, k)."""
        return _largest(_ridge(gram, moments, self.alpha), self.k)


@dataclass(frozen=True)
class HighestProducts:
    """The k largest products of a ridge coefficient and the first sample's value.

    lime's choice above 6 features in its continuous mode, where the first sample is the instance
    itself: a feature at its mean ranks last however strong it is. With a sampler that does not
    draw the instance first the choice is arbitrary; use `HighestWeights` or `Forward`.

    Parameters
    ----------
    k : int
        How many features at most.
    alpha : float, default 0.01
        The penalty of the ridge fit, above 0, against the weights as the surrogate has them.

    Examples
    --------
    >>> moments, first = np.array([[0.1], [3.0], [-2.0]]), np.array([1.0, 0.0, 1.0])
    >>> HighestProducts(2).choose(np.eye(3), moments, first).ravel().tolist()
    [True, False, True]
    """

    k: int
    alpha: float = 0.01
    signless: ClassVar[bool] = True

    def __post_init__(self) -> None:
        count(self, "k")
        positive(self, "alpha")

    def choose(self, gram: Array, moments: Array, first: Array) -> Bools:
        """Chosen features (k, Q) from sums of products and the first sample."""
        return self.choose_each(gram, moments, first)

    def choose_each(self, gram: Array, moments: Array, first: Array) -> Bools:
        """The same for a stack: (I, k, Q) from (I, k, k), (I, k, Q) and (I, k)."""
        return _largest(_ridge(gram, moments, self.alpha) * first[..., None], self.k)


@dataclass(frozen=True)
class LassoPath:
    """The features of the last step of the lasso path that has at most k of them, as in lime.

    Parameters
    ----------
    k : int
        How many features at most.

    Examples
    --------
    >>> moments = np.array([[0.1], [3.0], [-2.0]])
    >>> LassoPath(2).choose(np.eye(3), moments, np.ones(3)).ravel().tolist()
    [False, True, True]
    """

    k: int

    def __post_init__(self) -> None:
        count(self, "k")

    def choose(self, gram: Array, moments: Array, first: Array) -> Bools:
        """Chosen features (k, Q) from sums of products; the first sample does not matter."""
        chosen = np.zeros(moments.shape, dtype=bool)
        for q, moment in enumerate(moments.T):
            largest = np.abs(moment).max()
            if largest > 0:
                chosen[:, q] = self._last_step(gram, moment / largest)
        return chosen

    def _last_step(self, gram: Array, moment: Array) -> Bools:
        with warnings.catch_warnings():
            # Collinear features: the path goes on without the later one, which is what we want
            warnings.simplefilter("ignore", ConvergenceWarning)
            path = lars_path_gram(moment, gram, n_samples=1, method="lasso")[2].T[1:] != 0
        fitting = np.flatnonzero(path.sum(axis=1) <= self.k)
        return np.asarray(path[fitting[-1] if len(fitting) else 0])


def _ridge(gram: Array, moments: Array, alpha: float) -> Array:
    return np.asarray(np.linalg.solve(gram + alpha * np.eye(gram.shape[-1]), moments), np.float64)


def _largest(values: Array, k: int) -> Bools:
    """The k largest sizes of each column (..., k, Q); of equals the lowest index."""
    chosen = np.zeros(values.shape, dtype=bool)
    order = np.argsort(-np.abs(values), axis=-2, kind="stable")[..., :k, :]
    np.put_along_axis(chosen, order, values=True, axis=-2)
    return chosen


def _sweep(left: Array, moment: Array, best: Array, usable: Bools) -> None:
    """Remove from every column what the chosen one explains, in place."""
    rows = np.arange(len(best))
    column = left[rows, :, best]
    pivot = np.where(usable, column[rows, best], 1.0)
    step = np.where(usable, 1.0, 0.0) / pivot
    moment -= column * (moment[rows, best] * step)[:, None]
    left -= column[:, :, None] * (column * step[:, None])[:, None, :]
