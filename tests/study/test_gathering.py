"""Evidence of a condition is its own, whatever shares its sampler, its worker or its chunk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import limelab as ll
from limelab import metrics, models
from limelab.seeds import generator
from limelab.study import memory
from limelab.study.plan import make_plan
from limelab.study.ready import fitted, split
from tests.study.spies import Asking, Moving, of_each_repeat, seen
from tests.study.test_moving import numbers
from tests.study.world import IRIS, LIME, Attributing, small

FOREST = ll.Task(numbers, models.forest(n_estimators=3), instances=5, background=80)
PLACE = ["condition", "repeat", "instance", "output", "metric", "judge", "radius"]


def test_conditions_of_one_sampler_are_each_asked_about_their_own_explanations(out: Path) -> None:
    conditions = ll.vary(LIME, surrogate=[ll.LeastSquares(), ll.Ridge(select=ll.Forward(1))])
    chosen = [Asking("each", of_each_repeat)]
    small(tasks=[IRIS], conditions=conditions, metrics=chosen, judge=[], claims=[]).run(out)
    data, model = split(IRIS, 0), fitted(IRIS, 0)
    lines = seen("each")
    assert (lines[0].probes["each"] != lines[1].probes["each"]).any()
    for evidence in lines:
        points = of_each_repeat(evidence, generator(0))
        wanted = model.box.ask(data.table.decode(points.reshape(-1, 4))).reshape(2, 2, 1, 3)
        np.testing.assert_array_equal(evidence.probes["each"], wanted)


def test_rows_in_chunks_score_as_rows_in_one_go(out: Path) -> None:
    study = small(
        tasks=[FOREST],
        conditions={"lime": LIME, "other": Attributing()},
        claims=[],
        metrics=[
            *(Moving(), Asking("each", of_each_repeat), metrics.PGI(2), metrics.Infidelity()),
            *(metrics.LocalAgreement(), metrics.TruthDistance(), metrics.Rmse()),
            *(metrics.Agreement("prediction"), metrics.Separability(), metrics.RealismDistance()),
        ],
    )
    sizes = make_plan(study).tasks[0].sizes
    little = memory.BASE + sizes.batch + int(2.5 * sizes.instance)
    assert len(make_plan(study, little).tasks[0].chunks) == 2
    whole, cut = study.run(out / "whole"), study.run(out / "cut", memory=little)
    assert not cut.manifest["failures"]
    tables = [one.scores.sort_values(PLACE).reset_index(drop=True) for one in (whole, cut)]
    assert tables[0][PLACE].equals(tables[1][PLACE])
    np.testing.assert_allclose(tables[0]["value"], tables[1]["value"], rtol=1e-8, equal_nan=True)
    assert tables[0].groupby("metric")["value"].count().min() > 0
    counts: list[dict[str, Any]] = [dict(one.manifest["queries"]) for one in (whole, cut)]
    assert [count.pop("probe", 0) >= 0 for count in counts]
    assert counts[0] == counts[1]
