"""An explanation says the same in its arrays, frame, rules and picture, and asks no model."""

from __future__ import annotations

import pickle
import warnings
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC

import limelab as ll
from limelab import datasets, models
from limelab.explanation import Explanation, joined
from limelab.types import BadInput

WINE, FAIR, DIABETES = (datasets.load(name) for name in ("wine", "anes96", "diabetes"))
TEXT = FAIR.X.astype(dict.fromkeys(FAIR.categorical, "str"))
QUICK = ll.Lime(n_samples=256)
TREE = ll.Lime(n_samples=256, surrogate=ll.Tree(4))
COLUMNS = [
    "instance", "output", "feature", "value", "coef", "stderr", "importance", "effect",
    "contribution", "selected", "rank", "unit", "determined", "note",
]  # fmt: skip


@cache
def wine() -> Any:
    return models.fit(models.forest(n_estimators=20), WINE.X, WINE.y, WINE.kind)


@cache
def fair() -> Any:
    return models.fit(models.forest(n_estimators=20), FAIR.X, FAIR.y, FAIR.kind)


def explained(explainer: Any = QUICK, rows: tuple[int, ...] = (0, 70, 150)) -> Explanation:
    return ll.explain(wine(), WINE.X, WINE.X.iloc[list(rows)], explainer=explainer)


def mixed(explainer: Any = QUICK) -> Explanation:
    return ll.explain(fair(), FAIR.X, FAIR.X.iloc[:4], explainer=explainer)


def attributions(values: Any, f: Any = ((1.0,), (2.0,))) -> Explanation:
    return Explanation.from_attributions(
        values,
        instances=("u", "v"),
        features=("a", "b", "c"),
        outputs=("output",),
        values=np.array([[1.0, 2.0, "x"], [3.0, 4.0, "y"]], dtype=object),
        f=np.array(f),
        record="Other()",
    )


# --- the frame -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [explained, mixed], ids=["numbers", "categories"])
@pytest.mark.parametrize("explainer", [QUICK, TREE], ids=["line", "tree"])
def test_frame_is_tidy_and_holds_the_arrays(make: Any, explainer: Any) -> None:
    found = make(explainer)
    frame = found.to_frame()
    shape = (len(found.instances), len(found.outputs), len(found.features))
    assert list(frame) == COLUMNS
    assert len(frame) == np.prod(shape)
    assert not frame.duplicated(["instance", "output", "feature"]).any()
    for name in ("coef", "stderr", "importance", "effect", "contribution", "selected"):
        array = getattr(found, name)
        wide = frame[name].to_numpy().reshape(shape)
        if array is None:
            assert frame[name].isna().all()
        else:
            assert (wide == np.moveaxis(array, 1, 2)).all()
    assert frame["output"].unique().tolist() == list(found.outputs)
    assert frame["instance"].unique().tolist() == list(found.instances)


def test_frame_holds_the_values_as_they_are() -> None:
    found = mixed()
    frame = found.to_frame()
    wide = frame[frame["output"] == found.outputs[0]].pivot(
        index="instance", columns="feature", values="value"
    )
    assert (wide[list(FAIR.X)].to_numpy() == FAIR.X.iloc[:4].to_numpy(dtype=object)).all()
    same = {name for name, unit in zip(found.features, found.units, strict=True) if "same" in unit}
    assert same == set(FAIR.categorical)


def test_labels_that_are_tuples_stay_whole() -> None:
    rows = WINE.X.iloc[:2].set_axis(pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]))
    found = ll.explain(wine(), WINE.X, rows, explainer=QUICK)
    assert found.to_frame()["instance"].unique().tolist() == [("a", 1), ("b", 2)]


