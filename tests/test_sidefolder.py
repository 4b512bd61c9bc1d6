"""The side folder: found by its variable, and one clear word where a file is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from limelab import sidefolder
from limelab.types import BadInput

LOCK = Path(__file__).parent.parent / "experiments" / "data.lock"


def test_a_file_is_found_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sidefolder.VARIABLE, str(tmp_path))
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "some.csv").write_text("a,b\n")
    assert sidefolder.find("package/some.csv").read_text() == "a,b\n"


def test_what_is_missing_is_said_with_the_command_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(sidefolder.VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(BadInput, match=r"package/some\.csv is not in .*nowhere.*data\.lock"):
        sidefolder.find("package/some.csv")
    assert not (tmp_path / "nowhere").exists()


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sidefolder.VARIABLE, "")
    assert sidefolder.folder() == Path.home() / ".cache" / "limelab"


def test_every_pin_is_checked_by_hash() -> None:
    pins = [line for line in LOCK.read_text().splitlines() if line and not line.startswith("#")]
    assert pins
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)
