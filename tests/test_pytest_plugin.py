"""The plugin in an empty project outside this repository, run as its author would."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

TESTS = '''
import numpy as np
from limelab.checks import parametrize_with_checks


class Slopes:
    """Slopes by least squares on normal noise of its own."""

    def __init__(self, tenth=0.0):
        self.tenth = tenth

    def __repr__(self):
        return f"Slopes({self.tenth})"

    def explain(self, predict, background, rows, seed):
        found = []
        for x in np.asarray(rows, dtype=float):
            rng = np.random.default_rng([seed, int.from_bytes(x.tobytes()) % 2**32])
            scale = 0.3 * np.std(np.asarray(background, dtype=float), axis=0)
            noise = rng.normal(size=(400, len(x))) * scale
            kept = type(background)
            points = kept(x + noise, columns=background.columns) if hasattr(
                background, "columns") else x + noise
            y = np.asarray(predict(points)).reshape(400, -1)
            A = np.column_stack([np.ones(400), noise])
            coef = np.linalg.lstsq(A, y, rcond=None)[0][1:]
            found.append(coef * scale[:, None] + self.tenth)
        return np.stack(found)


WORDS = {"check_constant_model": "adds a tenth"}


@parametrize_with_checks(
    [Slopes(), Slopes(0.1)],
    level="contract",
    n_examples=3,
    expected_failed_checks=lambda e: WORDS if e.tenth == 0.1 and EXPECTED else {},
)
def test_slopes(explainer, check):
    check(explainer)
'''


def run(folder: Path, *arguments: str, expected: bool) -> subprocess.CompletedProcess[str]:
    text = TESTS.replace("and EXPECTED", "and True" if expected else "and False")
    (folder / "test_mine.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    if not any(entry.name == "limelab" for entry in entry_points(group="pytest11")):
        command += ["-p", "limelab.pytest_plugin"]  # installed before the plugin had its entry
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_failure_shows_code_to_paste(tmp_path: Path) -> None:
    ran = run(tmp_path, "-k", "constant_model or pickles", expected=False)
    assert "limelab: to see it again" in ran.stdout, ran.stdout + ran.stderr
    assert 'replay("check_constant_model", EXPLAINER, Case(' in ran.stdout
    assert "Slopes(0.1)-check_constant_model" in ran.stdout
    assert "1 failed, 3 passed" in ran.stdout


def test_an_expected_failure_and_the_option(tmp_path: Path) -> None:
    some = "-k", "constant_model"
    ran = run(tmp_path, *some, "--limelab-examples", "2", expected=True)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr
    assert "1 xfailed" in ran.stdout
    wrong = run(tmp_path, *some, "--limelab-examples", "0", expected=True)
    assert wrong.returncode != 0
    assert "expected at least 1" in wrong.stdout + wrong.stderr
