"""Pages are whole, safe, said in full, linked, and the same for the same tables."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest

from limelab.report import found, write_report
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

    def of(self, attribute: str) -> list[str]:
        """The values of an attribute, links of pictures among those of href."""
        return [v for _, name, v in self.attributes if name.removeprefix("xlink:") == attribute]

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


NAMES = ("index", "glossary", "study-plain", "study-wild")


def read(folder: Path, name: str) -> Page:
    """A page of a report, by the stem of its file."""
    return Page((folder / f"{name}.html").read_text(encoding="utf-8"))


def study(folder: Path, name: str = "study") -> Page:
    """Write the report of a folder and read the page of a study in it."""
    return read(write_report(folder).parent, f"study-{name}")


@pytest.fixture(scope="module")
def pages(results: Path) -> dict[str, Page]:
    path = write_report(results)
    assert path == results / "report" / "index.html"
    there = {file.stem for file in path.parent.glob("*.html")}
    assert there == {*NAMES}
    return {name: read(path.parent, name) for name in NAMES}


@pytest.fixture(params=NAMES)
def page(request: pytest.FixtureRequest, pages: dict[str, Page]) -> Page:
    return pages[request.param]


def test_tags_are_balanced(page: Page) -> None:
    assert not page.faults
    assert not page.open


def test_a_page_needs_no_script_and_nothing_from_elsewhere(page: Page) -> None:
    assert not page.tags & {"script", "link", "iframe", "img", "image", "object", "base"}
    names = {name for _, name, _ in page.attributes}
    assert not {name for name in names if name == "src" or name.startswith("on")}
    inside = "".join(re.findall(r"<[^>]*>|<style>.*?</style>", page.source, flags=re.DOTALL))
    assert not re.search(r"https?:|//|@import|url\((?!#)", inside.replace("*/", ""))


def test_ids_are_unique_and_every_link_meets_a_page_and_an_id(
    page: Page, pages: dict[str, Page]
) -> None:
    ids = {name: one.of("id") for name, one in pages.items()}
    assert len(page.of("id")) == len(set(page.of("id")))
    assert page.of("href")
    for link in page.of("href"):
        name, _, place = unquote(link).partition("#")
        aim = ids[name.removesuffix(".html")] if name else page.of("id")
        assert not place or place in aim, link
    asked = set(re.findall(r"url\(#([^)]*)\)", page.source))
    assert asked <= set(page.of("id"))


def test_hostile_names_are_text_in_words_and_pictures(pages: dict[str, Page]) -> None:
    assert not any("<script" in one.source.lower() for one in pages.values())
    for name in ("index", "study-wild"):
        assert f"Is {HOSTILE} {MATH} shown as it is?" in pages[name].text
    pictures = " ".join(re.findall(r"<svg.*?</svg>", pages["study-wild"].source, flags=re.DOTALL))
    assert MATH in " ".join(re.findall(r"<text[^>]*>([^<]*)", pictures))


def test_every_study_and_every_metric_of_it_is_reached(
    pages: dict[str, Page], results: Path
) -> None:
    assert {"study-plain.html", "study-wild.html"} <= set(pages["index"].of("href"))
    for stem in ("plain", "wild"):
        page = pages[f"study-{stem}"]
        assert {"index.html", "glossary.html"} <= set(page.of("href"))
        told = json.loads((results / stem / "manifest.json").read_text())["metrics"]
        assert {f"glossary.html#m-{name}" for name in told} <= set(page.of("href"))


def test_only_the_quick_run_is_under_a_banner(pages: dict[str, Page]) -> None:
    assert 'class="banner"' not in pages["index"].source
    assert 'class="banner"' not in pages["study-plain"].source
    assert pages["study-wild"].source.count('class="banner"') == 1
    assert "quick run: no verdict" in pages["study-wild"].text


@pytest.mark.parametrize("stem", ["plain", "wild"])
def test_claims_metrics_and_reasons_are_all_there(
    pages: dict[str, Page], results: Path, stem: str
) -> None:
    page = pages[f"study-{stem}"]
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


def test_medians_on_the_page_are_those_of_the_scores(pages: dict[str, Page], results: Path) -> None:
    page = pages["study-plain"]
    scores = pd.read_csv(results / "plain" / "scores.csv")
    mine = scores[scores["metric"] == "rmse"]
    keys = ["judge", "radius", "condition"]
    cells = mine.groupby([*keys, "task", "instance"])["value"].median()
    table = cells.groupby(keys).quantile(np.array([0.25, 0.5, 0.75])).unstack()
    source = unescape(page.source)
    for row in table.itertuples(index=False):
        low, middle, high = (f"{value:.6g}" for value in row)
        assert f",{low},{middle},{high},3," in source


def test_claims_csv_stands_in_the_page_as_it_was_written(
    pages: dict[str, Page], results: Path
) -> None:
    page = pages["study-plain"]
    for line in (results / "plain" / "claims.csv").read_text().splitlines():
        assert line in unescape(page.source)


def test_same_tables_give_the_same_bytes(
    pages: dict[str, Page], results: Path, tmp_path: Path
) -> None:
    for stem in ("plain", "wild"):
        shutil.copytree(results / stem, tmp_path / "again" / stem)
    again = write_report(tmp_path / "again").parent
    assert {name: read(again, name).source for name in NAMES} == {
        name: one.source for name, one in pages.items()
    }


def test_a_folder_that_is_a_study_itself_is_reported(
    written: Callable[..., Path], rows: Callable[..., pd.DataFrame]
) -> None:
    folder = written(rows())
    index = read(write_report(folder).parent, "index")
    assert "Why?" in index.text
    assert "study-study.html" in index.of("href")
    assert (folder / "report" / "study-study.html").is_file()


def test_studies_that_ask_the_same_have_pages_of_their_own(
    written: Callable[..., Path], rows: Callable[..., pd.DataFrame]
) -> None:
    whole = written(rows())
    for name in ("study", "a b#1"):
        (whole / name).mkdir()
        for file in ("scores.csv", "manifest.json"):
            shutil.copy(whole / file, whole / name / file)
    folder = write_report(whole).parent
    links = [link for link in read(folder, "index").of("href") if link.startswith("study-")]
    assert len(set(links)) == 3
    assert all((folder / unquote(link)).is_file() for link in links)


def test_a_study_that_cannot_be_read_is_named_beside_the_others(
    written: Callable[..., Path], rows: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    written(rows())
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "manifest.json").write_text("{")
    text = write_report(tmp_path).read_text(encoding="utf-8")
    assert "torn cannot be read" in text
    assert "Why?" in text


def test_pages_are_kept_where_their_tables_are_the_same(
    written: Callable[..., Path],
    rows: Callable[..., pd.DataFrame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(written(rows()), tmp_path / "other")
    folder = write_report(tmp_path).parent
    loaded: list[str] = []
    real = found.load
    monkeypatch.setattr("limelab.report.page.load", lambda p: loaded.append(p.name) or real(p))
    names = ("index", "glossary", "study-study", "study-other")
    before = {name: read(folder, name).source for name in names}
    write_report(tmp_path)
    assert loaded == []
    assert {name: read(folder, name).source for name in names} == before
    (folder / "study-other.html").unlink()
    rows(conditions=3).to_csv(tmp_path / "study" / "scores.csv", index=False)
    write_report(tmp_path)
    assert loaded == ["other", "study"]
    assert "3 conditions" in read(folder, "study-study").text
    (folder / "pages.json").write_text("[")
    write_report(tmp_path)
    assert loaded == ["other", "study"] * 2
    shutil.rmtree(tmp_path / "other")
    write_report(tmp_path)
    assert not (folder / "study-other.html").exists()


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
    page = study(written(made))
    assert not page.faults
    assert "This study makes no claims" in page.text
    assert ("svg" in page.tags) == (case not in ("declined", "nothing"))
    assert ("too flat" in page.text) == (case == "declined")


def test_failures_errors_and_damage_are_told(
    written: Callable[..., Path], rows: Callable[..., pd.DataFrame]
) -> None:
    failure = {"task": "t", "what": "sampler", "kind": "answers", "error": "ValueError: <no>"}
    folder = written(rows(), failures=[failure], damaged=["ab/c: torn"])
    page = study(folder)
    assert all(told in page.text for told in ("ValueError: <no>", "ab/c: torn"))


@pytest.mark.slow
def test_a_million_scores_are_read_in_seconds(
    written: Callable[..., Path], rows: Callable[..., pd.DataFrame]
) -> None:
    page = study(written(rows(conditions=40, instances=250, repeats=50)))
    assert len(page.source) < 3_000_000
