"""The domain of texts: it cuts documents into words and writes them without some; no model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from limelab.domains.own import OwnColumns, numbered
from limelab.domains.replacing import Contexts, Options, Remove, Replacing
from limelab.domains.tokens import Document, Pattern, Sentences, Tokenizer, Units, Words
from limelab.domains.writing import without
from limelab.types import Array, BadInput, Objects, Pieces

T = TypeVar("T")
_FEWEST = 2  # parts: one alone has nothing to be weighed against


class Text:
    """Documents as parts that are there or gone, each document in columns of its own.

    Parameters
    ----------
    corpus : sequence of str, optional
        Texts that stand for the data, for fills and embeddings that are read off them.
    tokenizer : function of a str to its tokens in order, default Pattern()
    units : Words, Positions or Sentences, default Words()
        Which tokens are one feature.
    fill : Remove, Mask or FromCorpus, default Remove()
        What stands in the place of a part that is gone.

    Raises
    ------
    BadInput
        Texts that are no strings or have no parts, a fill that needs a corpus and has none.

    Examples
    --------
    >>> text = Text()
    >>> ((view, _),) = text.views(["not good, not bad"])
    >>> view.names
    ('not', 'good', 'bad')
    >>> view.decode(np.array([[0.0, 1.0, 1.0]]))
    [' good,  bad']
    """

    holds = "presence"

    def __init__(
        self,
        corpus: Any = None,
        *,
        tokenizer: Tokenizer | None = None,
        units: Units | None = None,
        fill: Replacing | None = None,
    ) -> None:
        self._corpus = None if corpus is None else _checked(corpus, "the corpus")
        self._tokenizer = Pattern() if tokenizer is None else tokenizer
        self._units = Words() if units is None else units
        self._fill = Remove() if fill is None else fill
        self._known: dict[Hashable, Any] = {}
        _check_parts(self._tokenizer, self._units, self._fill)
        if corpus is None and not isinstance(self._fill, Remove):
            self._fill.options(Document((), (), ()), None)  # says so where it needs a corpus

    def __repr__(self) -> str:
        known = "" if self._corpus is None else f"{len(self._corpus)} texts, "
        return f"Text({known}units={self._units!r}, fill={self._fill!r})"

    @property
    def frame(self) -> Any:
        """The corpus, or None."""
        return None if self._corpus is None else list(self._corpus)

    @property
    def corpus(self) -> tuple[str, ...]:
        """The corpus, empty where there is none."""
        return self._corpus or ()

    @property
    def units(self) -> Units:
        """Which tokens are one feature."""
        return self._units

    @property
    def fill(self) -> Replacing:
        """What stands in the place of a part that is gone."""
        return self._fill

    @property
    def tokenizer(self) -> Tokenizer:
        """What finds the tokens."""
        return self._tokenizer

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the corpus, the tokenizer, the units and the fill."""
        said = repr((self._corpus, self.cut))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def cut(self) -> str:
        """The tokenizer, the units and the fill: all but the corpus."""
        named = getattr(self._tokenizer, "__qualname__", repr(self._tokenizer))
        return repr((named, self._units, self._fill))

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` returns, computed at the first call under this key and kept."""
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]  # type: ignore[no-any-return]  # what is kept is what came

    def encode(self, rows: Any) -> Objects:
        """Each document as its own point, everything there: an object array of arrays (d,)."""
        points = np.empty(len(rows), dtype=object)
        for view, (position,) in self.views(rows):
            points[position] = view.x[0]
        return points

    def labels(self, rows: Any) -> tuple[Any, ...]:
        """Index labels of a Series, 0, 1, ... of a list."""
        _checked(rows, "rows")
        return numbered(rows)

    def views(self, rows: Any) -> Iterator[tuple[TextView, list[int]]]:
        """One view for each document, made when it is its turn."""
        texts, labels = _checked(rows, "rows"), numbered(rows)
        documents = [self._cut(text, label) for text, label in zip(texts, labels, strict=True)]
        return ((TextView(d, self), [i]) for i, d in enumerate(documents))

    def contexts(self) -> Contexts | None:
        """What the corpus has in which places; of sentences, sentences."""
        if self._corpus is None:
            return None
        return self.once("contexts", lambda: Contexts.of([self._spoken(t) for t in self.corpus]))

    def _spoken(self, text: str) -> Sequence[str]:
        document = self._units.cut(text, self._tokenizer)
        pieces = zip(document.pieces, document.units, strict=True)
        return [piece for piece, unit in pieces if unit >= 0]

    def _cut(self, text: str, label: Any) -> Document:
        if not text.strip():
            raise BadInput(f"document {label!r} is empty; expected some words; drop it")
        document = self._units.cut(text, self._tokenizer)
        found = len(document.names)
        if found < _FEWEST:
            what = "sentence" if isinstance(self._units, Sentences) else "word"
            came = f"no {what}" if not found else f"one {what} ({document.names[0]!r})"
            raise BadInput(
                f"document {label!r} has {came}: {_short(text)}; expected at least {_FEWEST} to "
                f"tell apart; drop it, or cut it otherwise: Text(units=..., tokenizer=...)"
            )
        return document


class TextView(OwnColumns):
    """One document: its units are its columns, 1 where there and less where gone."""

    def __init__(self, document: Document, domain: Text) -> None:
        text = "".join(document.pieces)
        said = f"{domain.cut}\x00{text}".encode("utf-8", "surrogatepass")
        super().__init__(document.names, hashlib.sha256(said).digest())
        self.document, self.domain = document, domain
        self._first, self._stays = _stays(document)
        lengths = [len(piece) for piece in document.pieces]
        self._unit_of = np.repeat(document.units, lengths)  # of each character
        self._units = np.array([unit for unit in document.units if unit >= 0])
        self._options = domain.fill.options(document, domain.contexts())
        self._written = _written(document, self._options, self._stays)
        self.draws_fill = any(len(options.texts) > 1 for options in self._options)

    @property
    def text(self) -> str:
        """The document as it came."""
        return "".join(self.document.pieces)

    @property
    def baseline(self) -> str:
        """What is left where every unit is gone."""
        return f"all gone, {self.domain.fill!r}"

    @property
    def size(self) -> int:
        """About as many numbers of 8 bytes as a written document takes."""
        return len(self.text) // 8 + 16

    @property
    def picture(self) -> Pieces:
        """The text in pieces, with the feature of each."""
        return Pieces(self.document.pieces, self.document.units)

    def decode(self, points: Array) -> list[str]:
        """Points (m, d) as texts."""
        if isinstance(self.domain.fill, Remove):
            return without(self.text, self._unit_of, points >= 1.0)
        chosen = self._chosen(points)
        first, written = self._first, self._written
        return [
            first + "".join([texts[c] for texts, c in zip(written, row, strict=True)])
            for row in chosen.tolist()
        ]

    def values(self, x: Array) -> Objects:
        """How often each unit comes in the document, object array (I, d)."""
        counts = np.array(self.document.counts(), dtype=object)
        return np.broadcast_to(counts, x.shape)

    def _chosen(self, points: Array) -> Any:
        """Which of a token's texts is written, (m, tokens); the last is the token itself."""
        chosen = np.empty((len(points), len(self._units)), dtype=np.int32)
        for t, (unit, options) in enumerate(zip(self._units, self._options, strict=True)):
            value = points[:, unit]
            drawn = np.searchsorted(options.until[:-1], value, side="right")
            chosen[:, t] = np.where(value >= 1.0, len(options.texts), drawn)
        return chosen


def _stays(document: Document) -> tuple[str, tuple[str, ...]]:
    """What always stays: the text before the first token, and after each of them."""
    stays: list[str] = [""]
    for piece, unit in zip(document.pieces, document.units, strict=True):
        if unit < 0:
            stays[-1] += piece
        else:
            stays.append("")
    return stays[0], tuple(stays[1:])


def _written(
    document: Document, options: Sequence[Options], stays: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    """For each token, what may be written with what follows it; the token itself comes last."""
    tokens = [p for p, unit in zip(document.pieces, document.units, strict=True) if unit >= 0]
    return tuple(
        tuple(text + rest for text in (*choice.texts, token))
        for token, choice, rest in zip(tokens, options, stays, strict=True)
    )


def _checked(rows: Any, what: str) -> tuple[str, ...]:
    """Texts, or a refusal that names the first that is none."""
    if isinstance(rows, str):
        raise BadInput(f"{what} came as one string; expected a list of strings, such as [text]")
    if not hasattr(rows, "__len__") or not len(rows):
        raise BadInput(f"{what} came as {_short(rows)}; expected at least one string in a list")
    texts = tuple(rows)
    for label, text in zip(numbered(rows), texts, strict=True):
        if not isinstance(text, str):
            raise BadInput(
                f"{what} hold {_short(text)} ({type(text).__name__}) at {label!r}; expected "
                "strings; convert it, or drop it"
            )
    return tuple(map(str, texts))


def _check_parts(tokenizer: Any, units: Any, fill: Any) -> None:
    if isinstance(tokenizer, type) or not callable(tokenizer):
        raise BadInput(f"Text(tokenizer={tokenizer!r}); expected a function such as Pattern()")
    if isinstance(units, type) or not isinstance(units, Units):
        raise BadInput(f"Text(units={units!r}); expected Words(), Positions() or Sentences()")
    if isinstance(fill, type) or not isinstance(fill, Replacing):
        raise BadInput(f"Text(fill={fill!r}); expected Remove(), Mask() or FromCorpus()")


def _short(value: Any, most: int = 40) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 3]}..."
