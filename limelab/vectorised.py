"""Texts answered from word counts: pipelines that start with scikit-learn's vectorizer; no fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from limelab.blackbox import BlackBox
from limelab.domains.replacing import Remove
from limelab.domains.text import TextView
from limelab.domains.tokens import Pattern, Positions, Words
from limelab.types import Array, Bools, Ints, View

# With these the vectorizer's tokens lie inside ours, and a token's neighbours do not matter.
_PATTERNS = (r"(?u)\b\w\w+\b", r"(?u)\b\w+\b", r"\b\w\w+\b", r"\b\w+\b")
_VERBS = ("predict_proba", "predict", "decision_function")
_SIGMA = "\N{GREEK CAPITAL LETTER SIGMA}"  # the one letter whose lower case depends on others


class Unwritten(Sequence[str]):
    """Texts of a document that are written only when somebody reads them.

    Parameters
    ----------
    points : array of shape (m, d)
    view : TextView
    """

    def __init__(self, points: Array, view: TextView) -> None:
        self.points, self._view = points, view

    @cached_property
    def _written(self) -> list[str]:
        return self._view.decode(self.points)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, place: Any) -> Any:
        return self._written[place]


class CountsView:
    """A document whose texts stay unwritten; all else is the document's own view.

    Parameters
    ----------
    view : TextView
    """

    def __init__(self, view: TextView) -> None:
        self._view = view

    def __getattr__(self, name: str) -> Any:
        if name == "_view":
            raise AttributeError(name)
        return getattr(self._view, name)

    @property
    def size(self) -> int:
        """Numbers of one row: presences and counts."""
        return 2 * len(self._view.names)

    def decode(self, points: Array) -> Unwritten:
        """Points (m, d) as texts; the model behind the shortcut reads the presences alone."""
        return Unwritten(points, self._view)


class FromCounts:
    """A pipeline that reads which of a document's units are there, and not its texts.

    Parameters
    ----------
    vectorizer : fitted CountVectorizer or TfidfVectorizer
    answer : function of the matrix that the vectorizer would give
    view : TextView
    """

    def __init__(self, vectorizer: Any, answer: Callable[[Any], Any], view: TextView) -> None:
        self._vectorizer, self._answer, self._view = vectorizer, answer, view

    def __call__(self, texts: Unwritten) -> Any:
        """The pipeline's answers to texts of the document."""
        return self._answer(self.matrix(texts.points))

    def matrix(self, points: Array) -> Any:
        """What ``vectorizer.transform(view.decode(points))`` gives, to the last bit."""
        vectorizer, known = self._vectorizer, self._known
        there, places, counts = known.of(points >= 1.0)
        if vectorizer.binary:
            counts = np.ones(counts.shape)
        columns = known.columns.astype(np.int32)
        starts = np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(np.int32)
        whole = sparse.csr_matrix(
            (counts.astype(vectorizer.dtype), columns[places], starts),
            shape=(len(points), len(vectorizer.vocabulary_)),
        )
        weigh = getattr(vectorizer, "_tfidf", None)
        return whole if weigh is None else weigh.transform(whole, copy=False)

    @cached_property
    def _known(self) -> _Counts:
        """What the vocabulary has of the document."""
        analyze, vocabulary = self._vectorizer.build_analyzer(), self._vectorizer.vocabulary_
        document = self._view.document
        found: dict[tuple[int, int], int] = {}
        for piece, unit in zip(document.pieces, document.units, strict=True):
            for term in analyze(piece) if unit >= 0 else ():
                if term in vocabulary:
                    place = unit, int(vocabulary[term])
                    found[place] = found.get(place, 0) + 1
        columns = np.array(sorted({column for _, column in found}), dtype=np.intp)
        counts = np.zeros((len(document.names), len(columns)))
        for (unit, column), times in found.items():
            counts[unit, np.searchsorted(columns, column)] = times
        return _Counts(columns, counts)


