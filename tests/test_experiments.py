"""Every study of experiments/ loads and can be planned; closed forms lie in the measured bands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limelab.domains import Table
from limelab.statistics.bands import Band
from limelab.study import Study, Task
from limelab.study.loading import load_study
from limelab.study.plan import make_plan

FOLDER = Path(__file__).parents[1] / "experiments"
STEMS = sorted(path.stem for path in FOLDER.glob("*.py"))


@cache
def study_of(stem: str) -> Study:
    """The study of a file, as the commands load it."""
    return load_study(FOLDER / f"{stem}.py")


def module_of(stem: str) -> Any:
    """The file itself."""
    found = [
        module
        for module in list(sys.modules.values())
        if vars(module).get("STUDY") is study_of(stem)
    ]
    return found[0]


@pytest.mark.parametrize("stem", STEMS)
def test_a_study_opens_with_its_question(stem: str) -> None:
    assert study_of(stem).question.endswith("?")
    said = (module_of(stem).__doc__ or "").strip()
    assert len(said.splitlines()) > 1, "the docstring asks the question and says what is run"


@pytest.mark.parametrize("stem", STEMS)
def test_a_study_says_before_it_runs_what_it_expects(stem: str) -> None:
    claims = study_of(stem).claims
    assert claims
    assert len({claim.statement for claim in claims}) == len(claims)


@pytest.mark.parametrize("stem", STEMS)
def test_a_study_can_be_planned(stem: str) -> None:
    study = study_of(stem).quick()
    plan = make_plan(study)
    assert len(plan.tasks) == len(study.tasks)
    assert all(len(task.measures) == len(study.measures) for task in plan.tasks)
    assert sum(plan.queries().values()) > 0


# Closed forms against measurement: (study, measure, task)
CURVES = (
    ("linear_limit", "r2_of_a_line", "two_of_wine / network"),
    ("linear_limit", "r2_of_a_line_on_a_tree", "iris / forest"),
    ("kernel_width", "share_left_by_the_penalty", "iris / network"),
    ("discretisation", "sign_by_the_toss_of_a_background", "iris / network"),
)
SLOW = (
    ("linear_limit", "r2_of_a_line_on_a_tree", "wine / forest"),
    ("kernel_width", "lime_is_nearly_global", "breast_cancer / network"),
    ("discretisation", "coefficient_of_a_slope_of_one", "wine / network"),
    ("steering", "effect_of_a_favourite_column", "star98 / forest"),
)


def measured(stem: str, measure: str, name: str) -> pd.DataFrame:
    """The table of a measure on one task, as the study's own run has it."""
    study = study_of(stem)
    function: Callable[[Task, int], pd.DataFrame]
    (function,) = (one for one in study.measures if one.__name__ == measure)
    (task,) = (task for task in study.tasks if task.name == name)
    return function(task, study.seed)


def _assert_in_band(table: pd.DataFrame) -> None:
    """All at once: the intervals of a table hold together with 95 %."""
    band = Band(table["low"].to_numpy(), table["high"].to_numpy())
    missed = band.misses(table["exact"])
    assert not missed.any(), table[missed].to_string()
    assert band.misses(table["exact"] * 1.2 + 0.02).any(), "the bands are too wide to see anything"


@pytest.mark.parametrize(("stem", "measure", "task"), CURVES)
def test_closed_forms_lie_in_the_measured_band(stem: str, measure: str, task: str) -> None:
    _assert_in_band(measured(stem, measure, task))


@pytest.mark.slow
@pytest.mark.parametrize(("stem", "measure", "task"), SLOW)
def test_closed_forms_lie_in_the_measured_band_on_larger_tables(
    stem: str, measure: str, task: str
) -> None:
    _assert_in_band(measured(stem, measure, task))


def test_what_leans_on_a_neighbourhood_is_what_it_says() -> None:
    parts = module_of("steering")
    rows = np.random.default_rng(0).normal(size=(300, 3)) * [1.0, 5.0, 0.1]
    table, x = Table(rows), rows[:2]
    u = np.random.default_rng(1).random((1, 4000, 3))
    neutral = parts.LEANING["neutral"].cloud(u, x, table).moves
    stretched = parts.Stretched(factor=4.0).cloud(u, x, table).moves
    np.testing.assert_allclose(stretched / neutral, np.broadcast_to([4.0, 1, 1], (2, 4000, 3)))
    assert (parts.OneSided().cloud(u, x, table).moves >= 0).all()
    inside = x[:, None] + parts.InRange().cloud(u, x, table).moves
    low, high = np.quantile(rows, (0.25, 0.75), axis=0)
    assert (inside >= low - 1e-12).all()
    assert (inside <= high + 1e-12).all()
    part = rows[rows[:, 0] <= np.quantile(rows[:, 0], 1 / 3)].std(axis=0)
    found = parts.FromPart().cloud(u, x, table).moves.std(axis=(0, 1))
    np.testing.assert_allclose(found, 0.5 * part, rtol=0.05)
