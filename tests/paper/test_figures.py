"""Pictures are drawn from the tables of a study by its stem, and stand alone."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from limelab.paper.figures import CURVES, RANKS, drawn
from limelab.paper.kept import Kept, read
from limelab.report.found import Found

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
RESULTS = Path(__file__).parents[2] / "paper" / "results"


def _kept(measured: float) -> Kept:
    rows = {"task": ["a", "a"], "correlation": ["0", "1"], "exact": ["2", "1"]}
    told = {**rows, "measured": [str(measured)] * 2, "low": ["0"] * 2, "high": ["3"] * 2}
    measures = {"two_columns_grow_alike": pd.DataFrame(told)}
    empty = pd.DataFrame()
    stem = "importance_as_truth"
    return Kept(stem, Found(stem, {}, empty, empty, empty, measures))


def test_a_picture_is_a_file_of_its_own_and_follows_its_numbers() -> None:
    (one,), (other,) = list(drawn(_kept(1.0))), list(drawn(_kept(2.5)))
    assert one.name == other.name
    assert one.svg != other.svg
    assert [again.svg for again in drawn(_kept(1.0))] == [one.svg]
    assert ElementTree.fromstring(one.svg).tag == "{http://www.w3.org/2000/svg}svg"


def test_nothing_is_drawn_of_what_is_missing() -> None:
    assert list(drawn(Kept("importance_as_truth", reason="gone"))) == []


def test_every_measure_that_is_drawn_is_a_function_of_its_study() -> None:
    for stem, measures in CURVES.items():
        source = (EXPERIMENTS / f"{stem}.py").read_text(encoding="utf-8")
        for name, _ in measures:
            assert re.search(rf"^def {name}\(", source, re.MULTILINE), f"{stem}: {name}"
    assert all((EXPERIMENTS / f"{stem}.py").is_file() for stem in RANKS)


@pytest.mark.parametrize("stem", RANKS)
def test_ranks_are_of_the_factors_that_the_study_is_about(stem: str) -> None:
    held = read(RESULTS, [stem], quick=False)
    ranks = [one for one in drawn(held[stem]) if "-rank-" in one.name]
    factors, most = RANKS[stem]
    assert len(ranks) == most
    assert all(one.title.endswith(f": {factors}") for one in ranks)
