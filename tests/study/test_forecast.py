"""What a study will take: queries to the row, time and memory of the right size."""

from __future__ import annotations

from pathlib import Path

from limelab.study.forecast import forecast
from limelab.study.plan import make_plan
from limelab.study.store import Store
from tests.study.world import IRIS, small


def test_blocks_and_queries_are_those_of_the_run(out: Path) -> None:
    study = small(tasks=[IRIS], repeats=3)
    plan = make_plan(study)
    before = forecast(study, plan, ())
    assert before.blocks == {"answers": (6, 0), "facts": (1, 0), "judge": (3, 0)}
    told = study.run(out).manifest
    assert before.queries == {k: n for k, n in told["queries"].items() if k != "probe"}
    assert 0 < before.seconds < 60
    assert (before.chunks, before.memory) == (1, plan.tasks[0].sizes.need(2))
    assert before.trial["sampler"] == 2 * 2 * 2 * 64
    with Store.read(out) as store:
        held = store.has(block.key for block in plan.asking())
    after = forecast(study, plan, held)
    assert (after.queries, after.seconds, after.trial) == ({}, 0.0, {})
    assert after.blocks["answers"] == (6, 6)
