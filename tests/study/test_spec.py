"""What a study refuses at birth, how conditions join, and that all of it travels to workers."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import limelab as ll
from limelab import metrics, models
from limelab.study import pools
from limelab.study.plan import make_plan
from limelab.types import BadInput
from tests.study.world import (
    IRIS,
    LIME,
    TREES,
    Attributing,
    Neither,
    small,
    spread,
    two_irises,
)

TASK: Any = ll.Task  # some of what is handed to it here is wrong on purpose


def claim(**changes: Any) -> list[ll.Claim]:
    return [replace(TREES, **changes)]


BAD: dict[str, tuple[Callable[[], ll.Study], str]] = {
    "no tasks": (lambda: small(tasks=[]), r"Study\(tasks=\(\)\); expected at least one"),
    "no metrics": (lambda: small(metrics=[]), r"Study\(metrics=\(\)\); expected at least one"),
    "no conditions": (lambda: small(conditions={}), r"conditions=\(\)\); expected at least one"),
    "a task twice": (lambda: small(tasks=[IRIS, IRIS]), "two tasks are called 'iris / linear'"),
    "a name as task": (lambda: small(tasks=["iris"]), "holds 'iris'; expected Task values"),
    "no repeats": (lambda: small(repeats=0), r"Study\(repeats=0\); expected a whole number"),
    "half a seed": (lambda: small(seed=0.5), r"Study\(seed=0.5\); expected a whole number"),
    "a class as condition": (
        lambda: small(conditions={"lime": ll.Lime}),
        r"condition 'lime' is <class .*; expected Lime\(...\)",
    ),
    "a class as metric": (
        lambda: small(metrics=[metrics.Rmse]),
        r"holds <class .*; expected a metric value such as limelab.metrics.Rmse\(\)",
    ),
    "a name as metric": (lambda: small(metrics="rmse"), "holds 'rmse'; expected a metric value"),
    "a metric twice": (
        lambda: small(metrics=[metrics.Rmse(), metrics.Rmse()]),
        "two metrics are called 'rmse'",
    ),
    "a judged metric without judge": (
        lambda: small(judge=[]),
        r"metric 'rmse' needs a judge; give Study\(judge=Judge",
    ),
    "a judged metric without local model": (
        lambda: small(conditions={"other": Attributing()}),
        "metric 'rmse' needs a local model, .*leave it out or add a Lime",
    ),
    "a factor called as a column": (
        lambda: small(conditions=small().conditions.tag(metric="a")),
        "a factor is called 'metric', as a column",
    ),
    "a lambda as measure": (
        lambda: small(measures=[lambda task, seed: None]),
        "expected a function defined at the top of a module",
    ),
    "a measure twice": (lambda: small(measures=[spread, spread]), "two measures are called"),
    "a claim on an unknown metric": (
        lambda: small(claims=claim(metric="rsme")),
        r"names the metric 'rsme'; the study has \['gap', 'rmse'",
    ),
    "a claim on a metric without direction": (
        lambda: small(metrics=[metrics.Rmse(), Neither()], claims=claim(metric="neither")),
        "metric 'neither' has no better side; expected",
    ),
    "a claim on an unknown factor": (
        lambda: small(claims=claim(better={"kernel": "Flat"})),
        r"names the factor 'kernel'; the study has \['condition', 'perturbation', 'surrogate'\]",
    ),
    "a claim on an unknown level": (
        lambda: small(claims=claim(worse={"surrogate": "Rigde"})),
        r"asks for surrogate='Rigde'; the study has \['LeastSquares\(",
    ),
    "a claim on an unknown radius": (
        lambda: small(claims=claim(where={"radius": [0.25, 2.0]})),
        r"asks for radius=2.0; the study has \[0.25, 1.0\]",
    ),
    "a claim with one side": (lambda: small(claims=claim(worse={})), "names no two sides"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_study_that_cannot_be_judged_is_not_born(name: str) -> None:
    make, message = BAD[name]
    with pytest.raises(BadInput, match=message):
        make()


def not_data() -> Any:
    return [1, 2, 3]


RUNS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "an unknown data set": (
        {"tasks": [IRIS, replace(IRIS, dataset="irsi")]},
        {},
        "Got data set 'irsi', but expected one of: breast_cancer",
    ),
    "a function that returns no data": (
        {"tasks": [replace(IRIS, dataset=not_data)]},
        {},
        r"not_data\(\) returned list; expected limelab.datasets.Dataset",
    ),
    "an unknown backend": ({}, {"backend": "dusk", "n_jobs": 2}, "use 'serial' or 'loky'"),
    "no workers": ({}, {"n_jobs": 0}, "n_jobs=0 is not a number of workers"),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_that_cannot_begin_writes_nothing(out: Path, name: str) -> None:
    changes, options, message = RUNS[name]
    with pytest.raises(BadInput, match=message):
        small(**changes).run(out, **options)
    assert not out.exists()


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: TASK("iris", "forest"), r"Task\(model='forest'\); expected a Recipe"),
        (lambda: TASK("iris", models.linear(), instances=0), r"instances=0\); expected"),
        (lambda: TASK(lambda: None, models.linear()), "expected a function defined at the top"),
        (lambda: TASK(7, models.linear()), r"Task\(dataset=7\); expected a function"),
        (lambda: ll.Judge(ll.Gaussian(), radii=()), "expected one or more numbers above 0"),
        (lambda: ll.vary(LIME, kernle=[ll.Flat()]), r"vary\(kernle=...\); Lime has the fields"),
        (lambda: ll.vary(LIME, kernel=ll.Flat()), "expected a list of values"),
        (lambda: ll.vary(LIME, draws="own"), "expected a list of values"),
        (lambda: ll.vary(LIME, surrogate=[ll.Ridge(1), ll.Ridge(1.0)]), "twice; leave one out"),
        (lambda: small().conditions | small().conditions, "stand on both sides; tag them apart"),
    ],
)
def test_parts_of_a_study_are_checked_at_birth(made: Callable[[], Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        made()


def test_conditions_join_and_carry_their_factors() -> None:
    near = ll.vary(LIME, n_samples=[64]).tag(scale="near")
    joined = near | ll.vary(LIME, kernel=[ll.Flat()]).tag(scale="wide") | {"other": Attributing()}
    assert list(joined) == ["scale=near, n_samples=64", "scale=wide, kernel=Flat()", "other"]
    assert joined.factor_names == ("scale", "n_samples", "kernel")
    assert joined.factors["other"] == {}
    assert joined["scale=near, n_samples=64"] == replace(LIME, n_samples=64)


def test_levels_are_numbers_truth_values_or_text() -> None:
    tagged = ll.Conditions({"a": LIME}).tag(law=ll.Gaussian(), size=2, fast=True, share=0.5)
    assert tagged.factors == {
        "law=Gaussian(scale=0.5, design=Iid()), size=2, fast=True, share=0.5, a": {
            "law": "Gaussian(scale=0.5, design=Iid())",
            "size": 2,
            "fast": True,
            "share": 0.5,
        }
    }


def test_a_study_and_its_blocks_travel_to_workers() -> None:
    study = small(tasks=[replace(IRIS, dataset=two_irises)])
    assert pools.local("loky", 2).make_executor().submit(repr, study).result() == repr(study)
    assert repr(pickle.loads(pickle.dumps(study))) == repr(study)
    study = replace(study, measures=(spread,))
    for block in make_plan(study).asking():
        assert pickle.loads(pickle.dumps(block.spec)) == block.spec


def test_a_quick_study_is_small_and_has_the_same_conditions() -> None:
    tasks = [replace(IRIS, instances=n) for n in (9,)]
    quick = small(tasks=tasks, repeats=9).quick()
    assert (quick.repeats, quick.tasks[0].instances) == (3, 4)
    assert list(quick.conditions) == list(small().conditions)
