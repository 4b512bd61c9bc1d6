"""From lime's own samples of a text come lime's own numbers, and from our draws the same."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab.domains import Mask, Positions, Text
from limelab.lime import fit
from limelab.presets import lime_text
from limelab.types import Array, BadInput, Cloud
from tests.presets.foreign import agrees

lime_package = pytest.importorskip("lime.lime_text")

SELECTIONS = ("auto", "forward_selection", "highest_weights", "lasso_path", "none")
SAMPLES = 700
DOCUMENT = (
    "It is not a good film, not even a bad one; but the acting is good & the film, so to say, "
    "knows what a film should never know: how bad it is."
)
CUTS: dict[str, tuple[dict[str, Any], Text]] = {
    "words": ({}, Text()),
    "positions": ({"bow": False}, Text(units=Positions(), fill=Mask())),
    "pattern": (
        {"split_expression": r"[\s,;.]+"},
        Text(tokenizer=ll.domains.Pattern(r"[^\s,;.]+")),
    ),
}


@cache
def model() -> Any:
    movies = ll.datasets.load_texts("movie_snippets")
    return ll.models.fit(ll.models.tfidf_linear(), movies.X, movies.y, movies.kind)


def lime_sample(explainer: Any, document: str, n: int) -> tuple[Array, Array, Array, list[str]]:
    """What lime draws: masks, answers, distances, and the texts that it asks about."""
    asked: list[str] = []

    def ask(texts: list[str]) -> Array:
        asked.extend(texts)
        return np.asarray(model().predict_proba(texts))

    indexed = lime_package.IndexedString(
        document, bow=explainer.bow, split_expression=explainer.split_expression
    )
    data, y, distances = explainer._LimeTextExplainer__data_labels_distances(indexed, ask, n)
    return data, y, distances, asked


@pytest.mark.parametrize("k", [4, 10])
@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("cut", CUTS)
def test_same_numbers_from_the_same_masks(cut: str, selection: str, k: int) -> None:
    options, domain = CUTS[cut]
    explainer = lime_package.LimeTextExplainer(
        feature_selection=selection, random_state=3, **options
    )
    data, y, distances, asked = lime_sample(explainer, DOCUMENT, SAMPLES)
    ((view, _),) = domain.views([DOCUMENT])
    assert view.decode(data) == asked  # our texts are lime's, letter by letter
    cloud = Cloud(view.x, data[None, 1:], np.zeros(len(view.names), bool))
    lime = lime_text(k, num_samples=SAMPLES, feature_selection=selection)
    found = fit(lime, view, cloud, y[None, 1:], y[:1], [0], ("negative", "positive"))
    for output in (0, 1):
        oracle = explainer.base.explain_instance_with_data(
            data, y, distances, output, k, feature_selection=selection
        )
        agrees(found, oracle, output)


def test_own_draws_agree_within_four_standard_errors() -> None:
    explainer = lime_package.LimeTextExplainer(feature_selection="none", random_state=0)
    ((view, _),) = Text().views([DOCUMENT])
    theirs = np.zeros((12, len(view.names)))
    for run in theirs:
        told = explainer.explain_instance(DOCUMENT, model().predict_proba, num_samples=SAMPLES)
        for j, coef in told.local_exp[1]:
            run[j] = coef
    lime = lime_text(num_samples=SAMPLES, feature_selection="none")
    runs = [ll.explain(model(), None, [DOCUMENT], explainer=lime, seed=s).coef for s in range(24)]
    mine = np.array([coef[0, :, 1] for coef in runs if coef is not None])
    error = np.hypot(*(r.std(axis=0, ddof=1) / len(r) ** 0.5 for r in (theirs, mine)))
    assert (np.abs(theirs.mean(axis=0) - mine.mean(axis=0)) <= 4 * error).all()


def test_refusals_name_what_came() -> None:
    with pytest.raises(BadInput, match="feature_selection='best'"):
        lime_text(feature_selection="best")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="num_samples=1"):
        lime_text(num_samples=1)
    with pytest.raises(BadInput, match="width"):
        lime_text(kernel_width=0)