def test_ranks_count_from_the_most_important_and_ties_share_the_lower() -> None:
    ranks = attributions([[1.0, -3.0, 1.0], [0.0, 0.5, -0.7]]).to_frame()["rank"]
    assert ranks.tolist() == [2, 1, 2, 3, 2, 1]
    frame = explained().to_frame()
    for _, one in frame.groupby(["instance", "output"]):
        wanted = one["importance"].rank(ascending=False, method="min")
        assert (one["rank"] == wanted).all()


# --- laws of the numbers -------------------------------------------------------------------------


def test_contributions_of_a_line_sum_to_its_distance_from_the_mean() -> None:
    X = DIABETES.X.select_dtypes("number")
    model = LinearRegression().fit(X, DIABETES.y)
    found = ll.explain(model, X, X.iloc[:9], explainer=QUICK)
    assert found.baseline == "background mean"
    assert found.contribution is not None
    wanted = model.predict(X.iloc[:9]) - model.predict(X.mean().to_frame().T)
    np.testing.assert_allclose(found.contribution.sum(axis=1)[:, 0], wanted, rtol=1e-9)


def test_contributions_of_categories_are_measured_from_their_share() -> None:
    X = TEXT[list(FAIR.categorical)]
    weight, here = np.array([2.0, -3.0]), X.iloc[0]

    def model(rows: Any) -> Any:
        return (rows == here).to_numpy() @ weight

    found = ll.explain(model, X, X.iloc[[0]], explainer=QUICK)
    assert found.contribution is not None
    wanted = weight * (1 - X.eq(here).mean().to_numpy())
    np.testing.assert_allclose(found.contribution[0, :, 0], wanted, rtol=1e-9)
    np.testing.assert_allclose(wanted.sum(), model(X.iloc[[0]]) - model(X).mean(), rtol=1e-9)


def test_a_sign_is_determined_where_interval_and_lean_allow() -> None:
    found = explained()
    assert found.coef is not None
    assert found.stderr is not None
    clear = np.abs(found.coef) > 1.959963984540054 * found.stderr
    assert (found.determined == clear).all()
    assert 0 < clear.mean() < 1
    tree = explained(TREE)
    lean = np.abs(tree.effect) >= 0.3 * tree.importance
    assert (tree.determined == (lean & (tree.importance > 0))).all()
    assert not tree.determined[~tree.selected].any()


@pytest.mark.parametrize("explainer", [QUICK, TREE], ids=["line", "tree"])
def test_diagnostics_count_the_features_in_use_without_a_sign(explainer: Any) -> None:
    found = explained(explainer)
    frame = found.to_frame()
    unclear = frame[frame["selected"] & ~frame["determined"]]
    counts = unclear.groupby(["instance", "output"]).size()
    table = found.diagnostics().set_index(["instance", "output"])["undetermined"]
    assert (table == counts.reindex(table.index, fill_value=0)).all()


def test_diagnostics_have_a_row_for_each_output() -> None:
    found = explained()
    table = found.diagnostics()
    assert len(table) == len(found.instances) * len(found.outputs)
    np.testing.assert_allclose(table["f"], wine().predict_proba(WINE.X.iloc[[0, 70, 150]]).ravel())
    np.testing.assert_allclose(table["gap"], np.abs(table["g"] - table["f"]))
    assert found.intercept is not None
    np.testing.assert_allclose(table["g"], found.intercept.ravel())  # z is 0 at x
    assert (table["n_samples"] == 256).all()
    assert table["class_share"].between(0, 1).all()


def test_what_is_missing_says_why_everywhere() -> None:
    narrow = ll.Lime(n_samples=256, kernel=ll.Exponential(0.1))
    rows = FAIR.X.iloc[:4]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ll.LocalFitWarning)
        found = ll.explain(fair(), FAIR.X, rows, explainer=narrow)
    gone = found.declined != ""
    assert gone.any()
    assert np.isnan(found.importance[gone]).all()
    frame = found.to_frame()
    missing = frame[frame["importance"].isna()]
    assert set(missing["instance"]) == set(np.array(found.instances)[gone])
    assert missing["note"].str.contains("effective samples").all()
    assert missing["rank"].isna().all()
    assert not missing[["selected", "determined"]].any(axis=None)
    assert found._repr_html_()
    with pytest.raises(BadInput, match=r"has no explanation: .*widen the kernel"):
        found.plot(int(np.flatnonzero(gone)[0]))


