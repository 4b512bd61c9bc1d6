"""Lines fitted to bins drawn column by column, lime's way, in closed form; draws and asks nothing.

The setting of Garreau and von Luxburg 2020 ("Looking deeper into tabular LIME"): each column draws
a bin by its share of the background, z_j = 1 where it is x's own bin, and a sample with m other
bins weighs exp(-m / (2 width^2)). The kernel is a product over columns, so they stay independent
under it and, for any f, coef_j = E[f | z_j = 1] - E[f | z_j = 0].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from limelab.exact.boxes import Boxes, boxes
from limelab.exact.fitted import read
from limelab.exact.population import Population
from limelab.types import Array, BadInput, Ints

_CELLS = 2**20  # combinations of bins that enumeration may take
_POINT = 1e-9  # a bin whose sd is below this share of its size is one value
_QUARTILES = (25, 50, 75)


@dataclass(frozen=True, eq=False)
class BinLaw:
    """How bins are drawn and weighed round x.

    Parameters
    ----------
    shares : sequence of arrays, one a column
        Probability of each of its bins.
    at : sequence of int
        The bin of x in each column.
    width : float, default infinity
        Kernel width in sqrt(columns changed); lime's default is 0.75 sqrt(columns).

    Examples
    --------
    >>> BinLaw([[0.25, 0.75]], [0]).alpha.tolist()  # how often z is 1
    [0.25]
    """

    shares: Sequence[npt.ArrayLike]
    at: Sequence[int]
    width: float = np.inf

    def __post_init__(self) -> None:
        shares = tuple(np.array(p, dtype=np.float64) for p in self.shares)
        at = tuple(int(b) for b in self.at)
        fine = all(p.ndim == 1 and (p >= 0).all() and np.isclose(p.sum(), 1) for p in shares)
        inside = len(at) == len(shares) and all(0 <= b < len(p) for b, p in zip(at, shares))  # noqa: B905 -- lengths were compared
        if not (shares and fine and inside and self.width > 0):
            raise BadInput(
                f"BinLaw(at={at}, width={self.width!r}); expected, for each column, shares that "
                "add to 1 and x's bin among them, and a width above 0"
            )
        object.__setattr__(self, "shares", shares)
        object.__setattr__(self, "at", at)

    @property
    def columns(self) -> list[tuple[Array, int]]:
        """Shares and x's bin, column by column."""
        return [(np.asarray(p), b) for p, b in zip(self.shares, self.at, strict=True)]

    @property
    def alpha(self) -> Array:
        """P(z_j = 1) under the kernel: p / (p + (1 - p) rho), rho = exp(-1 / (2 width^2))."""
        own = np.array([p[b] for p, b in self.columns])
        rho = np.exp(-0.5 / self.width**2)
        whole = own + (1.0 - own) * rho
        return np.asarray(np.divide(own, whole, out=np.zeros(len(own)), where=whole > 0))

    def weighted(self) -> list[Array]:
        """Shares under the kernel, column by column."""
        found = []
        for (p, b), alpha in zip(self.columns, self.alpha, strict=True):
            rest = 1.0 - p[b]
            q = p * ((1.0 - alpha) / rest if rest > 0 else 0.0)
            q[b] = alpha
            found.append(q)
        return found


def binned(law: BinLaw, f: Callable[[Ints], npt.ArrayLike]) -> Population:
    """The line of any function of the bins, by enumeration of all cells.

    The difference of two conditional means (Garreau and von Luxburg 2020). A function of the values
    enters by its means in the cells; R2 then speaks of these means.

    Parameters
    ----------
    law : BinLaw
        At most 2^20 combinations of bins.
    f : function of cells (m, k), the bin of each column, to values (m,) or (m, C)

    Examples
    --------
    >>> law = BinLaw([[0.5, 0.5], [0.25, 0.75]], [0, 1])
    >>> line = binned(law, lambda cells: 2.0 * (cells[:, 0] == 0))
    >>> line.coef.tolist(), line.intercept.tolist()
    ([2.0, 0.0], 0.0)
    """
    cells, share = _cells(law)
    values = np.asarray(f(cells.copy()), dtype=np.float64)
    if values.shape[:1] != share.shape or values.ndim > 2:
        raise BadInput(
            f"f gave shape {values.shape} for {len(share)} cells; expected ({len(share)},) or "
            f"({len(share)}, outputs)"
        )
    mean = np.asarray(share @ values)
    same = cells == np.array(law.at)
    on = np.stack([share * same[:, j] @ values for j in range(same.shape[1])])
    off = np.stack([share * ~same[:, j] @ values for j in range(same.shape[1])])
    alpha = law.alpha.reshape(-1, *[1] * (on.ndim - 1))
    coef = np.where(_both(alpha), on / _or_one(alpha) - off / _or_one(1.0 - alpha), 0.0)
    return _line(law, coef, mean, np.asarray(share @ (values - mean) ** 2))


