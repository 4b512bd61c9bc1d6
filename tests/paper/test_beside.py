"""Findings of the checks and published numbers are counted as their files hold them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from limelab.paper import beside
from tests.paper.conftest import TEXT


def test_every_finding_of_the_checks_is_counted_once() -> None:
    with (TEXT / beside.CHECKS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = beside.checks(TEXT)
    here = Counter((row["rows"], row["explainer"], row["status"]) for row in rows)
    for kind, explainer, *counts in told["counts"]:
        assert counts == [str(here[kind, explainer, status]) for status in beside.STATUSES]
    assert (
        len(told["failures"]) == int(told["failed"]) == sum(r["status"] == "failed" for r in rows)
    )


def test_a_group_that_did_not_run_is_left_out_of_the_count(tmp_path: Path) -> None:
    (tmp_path / beside.PUBLISHED).write_text(
        "group,source,quantity,published,ours,near,agrees\n"
        "a,A,first,1,1.04,0.1,yes\na,A,second,1,2,0.1,no\n"
        "a,A,far,1,-1,inf,a contrast\nb,b,no data here,,,,\n"
    )
    told = beside.published(tmp_path)
    assert (told["numbers"], told["agree"], told["left_out"]) == ("2", "1", "1")
    assert told["rows"][0] == ["A", "first", "1", "1.04", "0.100", "yes"]


def test_files_that_are_not_there_are_said_to_be_missing(tmp_path: Path) -> None:
    assert beside.checks(tmp_path) == beside.published(tmp_path) == {"held": False}