# --- attributions of others ----------------------------------------------------------------------


def test_attributions_are_kept_as_they_are() -> None:
    values = np.array([[1.0, -3.0, 0.0], [0.0, 0.5, -0.7]])
    for shape in (values, values[:, :, None], values.tolist()):
        found = attributions(shape)
        assert (found.effect[:, :, 0] == values).all()
        assert (found.importance == np.abs(found.effect)).all()
        assert (found.selected == (found.effect != 0)).all()
        assert (found.coef, found.contribution, found.model) == (None, None, None)
        assert list(found.to_frame()) == COLUMNS
        assert (
            found.plot(1).get_xlabel()
            == "attribution to output\n2 of 3 features shown, 1 not in use"
        )


def test_attributions_that_are_not_finite_are_missing_with_a_reason() -> None:
    found = attributions([[1.0, np.nan, 0.0], [0.0, 0.5, -0.7]])
    assert found.declined.tolist() == ["the explainer returned a value that is not finite", ""]
    assert np.isnan(found.effect[0]).all()
    assert found.effect[1, :, 0].tolist() == [0.0, 0.5, -0.7]


# --- rules ---------------------------------------------------------------------------------------


def holds(rule: str, row: Any) -> bool:
    """Whether a row is where a rule says, read as a reader would."""
    if " = " in rule:
        name, value = rule.split(" = ")
        return str(row[name]) == value
    if rule.count("<") == 2:
        low, name, high = rule.replace("<=", "<").split(" < ")
        return bool(float(low) < row[name] <= float(high))
    name, sign, bound = rule.rsplit(" ", 2)
    return bool(row[name] <= float(bound) if sign == "<=" else row[name] > float(bound))


@pytest.mark.parametrize("make", [explained, mixed], ids=["numbers", "categories"])
def test_rules_describe_a_region_that_holds_the_instance(make: Any) -> None:
    found, X = make(TREE), WINE.X if make is explained else FAIR.X
    count = 0
    for i, label in enumerate(found.instances):
        for output in found.outputs:
            rules = found.rules(i, output)
            count += len(rules)
            assert all(holds(rule, X.loc[label]) for rule in rules), (rules, X.loc[label])
    assert count > 5
    used = {rule.split(" ")[0] for rule in found.rules(0) if "<" not in rule.split(" ")[1]}
    assert used <= set(found.features)


def test_rules_are_in_the_units_of_the_feature() -> None:
    X = WINE.X[["alcohol", "proline"]]

    def step(rows: Any) -> Any:
        return 1.0 * ((rows["proline"] > 700) & (rows["alcohol"] > 12.5))

    lime = ll.Lime(n_samples=4096, surrogate=ll.Tree(2))
    row = pd.DataFrame({"alcohol": [12.7], "proline": [760.0]})
    first, second = ll.explain(step, X, row, explainer=lime).rules()
    for rule, name, edge in ((first, "proline", 700), (second, "alcohol", 12.5)):
        assert rule.startswith(f"{name} > ")
        assert float(rule.split()[-1]) == pytest.approx(edge, rel=1e-3)


def test_rules_of_one_feature_join_and_keep_the_digits_that_tell() -> None:
    def hat(rows: Any) -> Any:
        return 1.0 * (np.abs(rows[:, 0] - 1e6) < 0.5)

    X = 1e6 + np.random.default_rng(0).normal(size=(200, 1))
    lime = ll.Lime(n_samples=4096, surrogate=ll.Tree(3))
    (rule,) = ll.explain(hat, X, X[:1] * 0 + 1e6, explainer=lime).rules()
    low, name, high = rule.replace("<=", "<").split(" < ")
    assert name == "x0"
    assert float(low) < 1e6 <= float(high)
    assert 0.3 < 1e6 - float(low) < 1.1


