"""Permutation importance of a model, with and without labels; it calls the model, fits nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.inspection import permutation_importance
from sklearn.metrics import log_loss, make_scorer

from limelab.blackbox import BlackBox
from limelab.importance.replacing import by_replacing
from limelab.types import Array, View


def prediction_importance(
    box: BlackBox, view: View, x: Array, *, repeats: int, rng: np.random.Generator
) -> Array:
    """Square root of E (f - f with the feature permuted)^2 / 2: output units, no labels needed.

    For a linear model it is |b| times the feature's standard deviation over x; in general it is
    the square root of the total Sobol variance where features are independent.

    Parameters
    ----------
    box : BlackBox
    view : View
    x : array of shape (n, d)
        Encoded rows that stand for the data.
    repeats : int
    rng : numpy.random.Generator

    Returns
    -------
    importance : array of shape (repeats, d, C)

    Examples
    --------
    >>> from limelab.blackbox import blackbox
    >>> from limelab.domains import Table
    >>> x = np.random.default_rng(0).normal(size=(4000, 2))
    >>> box = blackbox(lambda rows: 3 * rows[:, 0], x[:4])
    >>> found = prediction_importance(box, Table(x), x, repeats=2, rng=np.random.default_rng(1))
    >>> bool(abs(found[:, 0, 0] - 3 * x[:, 0].std()).max() < 0.1), found[:, 1, 0].tolist()
    (True, [0.0, 0.0])
    """
    orders = (rng.permutation(len(x)) for _ in range(repeats))
    return by_replacing(box, view, x, (x[order] for order in orders))


def label_importance(
    box: BlackBox, view: View, x: Array, y: npt.NDArray[Any], *, repeats: int, seed: int
) -> Array:
    """scikit-learn's permutation importance on labelled rows: growth of log-loss or squared error.

    Parameters
    ----------
    box : BlackBox
        With all outputs of the model; class labels are recognised by ``classes_``.
    view : View
    x : array of shape (n, d)
        Encoded held-out rows.
    y : array of shape (n,)
    repeats : int
    seed : int

    Returns
    -------
    importance : array of shape (repeats, d, 1)
        Negative where the permuted feature happened to do better.

    Examples
    --------
    >>> from limelab.blackbox import blackbox
    >>> from limelab.domains import Table
    >>> x = np.random.default_rng(0).normal(size=(500, 2))
    >>> box = blackbox(lambda rows: 3 * rows[:, 0], x[:4])
    >>> found = label_importance(box, Table(x), x, 3 * x[:, 0], repeats=2, seed=0)
    >>> found.shape, bool(found[0, 0, 0] > 1)
    ((2, 2, 1), True)
    """
    asked = _Asked(box, view)
    scoring = "neg_mean_squared_error" if asked.classes_ is None else _log_loss(asked.classes_)
    found = permutation_importance(
        asked, x, y, scoring=scoring, n_repeats=repeats, random_state=seed
    )
    return np.asarray(found.importances.T[:, :, None])


def _log_loss(classes: Any) -> Any:
    """A score that knows all classes: a rare one may be missing among the rows."""
    return make_scorer(
        log_loss, greater_is_better=False, response_method="predict_proba", labels=classes
    )


class _Asked(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The black box as a fitted estimator of encoded rows, so that every query is counted."""

    def __init__(self, box: BlackBox, view: View) -> None:
        self.box = box
        self.view = view
        self.classes_ = getattr(box.model, "classes_", None)
        self._estimator_type = "regressor" if self.classes_ is None else "classifier"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.estimator_type = self._estimator_type
        return tags

    def fit(self, x: Array, y: Any) -> _Asked:
        """Nothing: the model is fitted."""
        return self

    def predict(self, x: Array) -> Array:
        """Answers of a regressor."""
        return self.box.ask(self.view.decode(np.asarray(x).copy()))[:, 0]

    def predict_proba(self, x: Array) -> Array:
        """Answers of a classifier."""
        return self.box.ask(self.view.decode(np.asarray(x).copy()))
