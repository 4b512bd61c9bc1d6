"""What a study will take: queries to the row, time and memory of the right size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from limelab.models import Recipe
from limelab.study.forecast import Timed, forecast, timed
from limelab.study.plan import make_plan
from limelab.study.run import How
from limelab.study.store import Store
from tests.study.world import IRIS, broken, small


def test_blocks_and_queries_are_those_of_the_run(out: Path) -> None:
    study = small(tasks=[IRIS], repeats=3)
    plan = make_plan(study)
    before = forecast(plan, ())
    assert before.blocks == {"answers": (6, 0), "facts": (1, 0), "judge": (3, 0)}
    told = study.run(out).manifest
    assert before.queries == {k: n for k, n in told["queries"].items() if k != "probe"}
    assert (before.chunks, before.memory) == (1, plan.tasks[0].sizes.need(2))
    with Store.read(out) as store:
        held = store.has(block.key for block in plan.asking())
    after = forecast(plan, held)
    assert after.queries == {}
    assert after.blocks["answers"] == (6, 6)
    assert timed(plan, held, How()) == Timed()


def test_a_trial_is_timed_and_says_what_it_asked_and_what_broke() -> None:
    tasks = [IRIS, replace(IRIS, model=Recipe(broken))]
    found = timed(make_plan(small(tasks=tasks, repeats=3)), (), How(2))
    assert 0 < found.seconds < 60
    assert found.asked["sampler"] == 2 * 2 * 2 * 64
    assert found.failures[0].startswith("iris / broken, facts: RuntimeError: no such luck")
