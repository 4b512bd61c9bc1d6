"""A folder of tables is one run's: none of another tier, and none of measures that are gone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from limelab.report.found import find
from limelab.report.publishing import UNFINISHED, publish
from limelab.study import tables
from limelab.types import BadInput
from tests.study.test_bounds import bound, nothing, rows_of, share, shares, study_of
from tests.study.world import ROOT, content

TWO = ("iris", "wine")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")


def stopped(rows: pd.DataFrame, cluster: Any) -> Any:
    """Somebody presses Ctrl-C while a bound is read."""
    if os.environ.get("LIMELAB_TEST_STOPS"):
        raise KeyboardInterrupt
    return share(rows, cluster)


def stopped_summary(told: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The same while a summary is made."""
    if os.environ.get("LIMELAB_TEST_STOPS"):
        raise KeyboardInterrupt
    return shares(told)


def unfinished(out: Path, folder: Path) -> None:
    """Nobody takes the folder for a finished run."""
    assert not (folder / "manifest.json").exists()
    with pytest.raises(BadInput, match=r"there is no manifest\.json in it"):
        find(folder)
    with pytest.raises(BadInput, match=r"there is no manifest\.json in it"):
        publish(out, out / "kept")
    assert not (out / "kept").exists()


@pytest.mark.parametrize("where", ["bound", "summary"])
def test_a_run_of_another_tier_that_stops_leaves_no_finished_folder(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = stopped if where == "bound" else share
    summaries = [stopped_summary] if where == "summary" else []
    study = study_of(replace(bound(at_most=0.9), read=read), names=TWO, summaries=summaries)
    first = study.run(tmp_path, stem="one")
    before = content(first.folder)
    monkeypatch.setenv("LIMELAB_TEST_STOPS", "yes")
    with pytest.raises(KeyboardInterrupt):
        study.full().run(tmp_path, stem="one")
    unfinished(tmp_path, first.folder)
    monkeypatch.delenv("LIMELAB_TEST_STOPS")
    again = study.run(tmp_path, stem="one")
    assert content(again.folder) == before
    assert again.manifest["tier"] == "default"
    assert study.full().run(tmp_path, stem="one").manifest["tier"] == "full"


@pytest.mark.parametrize("n", range(1, 8))
def test_a_stop_before_any_table_leaves_no_finished_folder(
    n: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scores, explanations, tasks, a measure, a summary, claims and the manifest."""
    study = study_of(bound(at_most=0.9), names=("iris",), summaries=[shares])
    first = study.run(tmp_path, stem="one")
    before = content(first.folder)
    write, left = tables.write_atomically, [n]

    def dying(path: str | os.PathLike[str], text: bytes | Iterable[bytes]) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        write(path, text)

    with monkeypatch.context() as patch:
        patch.setattr(tables, "write_atomically", dying)
        with pytest.raises(KeyboardInterrupt):
            study.full().run(tmp_path, stem="one")
    unfinished(tmp_path, first.folder)
    assert content(study.run(tmp_path, stem="one").folder) == before


def test_tables_as_they_were_are_no_finished_run_without_their_manifest(tmp_path: Path) -> None:
    study = study_of(bound(at_most=0.9), names=("iris",))
    study.run(tmp_path)
    (tmp_path / "manifest.json").unlink()
    again = study.run(tmp_path)
    assert not again.manifest["unchanged"]
    assert (tmp_path / "manifest.json").is_file()
    assert study.run(tmp_path).manifest["unchanged"]


@POSIX
@pytest.mark.slow
def test_a_killed_run_of_another_tier_leaves_no_finished_folder(tmp_path: Path) -> None:
    study = study_of(bound(at_most=0.9), names=("iris",))
    study.run(tmp_path, stem="one")
    command = [sys.executable, "-m", "tests.study.test_tables", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert ended.returncode == -9, ended.stderr
    unfinished(tmp_path, tmp_path / "one")


def test_an_unfinished_study_is_passed_over_beside_finished_ones(tmp_path: Path) -> None:
    study = study_of(bound(at_most=0.9), names=("iris",))
    for stem in ("one", "two"):
        study.run(tmp_path, stem=stem)
    (tmp_path / "two" / "manifest.json").unlink()
    told = {one.stem: one.reason for one in publish(tmp_path, tmp_path / "kept")}
    assert told == {"one": "", "two": UNFINISHED}
    assert not (tmp_path / "kept" / "two").exists()


def test_tables_of_measures_and_summaries_that_are_gone_go(tmp_path: Path) -> None:
    study = study_of(bound(at_most=0.9), names=("iris",), summaries=[shares])
    study.run(tmp_path)
    mine = {"measure_of-mine.csv", "notes.csv", "measure_rows_of.txt"}
    for name in mine:
        (tmp_path / name).write_text("mine")

    def there() -> set[str]:
        return {path.name for path in tmp_path.glob("*.*")} & {
            *mine,
            *("measure_rows_of.csv", "measure_shares.csv", "measure_nothing.csv"),
        }

    assert there() == {*mine, "measure_rows_of.csv", "measure_shares.csv"}
    replace(study, summaries=()).run(tmp_path)
    assert there() == {*mine, "measure_rows_of.csv"}
    replace(study, summaries=(shares,)).run(tmp_path)
    replace(study, claims=(), measures=(nothing, rows_of), summaries=(shares,)).run(tmp_path)
    assert "measure_shares.csv" not in there()  # a measure tells nothing: no summary of this run
    replace(study, claims=(), measures=(), summaries=()).run(tmp_path)
    assert there() == mine
    assert {path.read_text() for path in map(tmp_path.joinpath, mine)} == {"mine"}


def killed(out: str) -> None:
    """Run the full tier and die by a signal after the scores are written."""
    from tests.study.world import stop

    write = tables.write_atomically

    def dying(path: str | os.PathLike[str], text: bytes | Iterable[bytes]) -> None:
        write(path, text)
        if Path(path).name == "scores.csv":
            stop()

    tables.write_atomically = dying  # type: ignore[assignment]
    study_of(bound(at_most=0.9), names=("iris",)).full().run(out, stem="one")


if __name__ == "__main__":
    killed(sys.argv[1])
