"""Runs of the small study that several tests read."""

from __future__ import annotations

from pathlib import Path

import pytest

from limelab.study import Results
from tests.study.spies import SEEN
from tests.study.world import small


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The small study, run in one go by one worker; to be read and not run again."""
    return small().run(tmp_path_factory.mktemp("whole") / "results")


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    """What spies of earlier tests of this process have kept is forgotten."""
    SEEN.clear()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder of results that does not exist yet."""
    return tmp_path / "results"