@dataclass(frozen=True, eq=False)
class _Counts:
    """The vocabulary's columns that a document has (J,), and counts of each of its units (d, J)."""

    columns: Ints
    counts: Array

    def of(self, there: Bools) -> tuple[Bools, Ints, Array]:
        """Which columns are not 0 for presences (m, d), as (m, J), and row by row where and what.

        A column that comes from one unit alone is looked up; the product is for the others, such
        as that of "The" and "the".
        """
        shared = (self.counts > 0).sum(axis=0) > 1
        units = self.counts.argmax(axis=0) if len(self.columns) else np.zeros(0, dtype=np.intp)
        sums = self._sums(there, shared)
        found = np.take(there, units, axis=1)
        found[:, shared] = sums > 0
        places = np.flatnonzero(found) % max(1, len(self.columns))
        counts = self.counts[units, np.arange(len(units))][places]
        counts[shared[places]] = sums[sums > 0]  # both go row by row, a column after the other
        return found, places, counts

    def _sums(self, there: Bools, shared: Bools) -> Array:
        """Counts (m, J') of the columns that several units share."""
        own = self.counts[:, shared]
        units = np.flatnonzero(own.any(axis=1))
        return np.asarray(there[:, units].astype(np.float64) @ own[units])


def shortcut(box: BlackBox, view: View) -> tuple[BlackBox, View]:
    """The same questions asked from word counts where that gives the same numbers, else as it was.

    It does for a pipeline whose first step is a `CountVectorizer` or `TfidfVectorizer` of single
    words, on words or positions that are removed: then the counts of a text are the sum of those of
    its units. The pipeline's other steps run as they are.
    """
    if not isinstance(view, TextView):
        return box, view
    found = _pipeline(box)
    if found is None or not _additive(found[0], view):
        return box, view
    counts = FromCounts(*found, view)
    asked = replace(box, model=counts, method="call")
    return asked, CountsView(view)


def classes_of(model: Any, view: View) -> BlackBox | None:
    """A text pipeline of scikit-learn's own steps, its outputs read off its classes; else None.

    It answers each text by itself and leaves texts as they are, so that a first look, which costs a
    forest as much as thousands of texts, would tell nothing more.
    """
    from sklearn.pipeline import Pipeline

    if not isinstance(view, TextView) or type(model) is not Pipeline:
        return None
    own = all(type(step).__module__.startswith("sklearn.") for _, step in model.steps)
    classes = getattr(model, "classes_", None)
    if not own or not hasattr(model, "predict_proba") or not isinstance(classes, np.ndarray):
        return None
    return BlackBox(model, "predict_proba", tuple(map(str, classes)), len(classes))


def _pipeline(box: BlackBox) -> tuple[Any, Callable[[Any], Any]] | None:
    """The vectorizer of a pipeline, and its other steps as one question."""
    from sklearn.pipeline import Pipeline

    model: Any = box.model
    verb: str = box.method
    if verb == "call":  # such as pipeline.predict_proba
        verb, model = getattr(model, "__name__", ""), getattr(model, "__self__", None)
    if type(model) is not Pipeline or verb not in _VERBS or len(model.steps) < 2:
        return None
    return model.steps[0][1], getattr(model[1:], verb)


def _additive(vectorizer: Any, view: TextView) -> bool:
    """Whether the counts of a text are the sums of those of the units that are there."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    domain = view.domain
    if type(vectorizer) not in (CountVectorizer, TfidfVectorizer) or not isinstance(
        domain.fill, Remove
    ):
        return False
    plain = (vectorizer.analyzer, vectorizer.ngram_range) == ("word", (1, 1))
    own = (vectorizer.preprocessor, vectorizer.tokenizer, vectorizer.strip_accents)
    words = domain.tokenizer == Pattern() and isinstance(domain.units, Words | Positions)
    known = vectorizer.token_pattern in _PATTERNS and hasattr(vectorizer, "vocabulary_")
    return plain and own == (None, None, None) and words and known and _SIGMA not in view.text