def binned_additive(law: BinLaw, means: Sequence[npt.ArrayLike]) -> Population:
    """The line of sum_j g_j(x_j): the coefficients do not depend on the kernel width.

    coef_j = m_j(b*) - sum_{b != b*} p_b m_j(b) / (1 - p_b*) (Garreau and von Luxburg 2020;
    their corollary 4 is the linear case).

    Parameters
    ----------
    law : BinLaw
    means : sequence of arrays
        E[g_j | bin] of each column and bin; `LimeBins.means` times the slope for a linear one.

    Examples
    --------
    >>> binned_additive(BinLaw([[0.5, 0.25, 0.25]], [0]), [[1.0, 2.0, 6.0]]).coef.tolist()
    [-3.0]
    """
    on, off = _on_off(law, means)
    alpha, q = law.alpha, law.weighted()
    tables = [np.asarray(m, dtype=np.float64) for m in means]
    variance = sum(p @ (m - p @ m) ** 2 for p, m in zip(q, tables, strict=True))
    mean = np.asarray((alpha * on + (1.0 - alpha) * off).sum())
    return _line(law, np.where(_both(alpha), on - off, 0.0), mean, np.asarray(variance))


def binned_product(law: BinLaw, means: Sequence[npt.ArrayLike]) -> Population:
    """The line of prod_j g_j(x_j).

    coef_j = (A_j1 - A_j0) prod_{k != j} (alpha_k A_k1 + (1 - alpha_k) A_k0), with A_j1 and A_j0
    the means of g_j in x's bin and outside it (Garreau and von Luxburg 2020).

    Parameters
    ----------
    law : BinLaw
    means : sequence of arrays
        E[g_j | bin] of each column and bin.

    Examples
    --------
    >>> law = BinLaw([[0.5, 0.5]] * 2, [1, 1])
    >>> binned_product(law, [[0.0, 1.0]] * 2).coef.tolist()  # both must be in x's bin
    [0.5, 0.5]
    """
    on, off = _on_off(law, means)
    alpha, q = law.alpha, law.weighted()
    inside = alpha * on + (1.0 - alpha) * off
    others = np.array([np.prod(np.delete(inside, j)) for j in range(len(inside))])
    squares = [p @ np.asarray(m, dtype=np.float64) ** 2 for p, m in zip(q, means, strict=True)]
    mean = np.prod(inside)
    coef = np.where(_both(alpha), (on - off) * others, 0.0)
    return _line(law, coef, np.asarray(mean), np.asarray(np.prod(squares) - mean**2))


