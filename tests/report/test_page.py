"""The page is one file that is whole, safe, said in full, and the same for the same tables."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from limelab.report import write_report
from limelab.types import BadInput

VOID = {"meta", "br", "hr", "img", "input", "link", "col"}
HOSTILE, MATH = "<script>alert(1)</script>", "$x_1$"


class Page(HTMLParser):
    """Text, attributes and the balance of tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.source = text
        self.feed(text)
        self.close()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)


@pytest.fixture(scope="module")
def page(results: Path) -> Page:
    path = write_report(results)
    assert path == results / "report" / "index.html"
    return Page(path.read_text(encoding="utf-8"))


def test_tags_are_balanced(page: Page) -> None:
    assert not page.faults
    assert not page.open


def test_page_needs_no_other_file_and_no_script(page: Page) -> None:
    assert not page.tags & {"script", "link", "iframe", "img", "image", "object", "base"}
    names = {name for _, name, _ in page.attributes}
    assert not {name for name in names if name == "src" or name.startswith("on")}
    references = [value for _, name, value in page.attributes if name in {"href", "xlink:href"}]
    assert references
    assert all(value.startswith("#") for value in references)
    inside = "".join(re.findall(r"<[^>]*>|<style>.*?</style>", page.source, flags=re.DOTALL))
    assert not re.search(r"https?:|//|@import|url\((?!#)", inside.replace("*/", ""))


def test_ids_are_unique_and_every_reference_meets_one(page: Page) -> None:
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    asked = {value[1:] for _, name, value in page.attributes if name.endswith("href")}
    asked |= set(re.findall(r"url\(#([^)]*)\)", page.source))
    assert asked <= set(ids)


def test_hostile_names_are_text_in_words_and_pictures(page: Page) -> None:
    assert "<script" not in page.source.lower()
    assert f"Is {HOSTILE} {MATH} shown as it is?" in page.text
    pictures = " ".join(re.findall(r"<svg.*?</svg>", page.source, flags=re.DOTALL))
    assert MATH in " ".join(re.findall(r"<text[^>]*>([^<]*)", pictures))


def test_both_studies_are_linked_from_the_top(page: Page) -> None:
    assert "2 studies" in page.text
    links = {value for tag, name, value in page.attributes if (tag, name) == ("a", "href")}
    assert {"#s1", "#s2"} <= links


def test_only_the_quick_run_is_under_a_banner(page: Page) -> None:
    assert page.source.count('class="banner"') == 1
    plain, _, wild = page.source.partition('id="s2"')
    assert 'class="banner"' in wild
    assert 'class="banner"' not in plain
    assert "quick run: no verdict" in wild


@pytest.mark.parametrize("stem", ["plain", "wild"])
def test_claims_metrics_and_reasons_are_all_there(page: Page, results: Path, stem: str) -> None:
    claims = pd.read_csv(results / stem / "claims.csv", dtype=str, keep_default_na=False)
    for name in ("statement", "sentence", "verdict", "declared", "scope"):
        assert all(value in page.text for value in claims[name])
    manifest = json.loads((results / stem / "manifest.json").read_text())
    for name, told in manifest["metrics"].items():
        assert name in page.text
        assert told["says_not"] in page.text
        assert told["unit"] in page.text
    scores = pd.read_csv(results / stem / "scores.csv", keep_default_na=False)
    reasons = set(scores.loc[scores["value"].astype(str) == "", "note"])
    assert reasons
    assert all(reason in page.text for reason in reasons)


def test_medians_on_the_page_are_those_of_the_scores(page: Page, results: Path) -> None:
    scores = pd.read_csv(results / "plain" / "scores.csv")
    mine = scores[scores["metric"] == "rmse"]
    keys = ["judge", "radius", "condition"]
    cells = mine.groupby([*keys, "task", "instance"])["value"].median()
    table = cells.groupby(keys).quantile(np.array([0.25, 0.5, 0.75])).unstack()
    source = unescape(page.source)
    for row in table.itertuples(index=False):
        low, middle, high = (f"{value:.6g}" for value in row)
        assert f",{low},{middle},{high},3," in source


def test_claims_csv_stands_in_the_page_as_it_was_written(page: Page, results: Path) -> None:
    for line in (results / "plain" / "claims.csv").read_text().splitlines():
        assert line in unescape(page.source)


def test_same_tables_give_the_same_bytes(page: Page, results: Path, tmp_path: Path) -> None:
    for stem in ("plain", "wild"):
        shutil.copytree(results / stem, tmp_path / "again" / stem)
    again = write_report(tmp_path / "again").read_text(encoding="utf-8")
    assert again == page.source


def test_a_folder_that_is_a_study_itself_is_reported(results: Path, tmp_path: Path) -> None:
    shutil.copytree(results / "plain", tmp_path / "one")
    text = write_report(tmp_path / "one").read_text(encoding="utf-8")
    assert "<title>Do lines explain diabetes?</title>" in text
    assert "studies</h2>" not in text


def test_a_study_that_cannot_be_read_is_named_beside_the_others(
    results: Path, tmp_path: Path
) -> None:
    shutil.copytree(results / "plain", tmp_path / "good")
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "manifest.json").write_text("{")
    text = write_report(tmp_path).read_text(encoding="utf-8")
    assert "torn cannot be read" in text
    assert "Do lines explain diabetes?" in text


@pytest.mark.parametrize("case", ["empty", "absent", "file", "torn"])
def test_a_folder_without_results_is_bad_input(tmp_path: Path, case: str) -> None:
    folder = tmp_path / case
    if case in ("empty", "torn"):
        folder.mkdir()
    if case == "torn":
        (folder / "manifest.json").write_text("[]")
    if case == "file":
        folder.write_text("")
    with pytest.raises(BadInput, match=r"no results|not a folder|cannot be read"):
        write_report(folder)


@pytest.mark.parametrize("case", ["declined", "bare", "many", "one", "nothing"])
def test_any_study_has_a_page(
    written: Callable[..., Path], rows: Callable[..., pd.DataFrame], case: str
) -> None:
    made = {
        "declined": rows().assign(value=float("nan"), note="too flat"),
        "bare": rows()[["condition", "metric", "value"]],
        "many": rows(conditions=60),
        "one": rows(1, 1, 1).head(1).assign(judge="", radius=float("nan")),
        "nothing": rows().head(0),
    }[case]
    page = Page(write_report(written(made)).read_text(encoding="utf-8"))
    assert not page.faults
    assert "This study makes no claims" in page.text
    assert ("svg" in page.tags) == (case not in ("declined", "nothing"))
    assert ("too flat" in page.text) == (case == "declined")


def test_failures_errors_and_damage_are_told(
    written: Callable[..., Path], rows: Callable[..., pd.DataFrame]
) -> None:
    failure = {"task": "t", "what": "sampler", "kind": "answers", "error": "ValueError: <no>"}
    folder = written(rows(), failures=[failure], damaged=["ab/c: torn"])
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    assert all(told in page.text for told in ("ValueError: <no>", "ab/c: torn"))


@pytest.mark.slow
def test_a_million_scores_are_read_in_seconds(
    written: Callable[..., Path], rows: Callable[..., pd.DataFrame]
) -> None:
    page = write_report(written(rows(conditions=40, instances=250, repeats=50)))
    assert page.stat().st_size < 3_000_000
