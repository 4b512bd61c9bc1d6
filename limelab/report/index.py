"""The index: a card a study with its question, its verdicts and one picture; it reads no scores."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from limelab.report import answer
from limelab.report.found import Found
from limelab.report.markup import Shown
from limelab.report.names import escape

REMEDY = "What to do"


@dataclass(frozen=True)
class Card:
    """What the index says of a study.

    Attributes
    ----------
    page, stem, question, remedy : str
        The file of its page; the rest as the study has it.
    quick : bool
    verdicts : mapping of scope to mapping of verdict to claims
        Of a quick run none.
    picture : str
        An <svg>, or "".
    alt : str
        What the picture is.
    metrics : mapping of name to what its study says of it
    """

    page: str
    stem: str
    question: str
    remedy: str = ""
    quick: bool = False
    verdicts: dict[str, dict[str, int]] = field(default_factory=dict)
    picture: str = ""
    alt: str = ""
    metrics: dict[str, dict[str, str]] = field(default_factory=dict)


def card_of(found: Found, page: str, drawn: Iterable[Shown]) -> Card:
    """The card of a study, with the first of its figures that is a drawing."""
    pictures = (
        (body, shown.title)
        for shown in drawn
        for _, body in shown.panels
        if body.startswith("<svg")
    )
    picture, alt = next(pictures, ("", ""))
    return Card(
        page=page,
        stem=found.stem,
        question=found.question,
        remedy=str(found.manifest.get("remedy", "")),
        quick=found.quick,
        verdicts=answer.counts(found),
        picture=_again(picture, prefix(page)),
        alt=alt,
        metrics=found.manifest.get("metrics", {}),
    )


def page_names(stems: Sequence[str]) -> list[str]:
    """A file for the page of each study; two of one stem get two.

    Examples
    --------
    >>> page_names(["index", "results", "results"])
    ['study-index.html', 'study-results.html', 'study-results-2.html']
    """
    seen: Counter[str] = Counter()
    names: list[str] = []
    for stem in stems:
        seen[stem] += 1
        again = f"-{seen[stem]}" if seen[stem] > 1 else ""
        names.append(f"study-{stem}{again}.html")
    return names


def prefix(page: str) -> str:
    """A beginning of ids that no other page has, so that pictures can stand in one page."""
    return "s" + hashlib.sha256(page.encode()).hexdigest()[:8]


def address(page: str) -> str:
    """The page as a link, whatever letters its name holds.

    Examples
    --------
    >>> address("study-a b#1.html")
    'study-a%20b%231.html'
    """
    return quote(page)


def remedy(found: Found) -> str:
    """What to do about what the study finds, where it says so."""
    said = str(found.manifest.get("remedy", ""))
    return f'<p class="remedy"><b>{REMEDY}:</b> {escape(said)}</p>' if said else ""


def body(cards: Sequence[Card], unread: Sequence[str] = ()) -> str:
    """The index without its frame."""
    banners = "".join(f'<p class="banner" role="note">{escape(text)}</p>' for text in unread)
    several = "study" if len(cards) == 1 else "studies"
    made = "".join(map(_card, cards))
    return (
        f"{banners}<h1>Can these explanations be trusted?</h1>"
        f'<p class="lead">{len(cards)} {several}, each a question about explanations of '
        "machine-learning models, asked of real data. Claims were said before the data were "
        f"seen.</p>{_whole(cards)}{_quick(cards)}"
        f'<nav class="cards" aria-label="Studies">{made}</nav>\n'
    )


def _whole(cards: Sequence[Card]) -> str:
    """All verdicts of all studies, a line a scope."""
    total: dict[str, Counter[str]] = {}
    for card in cards:
        for scope, counts in card.verdicts.items():
            total.setdefault(scope, Counter()).update(counts)
    return f'<div class="tally">{_lines(total)}</div>' if total else ""


def _lines(verdicts: Mapping[str, Mapping[str, int]]) -> str:
    """A line a scope."""
    return "".join(
        f'<p class="verdicts"><span class="small">{escape(scope)}</span> {badges(counts)}</p>'
        for scope, counts in verdicts.items()
    )


def _quick(cards: Sequence[Card]) -> str:
    quick = sum(card.quick for card in cards)
    return f'<p class="banner" role="note">{answer.QUICK}</p>' if quick == len(cards) else ""


def badges(counts: Mapping[str, int]) -> str:
    """Verdicts with how many claims came to each, in the order of the words.

    Examples
    --------
    >>> badges({"supported": 2})
    '<span class="badge yes">2 supported</span>'
    """
    order = [*answer.VERDICTS, *(name for name in counts if name not in answer.VERDICTS)]
    return " ".join(
        f'<span class="badge {answer.VERDICTS.get(name, "none")}">{counts[name]} '
        f"{escape(name)}</span>"
        for name in order
        if counts.get(name)
    )


def _card(card: Card) -> str:
    picture = f'<div class="shot" aria-hidden="true">{card.picture}</div>' if card.picture else ""
    what = f'<p class="small">{escape(card.alt)}</p>' if picture else ""
    todo = f'<p class="remedy"><b>{REMEDY}:</b> {escape(card.remedy)}</p>' if card.remedy else ""
    link = f'<a href="{address(card.page)}">{escape(card.question)}</a>'
    return (
        f'<article class="card">{picture}<div class="told">{what}<h2>{link}</h2>'
        f"{_found(card)}{todo}"
        f'<p class="small stem"><code>{escape(card.stem)}</code></p></div></article>\n'
    )


def _found(card: Card) -> str:
    """The verdicts of a card, or why there are none."""
    if card.verdicts:
        return _lines(card.verdicts)
    word = '<span class="badge few">quick run: no verdicts</span>' if card.quick else "no claims"
    return f'<p class="verdicts">{word}</p>'


def _again(svg: str, stem: str) -> str:
    """The same picture under ids of its own, decoration beside a link that says it all."""
    return svg.replace(stem, f"{stem}c") if svg else ""
