"""MAPLE and DLIME: explainers that weigh the background's own rows; they fit by `lime`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from limelab.blackbox import BlackBox
from limelab.explanation import Explanation, joined
from limelab.lime import Lime, Sampler, fit
from limelab.numbers import count
from limelab.perturbations import Rows
from limelab.representations import Standardized
from limelab.seeds import child
from limelab.surrogates import LeastSquares
from limelab.types import Array, Cloud, Interpreted, NotApplicable, Surrogate, View

_FAR = 1e30  # what scikit-learn's trees, of single precision, can hold with room to spare


class OverRows(Sampler):
    """What both do: ask the model about the background once, weigh its rows for each instance."""

    surrogate: Surrogate

    def row_weights(self, view: View, x: Array, y: Array, seed: int) -> Array:
        """Weights (I, n) of the background's rows round x (I, d); y (n, C) is the model there."""
        raise NotImplementedError

    def _explain_view(
        self, box: BlackBox, view: View, x: Array, labels: list[Any], seed: int
    ) -> Explanation:
        f, y = (box.ask(view.decode(rows.copy())) for rows in (x, view.background))
        weights = self.row_weights(view, x, y, seed)
        return joined(list(self._fits(view, x, f, y, _Named(weights, labels, box.outputs))))

    def _fits(
        self, view: View, x: Array, f: Array, y: Array, named: _Named
    ) -> Iterator[Explanation]:
        absolute = np.zeros(x.shape[1], dtype=bool)
        for i in range(len(x)):
            one = slice(i, i + 1)
            kernel = _Given(named.weights[one], repr(self))
            lime = Lime(Rows(), Standardized(), kernel, self.surrogate, n_samples=len(y))
            cloud = Cloud(x[one], view.background[None], absolute)
            found = fit(lime, view, cloud, y[None], f[one], named.labels[one], named.outputs)
            yield replace(found, record=repr(self))


@dataclass(frozen=True, eq=False)
class _Named:
    weights: Array
    labels: list[Any]
    outputs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Given:
    """A kernel whose weights are known beforehand; errors name their maker."""

    given: Array
    maker: str

    def __repr__(self) -> str:
        return self.maker

    def weights(self, interpreted: Interpreted) -> Array:
        return self.given


@dataclass(frozen=True)
class Maple(OverRows):
    """MAPLE's kernel: rows that share the leaves of a forest with x (Plumb et al. 2018).

    A forest learns the model's answers on the background; a row weighs the sum, over the trees that
    put it into x's leaf, of 1 / the leaf's size. It is a kernel that the model's own shape decides,
    over real rows, and asks the model about nothing but them and x.

    Known defects: the forest sees the sample that the line is then fitted to; where few rows are
    near, the line leans on far ones without a word (here the effective sample size says it).
    MAPLE's choice of features by the impurity of root splits is left out: any surrogate may select.

    Parameters
    ----------
    trees : int, default 100
    min_leaf : int, default 10
        Rows that a leaf holds at least.
    surrogate : Surrogate, default LeastSquares()

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> found = Maple(20).explain(lambda x: 3 * x[:, 0], rows, rows[:1])
    >>> bool(np.allclose(found.coef[0, :, 0], [3 * rows[:, 0].std(), 0]))
    True
    """

    trees: int = 100
    min_leaf: int = 10
    surrogate: Surrogate = field(default_factory=LeastSquares)

    def __post_init__(self) -> None:
        count(self, "trees")
        count(self, "min_leaf")

    def row_weights(self, view: View, x: Array, y: Array, seed: int) -> Array:
        """Sum over trees of 1[same leaf] / leaf size, (I, n); each row of it sums to `trees`."""
        from sklearn.ensemble import RandomForestRegressor

        forest = RandomForestRegressor(
            self.trees,
            min_samples_leaf=self.min_leaf,
            max_features=0.5,
            random_state=child(seed, "maple") % 2**32,
            n_jobs=1,
        )
        rows, points = (_single(part, view) for part in (view.background, x))
        forest.fit(rows, y[:, 0] if y.shape[1] == 1 else y)
        leaves, here = forest.apply(rows), forest.apply(points)
        same = here[:, None, :] == leaves
        return np.asarray((same / same.sum(axis=1, keepdims=True)).sum(axis=2))


@dataclass(frozen=True)
class Dlime(OverRows):
    """DLIME: the rows of x's cluster are the sample, nothing is drawn (Zafar and Khan 2019).

    Ward's clusters of the background in standard deviations; x belongs to its nearest row's. It
    gives the same answer every time.

    Known defects: the same answer is not a good one, the sample is half the background and not
    local; the published code marks a feature by whether a row has x's very value, which is true of
    .2 % of entries (here features are standardised), clusters raw units, and applies labels of one
    order of rows to another.

    Parameters
    ----------
    clusters : int, default 2
    surrogate : Surrogate, default LeastSquares()

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> first, second = (Dlime().explain(lambda x: x[:, 0] ** 2, rows, rows[:1], seed=s).coef
    ...                  for s in (0, 1))
    >>> bool((first == second).all())
    True
    """

    clusters: int = 2
    surrogate: Surrogate = field(default_factory=LeastSquares)
    deterministic: ClassVar[bool] = True  # it says so to limelab.checks

    def __post_init__(self) -> None:
        count(self, "clusters", least=1)

    def row_weights(self, view: View, x: Array, y: Array, seed: int) -> Array:
        """1 for the rows of x's cluster, else 0, (I, n)."""
        label = view.once(("dlime clusters", self.clusters), lambda: self._labels(view))
        rows, points = _scaled(view.background, view), _scaled(x, view)
        nearest = [int(((rows - point) ** 2).sum(axis=1).argmin()) for point in points]
        return np.asarray(label[None, :] == label[nearest, None], dtype=np.float64)

    def _labels(self, view: View) -> Any:
        from sklearn.cluster import AgglomerativeClustering

        if self.clusters > len(view.background):
            raise NotApplicable(
                f"Dlime(clusters={self.clusters}) of a background of {len(view.background)} rows; "
                "expected no more clusters than rows"
            )
        ward = AgglomerativeClustering(self.clusters)
        return ward.fit_predict(_scaled(view.background, view))


def _single(rows: Array, view: View) -> Array:
    """Numbers in standard deviations from the mean, which single precision can hold."""
    scale = np.where(view.scale > 0, view.scale, 1.0)
    mean = np.where(view.scale > 0, view.mean, 0.0)
    return np.asarray(np.clip((rows - mean) / scale, -_FAR, _FAR))


def _scaled(rows: Array, view: View) -> Array:
    """Numbers in standard deviations; a category by 0/1 columns, half a step each."""
    numbers = (
        rows[:, ~view.categorical] / np.where(view.scale > 0, view.scale, 1.0)[~view.categorical]
    )
    codes = [
        (rows[:, j, None] == np.unique(view.background[:, j])) * 0.5**0.5
        for j in np.flatnonzero(view.categorical)
    ]
    return np.hstack([numbers, *codes])
