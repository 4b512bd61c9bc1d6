"""A user's own modules reach a process that has others, or none, and replace older ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from limelab.study.loading import load_study
from limelab.study.own import OwnCode, of_study
from tests.study.world import ROOT

HELPER = "FACTOR = {factor}\n"
STUDY = """
from dataclasses import dataclass
import limelab as ll
from own_helping import FACTOR

@dataclass(frozen=True)
class Near(ll.Gaussian):
    factor: float = FACTOR

STUDY = ll.Study(
    question="Whose code?", tasks=[ll.Task("iris", ll.models.linear(), instances=2)],
    conditions={"near": ll.Lime(perturbation=Near(), n_samples=64, draws="own")},
    judge=ll.Judge(ll.Gaussian(), radii=[0.5], size=20), metrics=[ll.metrics.Rmse()], repeats=1,
)
"""
PRINT = """
import json, sys
from limelab.study.own import OwnCode
for text in sys.stdin.read().split("\\n---\\n"):
    root, files = json.loads(text)
    OwnCode(tuple((root, path, content.encode()) for path, content in files.items())).install()
    import own_helping
    print(own_helping.FACTOR, own_helping.__file__.startswith(root))
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "own_helping.py").write_text(HELPER.format(factor=1.0))
    (tmp_path / "own_study.py").write_text(STUDY)
    yield tmp_path / "own_study.py"  # type: ignore[misc]
    for name in ("own_study", "own_helping"):
        sys.modules.pop(name, None)


def test_a_study_brings_its_modules_and_theirs_and_nothing_installed(study: Path) -> None:
    own = of_study(load_study(study))
    assert [path for _, path, _ in own.files] == ["own_helping.py", "own_study.py"]
    assert {root for root, *_ in own.files} == {str(study.parent.resolve())}
    assert of_study(load_study(study)).digest == own.digest != OwnCode().digest


def test_a_process_runs_what_it_was_given_last(tmp_path: Path) -> None:
    """The folder itself where it holds the same files; a copy where it holds others."""
    import json

    (tmp_path / "own_helping.py").write_text(HELPER.format(factor=2))
    given = [
        json.dumps([str(tmp_path), {"own_helping.py": HELPER.format(factor=factor)}])
        for factor in (2, 3)
    ]
    line = [sys.executable, "-c", PRINT]
    done = subprocess.run(
        line, cwd=ROOT, input="\n---\n".join(given), env=dict(os.environ),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["2", "True", "3", "False"]


def test_workers_import_a_study_that_was_run_by_path(study: Path, tmp_path: Path) -> None:
    results = load_study(study).run(tmp_path / "out", n_jobs=2)
    assert not results.manifest["failures"]
    assert results.scores["value"].notna().all()
