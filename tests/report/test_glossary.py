"""Every metric has an entry of its own words under the id by which it is linked."""

from __future__ import annotations

import re
from html import unescape

import pytest

from limelab import metrics
from limelab.report.glossary import anchor, body, known, link, said

MINE = {"own metric<": {"better": "lower", "unit": "apples", "says_not": "Nothing of pears."}}
LINKS = {"one": ("study-one.html", "What of one?")}


@pytest.fixture(scope="module")
def text() -> str:
    return body({"one": {**MINE, "rmse": {"better": "lower", "unit": "background sd"}}}, LINKS)


def test_every_metric_of_limelab_is_there_in_its_own_words(text: str) -> None:
    assert len(known()) > 40
    plain = unescape(text)
    for name, told in known().items():
        assert f'id="{anchor(name)}"' in text
        for word in ("says_not", "reads", "source", "declines"):
            assert told[word]
            assert told[word] in plain, (name, word)


def test_an_entry_says_direction_range_unit_and_first_words() -> None:
    told = said(metrics.R2())
    assert (told["low"], told["high"], told["best"]) == ("-inf", "1.0", "1.0")
    assert told["what"].startswith("Share of the model's variance")
    entry = body({}, {}).partition('id="m-r2"')[2].partition("</article>")[0]
    assert "Higher is better; the best is 1" in entry
    assert "\N{MINUS SIGN}\N{INFINITY} to 1" in entry


def test_metrics_of_a_study_s_own_come_first_and_lead_to_it(text: str) -> None:
    ours = text.partition("Further metrics")[0]
    entry = ours.partition(f'id="{anchor("own metric<")}"')[2].partition("</article>")[0]
    assert "Nothing of pears." in entry
    assert "apples" in entry
    assert '<a href="study-one.html">What of one?</a>' in entry
    assert 'id="m-rmse"' in ours
    assert "own metric<" not in text


def test_ids_are_those_of_the_links(text: str) -> None:
    ids = re.findall(r'id="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    for name in (*known(), *MINE):
        assert link(name).partition("#")[2] in ids


def test_a_text_that_a_study_gives_stands_before_the_class_s(text: str) -> None:
    entry = text.partition('id="m-rmse"')[2].partition("</article>")[0]
    assert "background sd<" in entry
    assert metrics.Rmse.says_not in unescape(entry)
