"""Documents cut into parts: a tokenizer finds tokens, units say which are one; no model."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from limelab.domains.own import apart
from limelab.types import BadInput

Tokenizer = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Document:
    """A text in pieces.

    Attributes
    ----------
    pieces : tuple of str
        Joined they are the text.
    units : tuple of int, as long
        The unit of each piece; -1 for what lies between and always stays.
    names : tuple of str
        One for each unit.
    """

    pieces: tuple[str, ...]
    units: tuple[int, ...]
    names: tuple[str, ...]

    def counts(self) -> tuple[int, ...]:
        """How many pieces each unit has."""
        found = [0] * len(self.names)
        for unit in self.units:
            if unit >= 0:
                found[unit] += 1
        return tuple(found)


@dataclass(frozen=True)
class Pattern:
    r"""Tokens are what a regular expression finds, from left to right.

    Parameters
    ----------
    expression : str, default "\\w+"
        Runs of letters, digits and underscores: what lime takes for words.

    Examples
    --------
    >>> Pattern()("It's so-so.")
    ['It', 's', 'so', 'so']
    """

    expression: str = r"\w+"

    def __post_init__(self) -> None:
        try:
            re.compile(self.expression)
        except (re.error, TypeError) as error:
            raise BadInput(
                f"Pattern({self.expression!r}) is no regular expression ({error}); expected one "
                r"such as r'\w+'"
            ) from error

    def __call__(self, text: str) -> list[str]:
        """Tokens in their order; empty ones are none."""
        return [found.group() for found in re.finditer(self.expression, text) if found.group()]


@runtime_checkable
class Units(Protocol):
    """Which pieces of a text are one feature."""

    def cut(self, text: str, tokenizer: Tokenizer) -> Document:
        """The text in pieces, with the unit of each."""


@dataclass(frozen=True)
class Words:
    """Each distinct word is one feature, wherever it stands: it goes everywhere at once.

    Parameters
    ----------
    case : {"as written", "ignored"}, default "as written"
        Whether "Good" and "good" are two words (as in lime) or one.

    Examples
    --------
    >>> Words("ignored").cut("So what, so?", Pattern()).names
    ('so', 'what')
    """

    case: Literal["as written", "ignored"] = "as written"

    def __post_init__(self) -> None:
        if self.case not in ("as written", "ignored"):
            raise BadInput(f"Words(case={self.case!r}); expected 'as written' or 'ignored'")

    def cut(self, text: str, tokenizer: Tokenizer) -> Document:
        """Units in the order in which words are first met."""
        pieces, tokens = _pieces(text, tokenizer)
        known: dict[str, int] = {}
        units = [known.setdefault(self._word(p), len(known)) if t else -1
                 for p, t in zip(pieces, tokens, strict=True)]  # fmt: skip
        return Document(tuple(pieces), tuple(units), tuple(known))

    def _word(self, token: str) -> str:
        return token if self.case == "as written" else token.casefold()


@dataclass(frozen=True)
class Positions:
    """Each token is a feature of its own, named by its place where the word comes twice.

    Examples
    --------
    >>> Positions().cut("So what, so?", Pattern()).names
    ('So', 'what', 'so')
    """

    def cut(self, text: str, tokenizer: Tokenizer) -> Document:
        """Units from left to right."""
        pieces, tokens = _pieces(text, tokenizer)
        names = [p for p, t in zip(pieces, tokens, strict=True) if t]
        place = iter(range(len(names)))
        units = tuple(next(place) if t else -1 for t in tokens)
        return Document(tuple(pieces), units, apart(names))


@dataclass(frozen=True)
class Sentences:
    r"""Each sentence is a feature; the tokenizer is not asked.

    Parameters
    ----------
    end : str, default "[.!?]+[\"')\\]]*\\s+"
        Regular expression of where one ends.

    Examples
    --------
    >>> Sentences().cut("It rained. We stayed in!", Pattern()).names
    ('It rained.', 'We stayed in!')
    """

    end: str = r"[.!?]+[\"')\]]*\s+"

    def __post_init__(self) -> None:
        Pattern(self.end)

    def cut(self, text: str, tokenizer: Tokenizer) -> Document:
        """Units from left to right; blanks between and round sentences stay."""
        pieces: list[str] = []
        start = 0
        for stop in [found.end() for found in re.finditer(self.end, text)] + [len(text)]:
            pieces += _framed(text[start:stop])
            start = stop
        names = [piece for piece in pieces if piece.strip()]
        place = iter(range(len(names)))
        units = tuple(next(place) if piece.strip() else -1 for piece in pieces)
        return Document(tuple(pieces), units, apart(names))


def _framed(text: str) -> list[str]:
    """Blanks before, what is written, blanks after; without empty ones."""
    body = text.strip()
    if not body:
        return [text] if text else []
    start = text.index(body)
    return [part for part in (text[:start], body, text[start + len(body) :]) if part]


def _pieces(text: str, tokenizer: Tokenizer) -> tuple[list[str], list[bool]]:
    """The text in pieces, and which of them are tokens."""
    pieces: list[str] = []
    tokens: list[bool] = []
    place = 0
    for token in _tokens(text, tokenizer):
        start = text.find(token, place)
        if start < 0:
            raise BadInput(
                f"the tokenizer gave {token!r}, which is not in the text where it should come "
                f"({_some(text[place:])}); expected tokens as they stand there, from left to right"
            )
        between = [text[place:start]] if start > place else []
        pieces += [*between, token]
        tokens += [*(False for _ in between), True]
        place = start + len(token)
    if place < len(text):
        pieces.append(text[place:])
        tokens.append(False)
    return pieces, tokens


def _tokens(text: str, tokenizer: Tokenizer) -> Sequence[str]:
    found: Any = tokenizer(text)
    if isinstance(found, str) or not all(isinstance(token, str) and token for token in found):
        raise BadInput(
            f"the tokenizer {tokenizer!r} gave {_some(repr(found))}; expected a list of strings, "
            "none of them empty"
        )
    return found  # type: ignore[no-any-return]  # its elements are proven just above


def _some(text: str, most: int = 40) -> str:
    return repr(text if len(text) <= most else f"{text[: most - 3]}...")
