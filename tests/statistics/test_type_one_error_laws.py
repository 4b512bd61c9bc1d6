"""The default verdict errs seldom where truths are equal: the benchmark's table, in short."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from limelab.seeds import generator
from limelab.statistics import TOO_FEW, compare, verdict
from tests.benchmarks.type_one_error import (
    QUICK,
    World,
    default,
    lines,
    many_sets,
    means_of_sets,
    one_task,
    simulated,
)

TIMES = 40
SETS = [world for world in many_sets() if world.data_sets > 4]


@pytest.mark.parametrize("world", one_task(), ids=lambda world: world.title)
def test_one_task_holds_its_level_where_pooling_does_not(world: World) -> None:
    row = simulated(World(**{**vars(world), "n_resamples": 299}), TIMES)
    assert row["error"] <= 0.05 + 2.6 * np.sqrt(0.0475 / TIMES)
    assert row["naive t"] > 0.3
    assert row["coverage"] >= 0.95 - 2.6 * np.sqrt(0.0475 / TIMES)


def test_data_sets_hold_their_level_in_every_row() -> None:
    times, errors = 60, []
    for world in SETS:
        rng = generator(1, world.title)
        small = World(**{**vars(world), "instances": 3, "repeats": 2})
        made = (default(small, small.draw(rng, 0.0)[0], rng) for _ in range(times))
        errors.append(np.mean([verdict(one, 0.0) != "inconclusive" for one in made]))
    assert max(errors) <= 0.05 + 3.3 * np.sqrt(0.0475 / times)  # the largest of 27
    assert np.mean(errors) <= 0.05 + 2.6 * np.sqrt(0.0475 / times / len(SETS))


@pytest.mark.parametrize(
    "world", [w for w in many_sets() if w.data_sets == 4], ids=lambda w: w.title
)
def test_four_sets_are_too_few(world: World) -> None:
    rng = generator(0, "few")
    tasks, _ = world.draw(rng, 5.0)
    assert verdict(default(world, tasks, rng), 0.0) == TOO_FEW


def test_what_is_simulated_is_what_compare_reads() -> None:
    rng = generator(0, "compare")
    world = World("sets", 6, 2, instances=3, repeats=2, between=0.5)
    tasks, _ = world.draw(rng, 0.3)
    rows = [
        {"task": t, "dataset": place, "instance": i, "repeat": r, "condition": c, "value": value}
        for t, (place, cells) in enumerate(tasks)
        for (i, r), cell in np.ndenumerate(cells)
        for c, value in (("a", cell), ("b", 0.0))
    ]
    row = compare(pd.DataFrame(rows), "m", rng=rng).iloc[1]
    wanted = default(world, tasks, rng)
    assert (row.low, row.high) == pytest.approx((wanted.low, wanted.high))
    assert row.difference == pytest.approx(means_of_sets(tasks).mean())


@pytest.mark.slow
def test_the_whole_table_says_yes() -> None:
    *_, last = lines(QUICK)
    assert "every row: yes" in last
