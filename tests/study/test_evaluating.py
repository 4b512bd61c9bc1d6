"""Attributions that somebody has: read from every form alike, scored, or declined with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import (
    GradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression

import limelab as ll
from limelab import metrics
from limelab.datasets import load
from limelab.domains import Table
from limelab.seeds import child
from limelab.study.beside import BY_ROW
from limelab.types import BadInput
from tests.study.spies import Knowing, Moving, Sampling, Spy, seen

DATA = load("diabetes").X[["age", "bmi", "bp", "ltg"]]
TARGET = load("diabetes").y
ROWS = DATA.iloc[[3, 40, 7]]
MODEL = LinearRegression().fit(DATA, TARGET)
LINE = (ROWS - DATA.mean()) * MODEL.coef_  # Shapley values of a line, by definition
CHOSEN = [metrics.PGI(1), metrics.PGU(1), metrics.Sparseness()]
SHARES = metrics.FaithfulnessEstimate()


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_no_metric_at_all_is_refused() -> None:
    with pytest.raises(BadInput, match="metrics is empty; expected metric values"):
        ll.evaluate(LINE, MODEL, DATA, ROWS, metrics=[])


def test_an_array_and_a_frame_in_any_order_of_columns_score_alike() -> None:
    array = ll.evaluate(LINE.to_numpy(), MODEL, DATA, ROWS, metrics=CHOSEN)
    assert list(array)[:7] == [
        *("repeat", "instance", "output", "metric", "judge", "radius", "value")
    ]
    assert array["value"].notna().all()
    assert set(array["instance"]) == set(ROWS.index)
    same(array, ll.evaluate(LINE[["ltg", "bp", "age", "bmi"]], MODEL, DATA, ROWS, metrics=CHOSEN))
    same(array, ll.evaluate(LINE.to_numpy()[:, :, None], MODEL, DATA, ROWS, metrics=CHOSEN))
    wanted = metrics.sparseness(np.abs(LINE.to_numpy()))
    np.testing.assert_allclose(array.query("metric == 'sparseness'")["value"], wanted, rtol=1e-9)


def test_the_line_itself_beats_any_other_attribution() -> None:
    how: dict[str, Any] = {"metrics": [SHARES], "meaning": "contribution"}
    right = ll.evaluate(LINE, MODEL, DATA, ROWS, **how)
    wrong = ll.evaluate(LINE.iloc[:, ::-1].to_numpy(), MODEL, DATA, ROWS, **how)
    np.testing.assert_allclose(right["value"], 1.0)
    assert (wrong["value"] < 0.99).all()


def test_shap_values_are_contributions() -> None:
    shap = pytest.importorskip("shap")
    found = shap.LinearExplainer(MODEL, shap.maskers.Independent(DATA, max_samples=1000))(ROWS)
    np.testing.assert_allclose(found.values, LINE, rtol=1e-6)
    spied = ll.evaluate(found, MODEL, DATA, ROWS, metrics=[*CHOSEN, SHARES, Spy()])
    evidence, *_ = seen("spy")
    np.testing.assert_allclose(evidence.contribution[0, :, :, 0], LINE, rtol=1e-6)
    how: dict[str, Any] = {"metrics": [*CHOSEN, SHARES, Spy()]}
    same(spied, ll.evaluate(found.values, MODEL, DATA, ROWS, meaning="contribution", **how))
    plain = ll.evaluate(found.values, MODEL, DATA, ROWS, **how)
    seen("spy")
    assert "the explainer gives no contribution" in set(plain["note"])
    with pytest.raises(BadInput, match="shap values name the features"):
        ll.evaluate(found, lambda x: x @ MODEL.coef_, *(x.rename(columns={"age": "years"}) for x in
                    (DATA, ROWS)))  # fmt: skip


def test_lime_explanations_are_coefficients_of_the_output_that_they_name() -> None:
    lime = pytest.importorskip("lime.lime_tabular")
    iris = load("iris")
    two = iris.y != "setosa"
    X, y = iris.X[two], iris.y[two]
    model = LogisticRegression().fit(X.to_numpy(), y)
    rows = X.iloc[:2].to_numpy()
    explainer = lime.LimeTabularExplainer(X.to_numpy(), feature_names=list(X), random_state=0)
    found = [explainer.explain_instance(row, model.predict_proba, num_features=3) for row in rows]
    scored = ll.evaluate(found, model, X.to_numpy(), rows, metrics=[Spy(), metrics.PGI(1)])
    evidence, *_ = seen("spy")
    assert evidence.outputs == ("virginica",)
    wanted = np.zeros((2, 4))
    for i, one in enumerate(found):
        for j, weight in one.as_map()[1]:
            wanted[i, j] = weight
    assert evidence.coef is not None
    np.testing.assert_array_equal(evidence.coef[0, :, :, 0], wanted)
    assert (evidence.selected.sum(axis=2) == 3).all()
    assert scored.query("metric == 'pgi_1'")["value"].notna().all()
    several = explainer.explain_instance(rows[0], model.predict_proba, labels=(0, 1))
    ll.evaluate(several, model, X.to_numpy(), rows[:1], metrics=[Spy()])
    assert seen("spy")[0].outputs == ("versicolor", "virginica")


def test_an_explanation_of_ours_keeps_what_it_says() -> None:
    found = ll.explain(MODEL, DATA, ROWS, explainer=ll.Lime(n_samples=256))
    scored = ll.evaluate(found, MODEL, DATA, ROWS, metrics=[Spy(), metrics.Gap()])
    evidence, *_ = seen("spy")
    np.testing.assert_array_equal(evidence.importance[0], found.importance)
    np.testing.assert_array_equal(evidence.stderr[0], found.stderr)  # type: ignore[index]
    assert (scored.query("metric == 'gap'")["value"] < 1e-9).all()


def test_what_needs_more_than_attributions_says_what() -> None:
    wanted = [
        metrics.Rmse(), Moving(), Knowing(), Sampling(), metrics.TopK(2),
        metrics.Agreement("label"), metrics.Agreement("drop_column"), metrics.Agreement("impurity"),
    ]  # fmt: skip
    notes = ll.evaluate(LINE, MODEL, DATA, ROWS, metrics=wanted).groupby("metric")["note"].first()
    assert "no local model" in notes["rmse"]
    assert "hand explainer=" in notes["moving"]
    assert "hand explainer=" in notes["knowing"]
    assert "show no points" in notes["sampling"]
    assert "fewer than 2 usable repeats" in notes["top_2_jaccard"]
    assert "target=y" in notes["agreement_label"]
    assert "refits the model" in notes["agreement_drop_column"]
    assert "has no impurity importance" in notes["agreement_impurity"]


def test_with_the_explainer_it_is_moved_repeated_and_known() -> None:
    model = RandomForestRegressor(5, random_state=0).fit(DATA, TARGET)
    lime = ll.Lime(n_samples=512)
    found = ll.explain(model, DATA, ROWS, explainer=lime, seed=9)
    wanted = [Moving(), Knowing(), metrics.TopK(2), metrics.Agreement("label")]
    scored = ll.evaluate(
        found, model, Table(DATA, target=TARGET), ROWS, metrics=wanted, explainer=lime, repeats=3
    )
    assert scored.groupby("metric")["value"].count().min() > 0
    evidence, *_ = seen("moving")
    assert evidence.importance.shape == (3, 3, 4, 1)
    np.testing.assert_array_equal(evidence.importance[0], found.importance)
    line = LinearRegression().fit(DATA, TARGET)
    ll.evaluate(LINE, line, DATA, ROWS, metrics=[Moving()], explainer=lime)
    (moved,) = seen("moving")[0].moved
    change = np.abs(moved.importance - moved.at_x[:, None]).max()
    assert change < 1e-9 * moved.at_x.max()  # one seed, shared draws: the line moves nowhere


def test_same_call_same_numbers_and_nothing_is_changed() -> None:
    before, array = DATA.copy(), LINE.to_numpy()
    kept = array.copy()
    first, again = (ll.evaluate(array, MODEL, DATA, ROWS, seed=3) for _ in "ab")
    same(first, again)
    pd.testing.assert_frame_equal(DATA, before)
    np.testing.assert_array_equal(array, kept)
    assert first["value"].notna().mean() > 0.8


def test_floor_and_ceiling_are_what_the_baselines_score_themselves() -> None:
    forest = RandomForestRegressor(5, random_state=0).fit(DATA, TARGET)
    lime = ll.Lime(n_samples=256)
    how: dict[str, Any] = {"metrics": [*CHOSEN, metrics.TopK(2)], "repeats": 3}
    found = ll.explain(forest, DATA, ROWS, explainer=lime)
    scored = ll.evaluate(found, forest, DATA, ROWS, explainer=lime, **how)
    for name, explainer in ll.baseline_conditions().items():
        seed = child(0, "repeat", 0)
        made = ll.explain(forest, DATA, ROWS, explainer=explainer, seed=seed)
        alone = ll.evaluate(made, forest, DATA, ROWS, explainer=explainer, **how)
        np.testing.assert_array_equal(scored[name], alone["value"])
    assert (scored["constant"][scored["metric"] == "top_2_jaccard"] == 1).all()
    assert (scored["constant"][scored["metric"] == "sparseness"] == 0).all()
    assert set(scored["baseline_note"]) == {""}


def test_a_baseline_that_scores_nothing_says_why() -> None:
    scored = ll.evaluate(LINE, MODEL, DATA, ROWS, metrics=[metrics.PGI(1), SHARES, metrics.Rmse()])
    notes = scored.groupby("metric")["baseline_note"].first()
    assert scored["exact"].isna().all()
    assert "exact: " in notes["pgi_1"]
    assert "random: " not in notes["pgi_1"]
    assert "random: " not in notes["rmse"]  # the attributions decline it for the same reason


THREE = LogisticRegression(max_iter=500).fit(load("iris").X, load("iris").y)
FLOWERS = load("iris").X


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: (np.ones((2, 4)), MODEL, DATA, ROWS),
            r"have shape \(2, 4\); expected \(3, 4, 1\)",
        ),
        (lambda: (np.ones((3, 5)), MODEL, DATA, ROWS), r"have shape \(3, 5\)"),
        (lambda: ("abc", MODEL, DATA, ROWS), "came as str"),
        (lambda: (LINE.rename(columns={"age": "a"}), MODEL, DATA, ROWS), r"missing \['age'\]"),
        (lambda: (np.ones((3, 4)), THREE, FLOWERS, FLOWERS.iloc[:3]), "speak of one output"),
        (lambda: (np.ones((3, 4, 2)), THREE, FLOWERS, FLOWERS.iloc[:3]), r"have shape \(3, 4, 2\)"),
    ],
)
def test_wrong_shapes_and_names_are_told(call: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        ll.evaluate(*call(), metrics=[metrics.Sparseness()])


def test_an_output_may_be_named() -> None:
    values = np.arange(12.0).reshape(3, 4)
    for output in ("versicolor", 1):
        scored = ll.evaluate(values, THREE, FLOWERS, FLOWERS.iloc[:3], output=output,
                             metrics=[metrics.PGI(1)])  # fmt: skip
        assert set(scored["output"]) <= {"versicolor", ""}
        assert scored["value"].notna().all()
    with pytest.raises(BadInput, match="meaning='shap'"):
        ll.evaluate(LINE, MODEL, DATA, ROWS, meaning="shap")
    with pytest.raises(BadInput, match="output='rose'"):
        ll.evaluate(values, THREE, FLOWERS, FLOWERS.iloc[:3], output="rose")


RNG = np.random.default_rng(0)
KNOWN = pd.DataFrame(RNG.normal(size=(120, 4)), columns=list("abcd"))
YES = (KNOWN.a + KNOWN.b * KNOWN.c > 0).astype(int)
FOREST = RandomForestClassifier(5, random_state=0).fit(KNOWN, YES)
SIX = KNOWN.iloc[50:56]
SOME = RNG.normal(size=(6, 4))
LIME = ll.Lime(n_samples=128)


def six(given: Any = SOME, rows: Any = SIX, model: Any = FOREST, **how: Any) -> pd.DataFrame:
    return ll.evaluate(given, model, KNOWN, rows, **{"metrics": [metrics.PGI(1)], **how})


def said_of(rows: Any) -> Any:
    return ll.explain(FOREST, KNOWN, rows, explainer=LIME)


def framed(index: Any) -> pd.DataFrame:
    return pd.DataFrame(SOME, columns=list("abcd"), index=index)


@pytest.mark.parametrize(
    "given",
    [
        lambda: said_of(KNOWN.iloc[:6].set_axis(range(60, 66))),
        lambda: said_of(SIX.iloc[::-1]),
        lambda: framed(SIX.index[::-1]),
        lambda: framed(list("uvwxyz")),
    ],
    ids=["others", "reversed", "frame reversed", "frame of others"],
)
def test_attributions_of_other_rows_are_refused(given: Any) -> None:
    with pytest.raises(BadInput, match=r"are of the rows \[.*rows= are \[50, 51, 52, 53, 54, 55\]"):
        six(given())


def test_rows_may_be_named_alike_or_not_at_all() -> None:
    for index in (SIX.index, range(6)):
        same(six(framed(index)), six())
    own = said_of(SIX)
    same(six(own), six(replace(own, instances=tuple(range(6)))))
    line, how = (lambda rows: np.asarray(rows) @ [1.0, 2.0, 0.0, -1.0]), {"metrics": CHOSEN}
    told = ll.explain(line, KNOWN, SIX, explainer=LIME)
    unnamed = ll.evaluate(
        replace(told, features=("x0", "x1", "x2", "x3")),
        line,
        KNOWN.to_numpy(),
        SIX.to_numpy(),
        **how,
    )
    assert unnamed["instance"].unique().tolist() == [*range(6)]


def test_other_rows_under_no_name_are_told_by_what_the_model_answers() -> None:
    with pytest.raises(BadInput, match=r"for the model's answer to row 5.*of other rows"):
        six(said_of(SIX.iloc[::-1].reset_index(drop=True)))


def test_another_scale_is_refused_and_no_ceiling() -> None:
    boosted = GradientBoostingClassifier(n_estimators=5, random_state=0).fit(KNOWN, YES)
    raw = ll.explain(boosted, KNOWN, SIX, explainer=ll.ExactLime())
    with pytest.raises(BadInput, match=r"is of the outputs \['raw score of 1'\]"):
        six(raw, model=boosted)
    with pytest.raises(BadInput, match="of another scale, such as raw scores"):
        six(replace(raw, outputs=("1",)), model=boosted)
    with pytest.raises(BadInput, match="explains another scale"):
        six(model=boosted, explainer=ll.ExactLime(), repeats=2)
    scored = six(model=boosted)
    assert scored["exact"].isna().all()
    assert scored["baseline_note"].str.contains("exact: it explains another scale").all()


def test_what_says_its_output_may_not_be_told_otherwise() -> None:
    both = said_of(SIX)
    first = replace_outputs(both, 0)
    assert set(six(first)["output"]) == set(six(first, output="0")["output"]) == {"0"}
    for given in (first, both):
        with pytest.raises(BadInput, match="output='1' came with an explanation of the outputs"):
            six(given, output="1")
    same(six(output=np.int64(1)), six(output="1"))
    with pytest.raises(BadInput, match="output=array"):
        six(output=np.array([1]))


def test_what_says_its_meaning_may_not_be_told_otherwise() -> None:
    own = said_of(SIX)
    same(six(own, meaning="coef"), six(own))
    plain = ll.explain(FOREST, KNOWN, SIX, explainer=ll.RandomImportance())
    with pytest.raises(BadInput, match="meaning='coef' came with an Explanation that holds none"):
        six(plain, meaning="coef")
    with pytest.raises(BadInput, match="meaning='shap'; expected one of"):
        six(own, meaning="shap")
    shap = pytest.importorskip("shap")
    values = shap.Explanation(SOME, base_values=np.zeros(6))
    same(six(values), six(values, meaning="contribution"))
    with pytest.raises(BadInput, match="which is read as contribution"):
        six(values, meaning="coef")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"explainer": "lime"}, "explainer='lime'; expected a value such as"),
        ({"explainer": ll.Lime}, "explainer=<class"),
        *(({"repeats": wrong}, "repeats=.*whole number") for wrong in (2.5, 0, -3, True, "x")),
        ({"given": framed(SIX.index).astype(str)}, "DataFrame that is no array of real numbers"),
        ({"given": SOME + 1j}, "ndarray that is no array of real numbers"),
        ({"given": (SOME + 1j).astype(object)}, "no array of real numbers"),
        ({"given": framed(SIX.index) * 1j}, "no array of real numbers"),
    ],
)
def test_what_cannot_be_used_is_refused(how: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        six(**how)


def test_a_row_whose_name_is_missing_is_scored() -> None:
    scored = six(rows=SIX.set_axis([0.0, 1.0, 2.0, 3.0, 4.0, np.nan]))
    same(scored.drop(columns="instance"), six().drop(columns="instance"))


def test_a_ceiling_that_is_told_row_by_row_is_told_of() -> None:
    scored = six(metrics=[SHARES])
    assert scored["instance"].tolist() == [""]
    assert scored["baseline_note"].tolist() == [f"exact: {BY_ROW}"]
    full = six(metrics=[SHARES], meaning="contribution")
    assert full["exact"].notna().all()


def replace_outputs(found: Any, c: int) -> Any:
    """One output of an explanation."""
    whole = len(found.outputs)
    cut = {
        name: array[..., [c]]
        for name, array in vars(found).items()
        if isinstance(array, np.ndarray) and array.ndim > 1 and array.shape[-1] == whole
    }
    return replace(found, outputs=(found.outputs[c],), **cut)
