"""Variants of a task: the same rows, one cause at a time, and no further task for any claim."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab import metrics, models
from limelab.study.ready import fitted, split
from limelab.study.variants import of_cause, refits, without_variants
from limelab.types import BadInput
from tests.study.world import DIABETES, IRIS, LIME, small

FOREST = replace(IRIS, model=models.forest(n_estimators=5))


def ask(task: ll.Task) -> Any:
    data = split(FOREST, 0)
    return fitted(task, 0).box.ask(data.table.decode(data.table.background.copy()))


@pytest.mark.parametrize("task", [FOREST, DIABETES])
def test_all_variants_explain_the_same_rows_under_names_of_their_own(task: ll.Task) -> None:
    tasks = refits(task, seeds=2, bootstraps=1, backgrounds=1)
    assert len({one.name for one in tasks}) == len({repr(one) for one in tasks}) == 5
    first = split(task, 0)
    for one in tasks:
        np.testing.assert_array_equal(split(one, 0).x, first.x)
        assert split(one, 0).labels == first.labels
        assert fitted(one, 0).box.outputs == fitted(task, 0).box.outputs
        assert not set(split(one, 0).train_X.index) & set(first.held_X.index)


def test_a_cause_changes_what_it_names_and_nothing_else() -> None:
    own, seed, boot, back = refits(FOREST, seeds=1, bootstraps=1, backgrounds=1)
    base = split(own, 0)
    for one, data, model in ((seed, True, False), (boot, True, False), (back, False, True)):
        assert np.array_equal(split(one, 0).table.background, base.table.background) == data
        assert np.array_equal(ask(one), ask(own)) == model
    assert split(seed, 0).train_X.equals(base.train_X)
    assert not split(boot, 0).train_X.equals(base.train_X)
    assert (np.sort(split(boot, 0).train_y) == np.sort(base.train_y)).all()  # class by class
    assert set(split(boot, 0).train_X.index) < set(base.train_X.index)
    known = {row.tobytes() for row in base.table.background}
    assert {row.tobytes() for row in split(back, 0).table.background} < known


def test_claims_and_compare_leave_variants_out_unless_asked(out: Path) -> None:
    claim = ll.Claim("closer", "rmse", {"surrogate": "Tree"}, {"surrogate": "LeastSquares"},
                     where={"radius": 1.0})  # fmt: skip
    asking = replace(claim, statement="by seed", where={"radius": 1.0, "cause": "seed"})
    study = small(tasks=refits(FOREST, seeds=2, backgrounds=1), claims=[claim, asking])
    results = study.run(out / "all")
    alone = small(tasks=[FOREST], claims=[claim]).run(out / "one")
    told = results.claims.query("scope == 'on these tasks'").set_index("statement")
    assert told.loc["closer", "n_clusters"] == 1
    assert told.loc["by seed", "n_clusters"] == 2
    assert told.loc["closer", "difference"] == alone.claims["difference"].iloc[0]
    here = {"judge": "Gaussian", "radius": 1.0, "output": "setosa"}
    found = [
        ll.compare(one.scores[(one.scores[list(here)] == list(here.values())).all(axis=1)], "rmse")
        for one in (results, alone)
    ]
    assert found[0].equals(found[1])
    tables = (results.scores, results.explanations, results.tasks)
    assert all({"", "seed", "background"} == set(table["cause"]) for table in tables)
    assert set(results.scores["variant"]) == {"", "seed 1", "seed 2", "background 1"}
    rows = results.explanations.groupby("variant")["instance"].unique()
    assert all(list(one) == list(rows.iloc[0]) for one in rows)


def test_stability_is_split_by_cause(out: Path) -> None:
    tasks = [*refits(FOREST, seeds=1, bootstraps=1), DIABETES]
    told = small(tasks=tasks, metrics=[metrics.Gap()], claims=[]).run(out).explanations
    for cause in ("seed", "bootstrap"):
        rows = of_cause(told, cause)
        assert set(rows["task"]) == {FOREST.name}
        found = metrics.stability_by(rows, "variant")
        assert set(found["n_levels"]) == {2}
        assert len(found) == 4 * 2 * 2 * 3  # conditions, repeats, instances, outputs
        assert found["value"].notna().any()
    with pytest.raises(BadInput, match=r"variants of \['bootstrap', 'seed'\]"):
        of_cause(told, "background")


def test_without_variants_keeps_a_table_that_is_of_variants_alone() -> None:
    frame = ll.study.variants.pd.DataFrame({"variant": ["seed 1", "seed 2"]})
    assert len(without_variants(frame)) == 2


def test_a_quick_study_keeps_the_variants_of_its_first_task() -> None:
    tasks = [*refits(FOREST, seeds=1), *refits(DIABETES, seeds=1)]
    quick = small(tasks=tasks, metrics=[metrics.Gap()], claims=[]).quick()
    assert [task.name for task in quick.tasks] == [
        "iris / forest", "diabetes / forest", "iris / forest / seed 1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: refits(FOREST, seeds=-1),
        lambda: refits(refits(FOREST, seeds=1)[1], seeds=1),
        lambda: replace(FOREST, cause="luck", variant=1),
        lambda: replace(FOREST, variant=1),
        lambda: replace(FOREST, cause="seed"),
    ],
)
def test_what_is_no_variant_is_refused(wrong: Any) -> None:
    with pytest.raises(BadInput):
        wrong()


def test_baselines_stand_in_every_table(out: Path) -> None:
    conditions = {"lime": LIME} | dict(ll.baseline_conditions())
    chosen = [metrics.Rmse(), metrics.TopK(2), metrics.PGI(2)]
    tasks = [FOREST, IRIS]
    results = small(tasks=tasks, conditions=conditions, metrics=chosen, claims=[]).run(out)
    assert not results.manifest["failures"]
    rows = results.scores.query("task == 'iris / forest' and condition != 'lime'")
    fidelity = rows.query("metric == 'rmse'")
    assert set(fidelity["note"]) == {"the explainer has no local model"}
    gaps = rows.query("metric == 'pgi_2'").groupby("condition")["value"].mean()
    assert set(gaps.dropna().index) == {"random", "constant", "permutation", "exact"}
    stable = rows.query("metric == 'top_2_jaccard' and condition == 'exact'")
    assert (stable["value"].dropna() == 1).all()
    declined = results.scores.query("task == 'iris / linear' and condition == 'exact'")
    assert declined["value"].isna().all()
    assert declined["note"].str.contains("no exact explanation|no sum of|trees").any()
