"""Models of texts and pictures learn something, are values, and say what they do not do."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from limelab import datasets, models
from limelab.models import Recipe
from limelab.types import BadInput

TEXT_RECIPES = (models.counts_linear(), models.tfidf_linear(), models.tfidf_forest(),
                models.lsa_linear())  # fmt: skip


def sentences() -> Any:
    """Those that nearly all raters put on the same side."""
    movies = datasets.load_texts("movie_snippets")
    clear = np.abs(movies.ratings) > 1
    X = [text for text, kept in zip(movies.X, clear, strict=True) if kept]
    return replace(movies, X=X, y=movies.y[clear])


def halves(data: Any) -> tuple[Any, Any, Any, Any]:
    X = np.array(data.X, dtype=object) if isinstance(data.X, list) else data.X
    first = np.random.default_rng(0).random(len(X)) < 0.7
    return X[first], data.y[first], X[~first], data.y[~first]


@pytest.mark.parametrize("recipe", TEXT_RECIPES, ids=repr)
def test_models_of_texts_learn_sentiment(recipe: Recipe) -> None:
    X, y, other, truth = halves(sentences())
    model = models.fit(recipe, list(X), y, "classification")
    assert models.test_score(model, list(other), truth, "classification")["auc"] > 0.6
    again = models.fit(recipe, list(X), y, "classification")
    assert (model.predict_proba(list(other)) == again.predict_proba(list(other))).all()


PICTURE_RECIPES: dict[str, tuple[Recipe, float]] = {
    "digits": (models.pixel_network(width=32), 0.93),
    "faces": (models.pixel_network(), 0.85),
    "sepia": (models.colour_linear(), 0.8),
}


@pytest.mark.parametrize("name", PICTURE_RECIPES)
def test_models_of_pictures_learn_them(name: str) -> None:
    if name != "digits":
        pytest.importorskip("skimage")
    recipe, least = PICTURE_RECIPES[name]
    X, y, other, truth = halves(datasets.load_images(name))
    model = models.fit(recipe, X, y, "classification")
    assert models.test_score(model, other, truth, "classification")["accuracy"] > least


@pytest.mark.parametrize(
    "recipe", [*TEXT_RECIPES, models.vectors_linear(), models.colour_linear()], ids=repr
)
def test_a_recipe_is_a_value(recipe: Recipe) -> None:
    assert pickle.loads(pickle.dumps(recipe)) == recipe
    assert repr(recipe).startswith(recipe.name)
    with pytest.raises(BadInput, match="this recipe classifies"):
        recipe.build("regression", ["a"])  # type: ignore[arg-type]


def test_grey_pictures_have_no_cast_to_see() -> None:
    with pytest.raises(BadInput, match=r"expected \(H, W, 3\)"):
        models.fit(
            models.colour_linear(), np.zeros((4, 3, 3)), np.array(["a", "b"] * 2), "classification"
        )


def test_word_vectors_classify() -> None:
    X, y, other, truth = halves(sentences())
    try:
        model = models.fit(models.vectors_linear(), list(X), y, "classification")
    except BadInput as error:
        pytest.skip(str(error))
    assert models.test_score(model, list(other), truth, "classification")["auc"] > 0.7
