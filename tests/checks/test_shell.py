"""`limelab check` as a shell sees it: verdicts, exit status, one line for bad input, files left."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from limelab.checks.search import Unstable
from limelab.cli import app

MINE = """
import numpy as np
import limelab as ll

def sound():
    return ll.Lime(n_samples=128)

VALUE = ll.Lime(n_samples=64)
WORDS = ll.Lime(ll.Dropout(), ll.Presence(), n_samples=64)

class Stuck:
    def explain(self, predict, background, rows, seed):
        found = ll.Lime(n_samples=64).explain(predict, background, rows, 0)
        return found.effect + 0.1

def fails():
    raise RuntimeError("no weights here")

def number():
    return 3
"""
FEW = ("--level", "contract", "--examples", "1")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "mine_to_check.py").write_text(MINE)
    (tmp_path / "broken_to_check.py").write_text("1 / 0")

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["check", *arguments])

    yield call
    sys.modules.pop("mine_to_check", None)


def test_a_sound_explainer_is_status_0_and_leaves_a_page(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    found = shell(
        "mine_to_check:sound", "--level", "contract", "--examples", "2", "--html", "c.html"
    )
    assert found.exit_code == 0, found.output
    assert "14 passed" in found.output
    page = (tmp_path / "c.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "check_batch_is_its_rows" in page


def test_a_value_is_as_good_as_a_factory_and_levels_add_up(shell: Callable[..., Result]) -> None:
    one = shell("mine_to_check:VALUE", *FEW)
    both = shell(
        *("mine_to_check:VALUE", "--level", "contract", "--level", "axiom", "--examples", "1")
    )
    assert one.exit_code == 0, one.output
    assert "check_units" in both.output
    assert "check_units" not in one.output


def test_an_explainer_of_texts_has_checks_of_its_own(shell: Callable[..., Result]) -> None:
    found = shell("mine_to_check:WORDS", "--rows", "texts", "--examples", "1")
    assert found.exit_code == 0, found.output
    assert "check_every_word_is_named" in found.output


def test_a_broken_one_is_status_1_with_code_to_paste(shell: Callable[..., Result]) -> None:
    found = shell("mine_to_check:Stuck", "--level", "contract", "--examples", "2")
    assert found.exit_code == 1
    assert "failed  contract  check_constant_model" in found.output
    assert 'replay("check_seed_is_used", EXPLAINER, 0)' in found.stderr
    assert 'replay("check_constant_model", EXPLAINER' in found.stderr


def test_what_is_expected_is_no_failure(shell: Callable[..., Result], tmp_path: Path) -> None:
    why = {"check_constant_model": "adds a tenth", "check_seed_is_used": "one seed only"}
    why |= dict.fromkeys(("check_every_output", "check_probabilities"), "adds a tenth")
    why |= {"check_units": "of a level that is not asked for"}
    (tmp_path / "why.json").write_text(json.dumps(why))
    found = shell(
        *("mine_to_check:Stuck", "--level", "contract", "--examples", "2"),
        *("--expected", "why.json"),
    )
    assert found.exit_code == 0, found.output
    assert found.output.startswith("Stuck()\n")
    assert "xfail" in found.output
    assert "adds a tenth" in found.output


def test_the_least_stable_row_is_told_kept_and_drawn(
    shell: Callable[..., Result], tmp_path: Path
) -> None:
    found = shell(
        *("mine_to_check:VALUE", *FEW),
        *("--unstable", "iris", "--model", "linear", "--out", "kept"),
    )
    assert found.exit_code == 0, found.output
    kept = Unstable.load(tmp_path / "kept" / "unstable.json")
    assert kept.sentence in found.output
    assert kept.model == "iris / linear"
    assert (tmp_path / "kept" / "unstable.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mine_to_check",), "names no explainer; expected package.module:factory"),
        (("no_such_module:make",), "No module named 'no_such_module'"),
        (("mine_to_check:nothing",), "mine_to_check has no 'nothing'"),
        (("broken_to_check:make",), "failed with ZeroDivisionError"),
        (("mine_to_check:fails",), "mine_to_check:fails() failed with RuntimeError: no weights"),
        (("mine_to_check:number",), "expected a value with explain"),
        (("mine_to_check:MISSING",), "mine_to_check has no 'MISSING'"),
        (("mine_to_check:np",), "is module; expected an explainer"),
        (("mine_to_check:VALUE", "--level", "law"), "level='law'"),
        (("mine_to_check:VALUE", "--rows", "sounds"), "explainers of 'sounds'; expected one of"),
        (("mine_to_check:VALUE", "--expected", "no.json"), "no.json cannot be read"),
        (("mine_to_check:VALUE", "--expected", "list.json"), "list.json holds list"),
        (("mine_to_check:VALUE", "--expected", "name.json"), "check_nothing"),
        (("mine_to_check:VALUE", "--unstable", "irises"), "no data set 'irises'"),
        (
            ("mine_to_check:VALUE", "--unstable", "iris", "--model", "trees"),
            "no model 'trees'; expected one of forest",
        ),
        (("mine_to_check:VALUE", *FEW, "--html", "no/such/folder.html"), "cannot be written"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    arguments: tuple[str, ...], said: str, shell: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "name.json").write_text('{"check_nothing": "x"}')
    found = shell(*arguments)
    assert found.exit_code == 2, found.output
    assert found.stderr.count("\n") == 1, found.stderr
    assert said in found.stderr
