"""Shares of variance by cause, from the blocks of a real run with variants."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import limelab as ll
from limelab import metrics, models
from limelab.statistics import profile_components

LAWS = {"near": ll.Gaussian(0.25), "wide": ll.Gaussian(1.0), "data": ll.Marginals()}


def study(*tasks: ll.Task) -> ll.Study:
    return ll.Study(
        "What makes explanations change?",
        tasks=tasks,
        conditions=ll.vary(ll.Lime(n_samples=64, draws="own"), perturbation=LAWS),
        judge=ll.Judge(ll.Gaussian(), radii=[0.5], size=20),
        metrics=[metrics.Rmse()],
        repeats=3,
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> ll.study.Results:
    """A model that no seed changes, refitted by seed and on resampled rows."""
    task = ll.Task("iris", models.linear(), instances=2, background=60)
    out: Path = tmp_path_factory.mktemp("results")
    whole = study(*ll.refits(task, seeds=2, bootstraps=2), ll.Task("wine", models.linear(), 2))
    return whole.run(out, stem="split")


def test_shares_of_each_level_sum_to_one(results) -> None:
    found = results.variance
    assert set(found["task"]) == {"iris / linear"}
    assert found["level"].unique().tolist() == list(LAWS)
    assert found.groupby("level")["cause"].apply(list).tolist() == [
        ["seed", "bootstrap", "repeat", "residual"]
    ] * len(LAWS)
    assert found.groupby("level")["share"].sum().to_numpy() == pytest.approx(1)
    assert set(found["n_profiles"]) == {2 * 3 * 4}  # instances, classes, features


def test_a_seed_that_changes_nothing_holds_nothing(results) -> None:
    share = results.variance.groupby("cause")["share"].max()
    assert share["seed"] == pytest.approx(0, abs=1e-9)
    assert share["bootstrap"] > 0.05


def test_the_table_tells_what_the_explanations_hold(results) -> None:
    """Made again from the table of explanations, by another path."""
    rows = results.explanations.query("dataset == 'iris' and perturbation == 'wide'")
    run, cell = ["cause", "variant", "repeat"], ["instance", "output", "feature"]
    wide = rows.pivot(index=run, columns=cell, values="importance")
    wide = wide / wide.T.groupby(level=["instance", "output"]).transform("sum").T
    levels = wide.index.to_frame(index=False)
    for cause in ("seed", "bootstrap"):
        levels[cause] = np.where(levels["cause"] == cause, levels["variant"], "own")
    wanted = profile_components(
        wide.to_numpy(),
        levels,
        ["seed", "bootstrap", "repeat"],
        rng=np.random.default_rng(0),
        n_draws=9,
    )
    told = results.variance.query("level == 'wide'").set_index("cause")["variance"]
    assert told[wanted["cause"]].to_numpy() == pytest.approx(wanted["variance"], abs=1e-8)


def test_a_study_without_variants_has_no_such_table(tmp_path: Path) -> None:
    found = study(ll.Task("iris", models.linear(), instances=2)).run(tmp_path, stem="none")
    assert found.variance.empty
    assert not (found.folder / "variance.csv").exists()