def test_a_constant_model_has_no_rules_and_a_line_is_no_tree() -> None:
    flat = ll.explain(lambda rows: np.ones(len(rows)), WINE.X, WINE.X[:1], explainer=TREE)
    assert flat.rules() == []
    with pytest.raises(BadInput, match=r"has no rules; expected a tree surrogate such as Tree\(\)"):
        explained().rules()


# --- picture and notebook ------------------------------------------------------------------------


def test_plot_draws_the_most_important_on_the_callers_axes(monkeypatch: Any) -> None:
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("plot calls show"))
    before = plt.get_fignums()
    found, mine = explained(), Figure().add_subplot()
    ax = found.plot(1, "class_1", ax=mine)
    assert ax is mine
    order = np.argsort(-found.importance[1, :, 1])[:12]
    bars: list[Any] = list(ax.patches)
    assert [bar.get_width() for bar in bars] == found.effect[1, order, 1].tolist()
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels[0].startswith(f"{found.features[order[0]]} = ")
    title = ax.get_title(loc="left")
    assert title.startswith(f"Row 70: class_1 = {found.f[1, 1]:.3g}\n")
    assert f"R² out of sample {found.r2_out[1, 1]:.2f}" in title
    assert "class_1" in ax.get_xlabel()
    assert plt.get_fignums() == before
    top = int(found.f[2].argmax())
    assert found.plot(2).get_title(loc="left") == found.plot(2, top).get_title(loc="left")


