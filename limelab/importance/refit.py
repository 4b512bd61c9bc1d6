"""Drop-column importance: what a model loses that never saw a feature; it fits models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from limelab.seeds import child
from limelab.types import Array, BadInput, NotApplicable

Data = tuple[pd.DataFrame, npt.NDArray[Any]]
Make = Callable[[pd.DataFrame, int], Any]


def drop_column_importance(
    make: Make,
    train: Data,
    test: Data,
    *,
    groups: Mapping[str, Sequence[Any]] | None = None,
    repeats: int = 1,
    seed: int = 0,
) -> Array:
    """Growth of the loss on test rows when the model is fitted without a feature (LOCO).

    The loss is the log-loss of a model with probabilities, the error rate of one with labels
    alone, else the squared error. Both models of a repeat share one seed. For least squares it is
    b_j^2 Var(x_j | rest), half the conditional importance on the scale of losses.

    Parameters
    ----------
    make : callable (frame, seed) -> unfitted estimator
        Such as ``lambda frame, seed: recipe.build(kind, frame, seed=seed)``.
    train, test : (DataFrame of shape (n, columns), array of shape (n,))
    groups : mapping of feature name to columns, optional
        Columns that are dropped together; all others are features by themselves, after the order
        of their first column.
    repeats : int
        Refits with other seeds.
    seed : int

    Returns
    -------
    importance : array of shape (repeats, d, 1), loss
        Negative where the model does better without.

    Raises
    ------
    NotApplicable
        One feature only: nothing would be left to fit on.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> X = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 2)), columns=["a", "b"])
    >>> data = X, 3 * X["a"].to_numpy()
    >>> found = drop_column_importance(lambda frame, seed: LinearRegression(), data, data)
    >>> found.shape, bool(found[0, 0, 0] > 4), bool(abs(found[0, 1, 0]) < 1e-9)
    ((1, 2, 1), True, True)
    """
    features = _features(list(train[0].columns), groups or {})
    if len(features) < 2:
        raise NotApplicable("one feature only: without it there is nothing to fit on")
    found = np.empty((repeats, len(features), 1))
    for repeat in range(repeats):
        own = child(seed, "refit", repeat) % 2**31
        whole = _loss(make, train, test, own)
        for j, columns in enumerate(features):
            found[repeat, j] = _loss(make, _without(train, columns), _without(test, columns), own)
        found[repeat] -= whole
    return found


def _features(columns: list[Any], groups: Mapping[str, Sequence[Any]]) -> list[list[Any]]:
    """Columns of each feature, in the order of the first of them."""
    unknown = [c for members in groups.values() for c in members if c not in columns]
    if unknown:
        raise BadInput(f"groups name the column {unknown[0]!r}; the data have {columns[:8]}")
    owner = {c: list(members) for members in groups.values() for c in members}
    features = [owner.get(c, [c]) for c in columns]
    return [found for n, found in enumerate(features) if found not in features[:n]]


def _without(data: Data, columns: Sequence[Any]) -> Data:
    return data[0].drop(columns=list(columns)), data[1]


def _loss(make: Make, train: Data, test: Data, seed: int) -> float:
    """Mean loss on test rows of the model fitted on the training rows."""
    from sklearn.metrics import log_loss

    model = make(train[0], seed).fit(*train)
    rows, y = test
    if hasattr(model, "predict_proba"):
        return float(log_loss(y, model.predict_proba(rows), labels=model.classes_))
    if hasattr(model, "classes_"):
        return float(np.mean(model.predict(rows) != y))
    return float(np.mean((model.predict(rows) - y) ** 2))
