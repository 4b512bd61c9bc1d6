"""The page: whole, self-contained, escaped, and honest about what a verdict does not say."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from limelab.auditing.rules import MEANINGS

VOID = {"meta", "path", "rect", "br", "link"}


class Balanced(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_tag_is_closed_and_nothing_is_fetched(told, tmp_path):
    page = told.save(tmp_path / "audit.html").read_text(encoding="utf-8")
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    assert not re.findall(r"""(?:src|href)=["'](?!#)""", page)
    assert "http" not in page
    assert "<style>" in page


def test_every_row_has_a_card_with_verdict_bars_and_measurements(told, tmp_path):
    page = told.save(tmp_path / "audit.html").read_text(encoding="utf-8")
    for one in told.predicted:
        (card,) = re.findall(
            rf'<section class="audit" id="row-{one.case.i}">.*?</section>', page, re.S
        )
        assert MEANINGS[one.word] in card
        assert card.count("<svg") == 2 * 3
        for title in ("Fidelity", "Stability", "What other explainers say"):
            assert title in card
    assert page.count('href="#row-') == len(told.predicted)


def test_names_from_the_data_are_only_text(told, tmp_path):
    page = told.save(tmp_path / "audit.html").read_text(encoding="utf-8")
    assert "pay &amp; tax" in page
    assert "&lt;clerk&gt;" in page
    assert "<clerk>" not in page


def test_it_says_what_it_does_not_say_and_never_that_the_model_is_right(told):
    told_html = told._repr_html_()
    assert "What a verdict does not say" in told_html
    assert "faithful to the model in this region, for these features" in told_html
    assert "every number changes by about 0.5 standard deviations" in told_html
    assert "That a feature causes anything in the world" in told_html
