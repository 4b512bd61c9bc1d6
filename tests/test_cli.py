"""The commands as a shell sees them: exit status, one line for bad input, files that are left."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from limelab.cli import app
from limelab.study.tiers import Grow

STUDY = """
import limelab as ll

STUDY = ll.Study(
    question="Is a tree better?",
    tasks=[ll.Task("iris", ll.models.linear(), instances=2)],
    conditions=ll.vary(
        ll.Lime(n_samples=64, draws="own"), surrogate={"line": ll.Ridge(), "tree": ll.Tree()}
    ),
    judge=ll.Judge(ll.Gaussian(), radii=[0.5], size=20),
    metrics=[ll.metrics.Rmse(), ll.metrics.Gap()],
    claims=[
        ll.Claim(
            "Trees win.", metric="rmse", better={"surrogate": "tree"}, worse={"surrogate": "line"}
        )
    ],
    repeats=2,
)
"""
BROKEN = STUDY.replace('"iris", ll.models.linear()', "'iris', ll.models.Recipe(broken)").replace(
    "STUDY =", "def broken(kind, frame, seed):\n    raise ValueError('no such\\n model')\n\nSTUDY ="
)
WORDED = STUDY.replace('"iris", ll.models.linear()', "houses, ll.models.Recipe(worded)").replace(
    "STUDY =",
    """
import pandas as pd
from sklearn.ensemble import ExtraTreesRegressor


def houses():
    frame = pd.DataFrame({"size": range(60), "place": ["north", "south", "east"] * 20})
    prices = frame["size"].to_numpy(float)
    return ll.datasets.Dataset("houses", frame, prices, "regression", target="price", source="own")


def worded(kind, frame, seed):
    return ExtraTreesRegressor(random_state=seed)


STUDY =""",
)
SUMMED = STUDY.replace("repeats=2", "repeats=2, measures=[told], summaries=[summed]").replace(
    "STUDY =",
    """
import pandas as pd


def told(task, seed):
    return pd.DataFrame({"row": [1]})


def summed(tables):
    raise KeyError("no such column")


