"""Impurity importance, read off a fitted model and put together by feature; it asks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import OneToOneFeatureMixin
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from limelab.types import Array, Ints, NotApplicable, View


def impurity_importance(model: Any, view: View | None = None) -> Array:
    """Mean decrease in impurity (``feature_importances_``), summed over what one feature became.

    It is learnt on the training rows and favours features with many levels (Strobl et al. 2007):
    a reference to compare with, not to believe.

    Parameters
    ----------
    model : fitted estimator
        A model with ``feature_importances_``, or a pipeline that ends in one, after steps that
        keep columns apart: one-to-one scalers, one-hot codes, column transformers of them.
    view : View, optional
        Gives the importance by feature of the view, one-hot groups together; without it by column
        of the model's own input.

    Returns
    -------
    importance : array of shape (1, d, 1), share of the impurity

    Raises
    ------
    NotApplicable
        No such importance, or a step that mixes columns.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> x = np.random.default_rng(0).normal(size=(60, 2))
    >>> impurity_importance(DecisionTreeRegressor(random_state=0).fit(x, x[:, 1] > 0)).tolist()
    [[[0.0], [1.0]]]
    """
    steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else [model]
    values = getattr(steps[-1], "feature_importances_", None)
    if values is None:
        raise NotApplicable(f"{type(steps[-1]).__name__} has no impurity importance")
    width = getattr(model, "n_features_in_", len(values))
    source = _through(steps[:-1], width)
    if len(source) != len(values):
        raise NotApplicable(f"{len(values)} importances for {len(source)} columns of the model")
    by_column: Array = np.bincount(source, weights=values, minlength=width).astype(float)
    found = by_column if view is None else _by_feature(by_column, view)
    return np.asarray(found, dtype=float)[None, :, None]


def _sources(step: Any, width: int) -> Ints:
    """The position of the input column that each output column of a step comes from."""
    if _is_one_to_one(step):
        return np.arange(width)
    if isinstance(step, OneHotEncoder):
        return _of_one_hot(step)
    if isinstance(step, ColumnTransformer):
        return _of_columns(step)
    if isinstance(step, Pipeline):
        return _through([inner for _, inner in step.steps], width)
    raise NotApplicable(f"{type(step).__name__} before the model mixes columns")


def _through(steps: Sequence[Any], width: int) -> Ints:
    """The same for steps one after another."""
    source: Ints = np.arange(width)
    for step in steps:
        source = source[_sources(step, len(source))]
    return source


def _is_one_to_one(step: Any) -> bool:
    if isinstance(step, FunctionTransformer):
        return step.func is None
    return step is None or isinstance(step, str | OneToOneFeatureMixin)  # "passthrough" is a str


def _of_one_hot(step: OneHotEncoder) -> Ints:
    dropped = [None] * len(step.categories_) if step.drop_idx_ is None else step.drop_idx_
    if any(found is not None for found in getattr(step, "infrequent_categories_", [])):
        raise NotApplicable("OneHotEncoder puts rare categories together")
    sizes = [len(c) - (d is not None) for c, d in zip(step.categories_, dropped, strict=True)]
    return np.repeat(np.arange(len(sizes)), sizes)


def _of_columns(step: ColumnTransformer) -> Ints:
    width = max(where.stop for where in step.output_indices_.values())
    source = np.full(width, -1, dtype=np.intp)
    for name, part, columns in step.transformers_:
        if isinstance(part, str) and part == "drop":
            continue
        mine = _positions(step, columns)
        source[step.output_indices_[name]] = mine[_sources(part, len(mine))]
    return source


def _positions(step: ColumnTransformer, columns: Any) -> Ints:
    """Positions of the columns that a part of a column transformer was given."""
    names = list(getattr(step, "feature_names_in_", range(step.n_features_in_)))
    everything = np.arange(step.n_features_in_)
    if isinstance(columns, slice):
        return np.asarray(everything[columns])
    listed: Any = np.atleast_1d(np.asarray(columns, dtype=object))
    if listed.size and all(isinstance(c, bool | np.bool_) for c in listed):
        return np.asarray(everything[listed.astype(bool)])
    return np.array([names.index(c) if isinstance(c, str) else int(c) for c in listed], np.intp)


def _by_feature(by_column: Array, view: View) -> Array:
    """Importance (d,) of the view's features from that of the model's input columns."""
    owner = _owners(view)
    if len(owner) != len(by_column):
        raise NotApplicable(
            f"the model takes {len(by_column)} columns, but the view has {len(owner)}"
        )
    if by_column[owner < 0].any():
        raise NotApplicable("a column that no feature of the view moves has an importance")
    known = owner >= 0
    summed = np.bincount(owner[known], weights=by_column[known], minlength=len(view.names))
    return np.asarray(summed, dtype=float)


def _owners(view: View) -> Ints:
    """The feature that each input column of the model belongs to; -1 where none moves it.

    Found by changing one feature of the background at a time and looking which columns change.
    """
    background = np.array(view.background)
    before = pd.DataFrame(view.decode(background.copy())).astype(object).to_numpy()
    owner = np.full(before.shape[1], -1, dtype=np.intp)
    for j in range(background.shape[1]):
        levels, code = np.unique(background[:, j], return_inverse=True)
        changed = background.copy()
        changed[:, j] = levels[(code + 1) % len(levels)]
        after = pd.DataFrame(view.decode(changed)).astype(object).to_numpy()
        owner[(before != after).any(axis=0)] = j
    return owner
