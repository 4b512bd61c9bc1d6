"""Drop-column importance against least squares' own closed form, copies and losses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.metrics import log_loss
from sklearn.tree import DecisionTreeRegressor

from limelab import datasets, models
from limelab.importance import drop_column_importance
from limelab.types import BadInput, NotApplicable

SIGMA = np.array([[1, 0.6, 0.3], [0.6, 1, 0.3], [0.3, 0.3, 1]])


def data(n: int = 200) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.multivariate_normal(np.zeros(3), SIGMA, size=n)
    return pd.DataFrame(x, columns=list("abc")), x @ [2.0, -1.0, 0.5] + rng.normal(size=n)


def least_squares(frame: pd.DataFrame, seed: int) -> LinearRegression:
    return LinearRegression()


def test_of_least_squares_it_is_known_exactly() -> None:
    """In sample the mean squared error grows by b_j^2 / ((X'X)^-1)_jj / n."""
    X, y = data()
    found = drop_column_importance(least_squares, (X, y), (X, y))
    b = LinearRegression().fit(X, y).coef_
    centred = X.to_numpy() - X.to_numpy().mean(axis=0)
    truth = b**2 / np.diag(np.linalg.inv(centred.T @ centred)) / len(X)
    assert found.shape == (1, 3, 1)
    assert found[0, :, 0] == pytest.approx(truth)


def test_of_copies_neither_is_missed_but_both_together_are() -> None:
    X, y = data()
    twice = X.assign(copy=X["a"])
    apart = drop_column_importance(least_squares, (twice, y), (twice, y))
    assert apart[0, [0, 3], 0] == pytest.approx(0, abs=1e-9)
    both = drop_column_importance(
        least_squares, (twice, y), (twice, y), groups={"a": ["a", "copy"]}
    )
    alone = drop_column_importance(least_squares, (X, y), (X, y))
    assert both.shape == (1, 3, 1)
    assert both == pytest.approx(alone)


@pytest.mark.parametrize("model", [LogisticRegression(), RidgeClassifier()])
def test_classes_lose_log_loss_or_labels(model) -> None:
    X, y = data()
    label = np.where(y > 0, "yes", "no")
    found = drop_column_importance(lambda frame, seed: model, (X, label), (X[:50], label[:50]))

    def loss(columns: list[str]) -> float:
        fitted = model.fit(X[columns], label)
        if hasattr(fitted, "predict_proba"):
            return log_loss(label[:50], fitted.predict_proba(X[:50][columns]))
        return np.mean(fitted.predict(X[:50][columns]) != label[:50])

    assert found[0, 1, 0] == pytest.approx(loss(["a", "c"]) - loss(["a", "b", "c"]))


def test_repeats_have_seeds_of_their_own() -> None:
    X, y = data(60)

    def tree(frame: pd.DataFrame, seed: int) -> DecisionTreeRegressor:
        return DecisionTreeRegressor(max_features=1, max_depth=3, random_state=seed)

    once, again = (
        drop_column_importance(tree, (X, y), (X, y), repeats=2, seed=5) for _ in range(2)
    )
    assert (once == again).all()
    assert (once[0] != once[1]).any()


def test_a_recipe_of_the_house_is_refitted() -> None:
    wine = datasets.load("wine")
    X, y = wine.X.iloc[:, :3], wine.y
    recipe = models.linear()
    found = drop_column_importance(
        lambda frame, seed: recipe.build(wine.kind, frame, seed=seed), (X[::2], y[::2]),
        (X[1::2], y[1::2]),
    )  # fmt: skip
    assert found.shape == (1, 3, 1)
    assert found[0, 0, 0] > 0.1  # alcohol


def test_what_is_refused() -> None:
    X, y = data(20)
    with pytest.raises(NotApplicable, match="one feature only"):
        drop_column_importance(least_squares, (X[["a"]], y), (X[["a"]], y))
    with pytest.raises(BadInput, match="groups name the column 'z'"):
        drop_column_importance(least_squares, (X, y), (X, y), groups={"g": ["a", "z"]})
