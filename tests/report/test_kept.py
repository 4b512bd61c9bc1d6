"""A page is kept as long as the files, the styles and the code behind it are what they were."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limelab.report import kept, page
from limelab.report.index import Card
from limelab.report.kept import Kept, stamp_of

CARD = Card("study-a.html", "a", "Why?", verdicts={"in general": {"supported": 1}})


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "scores.csv").write_text("value\n1\n")
    return folder


def test_a_stamp_follows_the_files_and_not_the_time(study: Path) -> None:
    first = stamp_of(study, page)
    assert stamp_of(study, page) == first
    (study / "scores.csv").write_text("value\n22\n")
    second = stamp_of(study, page)
    assert second != first
    os.utime(study / "scores.csv", ns=(1, 1))
    assert stamp_of(study, page) != second


def test_a_stamp_follows_the_code_and_the_style(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = stamp_of(study, page)
    assert stamp_of(study, kept) != first
    (study / "style.css").write_text("")
    monkeypatch.setattr(kept, "_HERE", study)
    assert stamp_of(study, page) != first


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    notes = Kept.read(tmp_path)
    notes.keep(CARD.page, "s", CARD)
    notes.write(tmp_path)
    again = Kept.read(tmp_path)
    assert again.card(CARD.page, "s") is None, "there is no such page"
    (tmp_path / CARD.page).write_text("")
    assert again.card(CARD.page, "s") == CARD
    assert again.card(CARD.page, "t") is None
    assert again.card("study-b.html", "s") is None


def test_pages_of_studies_that_are_gone_go(tmp_path: Path) -> None:
    outside = tmp_path / "letter.html"
    outside.write_text("dear")
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "study-a.html").write_text("")
    Kept(folder, before={"study-a.html": {}, "../letter.html": {}}).write(folder)
    assert not (folder / "study-a.html").exists()
    assert outside.exists()
