"""Which features enter a least-angle path, and how sure that is; arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from limelab.numbers import count
from limelab.surrogates.moments import Moments
from limelab.types import Array, Bools

_SPENT = 1e-9  # a step whose product is below this share of the first leaves nothing to enter
_SAME = 1e-10  # a difference that varies by less than this share of its parts is none


@dataclass(frozen=True)
class Entering:
    """Selector: the first k features that enter the least-angle path (Efron et al. 2004).

    Once in they stay, so the choice of k begins with that of k - 1; lime's `LassoPath` may drop
    one. The order depends on the units of z, as every lasso's does.

    Parameters
    ----------
    k : int
        How many features at most; fewer where the rest explains nothing.

    Examples
    --------
    >>> moments = np.array([[0.1], [3.0], [-2.0]])
    >>> Entering(2).choose(np.eye(3), moments, np.ones(3)).ravel().tolist()
    [False, True, True]
    """

    k: int

    def __post_init__(self) -> None:
        count(self, "k")

    def choose(self, gram: Array, moments: Array, first: Array) -> Bools:
        """Chosen features (k, Q) from sums of products; the first sample does not matter."""
        chosen = np.zeros(moments.shape, dtype=bool)
        for q, moment in enumerate(moments.T):
            chosen[[step.enters for step in least_angle(gram, moment, self.k)], q] = True
        return chosen


class Step(NamedTuple):
    """One step of a least-angle path: the coefficients (k,) when a further feature enters."""

    coef: Array
    enters: int


def least_angle(gram: Array, moment: Array, k: int) -> list[Step]:
    """The first k steps of the path, from products (k, k) and (k,) of centred features.

    Fewer where nothing is left to explain; a feature that those inside already span never enters.

    Examples
    --------
    >>> [step.enters for step in least_angle(np.eye(3), np.array([0.0, 3.0, -2.0]), 3)]
    [1, 2]
    """
    coef, steps, start = np.zeros(len(gram)), list[Step](), np.abs(moment).max(initial=0.0)
    left, ahead = moment, np.where(np.diag(gram) > 0, start - np.abs(moment), np.inf)
    while len(steps) < k and (ahead < np.inf).any():
        enters = int(ahead.argmin())
        if not abs(left[enters]) > _SPENT * start:
            break
        steps.append(Step(coef.copy(), enters))
        inside = [step.enters for step in steps]
        towards = np.linalg.solve(gram[np.ix_(inside, inside)], np.sign(left[inside]))
        pull = gram[:, inside] @ towards
        ahead = _ahead(left, pull, abs(left[enters]), _spanned(gram, inside))
        stride = min(float(ahead.min()), abs(left[enters]))
        coef[inside] += stride * towards
        left = left - stride * pull
    return steps


def _ahead(left: Array, pull: Array, level: float, closed: Bools) -> Array:
    """How far the path goes before each feature is as near as those inside, (k,)."""
    found = np.full(len(left), np.inf)
    for side in (1.0, -1.0):
        speed = 1.0 - side * pull
        far = np.maximum(level - side * left, 0.0) / np.where(speed > 0, speed, 1.0)
        found = np.where((speed > 0) & ~closed, np.minimum(found, far), found)
    return found


def _spanned(gram: Array, inside: list[int]) -> Bools:
    """Which features (k,) those inside leave nothing of, themselves among them."""
    across = gram[inside]
    explained = (across * np.linalg.solve(gram[np.ix_(inside, inside)], across)).sum(axis=0)
    return np.asarray(np.diag(gram) - explained <= _SPENT * np.diag(gram))


class Contest(NamedTuple):
    """Which of two features enters: their products with what is left, gap +- error."""

    first: int
    second: int
    gap: float
    error: float


def contests(m: Moments, y: Array, k: int) -> Iterator[Contest]:
    """The contests of the first k steps of one output y (N,) on one weighted sample.

    A feature j enters where its product with what is left, s_j c_j, is down to the penalty. Round
    a step c_j moves with the penalty at the rate g_j, as those inside take up its part, and with
    the draw by z_j less its projection on those inside. So whether the second would have come
    first turns on sum v d r, d = s_1 z_1 (1 - s_2 g_2) / (1 - s_1 g_1) - s_2 z_2 less projection,
    r what is left; the error is that of this sum of products of iid draws (a sandwich). S-LIME's
    is the same at the first step, and later takes those inside for known.
    """
    yc = y - m.v @ y
    moment = np.where(m.varies, m.with_targets(yc[:, None])[:, 0], 0.0)
    steps = least_angle(m.gram, moment, k)
    for t, (coef, first) in enumerate(steps):
        inside = [step.enters for step in steps[:t]]
        rest = yc - m.zc @ coef
        left = (m.v * rest) @ m.zc
        size = np.where(m.varies, np.abs(left), -1.0)
        size[[*inside, first]] = -1.0
        second = int(size.argmax())
        if size[second] < 0:
            return
        error = _error(m, rest, left, (inside, first, second))
        yield Contest(first, second, float(abs(left[first]) - size[second]), error)


def _error(m: Moments, rest: Array, left: Array, features: tuple[list[int], int, int]) -> float:
    """Standard error of a contest between two features, given those inside."""
    inside, first, second = features
    sign, pair = np.sign(left), [first, second]
    across = m.gram[np.ix_(inside, inside)], m.gram[np.ix_(inside, pair)]
    share = np.linalg.solve(*across) if inside else np.zeros((0, 2))
    slow = 1.0 - sign[pair] * (sign[inside] @ share)
    z = (m.zc[:, pair] - m.zc[:, inside] @ share) * sign[pair]
    parts = z * [slow[1] / slow[0], 1.0] * rest[:, None]
    spread, *each = (_spread(m.v, part) for part in (parts[:, 0] - parts[:, 1], *parts.T))
    return spread if spread > _SAME * max(each) else 0.0


def _spread(v: Array, products: Array) -> float:
    """Standard error of sum v products, for iid draws."""
    return float(np.sqrt(v**2 @ (products - v @ products) ** 2))
