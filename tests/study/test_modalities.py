"""Texts and pictures in a study: the line's own numbers, counted, resumed, joined by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

import limelab as ll
from limelab import datasets, domains, metrics, models
from limelab.datasets import Texts
from limelab.domains import AsImage, AsText
from limelab.embeddings import Lsa
from limelab.report.page import write_report
from limelab.seeds import child
from limelab.study.plan import make_plan
from limelab.study.ready import fitted, split
from limelab.types import BadInput, NotApplicable
from tests.study.spies import Local, seen
from tests.study.world import IRIS, StopAt, content, rows_asked

WORDS = ll.Task("movie_snippets", models.counts_linear(), instances=3, background=80)
PIXELS = ll.Task(
    "digits", models.pixel_network(width=4), instances=2, background=80,
    domain=AsImage(domains.Grid(3, 3)),
)  # fmt: skip
LIME = ll.Lime(ll.Dropout(), ll.Presence(), n_samples=64, draws="own")
CHANGES = ll.Task(
    "sepia", models.colour_linear(), instances=2, background=150,
    domain=AsImage(changes=[domains.Sepia(), domains.Brightness()]),
)  # fmt: skip
STRENGTHS = ll.Lime(ll.Strengths(), ll.Strength(), n_samples=64, draws="own")
JUDGE = ll.Judge(ll.Dropout(), radii=(0.25, 0.5), size=20)


def small(**changes: Any) -> ll.Study:
    """Words and pixels, a line and a tree."""
    said: dict[str, Any] = {
        "question": "Are words and pixels whole?",
        "tasks": [WORDS, PIXELS],
        "conditions": ll.vary(LIME, surrogate={"line": ll.LeastSquares(), "tree": ll.Tree(2)}),
        "judge": JUDGE,
        "metrics": [metrics.Rmse(), metrics.TopK(2)],
        "repeats": 2,
    }
    return ll.Study(**{**said, **changes})


def counted_words(kind: str, rows: Any, seed: int, log: str) -> Any:
    """Counts of words, and a classifier that writes down how many rows it is asked."""
    from sklearn.feature_extraction.text import CountVectorizer

    from tests.study.world import CountedClasses

    model = CountedClasses()
    model.log = log
    return make_pipeline(CountVectorizer(), _Dense(), model)


class _Dense:
    """Sparse rows written out."""

    def fit(self, X: Any, y: Any = None) -> _Dense:
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        return X.toarray()

    def transform(self, X: Any) -> Any:
        return X.toarray()


def odd_sentences() -> Texts:
    """Documents whose sentences hold what tables and pages have to escape."""
    film, other = '<script>alert("x")</script>, "so & so".', "It's fine;\r\n1,5 of 10, isn't it?"
    X = [f"{film} {other} No. {n} is a good one." for n in range(20)]
    X += [f"{film} {other} No. {n} is a bad one." for n in range(20)]
    y = np.repeat(["good", "poor"], 20)
    return Texts("odd_sentences", X, y, np.zeros(40), "taste", "made here")


def one_word() -> Texts:
    """A set with documents that cannot be explained."""
    X = [f"word{n}" if n % 2 else "" for n in range(40)]
    return Texts("one_word", X, np.repeat(["a", "b"], 20), np.zeros(40), "nothing", "made here")


@dataclass(frozen=True)
class LeavingOut:
    """An explainer from elsewhere: what the answer loses with each word."""

    takes_domain: ClassVar[bool] = True

    def explain(self, predict: Any, background: Any, rows: Any, seed: int) -> Any:
        found = []
        for view, _ in background.views(rows):
            without = view.decode(1.0 - np.eye(len(view.names)))
            found.append(predict(view.decode(view.x)) - predict(without))
        return found


@pytest.mark.parametrize("draws", ["own", "shared"])
@pytest.mark.parametrize(
    ("task", "lime"),
    [(WORDS, LIME), (PIXELS, LIME), (CHANGES, STRENGTHS)],
    ids=["words", "pixels", "changes"],
)
def test_a_study_says_what_the_line_says(
    out: Path, task: ll.Task, lime: ll.Lime, draws: Any
) -> None:
    lime = replace(lime, draws=draws)
    told = small(tasks=[task], conditions={"lime": lime}).run(out).explanations
    assert set(told["repeat"]) == {0, 1}
    data, model = split(task, 0), fitted(task, 0)
    for repeat, own in told.groupby("repeat"):
        for i, label in enumerate(data.labels):
            row = data.chosen((i, i + 1))
            found = lime.unwarned(model.box, data.domain, row, child(0, "repeat", int(repeat)))
            assert label in set(own["instance"])
            wanted = found.to_frame().set_index(["output", "feature"])
            mine = own[own["instance"] == label].set_index(["output", "feature"])
            assert list(mine.index) == list(wanted.index)
            for column in ("coef", "effect", "importance"):
                np.testing.assert_allclose(mine[column], wanted[column], rtol=1e-8, atol=1e-12)


def test_an_explainer_from_elsewhere_stands_beside_ours(out: Path) -> None:
    conditions = {"ours": LIME, "own": LeavingOut()}
    results = small(tasks=[WORDS], conditions=conditions, metrics=[metrics.TopK(2)]).run(out)
    assert results.scores["value"].notna().all()
    data, model = split(WORDS, 0), fitted(WORDS, 0)
    told = results.explanations[results.explanations["condition"] == "own"]
    for view, label in zip(data.views, data.labels, strict=True):
        mine = told[(told["instance"] == label) & (told["repeat"] == 1)]
        assert list(mine["feature"]) == list(view.names)
        lost = model.box.ask([view.text]) - model.box.ask(view.decode(1.0 - np.eye(len(mine))))
        np.testing.assert_allclose(mine["effect"], lost[:, 0], rtol=1e-8, atol=1e-12)
    asked = sum(1 + len(view.names) for view in data.views)
    looks = 2 * len(data.views)  # at each document for its f, and again for the model's own scale
    assert results.manifest["queries"]["explainer"] == 2 * (asked + looks)


def test_the_judge_is_the_models_own_answers(out: Path) -> None:
    """A line of a linear bag of words on the scale of its score would be exact: here it is near."""
    scores = small(tasks=[WORDS], metrics=[metrics.Rmse()]).run(out).scores
    error = scores.groupby(["surrogate", "radius"])["value"].mean()
    assert error["line"].max() < 0.1
    assert error["line"].max() < error["tree"].min()


def test_every_row_asked_is_counted_and_was_forecast(out: Path) -> None:
    log = out.parent / "log"
    recipe = models.Recipe(counted_words, (("log", str(log)),))
    study = small(
        tasks=[replace(WORDS, model=recipe)], metrics=[metrics.Rmse(), Local("local counted")]
    )
    queries = study.run(out).manifest["queries"]
    assert rows_asked(log) == sum(queries.values())
    del queries["probe"]
    forecast = make_plan(study).queries()
    assert queries == forecast
    assert forecast["sampler"] == 2 * 3 * 64  # the line and the tree share them
    assert forecast["judge"] == 2 * 3 * 2 * 20


def test_tables_are_the_same_bits_on_two_workers_and_after_a_stop(out: Path) -> None:
    study = small()
    whole = study.run(out / "whole")
    assert not whole.manifest["failures"]
    with pytest.raises(KeyboardInterrupt):
        study.run(out / "stopped", progress=StopAt(9, KeyboardInterrupt))
    resumed = study.run(out / "stopped", n_jobs=2)
    assert resumed.manifest["blocks"]["reused"] >= 9
    assert content(resumed.folder) == content(whole.folder)
    assert study.run(out / "whole").manifest["blocks"]["made"] == 0


def test_a_document_is_explained_alike_alone_and_among_others(out: Path) -> None:
    alone = small(tasks=[replace(WORDS, instances=1)]).run(out / "one").explanations
    among = small(tasks=[WORDS]).run(out / "three").explanations
    mine = among[among["instance"] == alone["instance"].iloc[0]].reset_index(drop=True)
    assert mine.equals(alone)


def test_words_and_dimensions_stand_side_by_side(out: Path) -> None:
    conditions = ll.vary(
        LIME, representation={"words": ll.Presence(), "dimensions": ll.Embedded(Lsa(3))}
    )
    chosen = [metrics.Rmse(), Local("local words")]
    results = small(tasks=[WORDS], conditions=conditions, metrics=chosen).run(out)
    features = results.explanations.groupby("representation")["feature"].unique()
    assert list(features["dimensions"]) == ["dimension 1", "dimension 2", "dimension 3"]
    data = split(WORDS, 0)
    assert set(features["words"]) == {name for view in data.views for name in view.names}
    assert results.manifest["queries"]["sampler"] == 2 * 3 * 64  # both read the same answers
    scores = results.scores.set_index(["metric", "representation"])
    assert scores.loc["rmse", "value"].notna().all()
    notes = scores.loc[("local words", "dimensions"), "note"]
    assert set(notes) == {"the features are not the columns that were redrawn"}
    local = [evidence.local for evidence in seen("local words")]
    assert [array.shape[2] for array in local] == [len(view.names) for view in data.views]


def test_what_rows_do_not_share_is_declined_and_said_once(out: Path) -> None:
    chosen = [
        *(metrics.Agreement(), metrics.Separability(), metrics.Lipschitz()),
        *(metrics.RealismMahalanobis(), metrics.PGI()),
    ]
    results = small(metrics=chosen, conditions={"lime": LIME}).run(out)
    assert not results.manifest["failures"]
    assert results.scores["value"].isna().all()
    assert (results.scores["note"] != "").all()
    over = results.scores[results.scores["metric"].isin(["agreement_prediction", "separability"])]
    assert over.groupby(["task", "metric"]).size().eq(1).all()
    assert over["note"].str.contains("goes over rows that share them").all()


def test_a_judge_that_does_not_know_a_task_leaves_the_others(out: Path) -> None:
    judges = [ll.Judge(ll.Gaussian(), radii=[0.5], size=20), JUDGE]
    conditions = {"words": LIME, "noise": ll.Lime(n_samples=64, draws="own")}
    study = small(
        tasks=[WORDS, IRIS], judge=judges, conditions=conditions, metrics=[metrics.Rmse()]
    )
    scores = study.run(out).scores
    known = scores[scores["value"].notna()]
    assert set(zip(known["dataset"], known["condition"], known["judge"], strict=True)) == {
        ("movie_snippets", "words", "Dropout"),
        ("iris", "noise", "Gaussian"),
    }
    gone = scores[scores["value"].isna() & (scores["condition"] == "words")]
    said = gone[gone["dataset"] == "movie_snippets"]
    assert set(said["judge"]) == {"Gaussian"}
    assert said["note"].str.contains("no background rows").all()


def test_changes_are_judged_and_weighed_where_words_are_not(out: Path) -> None:
    judges = [JUDGE, ll.Judge(ll.Strengths(), radii=[0.5], size=20)]
    chosen = [metrics.Rmse(), Local("local changes")]
    results = small(
        tasks=[CHANGES], conditions={"lime": STRENGTHS}, judge=judges, metrics=chosen
    ).run(out)
    assert set(results.explanations["feature"]) == {"sepia", "brightness"}
    known = results.scores[results.scores["value"].notna()]
    assert set(known["judge"]) == {"Strengths", ""}
    local = [evidence.local for evidence in seen("local changes")]
    assert all((array > 0).all() for array in local)


def test_odd_sentences_reach_tables_and_page_escaped(out: Path) -> None:
    task = ll.Task(
        odd_sentences, models.counts_linear(), instances=2, domain=AsText(domains.Sentences())
    )
    results = small(tasks=[task]).run(out)
    features = set(results.explanations["feature"])
    assert any("<script>" in feature for feature in features)
    assert features == {
        name.replace("\r", "\\r") for view in split(task, 0).views for name in view.names
    }
    page = write_report(out).read_text()
    assert "<script>alert" not in page


def test_a_task_is_named_by_how_it_is_read() -> None:
    masked = replace(WORDS, domain=AsText(fill=domains.Mask()))
    assert masked.name == f"{WORDS.name} / fill=Mask(token='UNKWORDZ')"
    assert "domain=AsText(" in repr(masked)
    assert "domain" not in repr(WORDS)
    assert replace(WORDS, domain=AsText()).name == WORDS.name


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (replace(WORDS, domain=AsImage()), "domain=AsImage.* for data of the kind Texts"),
        (replace(IRIS, domain=AsText()), "for data of the kind Dataset; expected none"),
        (replace(PIXELS, cause="background", variant=1), "pictures have no background"),
        (
            replace(IRIS, dataset="nothing"),
            "expected one of: breast_cancer.*movie_snippets.*digits",
        ),
    ],
)
def test_what_does_not_fit_the_data_is_refused_before_anything(task: ll.Task, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        make_plan(small(tasks=[task]))


def test_a_domain_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput, match="expected AsText"):
        replace(WORDS, domain=ll.Text())
    with pytest.raises(BadInput, match="defined at the top of a module"):
        AsText(tokenizer=lambda text: text.split())


def test_a_document_without_parts_is_named_in_every_row_of_its_task(out: Path) -> None:
    task = ll.Task(one_word, models.counts_linear(), instances=2)
    results = small(tasks=[WORDS, task]).run(out)
    notes = results.scores[results.scores["dataset"] == "one_word"]["note"]
    assert notes.str.contains("document .* expected").all()
    assert results.scores[results.scores["dataset"] == "movie_snippets"]["note"].eq("").all()


def test_a_tables_points_are_not_those_of_a_document() -> None:
    data = split(WORDS, 0)
    with pytest.raises(NotApplicable, match="columns of its own"):
        _ = data.x
    assert data.labels == tuple(data.rows.index)
    texts = datasets.load_texts("movie_snippets")
    assert [texts.X[label] for label in data.labels] == data.rows.tolist()
