"""Baselines beside conditions in a run: scored, declined with reasons, never levels of a factor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import limelab as ll
from limelab import metrics, models
from limelab.domains import AsImage, Grid
from limelab.study import Results

LAWS = {"near": ll.Gaussian(0.25), "wide": ll.Gaussian(1.0), "data": ll.Marginals()}
GRID = AsImage(Grid(3, 3))
FOREST = ll.Task("iris", models.forest(n_estimators=5), instances=3, background=60)
BOOSTED = replace(FOREST, model=models.boosting(max_iter=3))


def joined() -> ll.Study:
    varied = ll.vary(ll.Lime(n_samples=128, draws="own"), perturbation=LAWS).tag(flag=True)
    return ll.Study(
        "Where do metrics begin and end?",
        [FOREST, BOOSTED, *ll.refits(FOREST, seeds=1)[1:]],
        varied | ll.baseline_conditions(),
        ll.Judge(ll.Gaussian(), radii=(0.5,), size=30),
        [metrics.Rmse(), metrics.Gap(), metrics.TopK(2), metrics.Variation()],
        claims=[
            ll.Claim(
                "near is more faithful than wide",
                "rmse",
                {"perturbation": "near"},
                {"perturbation": "wide"},
                where={"flag": True},
            )
        ],
        repeats=3,
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    out: Path = tmp_path_factory.mktemp("baselines")
    return joined().run(out, stem="joined")


def test_names_survive_joining_and_tags() -> None:
    made = ll.baseline_conditions()
    assert made.baselines == ("random", "constant", "permutation", "exact")
    assert (ll.vary(ll.Lime(), n_samples=[64]) | made).baselines == made.baselines
    tagged = made.tag(scale="near")
    assert tagged.baselines == tuple(tagged)
    assert joined().quick().conditions.baselines == made.baselines
    assert list(joined().conditions.levels) == list(joined().conditions)[:3]


def test_some_of_them_alone() -> None:
    assert tuple(ll.baseline_conditions(names={"exact", "random"})) == ("random", "exact")
    with pytest.raises(ll.BadInput, match="'luck'"):
        ll.baseline_conditions(names=["random", "luck"])
    assert tuple(ll.baseline_conditions(names=(n for n in ["constant", "random"]))) == (
        "random",
        "constant",
    )


@pytest.mark.parametrize("names", [None, 3, [1, "zz"], [["random"]], "random", [None]])
def test_names_that_are_none_are_told(names: Any) -> None:
    with pytest.raises(ll.BadInput, match=r"baseline_conditions\(names=.*; expected"):
        ll.baseline_conditions(names=names)


def test_they_are_floor_and_ceiling(results: Results) -> None:
    scores = results.scores[results.scores["variant"] == ""]
    mine = scores[(scores["task"] == FOREST.name) & scores["value"].notna()]
    middle = mine.groupby(["metric", "condition"])["value"].median()
    lime = mine[mine["perturbation"] != ""].groupby("metric")["value"].median()
    assert middle["top_2_jaccard", "random"] < lime["top_2_jaccard"] <= 1
    assert middle["top_2_jaccard", "constant"] == middle["top_2_jaccard", "exact"] == 1
    assert middle["cv", "random"] > lime["cv"] > middle["cv", "exact"] == 0
    assert middle["top_2_jaccard", "permutation"] > middle["top_2_jaccard", "random"]


def test_what_they_cannot_have_is_declined_in_few_rows(results: Results) -> None:
    scores = results.scores[results.scores["task"] == FOREST.name]
    beside = scores[scores["condition"].isin(results.manifest["baselines"])]
    faithful = beside[beside["metric"] == "rmse"]
    assert faithful.groupby("condition").size().tolist() == [1] * 4
    assert set(faithful["note"]) == {"the explainer has no local model"}
    exact = beside[beside["condition"] == "exact"].set_index("metric")["value"]
    assert exact["gap"].notna().all()


def test_the_exact_answer_on_another_scale_is_declined(results: Results) -> None:
    scores = results.scores
    mine = scores[(scores["condition"] == "exact") & (scores["task"] == BOOSTED.name)]
    assert mine["value"].isna().all()
    explained = results.explanations
    told = explained[(explained["condition"] == "exact") & (explained["task"] == BOOSTED.name)]
    assert set(told["note"]) == {
        "it explains another scale than that of the model's answers, such as raw scores"
    }
    assert not results.manifest["failures"]


def test_no_factor_has_them_for_a_level(results: Results) -> None:
    assert set(results.variance["level"]) == set(LAWS)
    assert results.manifest["factors"] == ["flag", "perturbation"]
    assert results.claims["n_units"].tolist() == [6, 6]


def test_documents_and_pictures_have_a_floor_and_the_rest_is_declined(tmp_path: Path) -> None:
    words = ll.Conditions({"words": ll.Lime(ll.Dropout(), ll.Presence(), n_samples=64)})
    study = ll.Study(
        "Where do metrics of words and superpixels begin?",
        [
            ll.Task(
                "movie_snippets", models.tfidf_forest(n_estimators=3), instances=4, background=80
            ),
            ll.Task("digits", models.pixel_network(width=4), 2, background=80, domain=GRID),
        ],
        words | ll.baseline_conditions(),
        ll.Judge(ll.Dropout(), radii=(0.5,), size=20),
        [metrics.Rmse(), metrics.TopK(2)],
        repeats=3,
    )
    results = study.run(tmp_path)
    assert not results.manifest["failures"]
    mine = results.scores[results.scores["metric"] == "top_2_jaccard"]
    middle = mine.groupby(["task", "condition"])["value"].mean().unstack()
    assert len(middle) == 2
    assert (middle["random"] < middle["words"]).all()
    assert (middle["constant"] == 1).all()
    assert middle[["permutation", "exact"]].isna().all(axis=None)
    rmse = results.scores[results.scores["metric"] == "rmse"]
    without = rmse[rmse["condition"].isin(["random", "constant"])]
    assert set(without["note"]) == {"the explainer has no local model"}
