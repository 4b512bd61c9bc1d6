"""What stands in the place of a gone word: nothing, a token, or what the corpus has there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from limelab.domains.tokens import Document
from limelab.numbers import count
from limelab.types import Array, BadInput

_EDGE = "\x00"  # stands before the first and after the last token


@dataclass(frozen=True, eq=False)
class Options:
    """What may stand in a gone piece's place.

    Attributes
    ----------
    texts : tuple of str
    until : array, as long
        Cumulated chances, the last of them 1.
    """

    texts: tuple[str, ...]
    until: Array


@dataclass(frozen=True, eq=False)
class Contexts:
    """Which tokens, without case, a corpus has between, after and before others, and at all."""

    between: dict[tuple[str, str], Counter[str]]
    after: dict[str, Counter[str]]
    before: dict[str, Counter[str]]
    anywhere: Counter[str]

    @classmethod
    def of(cls, documents: Sequence[Sequence[str]]) -> Contexts:
        """Counts over documents, each its tokens in order."""
        between, after, before = defaultdict(Counter), defaultdict(Counter), defaultdict(Counter)  # type: ignore[var-annotated]
        anywhere: Counter[str] = Counter()
        for tokens in documents:
            words = [_EDGE, *(token.casefold() for token in tokens), _EDGE]
            for left, word, right in zip(words, words[1:], words[2:], strict=False):
                between[left, right][word] += 1
                after[left][word] += 1
                before[right][word] += 1
                anywhere[word] += 1
        return cls(between, after, before, anywhere)

    def around(self, left: str, word: str, right: str, least: int) -> Counter[str]:
        """Other words seen between both neighbours.

        Where fewer than `least` have been: after the one, before the other, anywhere.
        """
        found: Counter[str] = Counter()
        for place in (
            self.between.get((left, right)),
            self.after.get(left),
            self.before.get(right),
            self.anywhere,
        ):
            found = Counter({w: n for w, n in (place or {}).items() if w not in (word, _EDGE)})
            if found.total() >= least:
                return found
        return found


@runtime_checkable
class Replacing(Protocol):
    """What stands in the place of gone pieces."""

    def options(self, document: Document, corpus: Contexts | None) -> tuple[Options, ...]:
        """For each piece that belongs to a unit, from left to right."""


@dataclass(frozen=True)
class Remove:
    """Nothing: a gone word leaves its blanks, as in lime.

    Examples
    --------
    >>> Remove()
    Remove()
    """

    def options(self, document: Document, corpus: Contexts | None) -> tuple[Options, ...]:
        """One option, the empty text."""
        return _always("", document)


@dataclass(frozen=True)
class Mask:
    """A token that stands for "a word was here".

    Parameters
    ----------
    token : str, default "UNKWORDZ"
        lime's own; "[MASK]" for models that were trained to read it.

    Examples
    --------
    >>> Mask("[MASK]")
    Mask(token='[MASK]')
    """

    token: str = "UNKWORDZ"

    def __post_init__(self) -> None:
        if not isinstance(self.token, str):
            raise BadInput(f"Mask(token={self.token!r}); expected text such as '[MASK]'")

    def options(self, document: Document, corpus: Contexts | None) -> tuple[Options, ...]:
        """One option, the token."""
        return _always(self.token, document)


@dataclass(frozen=True)
class FromCorpus:
    """Another word that the corpus has in such a place, drawn by how often it stands there.

    A place is what stands before and after in the document as it is, without case: words seen
    between the same two; where these are too few, after the same one, before the same one, or
    anywhere. Sentences stay grammatical more often than under removal, and the model sees words
    that it knows.

    Parameters
    ----------
    least : int, default 5
        How many sightings a place needs.

    Examples
    --------
    >>> FromCorpus()
    FromCorpus(least=5)
    """

    least: int = 5

    def __post_init__(self) -> None:
        count(self, "least")

    def options(self, document: Document, corpus: Contexts | None) -> tuple[Options, ...]:
        """The words of the corpus for each place, the most frequent first."""
        if corpus is None:
            raise BadInput("FromCorpus() needs a corpus; give Text(corpus, fill=FromCorpus())")
        tokens = [p.casefold() for p, u in zip(document.pieces, document.units, strict=True)
                  if u >= 0]  # fmt: skip
        words = [_EDGE, *tokens, _EDGE]
        places = zip(words, words[1:], words[2:], strict=False)
        return tuple(self._at(corpus, *place) for place in places)

    def _at(self, corpus: Contexts, left: str, word: str, right: str) -> Options:
        found = corpus.around(left, word, right, self.least)
        if not found:
            raise BadInput(
                f"the corpus has no word to stand for {word!r}; expected at least two distinct "
                "words in it; take a larger corpus, or Remove()"
            )
        ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
        until = np.cumsum([number for _, number in ordered]) / found.total()
        return Options(tuple(word for word, _ in ordered), until)


def _always(text: str, document: Document) -> tuple[Options, ...]:
    one = Options((text,), np.ones(1))
    return tuple(one for unit in document.units if unit >= 0)
