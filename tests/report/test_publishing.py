"""What is published is small, whole as far as it goes, and says what it leaves out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from limelab.report import publishing
from limelab.report.found import load
from limelab.report.publishing import MOST_BYTES, publish
from limelab.report.summary import Summary
from limelab.types import BadInput


def test_verdicts_medians_and_manifest_go_along(results: Path, tmp_path: Path) -> None:
    plain, wild = publish(results, tmp_path / "kept")
    assert (plain.stem, plain.reason, plain.left_out) == ("plain", "", ())
    assert wild.reason == "a quick run has no verdicts"
    folder = tmp_path / "kept" / "plain"
    assert not (tmp_path / "kept" / "wild").exists()
    there = {path.name for path in folder.iterdir()}
    assert {"claims.csv", "tasks.csv", "summary.csv", "manifest.json"} <= there
    assert not there & {"scores.csv", "explanations.csv.gz"}
    claims = (results / "plain" / "claims.csv").read_bytes()
    assert (folder / "claims.csv").read_bytes() == claims
    medians = Summary(load(results / "plain")).by_condition
    kept = pd.read_csv(folder / "summary.csv")
    assert kept["median"].to_numpy() == pytest.approx(
        medians["median"].to_numpy(), rel=1e-5, nan_ok=True
    )
    assert plain.size == sum(path.stat().st_size for path in folder.iterdir()) < MOST_BYTES


def test_what_finds_no_room_is_named_and_old_tables_go(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(results, tmp_path)
    size = len((results / "plain" / "manifest.json").read_bytes())
    monkeypatch.setattr(publishing, "MOST_BYTES", size + 1000 + 2500)
    plain, _ = publish(results, tmp_path)
    assert any(name.startswith("summary.csv (") for name in plain.left_out)
    assert "no room for" in plain.sentence
    assert not (tmp_path / "plain" / "summary.csv").exists()
    told = json.loads((tmp_path / "plain" / "manifest.json").read_text())
    assert told["left_out"] == list(plain.left_out)


@pytest.mark.parametrize("said", [{"quick": True}, {"failures": [{"task": "t"}]}])
def test_nothing_to_publish_is_bad_input(
    written: Callable[..., Path],
    rows: Callable[..., pd.DataFrame],
    said: dict[str, object],
    tmp_path: Path,
) -> None:
    folder = written(rows(), **said)
    with pytest.raises(BadInput, match="nothing to publish"):
        publish(folder, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_a_folder_that_cannot_be_written_is_bad_input(results: Path, tmp_path: Path) -> None:
    shutil.copytree(results / "plain", tmp_path / "one")
    (tmp_path / "kept").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        publish(tmp_path / "one", tmp_path / "kept")
