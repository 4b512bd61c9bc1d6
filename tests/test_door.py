"""The door: every room that it names opens in an interpreter that has opened nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import limelab

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
ROOMS = sorted(name for name, home in limelab._HOME_OF.items() if home == "limelab")
SAID = sorted(set(re.findall(r"\bll\.([a-z]\w*)\.", README)))
ONE_BY_ONE = f"""
import sys, limelab as ll
for name in {ROOMS!r}:
    for known in [known for known in sys.modules if known.startswith("limelab.")]:
        del sys.modules[known]
        vars(ll).pop(known.split(".")[1], None)
    assert getattr(ll, name).__name__ == "limelab." + name, name
"""


def fresh(code: str) -> subprocess.CompletedProcess[str]:
    """What another interpreter makes of this."""
    return subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)


def test_every_room_opens_as_an_attribute_in_a_fresh_interpreter() -> None:
    """Each room is asked for by name; what a room before it brought along is shut out again."""
    ended = fresh(ONE_BY_ONE)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("name", ["statistics.clustered_share", "checks.Report"])
def test_a_room_opens_first_of_all(name: str) -> None:
    ended = fresh(f"import limelab as ll; ll.{name}")
    assert ended.returncode == 0, ended.stderr


def test_readme_names_no_room_that_is_shut() -> None:
    assert "statistics" in SAID
    assert set(SAID) <= set(ROOMS)


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'attic'"):
        _ = limelab.attic


def test_every_name_that_is_shown_is_there() -> None:
    shown = set(dir(limelab)) - {"__version__"}
    assert shown == set(limelab._HOME_OF)
