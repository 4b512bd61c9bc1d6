"""Numbers of the paper are those of the tables, by study and name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from limelab.paper.kept import NOTHING, read
from limelab.paper.numbers import NO_VERDICT, numbers, printed
from limelab.report.names import number
from tests.paper.conftest import STEM


def test_estimates_and_verdicts_are_those_of_the_claims_table(full: Path) -> None:
    told = numbers(read(full, [STEM], quick=False))
    table = pd.read_csv(full / STEM / "claims.csv").set_index("scope")
    (claim,) = told["studies"][STEM]["claims"]
    here = table.loc["on these tasks"]
    assert claim["tasks"]["verdict"] == here["verdict"]
    assert claim["tasks"]["estimate"] == number(here["difference"]).replace("-", "\u2212")
    assert claim["general"]["verdict"] == table.loc["in general", "verdict"] == "too few data sets"
    assert claim["general"]["interval"] == ""
    assert told["studies"][STEM]["counts"]["general"] == "1 too few data sets"
    assert told["totals"]["counts"]["tasks"] == f"1 {here['verdict']}"
    assert told["totals"]["post_hoc"] == "0"
    assert not told["quick"]


def test_a_claim_that_came_after_its_data_is_counted_apart(full: Path, tmp_path: Path) -> None:
    shutil.copytree(full / STEM, tmp_path / STEM)
    path = tmp_path / STEM / "claims.csv"
    pd.read_csv(path).assign(declared="post hoc").to_csv(path, index=False)
    told = numbers(read(tmp_path, [STEM], quick=False))
    assert told["totals"]["post_hoc"] == told["totals"]["claims"] == "1"


def test_a_quick_run_has_estimates_and_no_verdicts(quick: Path) -> None:
    told = numbers(read(quick, [STEM], quick=True))
    (claim,) = told["studies"][STEM]["claims"]
    assert claim["tasks"]["verdict"] == claim["general"]["verdict"] == NO_VERDICT
    assert told["totals"]["counts"] == {"tasks": "", "general": ""}
    assert told["quick"]


def test_what_is_missing_is_counted_and_has_its_reason(full: Path) -> None:
    told = numbers(read(full, [STEM, "steering"], quick=False))
    assert told["studies"]["steering"] == {"held": False, "reason": NOTHING}
    assert (told["totals"]["held"], told["totals"]["missing"]) == ("1", "1")
    assert told["totals"]["claims"] == "1"
    manifest = read(full, [STEM], quick=False)[STEM].found.manifest  # type: ignore[union-attr]
    assert told["totals"]["queries"] == f"{sum(manifest['queries'].values()):,}"


@pytest.mark.parametrize(
    ("cell", "text"),
    [("-1e-5", "\u22121.00e\u221205"), ("nan", "\u2014"), ("1200", "1,200"), ("R2 out", "R2 out")],
)
def test_a_cell_is_printed_with_three_digits(cell: str, text: str) -> None:
    assert printed(cell) == text
