"""Recipes are values; what they build is quick, quiet, better than guessing and repeatable."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression

from limelab import datasets, models
from limelab.types import BadInput

RECIPES = (
    models.forest(),
    models.boosting(),
    models.network(),
    models.kernel_machine(),
    models.linear(),
)
every_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=repr)


def plain(kind: models.Kind, frame: Any, seed: int) -> Any:
    """A user's own maker."""
    return LinearRegression(positive=True)


def print_of(name: str) -> str:
    """Hash of the answers of all recipes on one data set."""
    data = datasets.load(name)
    digest = hashlib.sha256()
    for recipe in RECIPES:
        model = models.fit(recipe, data.X, data.y, data.kind, seed=3)
        answers = getattr(model, "predict_proba", model.predict)(data.X)
        digest.update(np.ascontiguousarray(answers).tobytes())
    return digest.hexdigest()


@every_recipe
def test_a_recipe_is_a_value(recipe: models.Recipe) -> None:
    again = pickle.loads(pickle.dumps(recipe))
    assert again == recipe
    assert hash(again) == hash(recipe)
    assert eval(repr(recipe), vars(models)) == recipe
    assert repr(recipe).startswith(recipe.name)


def test_equal_numbers_make_equal_recipes() -> None:
    assert repr(models.forest(n_estimators=5.0)) == "forest(n_estimators=5)"  # type: ignore[arg-type]
    assert models.forest(n_estimators=5) != models.forest(n_estimators=6)


def test_a_maker_of_ones_own() -> None:
    recipe = models.Recipe(plain)
    wine = datasets.load("diabetes")
    assert repr(recipe) == f"{plain.__module__}.plain()"
    assert recipe.build("regression", wine.X).positive


def test_a_maker_that_does_not_pickle_is_refused() -> None:
    with pytest.raises(BadInput, match=r"Got <function .*lambda.*top of a module"):
        models.Recipe(lambda kind, frame, seed: None)


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(BadInput, match="Got kind='ranking'"):
        models.linear().build("ranking", datasets.load("iris").X)  # type: ignore[arg-type]


@every_recipe
@pytest.mark.parametrize("name", ["breast_cancer", "wine", "anes96", "diabetes", "grunfeld"])
def test_models_are_better_than_guessing(recipe: models.Recipe, name: str) -> None:
    data = datasets.load(name)
    order = np.random.default_rng(0).permutation(len(data.y))
    train, test = order[::2], order[1::2]
    model = models.fit(recipe, data.X.iloc[train], data.y[train], data.kind)
    scores = models.test_score(model, data.X.iloc[test], data.y[test], data.kind)
    if data.kind == "regression":
        assert set(scores) == {"r2", "rmse"}
        assert scores["r2"] > 0.25
    else:
        assert set(scores) - {"auc"} == {"accuracy", "log_loss"}
        assert ("auc" in scores) == (len(model.classes_) == 2)
        assert scores["accuracy"] > 0.85
        assert scores["log_loss"] < 0.6


def test_scores_are_scikit_learns() -> None:
    from sklearn.metrics import roc_auc_score, root_mean_squared_error

    data = datasets.load("breast_cancer")
    model = models.fit(models.linear(), data.X[::2], data.y[::2], data.kind)
    scores = models.test_score(model, data.X, data.y, data.kind)
    assert scores["accuracy"] == model.score(data.X, data.y)
    shares = model.predict_proba(data.X)[:, 1]
    assert scores["auc"] == roc_auc_score(data.y == "malignant", shares)
    one_class = data.y == "benign"
    alone = models.test_score(model, data.X[one_class], data.y[one_class], data.kind)
    assert np.isnan(alone["auc"])
    data = datasets.load("diabetes")
    model = models.fit(models.linear(), data.X, data.y, data.kind)
    rmse = models.test_score(model, data.X, data.y, data.kind)["rmse"]
    assert rmse == pytest.approx(root_mean_squared_error(data.y, model.predict(data.X)))


@every_recipe
def test_estimators_can_be_cloned_and_pickled(recipe: models.Recipe) -> None:
    data = datasets.load("modechoice")
    model = models.fit(recipe, data.X, data.y, data.kind, seed=1)
    shares = model.predict_proba(data.X)
    assert (pickle.loads(pickle.dumps(model)).predict_proba(data.X) == shares).all()
    assert (clone(model).fit(data.X, data.y).predict_proba(data.X) == shares).all()


@every_recipe
def test_strings_are_read_like_categories(recipe: models.Recipe) -> None:
    data = datasets.load("anes96")
    model = models.fit(recipe, data.X, data.y, data.kind)
    text = data.X.astype(dict.fromkeys(data.categorical, "str"))
    assert (model.predict_proba(text) == model.predict_proba(data.X)).all()
    strange = text.assign(PID="Whig")
    assert np.isfinite(model.predict_proba(strange)).all()


def test_numbers_alone_need_no_pipeline() -> None:
    data = datasets.load("iris")
    assert hasattr(models.fit(models.forest(), data.X, data.y, data.kind), "estimators_")


@pytest.mark.parametrize("name", ["breast_cancer", "diabetes"])
def test_seeds_matter_where_there_is_chance(name: str) -> None:
    data = datasets.load(name)
    for recipe in (models.forest(n_estimators=5), models.network(), models.kernel_machine()):
        a, b = (models.fit(recipe, data.X, data.y, data.kind, seed) for seed in (0, 1))
        ask = "predict_proba" if data.kind == "classification" else "predict"
        assert (getattr(a, ask)(data.X) != getattr(b, ask)(data.X)).any()


def test_same_bits_in_another_process() -> None:
    code = "from test_models import print_of; print(print_of('anes96'), print_of('diabetes'))"
    from pathlib import Path

    folder = Path(__file__).parent
    code = f"import sys; sys.path[:0] = [{str(folder)!r}, {str(folder.parent)!r}]; {code}"
    command = [sys.executable, "-c", code]
    other = subprocess.run(command, capture_output=True, text=True, check=True)
    assert other.stdout.split() == [print_of("anes96"), print_of("diabetes")]
