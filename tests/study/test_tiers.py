"""Three sizes of a study, their budgets, and what an earlier run says of the next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import limelab as ll
from limelab.study import Grow
from limelab.study.tiers import MINUTES, QUICK_SHARE, after, before, estimated
from limelab.types import BadInput
from tests.study.world import small


def test_a_full_run_is_larger_and_knows_it() -> None:
    whole = small(grow=Grow(instances=3, repeats=1.5))
    full = whole.full()
    assert [task.instances for task in full.tasks] == [6, 6]
    assert full.repeats == 3
    assert (full.budget, full.tier) == (None, "full")
    assert full.claims == whole.claims
    assert (whole.tier, whole.budget) == ("default", MINUTES)


def test_a_quick_run_has_its_share_of_the_budget() -> None:
    quick = small(budget=9).quick()
    assert (quick.budget, quick.tier) == (9 * QUICK_SHARE, "quick")
    assert small(budget=None).quick().budget is None


@pytest.mark.parametrize("budget", [0, -1, "4", float("inf"), True])
def test_a_budget_is_minutes_or_none(budget: object) -> None:
    with pytest.raises(BadInput, match="budget"):
        small(budget=budget)
    assert small(budget=None).budget is None


@pytest.mark.parametrize("changes", [{"instances": 0}, {"repeats": -1}, {"instances": "2"}])
def test_growth_is_a_number_above_0(changes: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=next(iter(changes))):
        Grow(**changes)  # type: ignore[arg-type]


def test_growth_never_ends_below_one() -> None:
    assert Grow(instances=0.1, repeats=0.1).of(3, 2) == (1, 1)


def test_the_manifest_says_which_size_it_was_and_what_was_promised(tmp_path: Path) -> None:
    told = small(remedy="Look twice.", claims=[]).run(tmp_path, quick=True).manifest
    assert (told["tier"], told["remedy"]) == ("quick", "Look twice.")
    assert told["budget"] == pytest.approx(MINUTES * QUICK_SHARE)


def test_an_estimate_is_read_from_the_first_run_of_the_same_size(tmp_path: Path) -> None:
    spent = {"own": {"judge": 10.0, "scores": 20.0}, "kept": {"judge": 60.0}}
    for name, tier in (("own", "quick"), ("kept", "default")):
        (tmp_path / name).mkdir()
        told = {"tier": tier, "seconds_by_kind": spent[name]}
        (tmp_path / name / "manifest.json").write_text(json.dumps(told))
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "manifest.json").write_text("{")
    places = [tmp_path / name for name in ("nowhere", "torn", "own", "kept")]
    assert estimated(places, "quick", 2) == 15.0
    assert estimated(places, "default", 2) == 30.0
    assert estimated(places, "full", 2) is None


def test_a_broken_promise_is_said_in_a_clear_word() -> None:
    assert "OVER the budget" in after(1.0, 61.0)
    assert "OVER" not in after(1.0, 60.0)
    assert "OVER" not in after(None, 1e6)
    assert before(0.5, None).startswith("budget 30 s;")


def test_growth_is_public() -> None:
    assert ll.study.Grow is Grow
