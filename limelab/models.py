"""Recipes of fitted models, as values: they see the frame and target handed to them, no file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from limelab import makers
from limelab.blackbox import one_thread
from limelab.types import BadInput

Kind = Literal["classification", "regression"]
Option = int | float | str | bool | None
Maker = Callable[..., Any]


@dataclass(frozen=True)
class Recipe:
    """How to build a model; its repr is its record.

    Attributes
    ----------
    make : function (kind, frame, seed, **options) -> unfitted scikit-learn estimator
        Defined at the top of a module, so that the recipe pickles and its repr names it.
    options : tuple of (name, value)

    Examples
    --------
    >>> forest(n_estimators=50)
    forest(n_estimators=50)
    >>> forest(n_estimators=50.0) == forest(n_estimators=50)
    True
    """

    make: Maker
    options: tuple[tuple[str, Option], ...] = ()

    def __post_init__(self) -> None:
        if not getattr(self.make, "__qualname__", "<").isidentifier():
            raise BadInput(
                f"Got {self.make!r} as the maker of a recipe, but expected a function defined at "
                "the top of a module: it must pickle and have a name for the record."
            )
        options = tuple((key, _number(value)) for key, value in sorted(self.options))
        object.__setattr__(self, "options", options)

    @property
    def name(self) -> str:
        """Name of the recipe without its options."""
        return self.make.__qualname__.removeprefix("_")

    def __repr__(self) -> str:
        home = (
            ""
            if self.make.__module__ in (__name__, makers.__name__)
            else f"{self.make.__module__}."
        )
        options = ", ".join(f"{key}={value!r}" for key, value in self.options)
        return f"{home}{self.name}({options})"

    def build(self, kind: Kind, frame: pd.DataFrame, *, seed: int = 0) -> Any:
        """An unfitted estimator for frames with these columns.

        Parameters
        ----------
        kind : {"classification", "regression"}
        frame : DataFrame
            The rows to be fitted: its columns say what is a category, its length what is large.
        seed : int, default=0

        Returns
        -------
        estimator : scikit-learn estimator
            One job, fixed seed. A bare model where the columns need no preparation.
        """
        if kind not in ("classification", "regression"):
            raise BadInput(f"Got kind={kind!r}, but expected 'classification' or 'regression'.")
        return self.make(kind, frame, seed, **dict(self.options))


def forest(*, n_estimators: int = 100) -> Recipe:
    """Random forest: steps everywhere, the usual black box."""
    return Recipe(_forest, (("n_estimators", n_estimators),))


def boosting(*, max_iter: int = 100) -> Recipe:
    """Gradient boosting on histograms: steps, additive in trees."""
    return Recipe(_boosting, (("max_iter", max_iter),))


def network(*, width: int = 32) -> Recipe:
    """Two hidden layers of rectifiers on standardised inputs: continuous, with kinks."""
    return Recipe(_network, (("width", width),))


def kernel_machine(*, n_components: int = 100) -> Recipe:
    """RBF kernel machine on landmarks (Nystroem): smooth everywhere, flat far from the data."""
    return Recipe(_kernel_machine, (("n_components", n_components),))


def linear() -> Recipe:
    """Logistic or ridge regression: the model that a linear surrogate should get right."""
    return Recipe(_linear)


def counts_linear() -> Recipe:
    """Texts: counts of words, logistic regression."""
    return Recipe(makers.counts_linear)


def tfidf_linear() -> Recipe:
    """Texts: TF-IDF, logistic regression."""
    return Recipe(makers.tfidf_linear)


def tfidf_forest(*, n_estimators: int = 100) -> Recipe:
    """Texts: TF-IDF, random forest."""
    return Recipe(makers.tfidf_forest, (("n_estimators", n_estimators),))


def lsa_linear(*, dimensions: int = 50) -> Recipe:
    """Texts: latent semantic analysis, logistic regression."""
    return Recipe(makers.lsa_linear, (("dimensions", dimensions),))


def vectors_linear() -> Recipe:
    """Texts: mean word2vec vector, logistic regression; needs the side folder."""
    return Recipe(makers.vectors_linear)


def pixel_network(*, width: int = 64) -> Recipe:
    """Pictures: one hidden layer of rectifiers on their pixels."""
    return Recipe(makers.pixel_network, (("width", width),))


def colour_linear() -> Recipe:
    """Pictures: features of the colour channels, logistic regression: sees a colour cast."""
    return Recipe(makers.colour_linear)


def all_recipes() -> tuple[Recipe, ...]:
    """Every recipe for tables with its defaults.

    Examples
    --------
    >>> [recipe.name for recipe in all_recipes()]
    ['forest', 'boosting', 'network', 'kernel_machine', 'linear']
    """
    return forest(), boosting(), network(), kernel_machine(), linear()


def fit(recipe: Recipe, X: pd.DataFrame, y: npt.NDArray[Any], kind: Kind, seed: int = 0) -> Any:
    """Build the recipe for X and fit it: same input, same bits, in any process.

    Parameters
    ----------
    recipe : Recipe
    X : DataFrame of shape (n, d)
    y : ndarray of shape (n,)
    kind : {"classification", "regression"}
    seed : int, default=0

    Returns
    -------
    estimator : fitted scikit-learn estimator

    Examples
    --------
    >>> from limelab import datasets
    >>> wine = datasets.load("wine")
    >>> model = fit(linear(), wine.X, wine.y, wine.kind)
    >>> [str(label) for label in model.classes_]
    ['class_0', 'class_1', 'class_2']
    """
    with one_thread():
        return recipe.build(kind, X, seed=seed).fit(X, y)


def test_score(model: Any, X: pd.DataFrame, y: npt.NDArray[Any], kind: Kind) -> dict[str, float]:
    """How good the model is on rows that it has not seen.

    Parameters
    ----------
    model : fitted estimator
    X : DataFrame of shape (n, d)
    y : ndarray of shape (n,)
    kind : {"classification", "regression"}

    Returns
    -------
    scores : dict of str to float
        Classification: accuracy, log_loss, and auc where there are two classes (NaN where only
        one came). Regression: r2 and rmse.

    Examples
    --------
    >>> from limelab import datasets
    >>> iris = datasets.load("iris")
    >>> model = fit(linear(), iris.X[::2], iris.y[::2], iris.kind)
    >>> list(test_score(model, iris.X[1::2], iris.y[1::2], iris.kind))
    ['accuracy', 'log_loss']
    """
    return _score_classes(model, X, y) if kind == "classification" else _score_values(model, X, y)


test_score.__test__ = False  # type: ignore[attr-defined]  # pytest takes the name for a test


def _score_classes(model: Any, X: pd.DataFrame, y: npt.NDArray[Any]) -> dict[str, float]:
    from sklearn.metrics import log_loss, roc_auc_score

    shares, classes = model.predict_proba(X), model.classes_
    scores = {
        "accuracy": float(np.mean(classes[shares.argmax(axis=1)] == y)),
        "log_loss": float(log_loss(y, shares, labels=classes)),
    }
    if len(classes) == 2:
        event = y == classes[1]
        both = 0 < event.sum() < len(y)
        scores["auc"] = float(roc_auc_score(event, shares[:, 1])) if both else float("nan")
    return scores


def _score_values(model: Any, X: pd.DataFrame, y: npt.NDArray[Any]) -> dict[str, float]:
    from sklearn.metrics import r2_score

    guess = model.predict(X)
    return {"r2": float(r2_score(y, guess)), "rmse": float(np.sqrt(np.mean((y - guess) ** 2)))}


# --- makers: functions (kind, frame, seed, **options) -> estimator -------------------------------


def _forest(kind: Kind, frame: pd.DataFrame, seed: int, n_estimators: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    make = RandomForestClassifier if kind == "classification" else RandomForestRegressor
    return _chain(*_coded(frame), make(n_estimators=n_estimators, random_state=seed, n_jobs=1))


def _boosting(kind: Kind, frame: pd.DataFrame, seed: int, max_iter: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    make = (
        HistGradientBoostingClassifier
        if kind == "classification"
        else HistGradientBoostingRegressor
    )
    model = make(max_iter=max_iter, early_stopping=False, random_state=seed)
    return _chain(*_coded(frame), model)


def _network(kind: Kind, frame: pd.DataFrame, seed: int, width: int) -> Any:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.preprocessing import StandardScaler

    settings: dict[str, Any] = {**_TRAINING, "hidden_layer_sizes": (width, width)}
    if kind == "classification":
        return _chain(*_scaled(frame), MLPClassifier(random_state=seed, **settings))
    model = MLPRegressor(random_state=seed, **settings)
    return _chain(*_scaled(frame), TransformedTargetRegressor(model, transformer=StandardScaler()))


# Weight decay and not early stopping: that fails on string labels in scikit-learn 1.6, and with
# few rows it stops before anything is learnt. max_iter is out of reach, so no warning comes.
_TRAINING: Final = {
    "alpha": 0.5,
    "batch_size": 64,
    "learning_rate_init": 0.003,
    "max_iter": 2000,
}


def _kernel_machine(kind: Kind, frame: pd.DataFrame, seed: int, n_components: int) -> Any:
    from sklearn.kernel_approximation import Nystroem
    from sklearn.linear_model import LogisticRegression, Ridge

    landmarks = Nystroem(n_components=min(n_components, len(frame)), random_state=seed)
    model = LogisticRegression(C=10.0, max_iter=1000) if kind == "classification" else Ridge(0.1)
    return _chain(*_scaled(frame), landmarks, model)


def _linear(kind: Kind, frame: pd.DataFrame, seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge

    model = LogisticRegression(max_iter=1000) if kind == "classification" else Ridge(1.0)
    return _chain(*_scaled(frame), model)


# --- preparation of columns -----------------------------------------------------------------------


def _chain(*steps: Any) -> Any:
    """A pipeline, or the model itself where nothing goes before it."""
    from sklearn.pipeline import make_pipeline

    return steps[0] if len(steps) == 1 else make_pipeline(*steps)


def _coded(frame: pd.DataFrame) -> tuple[Any, ...]:
    """Categories one-hot, numbers as they are; nothing to do for numbers alone."""
    _, categories = _columns(frame)
    return (_transformer("passthrough", frame),) if categories else ()


def _scaled(frame: pd.DataFrame) -> tuple[Any, ...]:
    """Categories one-hot, numbers standardised."""
    from sklearn.preprocessing import StandardScaler

    _, categories = _columns(frame)
    return (_transformer(StandardScaler(), frame) if categories else StandardScaler(),)


def _transformer(of_numbers: Any, frame: pd.DataFrame) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OneHotEncoder

    numbers, categories = _columns(frame)
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer(
        [("numbers", of_numbers, numbers), ("categories", one_hot, categories)],
        verbose_feature_names_out=False,
    )


def _columns(frame: pd.DataFrame) -> tuple[list[Any], list[Any]]:
    """Names of the numbers and of the categories."""
    # strings are objects in pandas 2 and not in 3: only "is it a number" is asked
    numbers = [c for c in frame.columns if is_numeric_dtype(frame[c])]
    return numbers, [c for c in frame.columns if c not in set(numbers)]


def _number(value: Option) -> Option:
    """One form for equal numbers, so that equal recipes print alike."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
