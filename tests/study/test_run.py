"""What a run promises: the same tables however it got there, each query once, errors as rows."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import limelab as ll
from limelab import metrics, models
from limelab.models import Recipe
from limelab.seeds import generator
from limelab.study import Results
from limelab.study.plan import make_plan
from limelab.study.store import Store
from limelab.types import BadInput
from tests.study.world import (
    DIABETES,
    IRIS,
    LIME,
    ROOT,
    Addressed,
    Attributing,
    Breaking,
    Declining,
    PickyKernel,
    StopAt,
    Wrapping,
    broken,
    content,
    counted,
    rows_asked,
    small,
    spread,
    two_irises,
)

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
BLOCKS = 2 * (1 + 2 + 2 * 2), 2 * 2  # that ask: facts, judge, two samplers; that score
RMSE = {"metrics": [metrics.Rmse()], "claims": []}


def notes(results: Results, **where: Any) -> set[str]:
    """The notes of the scores in which every column has its value."""
    rows = results.scores
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return set(rows["note"])


# The same tables


def test_two_workers_write_the_same_bytes(whole: Results, out: Path) -> None:
    doubled = small().run(out, n_jobs=2)
    assert content(doubled.folder) == content(whole.folder)
    assert doubled.manifest["workers"] == 2
    counts = [results.manifest["queries"] for results in (doubled, whole)]
    assert counts[0].pop("probe", 0) >= counts[1].pop(
        "probe", 0
    )  # 0: fitted before in this process
    assert counts[0] == counts[1]


def test_a_second_run_makes_nothing_and_rewrites_the_same_bytes(out: Path) -> None:
    first = small().run(out, stem="small")
    before, total = content(first.folder), sum(BLOCKS)
    assert first.manifest["blocks"] == {"total": total, "made": total, "reused": 0}
    again = small().run(out, stem="small")
    assert again.manifest["blocks"] == {"total": total, "made": 0, "reused": total}
    assert again.manifest["queries_now"] == {}
    assert again.manifest["queries"] == first.manifest["queries"]
    assert content(again.folder) == before


def kill(out: Path, n_jobs: int, moment: str, n: int) -> str:
    """Run the small study in a process of its own that dies; the mark of its environment."""
    mark = f"{out}-{moment}-{n}"
    line = [sys.executable, "-m", "tests.study.world", str(out), str(n_jobs), moment, str(n)]
    env = {**os.environ, "LIMELAB_MARK": mark}
    done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    return mark


def marked(mark: str) -> list[str]:
    """Processes that live with a mark in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


MOMENTS = [
    ("block", int(generator(0, "kill", 0).integers(2, BLOCKS[0]))),
    ("block", BLOCKS[0] + int(generator(0, "kill", 1).integers(1, BLOCKS[1]))),
    ("table", int(generator(0, "kill", 2).integers(1, 5))),
]


@POSIX
@pytest.mark.parametrize(("moment", "n"), MOMENTS)
def test_a_killed_run_goes_on(whole: Results, out: Path, moment: str, n: int) -> None:
    kill(out, 1, moment, n)
    kept = n if moment == "block" else sum(BLOCKS)
    finished = small().run(out)
    assert finished.manifest["blocks"]["reused"] == kept
    assert finished.manifest["blocks"]["made"] == sum(BLOCKS) - kept
    assert content(finished.folder) == content(whole.folder)


@LINUX
def test_a_killed_run_of_two_workers_goes_on_and_leaves_none(whole: Results, out: Path) -> None:
    mark = kill(out, 2, "block", 4)
    deadline = time.monotonic() + 30
    while marked(mark) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not marked(mark)
    finished = small().run(out, n_jobs=2)
    assert finished.manifest["blocks"]["reused"] == 4
    assert content(finished.folder) == content(whole.folder)


