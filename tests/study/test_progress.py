"""What a run tells: blocks, queries and their rate, failures, time left; nothing when quiet."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from limelab.study import progress
from limelab.study.progress import Bar, Log, Quiet, Watch, watch
from tests.study.world import small


def two_blocks(told: Watch) -> None:
    told.start("asking", 3, 4)
    told.step({"sampler": 900, "probe": 100}, failed=False)
    told.step({}, failed=True)
    told.stop()


def test_a_log_is_plain_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 2.0, 4.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    two_blocks(Log(every=1))
    assert capsys.readouterr().err.splitlines() == [
        "asking: 3 blocks to do, 4 reused",
        "asking: 1/3 blocks, 1,000 queries (500/s), 0 failed, 4 s left",
        "asking: 2/3 blocks, 1,000 queries (250/s), 1 failed, 2 s left",
    ]


def test_a_bar_tells_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    two_blocks(Bar())
    said = capsys.readouterr().err
    assert "asking (4 reused)" in said
    assert "2/3" in said
    assert "1,000 queries (" in said
    assert ", 1 failed" in said


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    two_blocks(Quiet())
    small(repeats=1).run(tmp_path / "out", progress=Quiet())
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("terminal", "kind"), [(True, Bar), (False, Quiet)])
def test_a_bar_is_for_a_person(terminal: bool, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    assert isinstance(watch(), kind)
