"""Selectors: which features a linear surrogate may use, read off one Gram matrix; no samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from limelab.numbers import count
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

    def __post_init__(self) -> None:
        count(self, "k")

    def choose(self, gram: Array, moments: Array, first: Array) -> Bools:  # noqa: ARG002
        """Chosen features (k, Q) from sums of products; the first sample does not matter."""
        targets = moments.shape[1]
        left = np.repeat(gram[None], targets, axis=0)
        moment = moments.T.copy()
        start = np.diag(gram)
        chosen = np.zeros(moment.shape, dtype=bool)
        rows = np.arange(targets)
        for _ in range(min(self.k, len(gram))):
            variance = np.einsum("qkk->qk", left)
            open_ = ~chosen & (variance > _SPENT * start)
            gain = np.where(open_, moment**2 / np.where(open_, variance, 1.0), -1.0)
            best = (gain >= _TIE * gain.max(axis=1, keepdims=True)).argmax(axis=1)
            usable = gain[rows, best] >= 0
            _sweep(left, moment, np.where(usable, best, 0), usable)
            chosen[rows[usable], best[usable]] = True
        return chosen.T


def _sweep(left: Array, moment: Array, best: Array, usable: Bools) -> None:
    """Remove from every column what the chosen one explains, in place."""
    rows = np.arange(len(best))
    column = left[rows, :, best]
    pivot = np.where(usable, column[rows, best], 1.0)
    step = np.where(usable, 1.0, 0.0) / pivot
    moment -= column * (moment[rows, best] * step)[:, None]
    left -= column[:, :, None] * (column * step[:, None])[:, None, :]
