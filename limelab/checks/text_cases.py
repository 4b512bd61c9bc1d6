"""Cases of documents: some texts, a model of words whose attribution is known, a seed; no rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

import hypothesis.strategies as st
import numpy as np

from limelab.checks.strategies import documents
from limelab.types import Array

_TOLD = ("good", "bad", "not", "film", "dull")


class TextModel(Protocol):
    """A function of texts with (m,) or (m, C) answers."""

    def __call__(self, texts: Any, /) -> Array: ...


@dataclass(frozen=True)
class WordWeights:
    """The sum of the weights of the words that are there, each counted once; a shift beside.

    Examples
    --------
    >>> WordWeights((("good", 2.0), ("bad", -1.0)))(["good, good", "bad", "so"]).tolist()
    [2.0, -1.0, 0.0]
    """

    weights: tuple[tuple[str, float], ...]
    shift: float = 0.0

    def __call__(self, texts: Any) -> Array:
        held = [words_of(text) for text in texts]
        sums = [sum(w for word, w in self.weights if word in words) for words in held]
        return np.asarray(sums, dtype=np.float64) + self.shift


@dataclass(frozen=True)
class AllWords:
    """1 where all of these words are there: AND.

    Examples
    --------
    >>> AllWords(("not", "good"))(["not so good", "good"]).tolist()
    [1.0, 0.0]
    """

    words: tuple[str, ...]

    def __call__(self, texts: Any) -> Array:
        held = [words_of(text) for text in texts]
        return np.array([float(words.issuperset(self.words)) for words in held])


@dataclass(frozen=True)
class TextOutputs:
    """Several models of texts side by side: one output each.

    Examples
    --------
    >>> from limelab.checks.blackboxes import Constant
    >>> TextOutputs((AllWords(("so",)), Constant(2.0)))(["so"]).tolist()
    [[1.0, 2.0]]
    """

    models: tuple[TextModel, ...]

    def __call__(self, texts: Any) -> Array:
        return np.column_stack([model(texts) for model in self.models])


@dataclass(frozen=True)
class TextScaled:
    """factor times a model of texts, plus shift.

    Examples
    --------
    >>> TextScaled(AllWords(("so",)), -2.0, 1.0)(["so", "it"]).tolist()
    [-1.0, 1.0]
    """

    model: TextModel
    factor: float
    shift: float = 0.0

    def __call__(self, texts: Any) -> Array:
        return np.asarray(self.factor * self.model(texts) + self.shift)


@dataclass(frozen=True)
class TextCase:
    """Everything that an explainer of documents is asked with.

    Parameters
    ----------
    documents : tuple of str
        All are explained, each with at least two different words.
    model : TextModel
    seed : int, default 0

    Examples
    --------
    >>> TextCase(("so good, so", "not it"), AllWords(("so",))).words
    (('so', 'good'), ('not', 'it'))
    """

    documents: tuple[str, ...]
    model: TextModel
    seed: int = 0

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The different words of each document, in the order in which they are first met."""
        return tuple(tuple(dict.fromkeys(_tokens(text))) for text in self.documents)


def words_of(text: str) -> set[str]:
    """The different words of a text, as written.

    Examples
    --------
    >>> sorted(words_of("so, so good!"))
    ['good', 'so']
    """
    return set(_tokens(text))


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@st.composite
def text_cases(draw: st.DrawFn, *, rows: int = 1) -> TextCase:
    """Documents of two different words or more, and a model of words that may be in them.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(text_cases(), lambda case: True).model
    WordWeights(weights=(), shift=0.0)
    """
    several = documents(max_words=8).filter(lambda text: len(words_of(text)) > 1)
    weights = st.lists(st.tuples(st.sampled_from(_TOLD), st.integers(-3, 3).map(float)), max_size=4)
    pairs = st.lists(st.sampled_from(_TOLD), min_size=2, max_size=2, unique=True)
    linear = weights.map(lambda found: WordWeights(tuple(dict(found).items())))
    return TextCase(
        documents=tuple(draw(st.lists(several, min_size=rows, max_size=rows))),
        model=draw(linear | pairs.map(lambda found: AllWords(tuple(found)))),
        seed=draw(st.integers(0, 2**16)),
    )
