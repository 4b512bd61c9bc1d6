"""The shap package's explainers, as they come; nothing of them is mended here."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from limelab.external.asked import Asked, asked, each, global_seed, package
from limelab.numbers import count
from limelab.seeds import generator
from limelab.types import Array, NotApplicable


@contextmanager
def _quiet() -> Iterator[None]:
    """shap's own warnings, of its own doing, kept from the caller's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _shap() -> Any:
    with _quiet():
        return package("shap", "limelab[peers]")


@dataclass(frozen=True)
class KernelShap:
    """``shap.KernelExplainer``: Shapley values against background rows, by weighted regression.

    Parameters
    ----------
    background_rows : int, default 20
        Drawn from the background by the seed; all where there are fewer.
    n_samples : int, default 2048
        Coalitions a row.

    Notes
    -----
    shap draws from numpy's global state; it is seeded for the call and put back afterwards.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(50, 2))
    >>> found = KernelShap().explain(lambda x: 3 * x[:, 0], rows, rows[:1], seed=0)
    >>> found.shape, bool(abs(found[0, 1, 0]) < 1e-9)
    ((1, 2, 1), True)
    """

    background_rows: int = 20
    n_samples: int = 2048
    takes_domain = True

    def __post_init__(self) -> None:
        count(self, "background_rows")
        count(self, "n_samples", least=2)

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """Shapley values, shape (I, k, C)."""
        given, shap = asked(predict, background, rows), _shap()
        with global_seed(seed), _quiet():
            masker = _some(given, self.background_rows, seed)
            explainer = shap.KernelExplainer(given.ask, masker)
            return each(lambda row: self._one(explainer, row), given.x)

    def _one(self, explainer: Any, row: Array) -> Array:
        values = explainer.shap_values(row, nsamples=self.n_samples, silent=True)
        return np.asarray(values, dtype=np.float64).reshape(len(row), -1)


@dataclass(frozen=True)
class PermutationShap:
    """``shap.PermutationExplainer``: Shapley values by walks through permutations of features.

    Parameters
    ----------
    background_rows : int, default 20
    permutations : int, default 10

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(50, 2))
    >>> found = PermutationShap().explain(lambda x: 3 * x[:, 0], rows, rows[:1], seed=0)
    >>> found.shape, bool(abs(found[0, 1, 0]) < 1e-9)
    ((1, 2, 1), True)
    """

    background_rows: int = 20
    permutations: int = 10
    takes_domain = True

    def __post_init__(self) -> None:
        count(self, "background_rows")
        count(self, "permutations")

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """Shapley values, shape (I, k, C)."""
        given, shap = asked(predict, background, rows), _shap()
        features = given.x.shape[1]
        with global_seed(seed), _quiet():
            masker = shap.maskers.Independent(_some(given, self.background_rows, seed))
            explainer = shap.PermutationExplainer(given.ask, masker, seed=seed % 2**32)
            evaluations = self.permutations * (2 * features + 1)
            found = explainer(given.x.copy(), max_evals=evaluations, silent=True)
        return np.asarray(found.values, dtype=np.float64).reshape(len(given.x), features, -1)


@dataclass(frozen=True)
class TreeShap:
    """``shap.TreeExplainer``: exact Shapley values of a tree ensemble; it asks nothing.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> rows = np.array([[-1.0], [1.0]])
    >>> stump = DecisionTreeRegressor().fit(rows, [0.0, 1.0])
    >>> TreeShap().explain(stump, rows, rows[1:]).tolist()
    [[[0.5]]]
    """

    takes_domain = True
    deterministic = True

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """Shapley values, shape (I, k, C), path-dependent: the trees' own rows are the background.

        Raises
        ------
        NotApplicable
            A model that shap cannot read as trees, or whose columns are not the table's own.
        """
        given, shap = asked(predict, background, rows), _shap()
        if not given.plain:
            raise NotApplicable("TreeShap reads trees of numeric columns; these are encoded")
        try:
            with _quiet():
                values = np.asarray(shap.TreeExplainer(given.model).shap_values(given.x.copy()))
        except Exception as error:  # shap raises its own kinds, by model and by version
            raise NotApplicable(f"shap reads no trees in {type(given.model).__name__}") from error
        shaped = values.reshape(len(given.x), given.x.shape[1], -1)
        return _kept(shaped, given)


def _kept(values: Array, given: Asked) -> Array:
    """The outputs that the black box answers with."""
    outputs = len(given.box.outputs)
    if values.shape[2] == given.box.width and given.box.kept is not None:
        return values[:, :, given.box.kept : given.box.kept + 1]
    if values.shape[2] == outputs:
        return values
    raise NotApplicable(
        f"shap explains {values.shape[2]} outputs of this model, which answers {outputs}: it reads "
        "raw scores where the model gives probabilities"
    )


def _some(given: Asked, n: int, seed: int) -> Array:
    """n background rows, or all where there are fewer."""
    background = given.table.background
    order = generator(seed, "shap", "background").permutation(len(background))[:n]
    return np.array(background[np.sort(order)])
