"""Fitted scikit-learn trees as plain arrays: the one file that knows their attributes; no query.

`tree_` is public; what boosting keeps (`_predictors`, `_baseline_prediction`, `_raw_predict_init`)
is not, and a release may move it: then reading declines, and says which attribute it missed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from limelab.blackbox import BlackBox
from limelab.types import Array, BadInput, Ints, NotApplicable

_CONSTANT = frozenset({"prior", "most_frequent", "constant", "mean", "median", "quantile"})
_WANTED = (
    "a decision tree, random forest, extra trees, gradient boosting or histogram gradient boosting "
    "of scikit-learn itself"
)


@dataclass(frozen=True, eq=False)
class Forest:
    """A sum of axis-aligned trees: start + the leaf value that x falls into, tree by tree.

    Attributes
    ----------
    left, right : int arrays of shape (nodes,)
        Children by position, -1 at a leaf; all trees in one numbering.
    feature : int array of shape (nodes,)
    border : array of shape (nodes,)
        x goes left where x[feature] <= border.
    value : array of shape (nodes, C)
        Of the leaves, learning rate and share of the tree included.
    roots : int array, one a tree
    start : array of shape (C,)
    outputs : tuple of str, length C
    columns : int
        What x must have.
    names : tuple of str or None
        Column names that the model was fitted with.
    raw : bool
        The outputs are scores before a link function: log-odds, or the log of a mean.
    """

    left: Ints
    right: Ints
    feature: Ints
    border: Array
    value: Array
    roots: Ints
    start: Array
    outputs: tuple[str, ...]
    columns: int
    names: tuple[str, ...] | None
    raw: bool


def read(model: Any) -> Forest:
    """The trees of a fitted model.

    Parameters
    ----------
    model : estimator, BlackBox, or a bound method of either
        ``forest``, ``forest.predict_proba``, ``boosting.decision_function``, ``tree.predict``.

    Raises
    ------
    NotApplicable
        No sum of scikit-learn trees, or an answer that is no linear function of its leaves.
    BadInput
        The model is not fitted.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> read(DecisionTreeRegressor().fit([[0.0], [1.0]], [5.0, 7.0])).value.ravel().tolist()
    [6.0, 5.0, 7.0]
    """
    estimator, method, box = _asked(model)
    reader = _reader(estimator)
    _check_method(estimator, method)
    forest = _safely(reader, estimator)
    return forest if box is None or box.kept is None else _keep(forest, box.kept, box.width)


class _Asked(NamedTuple):
    estimator: Any
    method: str
    box: BlackBox | None


def _asked(model: Any) -> _Asked:
    """The estimator behind a model, what it is asked, and the black box round it."""
    owner = getattr(model, "__self__", None)
    if isinstance(owner, BlackBox):
        return _asked(owner)
    if isinstance(model, BlackBox):
        inner = _asked(model.model)
        method = inner.method if model.method == "call" else model.method
        inside = inner.box is not None and inner.box.kept is not None
        return _Asked(inner.estimator, method, inner.box if inside else model)
    if owner is not None and callable(model):
        return _Asked(owner, model.__name__, None)
    return _Asked(model, "", None)


def _reader(estimator: Any) -> Callable[[Any], Forest]:
    """By the very class: a subclass may answer in another way than its trees."""
    from sklearn import ensemble, tree

    readers: dict[type, Callable[[Any], Forest]] = {
        tree.DecisionTreeClassifier: _read_bagged,
        tree.DecisionTreeRegressor: _read_bagged,
        tree.ExtraTreeClassifier: _read_bagged,
        tree.ExtraTreeRegressor: _read_bagged,
        ensemble.RandomForestClassifier: _read_bagged,
        ensemble.RandomForestRegressor: _read_bagged,
        ensemble.ExtraTreesClassifier: _read_bagged,
        ensemble.ExtraTreesRegressor: _read_bagged,
        ensemble.GradientBoostingClassifier: _read_boosted,
        ensemble.GradientBoostingRegressor: _read_boosted,
        ensemble.HistGradientBoostingClassifier: _read_histogram,
        ensemble.HistGradientBoostingRegressor: _read_histogram,
    }
    reader = readers.get(type(estimator))
    if reader is None:
        raise NotApplicable(f"{_kind(estimator)} has no exact explanation; expected {_WANTED}")
    return reader


def _kind(estimator: Any) -> str:
    if isinstance(getattr(estimator, "steps", None), list):
        return "a pipeline, whose columns are not the trees' columns,"
    if isinstance(estimator, type) or not hasattr(estimator, "predict"):
        return f"{getattr(estimator, '__qualname__', repr(estimator))}, which shows no trees,"
    return f"{type(estimator).__module__}.{type(estimator).__name__}"


def _check_method(estimator: Any, method: str) -> None:
    boosted = "Boosting" in type(estimator).__name__
    classes = ("predict_proba", "decision_function") if boosted else ("predict_proba",)
    fine = classes if hasattr(estimator, "predict_proba") else ("predict",)
    if method and method not in fine:
        raise NotApplicable(
            f"{type(estimator).__name__}.{method} is no sum of leaf values; expected "
            f"{' or '.join(fine)}"
        )


def _safely(reader: Callable[[Any], Forest], estimator: Any) -> Forest:
    from sklearn import __version__
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    name = type(estimator).__name__
    try:
        check_is_fitted(estimator)
        return reader(estimator)
    except NotFittedError as error:
        raise BadInput(f"{name} is not fitted; call fit(X, y) first") from error
    except (AttributeError, KeyError, IndexError, TypeError) as error:
        raise NotApplicable(
            f"scikit-learn {__version__} keeps the trees of {name} in a way that is not known here "
            f"({type(error).__name__}: {error}); sample instead: Lime()"
        ) from error


def _keep(forest: Forest, kept: int, width: int) -> Forest:
    """One output of `width`, as the black box keeps one."""
    if len(forest.outputs) < width and kept == 0:
        raise NotApplicable(
            "boosting of two classes has one raw score, that of the second class, and the first "
            "class was asked for; keep the second: the score of the first is its negative"
        )
    c = kept if len(forest.outputs) == width else 0
    return replace(
        forest,
        value=forest.value[:, c : c + 1],
        start=forest.start[c : c + 1],
        outputs=forest.outputs[c : c + 1],
    )


# --- one reader for each way of keeping trees ----------------------------------------------------


def _read_bagged(estimator: Any) -> Forest:
    """A tree, or the mean of many: class shares, or values of one or more targets."""
    trees = [member.tree_ for member in getattr(estimator, "estimators_", [estimator])]
    classes = getattr(estimator, "classes_", None)
    if classes is not None and estimator.n_outputs_ > 1:
        raise NotApplicable(
            f"{type(estimator).__name__} predicts {estimator.n_outputs_} targets at once; fit one "
            "classifier for each"
        )
    values = [(t.value[:, 0, :] if classes is not None else t.value[:, :, 0]) for t in trees]
    width = values[0].shape[1]
    plain = ("output",) if width == 1 else tuple(f"output {j}" for j in range(width))
    return _joined(
        estimator,
        [_shape(t) for t in trees],
        np.concatenate(values) / len(trees),
        start=np.zeros(width),
        outputs=plain if classes is None else tuple(str(label) for label in classes),
        raw=False,
    )


def _read_boosted(estimator: Any) -> Forest:
    """The initial constant plus learning rate times the trees of every stage and score."""
    initial = estimator.init_
    if initial != "zero" and getattr(initial, "strategy", None) not in _CONSTANT:
        raise NotApplicable(
            f"{type(estimator).__name__}(init={initial!r}) starts from a model that is no tree; "
            "expected the default init or 'zero'"
        )
    start = estimator._raw_predict_init(np.zeros((1, estimator.n_features_in_)))[0]
    members = estimator.estimators_
    trees = [member.tree_ for stage in members for member in stage]
    parts = [_in_column(t.value[:, 0, 0], i % len(start), len(start)) for i, t in enumerate(trees)]
    return _joined(
        estimator,
        [_shape(t) for t in trees],
        np.concatenate(parts) * estimator.learning_rate,
        start=np.asarray(start, dtype=np.float64),
        outputs=_scores(estimator, len(start)),
        raw=hasattr(estimator, "classes_"),
    )


def _read_histogram(estimator: Any) -> Forest:
    """The baseline plus the trees of every iteration and score; leaves hold the learning rate."""
    start = np.asarray(estimator._baseline_prediction, dtype=np.float64).ravel()
    nodes = [t.nodes for iteration in estimator._predictors for t in iteration]
    if estimator.is_categorical_ is not None or any(n["is_categorical"].any() for n in nodes):
        raise NotApplicable(
            f"{type(estimator).__name__} splits categories into sets, which are no boxes; expected "
            "numeric columns only (categorical_features=None)"
        )
    parts = [_in_column(n["value"], i % len(start), len(start)) for i, n in enumerate(nodes)]
    log_link = getattr(estimator, "loss", "") in ("poisson", "gamma")
    return _joined(
        estimator,
        [_histogram_shape(n) for n in nodes],
        np.concatenate(parts) if parts else np.zeros((0, len(start))),
        start=start,
        outputs=("log of output",) if log_link else _scores(estimator, len(start)),
        raw=log_link or hasattr(estimator, "classes_"),
    )


class _Shape(NamedTuple):
    left: Ints
    right: Ints
    feature: Ints
    border: Array


def _shape(tree: Any) -> _Shape:
    leaf = tree.children_left < 0
    return _Shape(
        tree.children_left.astype(np.intp),
        tree.children_right.astype(np.intp),
        np.where(leaf, 0, tree.feature).astype(np.intp),
        _float32_border(tree.threshold),
    )


def _histogram_shape(nodes: Any) -> _Shape:
    leaf = nodes["is_leaf"].astype(bool)
    return _Shape(
        np.where(leaf, -1, nodes["left"].astype(np.intp)),
        np.where(leaf, -1, nodes["right"].astype(np.intp)),
        np.where(leaf, 0, nodes["feature_idx"]).astype(np.intp),
        nodes["num_threshold"].astype(np.float64),
    )


def _float32_border(threshold: Array) -> Array:
    """Where x crosses when the tree compares float32(x) <= threshold.

    Halfway between the last float32 that goes left and the next; it matters where a column's
    noise is near its float32 resolution (1e8 with a deviation of 1).
    """
    near = threshold.astype(np.float32)
    last = np.where(near > threshold, np.nextafter(near, np.float32(-np.inf)), near)
    after = np.nextafter(last, np.float32(np.inf))
    return np.asarray((last.astype(np.float64) + after.astype(np.float64)) / 2.0)


def _in_column(values: Array, column: int, columns: int) -> Array:
    """Values (n,) as one column of (n, columns), 0 elsewhere."""
    whole = np.zeros((len(values), columns))
    whole[:, column] = values
    return whole


def _scores(estimator: Any, count: int) -> tuple[str, ...]:
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        return ("output",)
    return tuple(f"raw score of {label}" for label in classes[-count:])


def _joined(
    estimator: Any,
    shapes: list[_Shape],
    value: Array,
    *,
    start: Array,
    outputs: tuple[str, ...],
    raw: bool,
) -> Forest:
    """All trees in one numbering of nodes."""
    sizes = np.array([len(shape.left) for shape in shapes], dtype=np.intp)
    roots = np.cumsum(sizes) - sizes
    moved = [
        (np.where(s.left < 0, -1, s.left + r), np.where(s.right < 0, -1, s.right + r))
        for s, r in zip(shapes, roots, strict=True)
    ]
    known = getattr(estimator, "feature_names_in_", None)
    none: Ints = np.zeros(0, dtype=np.intp)
    return Forest(
        left=np.concatenate([none, *(left for left, _ in moved)]),
        right=np.concatenate([none, *(right for _, right in moved)]),
        feature=np.concatenate([none, *(s.feature for s in shapes)]),
        border=np.concatenate([np.zeros(0), *(s.border for s in shapes)]),
        value=value,
        roots=roots,
        start=start,
        outputs=outputs,
        columns=int(estimator.n_features_in_),
        names=None if known is None else tuple(str(name) for name in known),
        raw=raw,
    )
