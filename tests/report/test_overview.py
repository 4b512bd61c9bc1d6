"""experiments/README.md is what the kept results say, and studies without any are named."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import limelab as ll
from limelab.report.overview import NOT_RUN, overview, write_overview
from limelab.study.loading import find_studies

ROOT = Path(__file__).parents[2]
STATEMENT = "Trees win."


def study(question: str = "Is a tree | better?", **said: Any) -> ll.Study:
    sides = {"better": {"surrogate": "tree"}, "worse": {"surrogate": "line"}}
    return ll.Study(
        question,
        ll.Task("iris", ll.models.linear()),
        ll.vary(ll.Lime(), surrogate={"line": ll.Ridge(), "tree": ll.Tree()}),
        ll.Judge(ll.Gaussian(), radii=[0.5]),
        ll.metrics.Rmse(),
        ll.Claim(STATEMENT, metric="rmse", **sides),
        **said,
    )


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    (tmp_path / "one").mkdir()
    lines = [
        "statement,scope,verdict",
        f"{STATEMENT},on these tasks,supported",
        f"{STATEMENT},in general,too few data sets",
    ]
    (tmp_path / "one" / "claims.csv").write_text("\n".join(lines))
    return tmp_path


def test_a_row_says_question_verdicts_and_remedy(kept: Path) -> None:
    text = overview({"one": study(remedy="Look\ntwice.")}, kept)
    row = next(line for line in text.splitlines() if line.startswith("| [`one`]"))
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
    assert cells == [
        "[`one`](one.py)",
        r"Is a tree \| better?",
        "*on these tasks*: 1 supported; *in general*: 1 too few data sets",
        "Look twice.",
    ]
    assert "Without results" not in text


def test_studies_without_results_and_with_other_claims_are_named(kept: Path) -> None:
    edited = ll.Claim(
        "Other.", metric="rmse", better={"surrogate": "tree"}, worse={"surrogate": "line"}
    )
    text = overview({"one": replace(study(), claims=(edited,)), "two": study()}, kept)
    assert "(of an earlier version of its claims)" in text
    assert f"| {NOT_RUN} |" in text
    assert "Without results so far: `two`." in text


def test_it_is_written_beside_the_studies(kept: Path, tmp_path: Path) -> None:
    path = write_overview({"one": study()}, kept, tmp_path)
    assert path == tmp_path / "README.md"
    assert path.read_text() == overview({"one": study()}, kept)


def test_the_readme_of_the_experiments_is_what_the_kept_results_say() -> None:
    """Where it is not: `limelab store readme`."""
    text = (ROOT / "experiments" / "README.md").read_text(encoding="utf-8")
    assert text == overview(find_studies([ROOT / "experiments"]), ROOT / "paper" / "results")
