"""The PDF: same bytes from same tables, missing results named, quick ones marked on each page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from limelab.cli import app
from limelab.paper import build
from limelab.paper.kept import QUICK, read
from limelab.types import BadInput
from tests.paper.conftest import STEM, TEXT

pytest.importorskip("typst")
EXPERIMENTS = TEXT.parent / "experiments"


def test_two_builds_give_the_same_bytes(quick: Path, tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        held = build.write_paper(TEXT, quick, tmp_path / name, quick=True)
    one, two = ((tmp_path / name).read_bytes() for name in ("one.pdf", "two.pdf"))
    assert one.startswith(b"%PDF")
    assert one == two
    assert [stem for stem, kept in held.items() if not kept.reason] == [STEM]


def test_a_quick_run_is_marked_on_every_page_and_a_full_one_on_none(
    quick: Path, full: Path, tmp_path: Path
) -> None:
    (ink,) = re.findall(r'quick-ink = rgb\("(#\w+)"\)', (TEXT / "lib.typ").read_text())
    shown = {}
    for name, out in (("quick", quick), ("full", full)):
        folder = tmp_path / name
        folder.mkdir()
        build.lay_out(TEXT, read(out, build.stems(TEXT), quick=True), folder)
        shown[name] = [page.decode() for page in build.compiled(folder, format="svg")]
    assert all(ink in page for page in shown["quick"])
    assert not any(ink in page for page in shown["full"])


def test_every_study_of_the_house_is_spoken_of() -> None:
    assert set(build.stems(TEXT)) == {path.stem for path in EXPERIMENTS.glob("*.py")}


def test_every_table_that_the_text_names_is_a_measure_of_its_study() -> None:
    named = re.findall(
        r'\b(?:cell|pivot|excerpt)\("(\w+)", "(\w+)"', (TEXT / "paper.typ").read_text()
    )
    assert named
    for stem, table in named:
        source = (EXPERIMENTS / f"{stem}.py").read_text(encoding="utf-8")
        assert f"def {table}(" in source, f"{stem}: {table}"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The paper laid out from the results that are kept beside its text."""
    folder = tmp_path_factory.mktemp("kept")
    build.lay_out(TEXT, read(TEXT / "results", build.stems(TEXT), quick=False), folder)
    return folder


def _unanswered(folder: Path) -> list[str]:
    import typst

    return [
        str(told) for told in json.loads(typst.query(folder / build.MAIN, "<missing>", "value"))
    ]


def test_kept_results_answer_all_that_the_text_asks(kept: Path) -> None:
    told = json.loads((kept / "numbers.json").read_text())
    assert [stem for stem, one in told["studies"].items() if not one["held"]] == []
    assert _unanswered(kept) == []


def test_what_no_result_answers_would_be_seen(kept: Path, tmp_path: Path) -> None:
    for path in kept.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    told = json.loads((kept / "numbers.json").read_text())
    table = told["studies"]["same_name"]["tables"]["one_input_three_answers"]
    table["rows"] = table["rows"][:1]
    (tmp_path / "numbers.json").write_text(json.dumps(told))
    assert set(_unanswered(tmp_path)) == {"same_name, one_input_three_answers, exact"}


def test_the_paper_has_8_to_14_pages(kept: Path) -> None:
    assert 8 <= len(build.compiled(kept, format="svg")) <= 14


def test_what_is_missing_is_in_the_numbers_that_the_text_reads(quick: Path, tmp_path: Path) -> None:
    build.lay_out(TEXT, read(quick, build.stems(TEXT), quick=True), tmp_path)
    told = json.loads((tmp_path / "numbers.json").read_text())
    gone = [stem for stem, one in told["studies"].items() if not one["held"]]
    assert len(gone) == len(build.stems(TEXT)) - 1
    assert told["totals"]["missing"] == str(len(gone))


def test_a_folder_without_the_text_is_one_clear_refusal(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"paper\.typ is not there"):
        build.stems(tmp_path)


def test_a_text_that_cannot_be_set_is_named(tmp_path: Path) -> None:
    (tmp_path / "paper.typ").write_text("#nothing-of-the-kind")
    with pytest.raises(BadInput, match="nothing-of-the-kind"):
        build.compiled(tmp_path)


def test_a_file_that_cannot_be_written_is_named(quick: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        build.write_paper(TEXT, quick, tmp_path / "file" / "paper.pdf", quick=True)


def test_the_command_names_what_is_missing(
    quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(TEXT.parent)
    pdf = tmp_path / "made" / "paper.pdf"
    done = CliRunner().invoke(app, ["paper", "--out", str(quick), "--pdf", str(pdf)])
    assert done.exit_code == 0, done.output
    assert f"missing: {STEM}: {QUICK}" in done.output
    assert pdf.read_bytes().startswith(b"%PDF")


def test_the_command_refuses_a_folder_without_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["paper", "--quick"])
    assert done.exit_code == 2
    assert len(done.output.splitlines()) == 1
    assert not list(tmp_path.iterdir())