@pytest.mark.parametrize("step", [3, BLOCKS[0] + 1])
def test_ctrl_c_raises_through_and_keeps_what_is_done(whole: Results, out: Path, step: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        small().run(out, progress=StopAt(step, KeyboardInterrupt))
    with Store.read(out) as store:
        assert len(list(store.blocks())) == step
        assert not store.verify()
    finished = small().run(out)
    assert finished.manifest["blocks"]["reused"] == step
    assert content(finished.folder) == content(whole.folder)


def test_a_damaged_block_is_made_again(whole: Results, out: Path) -> None:
    small().run(out)
    file = next(out.glob("blocks/??/*.npz"))
    file.write_bytes(b"x" * file.stat().st_size)
    again = small().run(out)
    assert again.manifest["blocks"]["made"] >= 1
    assert again.manifest["damaged"]
    assert content(again.folder) == content(whole.folder)


def test_a_second_run_at_the_same_time_is_refused(out: Path) -> None:
    with Store.open(out), pytest.raises(BadInput, match="another run is writing"):
        small().run(out)


# Queries


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_model_counts_what_the_manifest_says(out: Path, n_jobs: int) -> None:
    log = out.parent / "asked"
    recipe = Recipe(counted, (("log", str(log)),))
    tasks = [
        ll.Task(two_irises, recipe, instances=3, background=40),
        ll.Task("grunfeld", recipe, instances=3, background=40),
    ]
    tasks = [tasks[0], replace(tasks[1], dataset=numbers_only)]
    study = small(
        tasks=tasks,
        metrics=[metrics.Rmse(), metrics.Agreement("prediction")],
        conditions=ll.Conditions({**small().conditions, "own": Attributing()}),
        measures=[spread],
        claims=[],
    )
    results = study.run(out, n_jobs=n_jobs)
    queries = results.manifest["queries"]
    assert not results.manifest["failures"]
    assert sum(queries.values()) == rows_asked(log)
    assert queries["sampler"] == 2 * 2 * 3 * 64 * 2
    assert queries["judge"] == 2 * 2 * 3 * 30 * 2
    assert queries["measure"] == 2 * 10
    planned = make_plan(study).queries()
    assert planned == {name: queries[name] for name in planned}


def numbers_only() -> Any:
    data = ll.datasets.load("diabetes")
    return replace(data, X=data.X.drop(columns="sex"))


def test_samplers_are_asked_once_at_their_longest(out: Path) -> None:
    study = small(
        tasks=[IRIS],
        conditions=ll.vary(
            LIME,
            n_samples=[32, 128, 64],
            perturbation=[ll.Gaussian(0.5), ll.Gaussian(1.0), ll.Marginals()],
            kernel=[ll.Flat(), ll.Exponential(1.0)],
            surrogate=[ll.LeastSquares(), ll.Ridge(2.0), ll.Tree(max_depth=1)],
        ),
        **RMSE,
    )
    results = study.run(out)
    assert results.manifest["queries"]["sampler"] == 1 * 2 * 2 * 128 * 3


def test_shared_draws_of_a_law_free_of_x_are_asked_once_for_all(out: Path) -> None:
    shared = replace(LIME, draws="shared", n_samples=128)
    laws = {"margins": ll.Marginals(), "noise": ll.Gaussian()}
    conditions = ll.vary(shared, perturbation=laws)
    results = small(tasks=[IRIS], conditions=conditions, **RMSE).run(out)
    assert results.manifest["queries"]["sampler"] == 2 * (128 + 2 * 128)
    assert set(results.scores["draws"]) == {"shared"}


def test_what_comes_later_asks_only_for_itself(out: Path) -> None:
    small().run(out)
    more = ll.vary(
        LIME,
        perturbation={"noise": ll.Gaussian(), "margins": ll.Marginals()},
        surrogate=[ll.LeastSquares(), ll.Ridge(3.0)],
        kernel=[ll.Flat(), ll.Exponential(2.0)],
    )
    later = small(conditions=more, metrics=[metrics.Rmse(), metrics.Variation()], claims=[])
    assert later.run(out).manifest["queries_now"] == {}
    wider = small(conditions=ll.vary(LIME, perturbation=[ll.Gaussian(2.0)]), claims=[])
    asked = wider.run(out).manifest["queries_now"]
    assert asked == {"sampler": 2 * 2 * 2 * 64}


def test_a_prefix_is_what_a_shorter_run_would_be(out: Path) -> None:
    both = small(conditions=ll.vary(LIME, n_samples=[64, 128]), claims=[]).run(out / "a").scores
    short = small(conditions=ll.vary(LIME, n_samples=[64]), claims=[]).run(out / "b").scores
    mine = both[both["n_samples"] == 64].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, short)


# What fails


def test_a_failed_model_is_a_row_and_the_next_run_tries_again(out: Path) -> None:
    study = small(tasks=[IRIS, replace(DIABETES, model=Recipe(broken))])
    first = study.run(out)
    wrong = f"diabetes / {Recipe(broken).name}"
    (note,) = notes(first, task=wrong)
    assert note.startswith("facts failed: RuntimeError: no such luck (at world.py:")
    assert first.scores[first.scores["task"] == "iris / linear"]["value"].notna().any()
    assert {failure["task"] for failure in first.manifest["failures"]} == {wrong}
    before = content(first.folder)
    assert list(first.tasks["note"].str.startswith("RuntimeError")) == [False, True]
    again = study.run(out)
    assert again.manifest["blocks"]["made"] == 0
    assert len(again.manifest["failures"]) == len(first.manifest["failures"])
    assert content(again.folder) == before


def test_a_perturbation_that_declines_is_a_row_with_its_reason(out: Path) -> None:
    conditions = {"declining": replace(LIME, perturbation=Declining()), "lime": LIME}
    results = small(conditions=conditions, **RMSE).run(out)
    assert notes(results, task=IRIS.name, condition="declining") == {
        "four columns (or fewer) are too few"
    }
    assert notes(results, task=DIABETES.name, condition="declining") == {""}
    assert notes(results, condition="lime") == {""}
    failures = results.manifest["failures"]
    assert {(f["task"], f["kind"]) for f in failures} == {(IRIS.name, "answers")}
    assert {f["repeat"] for f in failures} == {0, 1}