@pytest.mark.parametrize("explainer", [QUICK, TREE], ids=["line", "tree"])
def test_plot_of_any_surrogate_and_odd_names(explainer: Any, tmp_path: Any) -> None:
    X = WINE.X.iloc[:, :3].set_axis(["$a", "b_$^<c>$", "x" * 99], axis=1)
    found = ll.explain(lambda r: r.to_numpy() @ [1, -2, 3], X, X[:1], explainer=explainer)
    figure: Any = found.plot().figure
    figure.savefig(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 10_000
    html = found._repr_html_()
    assert "b_$^&lt;c&gt;$" in html
    assert "<c>" not in html


def test_plot_tells_long_names_apart_and_writes_numbers_out() -> None:
    long = [f"a_rather_long_column_name_n{j}" for j in (1, 2)]
    frame = pd.DataFrame(np.random.default_rng(0).normal(3e4, 5e3, (60, 2)), columns=long)
    frame.iloc[0] = 29_179.4, 2500.0
    found = ll.explain(lambda r: 1e3 * r.to_numpy().sum(axis=1), frame, frame[:1], explainer=QUICK)
    ax = found.plot()
    labels = sorted(text.get_text() for text in ax.get_yticklabels())
    assert [label.partition(" = ")[2] for label in labels] == ["29,179", "2,500"]
    for j, label in enumerate(labels, 1):
        assert label.startswith("a_rather_long_")
        assert f"_n{j} = " in label
    assert " = 31,679,400\n" in ax.get_title(loc="left")
    assert "29,179" in found._repr_html_()


def test_notebook_view_says_when_it_cuts() -> None:
    html = explained()._repr_html_()
    assert html.count("<tr") == 21
    assert "20 of 117 rows; to_frame() has all." in html
    assert "of" not in attributions(np.ones((2, 3)))._repr_html_().split("</table>")[1]


@pytest.mark.parametrize("instance", [-1, 3, "0", 0.0, None, True])
def test_an_instance_is_a_position(instance: Any) -> None:
    with pytest.raises(BadInput, match=r"instance=.*; expected a position from 0 to 2"):
        explained().plot(instance)


@pytest.mark.parametrize("output", ["class_9", 3, -1, 0.5])
def test_an_output_is_a_name_or_a_position(output: Any) -> None:
    with pytest.raises(BadInput, match=r"output=.*, but expected one of 'class_0'.*or a position"):
        explained().plot(0, output)


# --- batches and copies --------------------------------------------------------------------------

ARRAYS = ("importance", "effect", "selected", "slope", "r2", "r2_out", "coef", "stderr",
          "intercept", "gap", "g", "f", "n_effective", "class_share")  # fmt: skip
BATCHED = [
    QUICK,
    TREE,
    ll.Lime(n_samples=256, draws="own", surrogate=ll.Tree(max_depth=None, max_splits=9)),
    ll.Lime(ll.Marginals(), n_samples=256, kernel=ll.Exponential()),
    ll.Lime(ll.Neighbours(), n_samples=256, surrogate=ll.Ridge(1, select=ll.Forward(3))),
]


@pytest.mark.parametrize("make", [explained, mixed], ids=["numbers", "categories"])
@pytest.mark.parametrize("explainer", BATCHED, ids=repr)
def test_batches_join_to_what_one_batch_is(make: Any, explainer: Any, monkeypatch: Any) -> None:
    whole = make(explainer)
    monkeypatch.setattr("limelab.lime._MEMORY", 1)
    parts = make(explainer)
    assert parts.instances == whole.instances
    for name in ARRAYS:
        one, two = getattr(whole, name), getattr(parts, name)
        assert (one is None) == (two is None)
        if one is not None:
            np.testing.assert_allclose(two, one, rtol=1e-7, atol=1e-12, err_msg=name)
    pd.testing.assert_frame_equal(parts.to_frame(), whole.to_frame())
    z = np.random.default_rng(0).normal(size=(len(whole.instances), 50, len(whole.features)))
    assert whole.model is not None
    assert parts.model is not None
    np.testing.assert_allclose(parts.model.predict(z), whole.model.predict(z), atol=1e-12)
    if isinstance(explainer.surrogate, ll.Tree):
        for i in range(len(whole.instances)):
            assert parts.rules(i) == whole.rules(i)


def test_batches_with_and_without_class_shares_join_to_none() -> None:
    one, two = explained(rows=(0,)), explained(rows=(1, 2))
    object.__setattr__(two, "class_share", None)
    assert joined([one, two]).class_share is None
    assert joined([two, one]).class_share is None
    assert joined([one]) is one


@pytest.mark.parametrize("explainer", [QUICK, TREE], ids=["line", "tree"])
def test_an_explanation_pickles(explainer: Any) -> None:
    found = mixed(explainer)
    again: Explanation = pickle.loads(pickle.dumps(found))
    pd.testing.assert_frame_equal(again.to_frame(), found.to_frame())
    pd.testing.assert_frame_equal(again.diagnostics(), found.diagnostics())
    assert repr(again) == repr(found)
    assert repr(found).startswith("Explanation(4 instances x 9 features x 2 outputs, Lime(")


# --- outputs -------------------------------------------------------------------------------------


class Boosted:
    """A booster of another library: not scikit-learn's, but with its verbs and attributes."""

    n_features_in_ = 3
    classes_ = np.array(["no", "yes"])

    def predict_proba(self, rows: Any) -> Any:
        assert isinstance(rows, np.ndarray)
        yes = 1 / (1 + np.exp(rows[:, 0] - 13))
        return np.column_stack([1 - yes, yes]).astype(np.float32)


NUMBERS = WINE.X.iloc[:, :3]
ENCODED = make_column_transformer(
    (OneHotEncoder(), list(FAIR.categorical)), remainder="passthrough"
)
MODELS: dict[str, tuple[Any, Any, tuple[str, ...]]] = {
    "classes": (
        RandomForestClassifier(5, random_state=0).fit(NUMBERS, WINE.y),
        NUMBERS,
        ("class_0", "class_1", "class_2"),
    ),
    "numbers as classes": (
        RandomForestClassifier(5, random_state=0).fit(NUMBERS, WINE.y == "class_0"),
        NUMBERS,
        ("False", "True"),
    ),
    "several targets": (
        Ridge().fit(NUMBERS, WINE.X.iloc[:, 3:5]),
        NUMBERS,
        ("output 0", "output 1"),
    ),
    "labels alone": (SVC().fit(NUMBERS, WINE.y), NUMBERS, ("class_0", "class_1", "class_2")),
    "a pipeline by names": (
        make_pipeline(ENCODED, LogisticRegression(max_iter=3000)).fit(TEXT, FAIR.y),
        TEXT,
        tuple(np.unique(FAIR.y)),
    ),
    "fitted on arrays": (
        LinearRegression().fit(NUMBERS.to_numpy(), WINE.X["proline"]),
        NUMBERS,
        ("output",),
    ),
    "another library": (Boosted(), NUMBERS, ("no", "yes")),
    "a function (n,)": (lambda r: r["ash"], NUMBERS, ("output",)),
    "a function (n, 1)": (lambda r: r[["ash"]], NUMBERS, ("output",)),
    "a function (n, C)": (lambda r: 2 * r, NUMBERS, ("output 0", "output 1", "output 2")),
}


@pytest.mark.parametrize(("model", "X", "outputs"), MODELS.values(), ids=MODELS.keys())
@pytest.mark.parametrize("explainer", [QUICK, TREE], ids=["line", "tree"])
def test_outputs_of_every_kind_of_model(
    model: Any, X: Any, outputs: tuple[str, ...], explainer: Any
) -> None:
    found = ll.explain(model, X, X.iloc[[3, 99]], explainer=explainer)
    assert found.outputs == outputs
    assert found.importance.shape == (2, X.shape[1], len(outputs))
    assert np.isfinite(found.importance).all()
    if len(outputs) == 2 and np.allclose(found.f.sum(axis=1), 1, atol=1e-6):
        np.testing.assert_allclose(found.effect[..., 0], -found.effect[..., 1], atol=1e-6)


def test_the_model_at_the_instance_is_what_the_model_says() -> None:
    model, X, _ = MODELS["a pipeline by names"]
    found = ll.explain(model, X, X.iloc[:3], explainer=QUICK)
    np.testing.assert_allclose(found.f, model.predict_proba(X.iloc[:3]), rtol=1e-12)


def test_what_a_line_does_not_use_has_no_direction() -> None:
    rows = np.random.default_rng(0).normal(size=(200, 4))
    found = ll.explain(lambda x: 2 * x[:, 0] - x[:, 1], rows, rows[:3])
    assert found.determined[:, :2].all()
    assert not found.determined[:, 2:].any()


@pytest.mark.parametrize("n_samples", [256, 4096])
def test_a_tree_of_an_even_function_has_no_direction(n_samples: int) -> None:
    rows = np.random.default_rng(0).normal(size=(200, 3))
    rows -= rows.mean(axis=0)
    lime = ll.Lime(surrogate=ll.Tree(), n_samples=n_samples)
    told = [
        ll.explain(
            lambda x: x[:, 0] ** 2, rows, np.zeros((1, 3)), explainer=lime, seed=seed
        ).determined[0, 0, 0]
        for seed in range(20)
    ]
    assert np.mean(told) <= 0.1


def test_a_model_that_writes_into_its_input_changes_nothing_but_its_input() -> None:
    rows = np.random.default_rng(0).normal(size=(100, 3))

    def careless(x: Any) -> Any:
        y = np.sin(3 * x[:, 0])
        if len(x) > 10:
            x[:] = 0.0
        return y

    mine = ll.explain(careless, rows, rows[:20])
    clean = ll.explain(lambda x: np.sin(3 * x[:, 0]), rows, rows[:20])
    assert (mine.coef == clean.coef).all()
    assert (mine.values == clean.values).all()
