"""A run that has nothing to do ends at once; whatever changes, is torn or failed is done again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import limelab as ll
from limelab import metrics, models
from limelab.study import Conditions, Study, run
from limelab.study.results import Results
from tests.study.world import IRIS, TREES, broken, content, small

TINY: dict[str, Any] = {"tasks": [IRIS], "metrics": [metrics.Rmse()], "repeats": 1}


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The studies whose blocks were looked at, one entry a run that had something to do."""
    seen: list[str] = []
    real = run._score

    def noting(doing: Any, *rest: Any) -> Any:
        seen.append(doing.name)
        return real(doing, *rest)

    monkeypatch.setattr(run, "_score", noting)
    return seen


def tiny(**changes: Any) -> Study:
    return small(**{**TINY, **changes})


def test_nothing_to_do_is_nothing_done(out: Path, scored: list[str]) -> None:
    first = tiny().run(out)
    before, told = content(out), first.manifest
    kept = (out / "manifest.json").read_bytes()
    again = tiny().run(out)
    assert len(scored) == 1
    assert content(out) == before
    assert (out / "manifest.json").read_bytes() == kept
    now = again.manifest
    assert (told["unchanged"], now["unchanged"]) == (False, True)
    total = told["blocks"]["total"]
    assert now["blocks"] == {"total": total, "made": 0, "reused": total}
    assert now["queries"] == told["queries"]
    assert now["queries_now"] == {}
    assert now["seconds_by_kind"] == told["seconds_by_kind"]


def with_a_baseline() -> Conditions:
    """The same conditions, one of which stands beside the others."""
    same = tiny().conditions
    return Conditions(same, same.factors, baselines=[next(iter(same))])


CHANGES: dict[str, Callable[[], Study]] = {
    "a question": lambda: tiny(question="Is another question another study?"),
    "a remedy": lambda: tiny(remedy="Look twice."),
    "a claim": lambda: tiny(claims=[replace(TREES, margin=0.1)]),
    "a metric": lambda: tiny(metrics=[metrics.Rmse(), metrics.Gap()]),
    "a repeat": lambda: tiny(repeats=2),
    "a factor": lambda: tiny(conditions=tiny().conditions.tag(scale="near")),
    "a baseline": lambda: tiny(conditions=with_a_baseline()),
    "the quick run": lambda: tiny().quick(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_changes_is_written(
    change: Callable[[], Study], out: Path, scored: list[str]
) -> None:
    tiny().run(out, stem="one")
    changed = change().run(out, stem="one")
    assert len(scored) == 2
    assert not changed.manifest["unchanged"]
    change().run(out, stem="one")
    assert len(scored) == 2


def _gone(folder: Path) -> None:
    (folder / "claims.csv").unlink()


def _edited(folder: Path) -> None:
    path = folder / "scores.csv"
    path.write_bytes(path.read_bytes().replace(b"rmse", b"rmsf", 1))


def _pruned(folder: Path) -> None:
    next(folder.parent.glob("blocks/**/*.npz")).unlink()


@pytest.mark.parametrize("harm", [_gone, _edited, _pruned])
def test_what_was_harmed_is_made_again(
    harm: Callable[[Path], None], out: Path, scored: list[str]
) -> None:
    first = tiny().run(out, stem="one")
    before = content(first.folder)
    harm(first.folder)
    tiny().run(out, stem="one")
    assert len(scored) == 2
    assert content(first.folder) == before


def test_a_failure_is_tried_again(out: Path, scored: list[str]) -> None:
    study = tiny(tasks=[ll.Task("iris", models.Recipe(broken), instances=1)], claims=[])
    for n in (1, 2):
        told = study.run(out).manifest
        assert told["failures"]
        assert len(scored) == n


def test_two_studies_in_one_folder_do_not_take_each_other_for_done(
    out: Path, scored: list[str]
) -> None:
    tiny().run(out, stem="one")
    two = tiny().run(out, stem="two")
    assert isinstance(two, Results)
    assert len(scored) == 2
    assert {*content(two.folder)} == {*content(out / "one")}
