"""A card says what a study asked, what it found, what to do, and shows one picture of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from limelab.report.found import Found, load
from limelab.report.index import Card, body, card_of, page_names, remedy
from limelab.report.markup import Shown

SVG = '<svg viewBox="0 0 1 1"><clipPath id="{0}-p"/><g clip-path="url(#{0}-p)"/></svg>'
DRAWN = [
    Shown("A table?", [("", "<table></table>")], "", pd.DataFrame()),
    Shown("A drawing?", [("", SVG)], "", pd.DataFrame()),
    Shown("Another?", [("", "<svg></svg>")], "", pd.DataFrame()),
]
CARD = Card("study-a.html", "a", "Why & how?", "Do <this>.")


@pytest.fixture(scope="module")
def found(results: Path) -> Found:
    return load(results / "plain")


def test_a_card_has_the_first_drawing_and_says_what_it_is(found: Found) -> None:
    card = card_of(found, "study-plain.html", DRAWN)
    assert (card.alt, card.question) == ("A drawing?", "Do lines explain diabetes?")
    assert card.picture.startswith("<svg")
    assert set(card.metrics) >= {"rmse", "r2"}
    assert card_of(found, "study-plain.html", DRAWN[:1]).picture == ""


def test_pictures_keep_their_ids_apart(found: Found) -> None:
    from limelab.report.index import prefix

    cards = []
    for page in page_names(["a", "a", "b"]):
        svg = SVG.format(prefix(page))
        cards.append(card_of(found, page, [Shown("?", [("", svg)], "", pd.DataFrame())]))
        assert svg not in cards[-1].picture
    ids = re.findall(r' id="([^"]*)"', body(cards))
    assert len(set(ids)) == 3
    assert set(re.findall(r"url\(#([^)]*)\)", body(cards))) == set(ids)


def test_all_text_is_escaped() -> None:
    text = body([CARD], ["torn <file>"])
    assert "Why &amp; how?" in text
    assert "Do &lt;this&gt;." in text
    assert "torn &lt;file&gt;" in text


def test_verdicts_are_added_up_by_scope() -> None:
    told = [
        {"on these tasks": {"supported": 2, "inconclusive": 1}},
        {"on these tasks": {"supported": 1}},
    ]
    cards = [replace(CARD, verdicts=one) for one in told]
    tally = body(cards).partition('class="tally"')[2].partition("</div>")[0]
    assert "3 supported" in tally
    assert "1 inconclusive" in tally
    assert tally.index("supported") < tally.index("inconclusive")


def test_a_quick_run_is_no_answer() -> None:
    text = body([replace(CARD, quick=True)])
    assert "quick run: no verdicts" in text
    assert 'class="tally"' not in text
    assert text.count("banner") == 1
    assert "banner" not in body([CARD, replace(CARD, quick=True)])


def test_a_study_without_claims_says_so() -> None:
    assert "no claims" in body([CARD])


def test_a_remedy_is_there_where_there_is_one(found: Found) -> None:
    assert remedy(found) == ""
    told = replace(found, manifest={**found.manifest, "remedy": "Look & see."})
    assert "Look &amp; see." in remedy(told)
    assert card_of(told, "p.html", []).remedy == "Look & see."
