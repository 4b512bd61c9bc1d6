"""Models of words by hand, and documents that have at least two of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from limelab.checks.text_cases import (
    AllWords,
    TextCase,
    TextOutputs,
    TextScaled,
    WordWeights,
    text_cases,
    words_of,
)
from limelab.domains import Text

TEXTS = ["not good", "good, good", "GOOD"]


def test_models_by_hand() -> None:
    weights = WordWeights((("not", -1.0), ("good", 2.0)), shift=0.5)
    assert weights(TEXTS).tolist() == [1.5, 2.5, 0.5]
    both = AllWords(("not", "good"))
    assert both(TEXTS).tolist() == [1.0, 0.0, 0.0]
    assert TextScaled(both, -2.0, 1.0)(TEXTS).tolist() == [-1.0, 1.0, 1.0]
    assert TextOutputs((both, weights))(TEXTS).tolist() == [[1.0, 1.5], [0.0, 2.5], [0.0, 0.5]]


@settings(max_examples=30, deadline=None)
@given(text_cases(rows=2))
def test_documents_have_the_words_that_the_domain_finds(case: TextCase) -> None:
    views = [view for view, _ in Text().views(list(case.documents))]
    assert tuple(view.names for view in views) == case.words
    assert all(len(words_of(text)) > 1 for text in case.documents)
    answers = case.model(list(case.documents))
    assert answers.shape == (2,)
    assert np.isfinite(answers).all()