STUDY =""",
)
BAD_FILES = {
    "does not parse": ("def (", "does not parse: line 1"),
    "no STUDY": ("STUDIES = 1", "has no STUDY"),
    "another STUDY": ("STUDY = 1", "STUDY = int"),
    "raises": ("STUDY = 1 / 0", "failed with ZeroDivisionError"),
    "ends the program": ("STUDY = 1\nraise SystemExit(0)", "ends the program"),
    "unknown metric": (STUDY.replace('metric="rmse"', 'metric="rsme"'), "rsme"),
    "a metric that cannot apply": (
        STUDY.replace("ll.Judge(ll.Gaussian(), radii=[0.5], size=20)", "()"),
        "needs a judge",
    ),
    "unknown data": (STUDY.replace('"iris"', '"irises"'), "irises"),
    "data that raise": (
        STUDY.replace('"iris"', "data").replace(
            "STUDY =", "def data():\n    raise ValueError('gone')\n\nSTUDY ="
        ),
        "data() failed with ValueError: gone",
    ),
}


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "small.py").write_text(STUDY)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    yield call
    sys.modules.pop("small", None)


def test_a_run_leaves_tables_and_a_page_and_goes_on(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    first = shell("run", "small.py", "--jobs", "1")
    assert first.exit_code == 0, first.output
    folder = tmp_path / "results" / "small"
    left = {path.name for path in folder.iterdir()}
    assert left == {
        *("scores.csv", "explanations.csv.gz", "claims.csv", "tasks.csv", "manifest.json")
    }
    assert "Is a tree better?" in (tmp_path / "results/report/index.html").read_text()
    again = shell("run", "small.py", "--jobs", "1")
    assert "of them 6 reused, 0 made" in again.output
    assert "asked now: none" in again.output


def test_the_plan_says_what_is_held_and_runs_nothing(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    before = shell("run", "small.py", "--plan")
    assert before.exit_code == 0
    assert "5 blocks that ask, of them 0 held" in before.output
    assert not (tmp_path / "results").exists()
    shell("run", "small.py", "--jobs", "1")
    assert "of them 5 held; to ask: none" in shell("run", "small.py", "--plan").output


@pytest.mark.parametrize(("text", "said"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_study_is_one_line_and_status_2(
    text: str, said: str, shell: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "bad.py").write_text(text)
    found = shell("run", "bad.py", "--jobs", "1")
    assert found.exit_code == 2, found.output
    assert found.stderr.count("\n") == 1
    assert said in found.stderr
    assert not (tmp_path / "results").exists()


def test_a_failed_block_is_status_1_and_a_row(shell: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(BROKEN)
    found = shell("run", "broken.py", "--jobs", "1")
    assert found.exit_code == 1, found.output
    assert "failed: 5 blocks of iris / broken: ValueError: no such model" in found.stderr
    assert "report: results" in found.output
    assert (
        "declined: 4 scores have no value but a reason (column note of results/broken"
        in found.output
    )
    notes = pd.read_csv(tmp_path / "results/broken/scores.csv")["note"]
    assert notes.str.contains("no such").all()


def test_blocks_that_fail_alike_are_one_line_with_what_to_do(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "worded.py").write_text(WORDED)
    found = shell("run", "worded.py", "--jobs", "1")
    assert found.exit_code == 1, found.output
    alike, remedy = found.stderr.splitlines()
    assert alike.startswith("  failed: ")
    assert " blocks of houses / worded: ValueError: could not convert string to float" in alike
    assert "OrdinalEncoder" in remedy
    sys.modules.pop("worded", None)


def test_a_summary_that_breaks_is_status_1_and_the_run_goes_on(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "summed.py").write_text(SUMMED)
    found = shell("run", "summed.py", "--jobs", "1")
    assert found.exit_code == 1, found.output
    assert found.stderr == "  failed: summary summed: KeyError: 'no such column'\n"
    assert {"claims.csv", "manifest.json"} <= {
        p.name for p in (tmp_path / "results/summed").iterdir()
    }
    assert (tmp_path / "results/report/index.html").is_file()
    sys.modules.pop("summed", None)


def test_an_unfinished_study_is_named_where_a_page_is_written(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "other.py").write_text(STUDY)
    assert shell("run", "small.py", "other.py", "--jobs", "1").exit_code == 0
    (tmp_path / "results" / "other" / "manifest.json").unlink()
    found = shell("report")
    assert found.exit_code == 0, found.output
    assert found.stderr.startswith(f"not in the report: {Path('results/other')}: its run ended")
    sys.modules.pop("other", None)


def test_the_version_is_printed_and_the_package_runs_as_a_module(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "limelab", "--version"]
    ended = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert ended.stdout == f"limelab {version('limelab')}\n"
    assert CliRunner().invoke(app, ["--version"]).output == ended.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "nowhere.py"),
        ("run", "small.py", "--jobs", "0"),
        ("run", "small.py", "--out", "small.py"),
        ("report", "--out", "nowhere"),
        ("store", "show", "--out", "nowhere"),
    ],
    ids=" ".join,
)
def test_bad_arguments_are_one_line_and_status_2(
    arguments: tuple[str, ...], shell: Callable[..., Result]
) -> None:
    found = shell(*arguments)
    assert found.exit_code == 2, found.output
    assert found.stderr.startswith("limelab: ")
    assert found.stderr.count("\n") == 1


def test_a_folder_that_is_no_store_stays_as_it_is(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert shell("run", "small.py", "--out", "mine", "--jobs", "1").exit_code == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_the_store_is_shown_verified_and_exported(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    shell("run", "small.py", "--jobs", "1")
    assert "answers" in shell("store", "show").output
    assert shell("store", "verify").output.strip() == "0 damaged"
    assert shell("store", "export").exit_code == 0
    blocks = pd.read_csv(tmp_path / "results/export/blocks.csv")
    assert sorted(blocks["kind"].unique()) == ["answers", "facts", "judge", "scores"]
    assert pd.read_csv(tmp_path / "results/export/claims.csv")["declared"].tolist() == ["declared"]


def test_lists_studies_data_and_models(shell: Callable[..., Result]) -> None:
    found = shell("list", "small.py").output
    assert "Is a tree better?" in found
    assert "breast_cancer" in found
    assert "forest(n_estimators=100)" in found
    assert shell("list").exit_code == 0
    assert "movie_snippets" in found
    assert "digits" in found


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, limelab.cli; print([m for m in ('sklearn', 'pandas') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_plan_forecasts_blocks_time_and_memory(shell: Callable[..., Result]) -> None:
    said = shell("run", "small.py", "--plan", "--jobs", "2").output
    assert "blocks: answers 2 (0 held), facts 1 (0 held), judge 2 (0 held)" in said
    assert "of one worker," in said
    assert said.index("blocks: answers") < said.index("trial: two rows and two repeats")
    assert "trial: asked background 113, f(x) 2, judge 80," in said
    assert "a worker; the rows of a task in 1 chunk" in said


def test_a_new_study_can_be_tried_and_run(shell: Callable[..., Result], tmp_path: Path) -> None:
    assert shell("new", "mine").exit_code == 0
    text = (tmp_path / "mine.py").read_text()
    few = text.replace("instances=10", "instances=2").replace("repeats=5", "repeats=2")
    (tmp_path / "mine.py").write_text(few)
    tried = shell("test", "mine.py")
    assert tried.exit_code == 0, tried.output
    assert "mine: fine" in tried.output
    assert not (tmp_path / "results").exists()
    study = sys.modules["mine"].STUDY
    assert study.conditions.baselines == ("random", "constant", "permutation", "exact")
    assert [claim.metric for claim in study.claims] == ["rmse", "share_of_sure"]
    assert study.grow == Grow()
    sys.modules.pop("mine", None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("new", "small"), "small.py is there already"),
        (("new", "a-b"), "is no name for a Python file"),
        (("new", "numpy"), "would be hidden"),
        (("new", "class"), "is no name for a Python file"),
        (("run", "small.py", "--memory", "much"), "expected a size such as '1G'"),
        (("run", "small.py", "--memory", "1M", "--jobs", "1"), "give more memory"),
        (("run", "small.py", "--timeout", "-1"), "expected a number of seconds above 0"),
        (("store", "merge", "nowhere"), "holds no results"),
        (("store", "prune"), "holds no results"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_leaves_nothing(
    arguments: tuple[str, ...], said: str, shell: Callable[..., Result], tmp_path: Path
) -> None:
    found = shell(*arguments)
    assert found.exit_code == 2, found.output
    assert said in found.stderr
    assert found.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir() if path.name != "__pycache__"] == ["small.py"]


def test_a_study_that_breaks_is_not_fine(shell: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(BROKEN)
    found = shell("test", "broken.py")
    assert found.exit_code == 1, found.output
    assert "failed: iris / broken" in found.stderr
    assert "broken: not fine" in found.output
    sys.modules.pop("broken", None)


def test_two_stores_are_merged_and_pruned(shell: Callable[..., Result]) -> None:
    limits = ("--memory", "800M", "--timeout", "300", "--stall", "300")
    shell("run", "small.py", "--jobs", "1", "--out", "there", *limits)
    assert "6 blocks taken, 0 held already" in shell("store", "merge", "there").output
    again = shell("run", "small.py", "--jobs", "1", "--plan")
    assert "of them 5 held; to ask: none" in again.output
    shell("run", "small.py", "--jobs", "1", "--seed", "3")
    found = shell("store", "prune", "--keep", "small.py").output
    assert "removed blocks: answers 2, facts 1, judge 2, scores 1" in found