@pytest.mark.parametrize(
    ("error", "note", "n_failures"),
    [("declines", "too few", 0), ("breaks", "ZeroDivisionError: oh", 1)],
)
def test_a_part_that_cannot_fit_leaves_the_others_of_its_sampler(
    out: Path, error: str, note: str, n_failures: int
) -> None:
    conditions = {"picky": replace(LIME, kernel=PickyKernel(error)), "lime": LIME}
    results = small(conditions=conditions, **RMSE).run(out)
    assert notes(results, task=IRIS.name, condition="picky") == {note}
    assert notes(results, task=DIABETES.name) == {""}
    assert notes(results, condition="lime") == {""}
    assert len(results.manifest["failures"]) == n_failures


def test_a_metric_that_raises_is_a_row_and_the_next_run_tries_again(out: Path) -> None:
    study = small(metrics=[metrics.Rmse(), Breaking()], claims=[])
    for _ in range(2):
        results = study.run(out)
        assert notes(results, metric="breaking") == {"ZeroDivisionError: a metric fell over"}
        assert notes(results, metric="rmse") == {""}
        assert len(results.manifest["failures"]) == 2 * 4
        assert results.manifest["blocks"]["made"] >= BLOCKS[1]
    assert results.manifest["blocks"] == {"total": 18, "made": 4, "reused": 14}


# Explainers from elsewhere, and odd shapes


def test_explainers_from_elsewhere_stand_beside_ours(out: Path) -> None:
    conditions = {"lime": LIME, "array": Attributing(), "explanation": Wrapping()}
    results = small(conditions=conditions, claims=[]).run(out, n_jobs=2)
    assert not results.manifest["failures"]
    assert results.manifest["queries"]["explainer"] > 0
    for name in ("array", "explanation"):
        assert notes(results, condition=name, metric="rmse") == {"the explainer has no local model"}
        rows = results.scores.query("condition == @name and metric == 'top_2_jaccard'")
        assert rows["value"].notna().all()
        told = results.explanations.query("condition == @name")
        assert told["importance"].notna().all()


def test_an_explanation_of_another_shape_is_a_failure(out: Path) -> None:
    results = small(tasks=[IRIS], conditions={"short": Shortened()}, metrics=[metrics.TopK(2)],
                    judge=[], claims=[]).run(out)  # fmt: skip
    assert "explained the rows [110]" in results.manifest["failures"][0]["error"]


class Shortened(Wrapping):
    def explain(self, predict: Any, background: Any, rows: Any, seed: int) -> Any:
        return super().explain(predict, background, rows.iloc[:1], seed)


def test_an_explainer_that_prints_its_address_is_refused_before_anything(out: Path) -> None:
    with pytest.raises(BadInput, match=r"condition 'odd': .* prints a memory address"):
        small(conditions={"lime": LIME, "odd": Addressed()}, claims=[]).run(out)
    assert not out.exists()


def test_one_of_everything(out: Path) -> None:
    task = ll.Task(two_irises, models.linear(), instances=1, background=40)
    study = small(tasks=[task], conditions={"lime": LIME}, repeats=1, claims=[])
    results = study.run(out)
    rows = results.scores.query("metric == 'rmse'")
    assert len(rows) == 2
    assert rows["value"].notna().all()
    assert set(results.scores["output"]) == {"virginica"}
    assert results.explanations["instance"].str.startswith("flower ").all()
    assert notes(results, metric="top_2_jaccard") == {"fewer than 2 usable repeats"}


def test_every_output_and_row_label_is_there(whole: Results) -> None:
    iris = whole.explanations.query("task == 'iris / linear'")
    assert set(iris["output"]) == {"setosa", "versicolor", "virginica"}
    assert len(iris) == 4 * 2 * 2 * 3 * 4
    assert set(iris["instance"]) <= set(ll.datasets.load("iris").X.index)
    assert iris.columns[:7].tolist() == [
        *("task", "dataset", "model", "condition", "perturbation", "surrogate", "draws")
    ]


def test_two_judges_may_differ_in_size(out: Path) -> None:
    judges = [ll.Judge(ll.Gaussian(), (0.5,), 20), ll.Judge(ll.Neighbours(), (0.2, 0.4), 30)]
    results = small(tasks=[IRIS], judge=judges, claims=[]).run(out)
    rows = results.scores.query("metric == 'rmse'")
    places = rows[["judge", "radius"]].drop_duplicates().itertuples(index=False)
    assert set(map(tuple, places)) == {("Gaussian", 0.5), ("Neighbours", 0.2), ("Neighbours", 0.4)}
    assert rows["value"].notna().all()


def test_measures_are_cached_and_written_as_they_came(out: Path) -> None:
    study = small(tasks=[IRIS, DIABETES], measures=[spread])
    first = study.run(out)
    table = pd.read_csv(out / "measure_spread.csv", dtype=str)
    assert list(table) == ["task", "label", "spread"]
    assert set(table["label"]) == {"007"}
    assert list(table["task"]) == [IRIS.name, DIABETES.name]
    before = (out / "measure_spread.csv").read_bytes()
    assert first.manifest["queries"]["measure"] == 20
    again = study.run(out)
    assert again.manifest["blocks"]["made"] == 0
    assert (out / "measure_spread.csv").read_bytes() == before