class LimeBins:
    """Quartile bins of a background and lime's normal law, cut at the borders, within each.

    As lime 0.2.0.1 reads them off the training data: borders at the quartiles, a value on a border
    in the bin below it, mean and standard deviation of the rows in each bin, and the values within
    a bin normal with these, cut at the bin's borders (at the minimum and maximum outside). Where
    all rows of a bin have one value, that value is drawn; lime draws 0 if its borders coincide.

    Parameters
    ----------
    background : array of shape (n, d)
        Numeric rows.

    Examples
    --------
    >>> bins = LimeBins(np.arange(8.0)[:, None])
    >>> bins.edges[0].tolist(), bins.shares[0].tolist(), bins.at([[2.5]]).tolist()
    ([1.75, 3.5, 5.25], [0.25, 0.25, 0.25, 0.25], [[1]])
    """

    def __init__(self, background: npt.ArrayLike) -> None:
        rows = np.asarray(background, dtype=np.float64)
        if rows.ndim != 2 or len(rows) < 2 or not np.isfinite(rows).all():
            raise BadInput(
                f"background has shape {rows.shape}; expected at least 2 finite rows (n, d)"
            )
        self._bins = [_Column(column) for column in rows.T]

    @property
    def edges(self) -> tuple[Array, ...]:
        """Inner borders of each column."""
        return tuple(column.edges for column in self._bins)

    @property
    def shares(self) -> tuple[Array, ...]:
        """Share of the background in each bin of each column."""
        return tuple(column.share for column in self._bins)

    @property
    def means(self) -> tuple[Array, ...]:
        """Mean of the cut normal law of each bin of each column."""
        return tuple(column.cut_mean() for column in self._bins)

    def at(self, x: npt.ArrayLike) -> Ints:
        """Bins (I, d) of rows x (I, d)."""
        points = np.atleast_2d(np.asarray(x, dtype=np.float64))
        if points.shape[1] != len(self._bins):
            raise BadInput(f"x has {points.shape[1]} columns; expected {len(self._bins)}")
        found = [np.searchsorted(c.edges, points[:, j]) for j, c in enumerate(self._bins)]
        return np.stack(found, axis=1)

    def cdf(self, j: int, borders: Array) -> Array:
        """P(x_j <= border | bin), shape (bins, borders)."""
        return self._bins[j].cdf(borders)

    def law(self, x: npt.ArrayLike, width: float = np.inf) -> BinLaw:
        """How lime draws and weighs bins round one row x."""
        (at,) = self.at(x).tolist()
        return BinLaw(self.shares, at, width)


class _Column:
    """The bins of one column: borders, shares and the cut normal law of each."""

    def __init__(self, values: Array) -> None:
        self.edges = np.unique(np.percentile(values, _QUARTILES))
        bins = np.searchsorted(self.edges, values)
        counts = np.bincount(bins, minlength=len(self.edges) + 1)
        held = np.maximum(counts, 1)
        self.share = counts / len(values)
        self.low = np.concatenate([[values.min()], self.edges])
        self.high = np.concatenate([self.edges, [values.max()]])
        total = np.bincount(bins, values, len(counts))
        self.mean = np.where(counts > 0, total / held, self.low)
        squares = np.bincount(bins, (values - self.mean[bins]) ** 2, len(counts))
        sd = np.sqrt(squares / held)
        self.point = sd <= _POINT * np.maximum(np.abs(self.mean), np.ptp(values))
        self.sd = np.where(self.point, 1.0, sd)

    def cdf(self, borders: Array) -> Array:
        low, high = self._phi(self.low[:, None]), self._phi(self.high[:, None])
        mass = np.where(high > low, high - low, 1.0)
        smooth = np.clip((self._phi(borders[None, :]) - low) / mass, 0.0, 1.0)
        return np.where(self.point[:, None], self.mean[:, None] <= borders, smooth)

    def cut_mean(self) -> Array:
        a, b = (self.low - self.mean) / self.sd, (self.high - self.mean) / self.sd
        mass = np.where(b > a, ndtr(b) - ndtr(a), 1.0)
        drift = (np.exp(-0.5 * a * a) - np.exp(-0.5 * b * b)) / np.sqrt(2.0 * np.pi)
        return np.where(self.point, self.mean, self.mean + self.sd * drift / mass)

    def _phi(self, values: Array) -> Array:
        return np.asarray(ndtr((values - self.mean[:, None]) / self.sd[:, None]))


def binned_trees(model: Any, x: npt.ArrayLike, bins: LimeBins, width: float) -> Population:
    """What lime's binned explanation converges to on a tree or a sum of trees.

    A leaf is a product of indicators, so `binned_product` is summed over leaves (Garreau and von
    Luxburg 2020, on CART trees).

    Parameters
    ----------
    model : fitted scikit-learn estimator, or its bound method
        As `limelab.exact.trees` takes it.
    x : array of shape (d,) or (I, d)
    bins : LimeBins
        Of the background.
    width : float
        Of the kernel; lime's default is 0.75 sqrt(d).

    Returns
    -------
    line : Population
        coef (I, d, C), intercept and mean (I, C); r2 (I, C) of one tree, the values within the
        bins included, NaN for a sum.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> rows = np.arange(8.0)[:, None]
    >>> stump = DecisionTreeRegressor(max_depth=1).fit(rows, rows[:, 0] > 3.6)
    >>> binned_trees(stump, [0.0], LimeBins(rows), 0.75).coef.round(2).tolist()  # 0 - 2/3
    [[[-0.67]]]
    """
    found = boxes(read(model))
    parts = [_tree_line(found, bins, bins.law(point, width)) for point in _rows(x)]
    return Population(
        coef=np.stack([part.coef for part in parts]),
        intercept=np.stack([part.intercept for part in parts]),
        mean=np.stack([part.mean for part in parts]),
        r2=np.stack([part.r2 for part in parts]),
    )


