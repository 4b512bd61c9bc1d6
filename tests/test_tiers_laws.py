"""The three sizes of a run as a shell sees them: what runs, what is promised, what is kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from limelab.cli import app
from limelab.study.loading import find_studies
from tests.test_cli import STUDY

ROOT = Path(__file__).parents[1]
FIRST, SECOND = "first_pitfall", "second_pitfall"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """A folder with two studies in experiments/, and a shell in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "experiments").mkdir()
    one_repeat = STUDY.replace("repeats=2,", "repeats=1,")
    for stem, text in ((FIRST, one_repeat), (SECOND, one_repeat.replace("a tree", "a line"))):
        text = text.replace("repeats=1,", f'repeats=1, remedy="Mend {stem}.",')
        (tmp_path / "experiments" / f"{stem}.py").write_text(text)
    yield lambda *arguments: CliRunner().invoke(app, list(arguments))
    for stem in (FIRST, SECOND):
        sys.modules.pop(stem, None)


def manifest(tmp_path: Path, stem: str = FIRST) -> dict[str, object]:
    told: dict[str, object]
    told = json.loads((tmp_path / "results" / stem / "manifest.json").read_text())
    return told


def test_without_a_name_every_study_runs_and_says_what_it_may_take(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    first = shell("run", "--quick", "--jobs", "1")
    assert first.exit_code == 0, first.output
    assert first.output.count("time: budget 14 s; no earlier run to estimate by") == 2
    assert first.output.count(" of 14 s)") == 2  # within it or OVER it
    index = (tmp_path / "results/report/index.html").read_text()
    for stem in (FIRST, SECOND):
        assert manifest(tmp_path, stem)["tier"] == "quick"
        assert f"study-{stem}.html" in index
        assert f"Mend {stem}." in index
    again = shell("run", "--quick", "--jobs", "1")
    assert again.output.count("nothing to do") == 2
    assert again.output.count("from nothing about") == 2


def test_a_study_that_takes_too_long_is_named_and_not_stopped(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "experiments" / f"{FIRST}.py"
    path.write_text(path.read_text().replace("repeats=1,", "repeats=1, budget=1e-6,"))
    found = shell("run", str(path), "--jobs", "1")
    assert found.exit_code == 0
    assert "OVER the budget of 0 s" in found.output


def test_a_full_run_is_larger_has_no_budget_and_goes_on_from_what_is_there(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    name = f"experiments/{FIRST}.py"
    assert shell("run", name, "--jobs", "1").exit_code == 0
    found = shell("run", name, "--full", "--jobs", "1")
    assert found.exit_code == 0
    assert "no budget: it takes what it needs" in found.output
    told = manifest(tmp_path)
    assert (told["tier"], told["repeats"]) == ("full", 1)
    assert "instances=4" in str(told["tasks"])
    assert shell("run", name, "--full", "--jobs", "1").output.count("nothing to do") == 1


def test_all_studies_are_promised_in_75_minutes_and_their_quick_runs_in_5() -> None:
    studies = find_studies([ROOT / "experiments"]).values()
    assert sum(study.budget or 75 for study in studies) <= 75
    assert sum(study.quick().budget or 5 for study in studies) <= 5 + 1e-9


def test_two_sizes_at_once_are_one_line_and_status_2(shell: Callable[..., Result]) -> None:
    found = shell("run", "--quick", "--full")
    assert found.exit_code == 2
    assert found.stderr.count("\n") == 1
    assert "--quick and --full" in found.stderr


def test_results_are_published_with_the_table_of_studies(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    empty = shell("store", "readme")
    assert empty.exit_code == 0, empty.output
    table = tmp_path / "experiments" / "README.md"
    assert table.read_text().count("no results are kept") == 2
    shell("run", f"experiments/{FIRST}.py", "--quick", "--jobs", "1")
    refused = shell("store", "publish")
    assert refused.exit_code == 2
    assert "a quick run has no verdicts" in refused.stderr
    shell("run", f"experiments/{FIRST}.py", "--jobs", "1")
    found = shell("store", "publish")
    assert found.exit_code == 0, found.output
    assert (tmp_path / "paper/results" / FIRST / "claims.csv").is_file()
    text = table.read_text()
    assert "*on these tasks*: 1 " in text
    assert f"Without results so far: `{SECOND}`." in text
