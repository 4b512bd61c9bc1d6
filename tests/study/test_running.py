"""A block that kills the process which does it: named at the next start, and outlived by it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

import limelab as ll
from limelab.models import Recipe
from limelab.study import Results
from limelab.study.progress import Quiet
from limelab.study.run import How
from limelab.study.running import NOTE, interrupted
from limelab.study.starting import try_study
from limelab.study.store import Store
from tests.study.world import IRIS, ROOT, StopAt, content, small

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")


class Deadly(GaussianNB):  # type: ignore[misc]  # scikit-learn has no types
    """Kills its process when it is asked about samples."""

    def predict_proba(self, X: Any) -> Any:
        if len(X) == 2 * 64:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().predict_proba(X)


def deadly(kind: str, frame: pd.DataFrame, seed: int) -> Any:
    return Deadly()


def study() -> ll.Study:
    tasks = [IRIS, ll.Task("iris", Recipe(deadly), instances=2, background=60)]
    conditions = ll.vary(
        ll.Lime(n_samples=64, draws="own"), surrogate={"line": ll.Ridge(), "tree": ll.Tree()}
    )
    return small(tasks=tasks, conditions=conditions, repeats=1, claims=[])


def test_the_next_run_names_the_block_and_reports_it_with_its_conditions(out: Path) -> None:
    line = [sys.executable, "-m", "tests.study.test_running", str(out)]
    assert subprocess.run(line, cwd=ROOT, check=False).returncode == -9
    task, what = "iris / deadly", "Gaussian(scale=0.5, design=Iid())"
    named = {
        "task": task,
        "what": what,
        "repeat": 0,
        "conditions": "surrogate=line, surrogate=tree",
    }
    assert interrupted(out) == named
    found = study().run(out)
    assert found.manifest["interrupted"] == named
    (failure,) = found.manifest["failures"]
    assert {name: failure[name] for name in named} == named
    assert failure["error"].startswith("TerminatedWorkerError: its worker died of it, also when")
    notes = found.scores.groupby("task")["note"].unique()
    assert failure["error"] in notes[task]
    assert found.scores.query("task != @task and metric == 'rmse'")["value"].notna().all()
    assert not (out / NOTE).exists()


@pytest.mark.parametrize(
    ("error", "engine"),
    [("KilledWorker: its worker died of it", "loky"), ("ValueError: no", "serial")],
)
def test_what_has_died_before_is_done_apart(
    whole: Results, out: Path, error: str, engine: str
) -> None:
    with Store.open(out) as store:
        store.fail("k", "answers", {"task": "iris"}, error)
    found = small().run(out)
    assert found.manifest["engine"] == engine
    assert content(found.folder) == content(whole.folder)


@pytest.mark.slow
def test_a_trial_outlives_it_too() -> None:
    found = try_study(study(), How(), Quiet())
    (failure,) = found.failures
    assert failure.startswith("iris / deadly, Gaussian(scale=0.5, design=Iid()), of surrogate=line")


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_a_run_that_stops_otherwise_leaves_no_note(out: Path, error: type[BaseException]) -> None:
    with pytest.raises(error):
        small().run(out, progress=StopAt(2, error))
    assert interrupted(out) == {}


@pytest.mark.parametrize("text", ["", "{", "[1]", "\x00"])
def test_a_torn_note_names_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / NOTE).write_text(text)
    assert interrupted(tmp_path) == {}


if __name__ == "__main__":
    from tests.study import test_running

    test_running.study().run(sys.argv[1])
