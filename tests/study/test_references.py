"""References by need: each a block of its own, asked once, declined with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab import importance, metrics, models
from limelab.models import Recipe
from limelab.seeds import child
from limelab.study.plan import make_plan
from limelab.study.ready import fitted, split
from limelab.study.references import DROP_NULLS, LOCAL_REPEATS, LOCAL_SIZE
from limelab.types import BadInput
from tests.study.spies import Comparing, Local, seen
from tests.study.test_moving import numbers
from tests.study.world import LIME, counted, rows_asked, small

LINE = ll.Task(numbers, models.linear(), instances=2, background=80)
FOREST = ll.Task(numbers, models.forest(n_estimators=5), instances=2, background=80)
STUDY: dict[str, Any] = {"conditions": {"lime": LIME}, "claims": [], "repeats": 1}
ALL = frozenset({"prediction", "conditional", "impurity", "drop_column"})


def test_every_reference_is_there_where_it_is_needed(out: Path) -> None:
    results = small(**STUDY, tasks=[FOREST], metrics=[Comparing("c", ALL)]).run(out)
    (evidence,) = seen("c")
    assert set(evidence.references) == ALL | {"label"}
    shapes = {name: (one.values.shape, one.null.shape) for name, one in evidence.references.items()}
    assert shapes["conditional"] == ((5, 4, 1), (5, 4, 1))
    assert shapes["impurity"] == ((1, 4, 1), (5, 4, 1))
    assert shapes["drop_column"] == ((3, 4, 1), (DROP_NULLS, 4, 1))
    model = fitted(FOREST, 0).whole.model
    np.testing.assert_array_equal(
        evidence.references["impurity"].values[0, :, 0], model.feature_importances_
    )
    assert not results.manifest["failures"]


def test_what_is_not_needed_is_not_asked_and_what_comes_later_asks_only_for_itself(
    out: Path,
) -> None:
    log = out.parent / "asked"
    task = ll.Task(numbers, Recipe(counted, (("log", str(log)),)), instances=2, background=80)
    total: dict[str, int] = {}
    for names in ({"conditional"}, {"conditional", "drop_column"}, {"conditional", "label"}):
        study = small(**STUDY, tasks=[task], metrics=[Comparing("c", frozenset(names))])
        forecast = make_plan(study).queries()
        results = study.run(out)
        now = results.manifest["queries_now"]
        for kind, n in now.items():
            total[kind] = total.get(kind, 0) + n
        queries = results.manifest["queries"]
        assert {kind: queries[kind] for kind in forecast} == forecast
        assert sum(total.values()) == rows_asked(log)
    assert now.keys() <= {"reference", "null reference", "probe"}


def test_a_model_without_impurity_says_so_and_the_others_go_on(out: Path) -> None:
    spies = [Comparing("i", frozenset({"impurity"})), Comparing("c", frozenset({"conditional"}))]
    results = small(**STUDY, tasks=[LINE], metrics=spies).run(out)
    notes = results.scores.set_index("metric")["note"]
    assert notes["i"].endswith("has no impurity importance")
    assert notes["c"] == ""
    assert not results.manifest["failures"]


def test_local_importance_is_that_of_the_judges_middle_region(out: Path) -> None:
    judge = ll.Judge(ll.Gaussian(), radii=(0.25, 0.5, 1.0), size=10)
    study = small(**STUDY, tasks=[FOREST], judge=judge, metrics=[Local()])
    results = study.run(out)
    (evidence,) = seen("local")
    data, model = split(FOREST, 0), fitted(FOREST, 0)
    wanted = importance.local_importance(
        model.box, data.table, data.x, ll.Gaussian(0.5),
        size=LOCAL_SIZE, repeats=LOCAL_REPEATS, seed=child(0, "local"),
    )  # fmt: skip
    np.testing.assert_array_equal(evidence.local, wanted)
    queries = results.manifest["queries"]
    assert queries["reference"] == make_plan(study).queries()["reference"] == 3 * 2 * 200 * 5


def test_agreement_reads_them(out: Path) -> None:
    chosen = [metrics.Agreement("conditional"), metrics.Agreement("impurity")]
    results = small(**STUDY, tasks=[FOREST], metrics=chosen).run(out)
    assert results.scores["value"].notna().all()


def test_unknown_references_and_a_missing_judge_are_refused_before_anything() -> None:
    with pytest.raises(BadInput, match="needs the reference 'gini'"):
        small(**STUDY, tasks=[LINE], metrics=[Comparing("c", frozenset({"gini"}))])
    with pytest.raises(BadInput, match="metric 'local' needs a judge"):
        small(**STUDY, tasks=[LINE], judge=[], metrics=[Local()])
