"""The examples of README.md, run as they stand; its own part keeps the laws and runs in a study."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import limelab as ll
from limelab.cli import app
from tests import test_laws, test_laws_neighbourhood
from tests.parts import REPRESENTATIONS, TABLES

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
PART, STUDY = (
    next(block for block in BLOCKS if word in block) for word in ("class Swap", "import Swap")
)
OWN_MODULE = "swap"  # the name that README gives the file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the two files of the section on a part of one's own."""
    (tmp_path / f"{OWN_MODULE}.py").write_text(PART, encoding="utf-8")
    (tmp_path / "swap_study.py").write_text(STUDY, encoding="utf-8")
    return tmp_path


@pytest.fixture
def swap(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The part, imported from its file."""
    spec = importlib.util.spec_from_file_location(OWN_MODULE, folder / f"{OWN_MODULE}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, OWN_MODULE, module)
    spec.loader.exec_module(module)
    return module.Swap


def test_the_other_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the page, in one namespace, in a folder that has the file they read."""
    frame = pd.DataFrame({"rooms": [1.0, 2.0, 3.0, 4.0], "price": [10.0, 21.0, 29.0, 42.0]})
    frame.to_csv(tmp_path / "houses.csv", index=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ll.Explanation, "plot", lambda *_, **__: None)  # drawn in its own tests
    names: dict[str, Any] = {}
    studies: dict[str, ll.Study] = {}
    for block in BLOCKS:
        if block not in (PART, STUDY):
            exec(compile(block, "README.md", "exec"), names)
            studies |= {one.question: one for one in [names.get("STUDY")] if one is not None}
    assert names["explanation"].importance.shape == (3, 30, 2)
    assert names["trees"].coef is None
    assert names["words"].by_feature().shape[0] == 3
    assert "<span" in names["words"].marked(0)
    assert names["pixels"].importance.shape == (2, 16, 10)
    assert set(names["told"].verdicts["verdict"]) <= {"trust", "caution", "reject"}
    assert (tmp_path / "audit.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    known = names["scores"].groupby("metric")["value"].count()
    assert known.to_dict() == {"local_agreement": 3, "pgi_3": 3, "rmse": 0}
    (said,) = re.findall(r"print\(report\)  # (\d+) of (\d+) fail", TEXT)
    assert (str(len(names["report"].failed)), str(len(names["report"].to_frame()))) == said
    (results,) = [_ran(study, f"study_{n}") for n, study in enumerate(studies.values())]
    assert len(results.claims) > 0
    assert names["houses"]().X.shape == (4, 1)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_that_needs_limelab_imports_it(block: str) -> None:
    assert "ll." not in block or "import limelab as ll\n" in block


def test_the_table_of_parts_is_that_of_the_package() -> None:
    """Every part of the four kinds, and what belongs to them, stands in the table."""
    table = TEXT[TEXT.index("| part | answers") : TEXT.index("| asks | metrics")]
    named = set(re.findall(r"`([A-Z]\w+)\(", table))
    rooms = ("perturbations", "representations", "kernels", "surrogates", "distances")
    assert named == {name for room in rooms for name in ll._HOMES[f"limelab.{room}"]}


def test_the_table_of_metrics_is_that_of_the_package() -> None:
    table = TEXT[TEXT.index("| asks | metrics") :].partition("\n\n")[0]
    named = re.findall(r"`([A-Z]\w*)`", table)
    there = {name for name in ll.metrics.__all__ if hasattr(getattr(ll.metrics, name), "score")}
    assert len(named) == len(set(named))
    assert set(named) == there


def test_every_command_is_named() -> None:
    commands = TEXT[TEXT.index("## Commands") :].partition("Exit status")[0]
    names = {one.name or one.callback.__name__ for one in app.registered_commands}  # type: ignore[union-attr]
    named = {one for one in names if re.search(rf"(limelab|\|) {one}\b", commands)}
    assert named == names


def _ran(study: ll.Study, stem: str) -> ll.study.Results:
    """One row and one repeat of a study."""
    small = replace(study, repeats=1, tasks=[replace(task, instances=1) for task in study.tasks])
    results = small.run("results", stem=stem)
    assert results.scores["value"].notna().any()
    return results


def test_the_own_part_is_short(swap: Any) -> None:
    lines = [line for line in PART.splitlines() if line.strip()]
    assert len(lines) <= 24


@pytest.mark.parametrize("name", TABLES)
def test_the_own_part_keeps_the_laws(swap: Any, name: str) -> None:
    part = swap(0.3)
    test_laws.test_a_part_is_a_frozen_value(part)
    test_laws.test_a_cloud_of_fewer_uniforms_is_its_prefix(part, name)
    test_laws.test_a_cloud_of_a_batch_is_that_of_its_rows(part, name)
    test_laws.test_a_constant_column_stays_at_x(part, name)
    test_laws.test_fewer_samples_are_the_prefix_of_more(part)
    test_laws_neighbourhood.test_weights_are_in_range_and_fall_with_distance(part, name)
    for representation in REPRESENTATIONS:
        test_laws.test_what_is_seen_of_a_batch_is_what_is_seen_of_its_rows(
            representation, part, name
        )
    lime = ll.Lime(part, kernel=ll.Exponential(3), n_samples=128)
    test_laws.test_the_same_call_gives_the_same_bits(lime, name)
    test_laws.test_another_seed_gives_other_bits(lime, name)
    for draws in ("shared", "own"):
        test_laws.test_a_batch_is_its_rows_one_by_one(lime, name, draws)
    test_laws.test_own_draws_follow_the_row_and_not_its_place(lime)


@pytest.mark.parametrize("name", TABLES)
def test_the_own_part_reads_the_background_only(swap: Any, name: str) -> None:
    test_laws_neighbourhood.test_samples_stay_inside_the_background(swap, name)


def test_the_own_part_runs_in_a_study_from_its_own_folder(folder: Path) -> None:
    code = "from swap_study import STUDY; STUDY.run('results', stem='swap_study')"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    scores = pd.read_csv(folder / "results" / "swap_study" / "scores.csv")
    found = scores[scores["metric"] == "rmse"].groupby("condition")["value"]
    assert len(found) == 2
    assert found.apply(lambda values: values.notna().all()).all()
    assert scores["judge"].dropna().str.startswith("Swap").all()


def test_figures_of_the_audit_are_those_of_the_kept_results() -> None:
    kept = README.parent / "paper/results/audit_calibration/measure_what_the_words_are_worth.csv"
    told = pd.read_csv(kept).set_index("verdict")
    trust, whole = told.loc["trust"], told.loc["all"]
    right = [one["explanations"] - one["wrong"] for one in (trust, whole)]
    said = (
        f"{trust['wrong']:.0f} of {trust['explanations']:.0f} trusted explanations of "
        f"{trust['models']:.0f} models is wrong (at most {trust['upper_bound']:.1%}, "
        "one-sided 95%, clustered by model), where trusting all of them errs in "
        f"{whole['share']:.0%}; {right[0] / right[1]:.0%} of the right ones are trusted."
    )
    assert said in " ".join(TEXT.split()).replace(" %", "%")
