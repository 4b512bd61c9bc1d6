"""Counts that are masked are the counts of the text that is written, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import (
    CountVectorizer,
    HashingVectorizer,
    TfidfVectorizer,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

import limelab as ll
from limelab.blackbox import blackbox
from limelab.domains import Mask, Pattern, Positions, Sentences, Text, Words
from limelab.lime import as_blackbox
from limelab.vectorised import FromCounts, shortcut

MOVIES = ll.datasets.load_texts("movie_snippets")
X, Y = MOVIES.X[:300], MOVIES.y[:300]

VECTORIZERS: dict[str, Any] = {
    "counts": CountVectorizer(),
    "tf-idf": TfidfVectorizer(),
    "binary": TfidfVectorizer(binary=True),
    "sublinear": TfidfVectorizer(sublinear_tf=True, norm="l1"),
    "no weights": TfidfVectorizer(use_idf=False, norm=None, dtype=np.float32),
    "stop words": CountVectorizer(stop_words="english", min_df=2),
    "case": CountVectorizer(lowercase=False),
    "all lengths": TfidfVectorizer(token_pattern=r"(?u)\b\w+\b"),
}
UNITS = (Words(), Words("ignored"), Positions())


def pipeline(vectorizer: Any, model: Any = None) -> Any:
    return make_pipeline(
        vectorizer, LogisticRegression(max_iter=2000) if model is None else model
    ).fit(X, Y)


def shortened(model: Any, document: str, domain: Text) -> tuple[Any, Any, Any]:
    ((view, _),) = domain.views([document])
    box = as_blackbox(model, view)
    return view, box, shortcut(box, view)


@pytest.mark.parametrize("units", UNITS, ids=repr)
@pytest.mark.parametrize("name", VECTORIZERS)
def test_the_matrix_is_the_vectorizers_own_to_the_last_bit(name: str, units: Any) -> None:
    model = pipeline(VECTORIZERS[name])
    for document in (*X[:6], "Good GOOD good; a é x1 it's İstanbul—ǅ 中文 ok_ok"):
        view, _, (asked, _) = shortened(model, document, Text(units=units))
        assert isinstance(asked.model, FromCounts)
        points = (np.random.default_rng(0).random((40, len(view.names))) < 0.5).astype(float)
        points[0], points[1] = 0.0, 1.0
        ours, theirs = asked.model.matrix(points), model[0].transform(view.decode(points))
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        assert (ours.indptr == theirs.indptr).all()
        assert (ours.indices == theirs.indices).all()
        assert (ours.data == theirs.data).all()


@given(st.text(max_size=50), st.integers(0, 2**31))
def test_any_characters_are_counted_alike(text: str, seed: int) -> None:
    document = f"Good {text} BAD {text.lower()} film"
    view, _, (asked, _) = shortened(MODEL, document, Text(units=Words("ignored")))
    if not isinstance(asked.model, FromCounts):
        assert "\u03a3" in document
        return
    points = (np.random.default_rng(seed).random((6, len(view.names))) < 0.5).astype(float)
    ours, theirs = asked.model.matrix(points), MODEL[0].transform(view.decode(points))
    assert (ours != theirs).nnz == 0


MODEL = pipeline(CountVectorizer(token_pattern=r"(?u)\b\w+\b")).set_params()


@pytest.mark.parametrize(
    "model", [LogisticRegression(max_iter=2000), RandomForestClassifier(10, random_state=0)]
)
@pytest.mark.parametrize("handed", ["pipeline", "its method"])
def test_explanations_are_the_same_bits_by_either_path(model: Any, handed: str) -> None:
    fitted = pipeline(TfidfVectorizer(), model)
    lime = ll.presets.lime_text(num_samples=300)
    short = fitted if handed == "pipeline" else fitted.predict_proba
    fast = ll.explain(short, None, X[:2], explainer=lime)
    slow = ll.explain(lambda texts: fitted.predict_proba(texts), None, X[:2], explainer=lime)
    for i in range(2):
        for name in ("coef", "intercept", "importance", "f", "g", "r2"):
            assert (getattr(fast[i], name) == getattr(slow[i], name)).all(), name  # type: ignore[index]


LONG_WAY: dict[str, tuple[Any, Text]] = {
    "pairs of words": (pipeline(CountVectorizer(ngram_range=(1, 2))), Text()),
    "characters": (pipeline(CountVectorizer(analyzer="char")), Text()),
    "accents": (pipeline(CountVectorizer(strip_accents="unicode")), Text()),
    "own tokenizer": (pipeline(CountVectorizer(tokenizer=str.split, token_pattern=None)), Text()),
    "hashing": (pipeline(HashingVectorizer(n_features=64)), Text()),
    "a mask token": (pipeline(CountVectorizer()), Text(fill=Mask())),
    "another cut": (pipeline(CountVectorizer()), Text(tokenizer=Pattern(r"\w"))),
    "sentences": (pipeline(CountVectorizer()), Text(units=Sentences())),
    "a function": (lambda texts: MODEL.predict_proba(texts), Text()),
}


@pytest.mark.parametrize("case", LONG_WAY)
def test_where_counts_do_not_add_up_texts_are_written(case: str) -> None:
    model, domain = LONG_WAY[case]
    _, box, (asked, _) = shortened(model, "It is good. It is not a bad film, no!", domain)
    assert asked is box


def test_a_letter_whose_lower_case_depends_on_others_goes_the_long_way() -> None:
    """The last sigma of a word is written apart, and a word ends where the next is gone."""
    _, box, (asked, _) = shortened(MODEL, "good \u0391\u03a3'\u0391 bad", Text())
    assert asked is box


def test_queries_are_counted_on_either_path() -> None:
    ((view, _),) = Text().views(X[:1])
    for model in (MODEL, lambda texts: MODEL.predict_proba(texts)):
        box = as_blackbox(model, view)
        before = box.queries
        asked, here = shortcut(box, view)
        asked.ask(here.decode(np.ones((7, len(view.names)))))
        assert box.queries == before + 7


def test_outputs_of_a_pipeline_are_read_off_without_a_query() -> None:
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(X, Y)
    ((view, _),) = Text().views(X[:1])
    box, looked = as_blackbox(model, view), blackbox(model, X[:4])
    assert (box.outputs, box.width, box.method) == (looked.outputs, looked.width, looked.method)
    assert box.queries == 0
    np.testing.assert_array_equal(box.ask(X[:4]), looked.ask(X[:4]))


class _Own(LogisticRegression):  # type: ignore[misc]  # scikit-learn has no types
    """A step of somebody's own, which may do anything."""


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(CountVectorizer(), _Own()),
        make_pipeline(CountVectorizer(), LinearSVC()),
        make_pipeline(CountVectorizer(), Ridge()),
        lambda texts: [len(text) for text in texts],
    ],
)
def test_anything_else_is_looked_at_first(model: Any) -> None:
    if hasattr(model, "fit"):
        model.fit(X, Y == "positive")
    ((view, _),) = Text().views(X[:1])
    assert as_blackbox(model, view).queries == 4


def test_an_unfitted_pipeline_is_refused_as_ever() -> None:
    with pytest.raises(ll.BadInput, match="expected a fitted model"):
        ll.explain(make_pipeline(CountVectorizer(), LogisticRegression()), None, X[:1])
