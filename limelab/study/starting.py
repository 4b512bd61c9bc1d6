"""A study to start from, and a trial of a study; it knows no part of its own."""

from __future__ import annotations

import importlib.util
import keyword
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from limelab.study.engine import died
from limelab.study.progress import Watch
from limelab.study.results import CLAIMS, EXPLANATIONS, SCORES, TASKS, Results
from limelab.study.run import How, run_study
from limelab.study.running import called
from limelab.study.spec import Study
from limelab.types import BadInput

_TEMPLATE = Path(__file__).with_name("template.txt")
_TABLES = (SCORES, EXPLANATIONS, CLAIMS, TASKS)


def new_study(stem: str, folder: Path) -> Path:
    """Write a commented study that runs as it is.

    Raises
    ------
    BadInput
        A stem that is no name of a module, or that is taken.
    """
    if not stem.isidentifier() or keyword.iskeyword(stem):
        raise BadInput(
            f"{stem!r} is no name for a Python file; use letters, digits and _, no keyword"
        )
    path = folder / f"{stem}.py"
    if path.exists():
        raise BadInput(f"{path} is there already; choose another name (nothing was written)")
    if importlib.util.find_spec(stem) is not None:
        raise BadInput(f"a module {stem!r} is installed, and would be hidden; choose another name")
    path.write_text(_TEMPLATE.read_text(encoding="utf-8").replace("STEM", stem), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Trial:
    """What a trial found.

    Attributes
    ----------
    failures : list of str
        Blocks, fits and metrics that broke.
    declined : list of str
        What has no value, and why: cells of the tables by task, condition and metric.
    same : bool
        Whether two workers wrote the same bytes as one.
    seconds : float
        Of one worker.
    """

    failures: list[str]
    declined: list[str]
    same: bool
    seconds: float


def try_study(study: Study, how: How, progress: Watch) -> Trial:
    """Run two rows and two repeats of every task, in two workers and then in this process.

    Where a block ends its worker, there is no second run.
    """
    small = study.trial()
    with tempfile.TemporaryDirectory(prefix="limelab-") as folder:
        two = run_study(small, Path(folder) / "two", how=replace(how, n_jobs=2), progress=progress)
        if any(died(failure["error"]) for failure in two.manifest["failures"]):
            return _told(two, same=True)  # it would end this process
        one = run_study(small, Path(folder) / "one", how=how, progress=progress)
        same = all(
            (one.folder / name).read_bytes() == (two.folder / name).read_bytes() for name in _TABLES
        )
        return _told(one, same=same)


def _told(results: Results, *, same: bool) -> Trial:
    told = results.manifest
    failures = [f"{called(f)}: {f['error']}" for f in told["failures"]]
    return Trial(failures, _declined(results.scores), same, told["seconds"])


def _declined(scores: pd.DataFrame) -> list[str]:
    missing = scores[scores["value"].isna()]
    columns = ["task", "condition", "metric", "note"]
    rows = missing[columns].drop_duplicates().itertuples(index=False, name=None)
    return [f"{task}, {condition}, {metric}: {note}" for task, condition, metric, note in rows]