def _rows(x: npt.ArrayLike) -> Array:
    return np.atleast_2d(np.asarray(x, dtype=np.float64))


def _tree_line(found: Boxes, bins: LimeBins, law: BinLaw) -> Population:
    if len(law.at) != found.columns:
        raise BadInput(
            f"the background has {len(law.at)} columns; the model was fitted on {found.columns}"
        )
    on, off = _tree_cdf(found, bins, law)
    alpha = law.alpha[found.feature]
    cdf = alpha * on + (1.0 - alpha) * off
    mean, coef = found.sums(cdf, np.where(_both(alpha), on - off, 0.0))
    return _line(law, coef, mean, found.variance(cdf, mean))


def _tree_cdf(found: Boxes, bins: LimeBins, law: BinLaw) -> tuple[Array, Array]:
    """P(x <= border) at every split, in x's bin and outside it."""
    on, off = np.zeros((2, len(found.border)))
    on[-1] = off[-1] = 1.0
    for j, (share, b) in enumerate(law.columns):
        nodes = np.flatnonzero(found.feature[:-2] == j)
        table = bins.cdf(j, found.border[nodes])
        on[nodes] = table[b]
        off[nodes] = _outside(share, b) @ table
    return on, off


def _outside(share: Array, b: int) -> Array:
    """Shares of the bins other than x's, scaled to 1; x's own where there is no other."""
    rest = np.where(np.arange(len(share)) == b, 0.0, share)
    own = np.eye(len(share))[b]
    return np.asarray(rest / rest.sum() if rest.any() else own)


def _on_off(law: BinLaw, means: Sequence[npt.ArrayLike]) -> tuple[Array, Array]:
    """Means of each column's function in x's bin and outside it, each (k,)."""
    tables = [np.asarray(m, dtype=np.float64) for m in means]
    wanted = [p.shape for p, _ in law.columns]
    if [m.shape for m in tables] != wanted:
        raise BadInput(
            f"means have shapes {[m.shape for m in tables]}; expected one value for each bin: "
            f"{wanted}"
        )
    pairs = [(m[b], _outside(p, b) @ m) for m, (p, b) in zip(tables, law.columns, strict=True)]
    on, off = np.array(pairs).T
    return on, off


def _both(alpha: Array) -> Any:
    """Where z takes both values; a feature that stands still has coefficient 0."""
    return (alpha > 0) & (alpha < 1)


def _or_one(values: Array) -> Array:
    return np.where(values > 0, values, 1.0)


def _line(law: BinLaw, coef: Array, mean: Array, variance: Array) -> Population:
    """Intercept and R2 of independent 0/1 features."""
    alpha = law.alpha
    explained = np.asarray((alpha * (1.0 - alpha)) @ coef**2)
    r2 = np.divide(explained, variance, out=np.full(variance.shape, np.nan), where=variance > 0)
    return Population(coef, np.asarray(mean - alpha @ coef), mean, r2)


def _cells(law: BinLaw) -> tuple[Ints, Array]:
    """All combinations of bins (m, k), and their shares under the kernel (m,)."""
    shape = [len(p) for p, _ in law.columns]
    if np.prod(shape, dtype=float) > _CELLS:
        raise BadInput(
            f"{len(shape)} columns of {shape[:8]} bins have more than {_CELLS} combinations; use "
            "binned_additive, binned_product or binned_trees"
        )
    cells = np.indices(shape).reshape(len(shape), -1).T
    return cells, np.asarray(reduce(np.multiply.outer, law.weighted())).ravel()
