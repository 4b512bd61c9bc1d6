"""What metrics will ask, told before: the very number that a run then asks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import limelab as ll
from limelab import metrics
from limelab.study.expecting import probe_queries
from limelab.study.plan import make_plan
from limelab.study.store import Store
from limelab.types import Array, Evidence
from tests.study.spies import Asking, declining, of_each_repeat
from tests.study.world import IRIS, LIME, Attributing, small


def test_the_forecast_is_what_a_run_asks_block_by_block(out: Path) -> None:
    conditions = ll.vary(LIME, surrogate=[ll.LeastSquares(), ll.Tree(max_depth=1)])
    study = small(
        tasks=[IRIS],
        conditions=conditions | {"other": Attributing()},
        judge=[],
        claims=[],
        metrics=[
            *(metrics.PGI(1), metrics.Infidelity(), metrics.Comprehensiveness(), Asking()),
            *(metrics.FaithfulnessEstimate(), metrics.Monotonicity(), Asking("no", declining)),
            Asking("each", of_each_repeat),
        ],
    )
    expected = probe_queries(study, make_plan(study))
    results = study.run(out)
    assert sum(expected.values()) == results.manifest["queries"]["metric probe"]
    with Store.read(out) as store:
        asked = {
            entry.key: entry.queries.get("metric probe", 0)
            for entry in store.blocks()
            if entry.kind == "metric probes"
        }
    assert asked == expected
    assert max(asked.values()) > min(asked.values()) == 0


def broken(evidence: Evidence, rng: np.random.Generator) -> Array:
    raise ZeroDivisionError("no")


def test_a_metric_that_breaks_on_nothing_counts_nothing() -> None:
    study = small(tasks=[IRIS], metrics=[Asking("odd", broken)], claims=[])
    expected = probe_queries(study, make_plan(study))
    assert len(expected) == 4
    assert set(expected.values()) == {0}
