"""scikit-learn's own importances of a model, given to every row alike; they explain no row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from limelab.external.asked import Asked, asked
from limelab.importance import impurity_importance, label_importance
from limelab.numbers import count
from limelab.types import Array, NotApplicable


@dataclass(frozen=True)
class Impurity:
    """A tree model's own ``feature_importances_`` for every row and output; it asks nothing.

    Pipelines of steps that keep columns apart are read through; one-hot columns of a declared
    group are summed.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> rows = np.array([[-1.0, 0.0], [1.0, 0.0]])
    >>> stump = DecisionTreeRegressor().fit(rows, [0.0, 1.0])
    >>> Impurity().explain(stump, rows, rows[:1]).ravel().tolist()
    [1.0, 0.0]
    """

    takes_domain = True
    deterministic = True

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """Mean decrease in impurity, shape (I, k, C), the same in every row.

        Raises
        ------
        NotApplicable
            A model without ``feature_importances_``, or steps in front of it that mix columns.
        """
        given = asked(predict, background, rows)
        return _everywhere(given, impurity_importance(given.model, given.table)[0, :, 0])


@dataclass(frozen=True)
class LabelPermutation:
    """scikit-learn's permutation importance for every row and output: what a lost feature costs.

    The growth of log-loss or squared error on the background, whose target must be known:
    ``Table(background, target=y)``. On rows that the model was fitted on it flatters what the
    model has learnt by heart. Never a direction.

    Parameters
    ----------
    repeats : int, default 5
        Permutations of each feature.

    Examples
    --------
    >>> from limelab.domains import Table
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> table = Table(rows, target=rows[:, 0])
    >>> found = LabelPermutation().explain(lambda x: x[:, 0], table, rows[:1])
    >>> found.shape, bool(found[0, 0, 0] > 1), float(found[0, 1, 0])
    ((1, 2, 1), True, 0.0)
    """

    repeats: int = 5
    takes_domain = True

    def __post_init__(self) -> None:
        count(self, "repeats")

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """Mean growth of the loss, shape (I, k, C), the same in every row.

        Raises
        ------
        NotApplicable
            No target, one output of several, or several outputs without class labels.
        """
        given = asked(predict, background, rows)
        y = given.table.target
        if y is None:
            raise NotApplicable(
                "no target is known; expected the background's: Table(background, target=y)"
            )
        classes = getattr(given.model, "classes_", None)
        if given.box.kept is not None or (classes is None and len(given.box.outputs) > 1):
            raise NotApplicable(
                f"labels score a model of all its classes, or of one number; here are the outputs "
                f"{given.box.outputs}"
            )
        found = label_importance(
            given.box,
            given.table,
            given.table.background,
            np.asarray(y),
            repeats=self.repeats,
            seed=seed % 2**32,
        )
        return _everywhere(given, found.mean(axis=0)[:, 0])


def _everywhere(given: Asked, importance: Array) -> Array:
    """Importance (k,) for every row and output (I, k, C)."""
    shape = (len(given.x), len(importance), len(given.box.outputs))
    return np.array(np.broadcast_to(importance[None, :, None], shape))
