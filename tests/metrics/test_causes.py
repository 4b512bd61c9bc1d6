"""Stability by cause against loops over a small tidy table, its invariances and refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from limelab.metrics import sign_overlap, stability_by, top_k_jaccard
from limelab.metrics.stability import coefficient_of_variation
from limelab.types import BadInput

WIDTHS, SURROGATES, REPEATS, K = (0.5, 1.0, 2.0), ("Ridge", "Tree"), (0, 1, 2), 5
MATCH = ["task", "surrogate", "repeat", "instance", "output"]


def table(seed=0):
    """Two tasks with other features, kernel width x surrogate, three repeats, two instances."""
    rng = np.random.default_rng(seed)
    rows = [
        (task, f"w={w}, {s}", w, s, r, i, "y", f"{task}{j}")
        for task in "ab"
        for w in WIDTHS
        for s in SURROGATES
        for r in REPEATS
        for i in (10, 20)
        for j in range(K)
    ]
    columns = ["task", "condition", "width", "surrogate", "repeat", "instance", "output", "feature"]
    frame = pd.DataFrame(rows, columns=columns)
    n = len(frame)
    return frame.assign(
        effect=rng.normal(size=n), importance=rng.random(n), selected=rng.random(n) < 0.8,
        determined=rng.random(n) < 0.7, coef=rng.normal(size=n), note="",
    )  # fmt: skip


def vectors(frame, row, cause, column):
    """Values (levels, k) of the rows that match one row of the result."""
    match = [name for name in frame.columns[:7] if name in row.index and name != cause]
    mine = frame[(frame[match] == row[match]).all(axis=1)]
    return np.array([one[column].to_numpy() for _, one in mine.groupby(cause)])


def pair_mean(formula):
    return lambda v: np.mean([formula(a, b) for a, b in itertools.combinations(v, 2)])


def unit_sum(a, b):
    return 1 - np.abs(a / a.sum() - b / b.sum()).sum() / 2


def top_cv(v):
    top = np.argsort(-v.mean(axis=0))[:2]
    return coefficient_of_variation(v[:, top]).mean()


SLOW = {
    "spearman": pair_mean(lambda a, b: stats.spearmanr(a, b).statistic),
    "kendall": pair_mean(lambda a, b: stats.kendalltau(a, b).statistic),
    "jaccard": pair_mean(lambda a, b: float(top_k_jaccard(a, b, 2))),
    "unit_sum": pair_mean(unit_sum),
    "unit_sum_cv": lambda v: top_cv(v / v.sum(axis=1, keepdims=True)),
}


@pytest.mark.parametrize("cause", ["width", "repeat", "condition"])
@pytest.mark.parametrize("measure", SLOW)
def test_it_is_a_loop_over_levels(cause, measure):
    frame = table()
    found = stability_by(frame, cause, measure=measure, k=2)
    levels = {"width": 3, "repeat": 3, "condition": 6}[cause]
    assert len(found) == len(frame) / K / levels
    assert (found["n_levels"] == levels).all()
    assert (found["n_pairs"] == levels * (levels - 1) / 2).all()
    for _, row in list(found.iterrows())[:6]:
        v = vectors(frame, row, cause, "importance")
        assert row["value"] == pytest.approx(SLOW[measure](v))
        left = [SLOW[measure](np.delete(v, n, axis=0)) for n in range(levels)]
        assert row["stderr"] == pytest.approx(np.sqrt((levels - 1) * np.var(left)))
        unused = (v == 0) | ~vectors(frame, row, cause, "selected")
        assert row["zero_share"] == pytest.approx(unused.mean())


def test_signs_are_skipped_and_counted():
    frame = table()
    found = stability_by(frame, "repeat", measure="sign_kept")
    for _, row in list(found.iterrows())[:6]:
        effect, known = (vectors(frame, row, "repeat", n) for n in ("effect", "determined"))
        pairs = list(itertools.combinations(range(3), 2))
        signs = [sign_overlap(effect[a], effect[b], known[a], known[b]) for a, b in pairs]
        assert row["value"] == pytest.approx(np.nanmean([one.value for one in signs]))
        assert row["skipped"] == pytest.approx(np.mean([one.skipped for one in signs]))


def test_a_factor_is_compared_within_the_other_factors_and_the_same_repeat():
    found = stability_by(table(), "width")
    assert set(MATCH) <= set(found)
    assert not {"width", "condition", "feature"} & set(found)
    assert not found.duplicated(MATCH).any()


def test_two_levels_have_no_error_and_one_has_no_value():
    frame = table()
    two = stability_by(frame, "surrogate")
    assert (two["note"] == "two levels only: no error").all()
    assert two["stderr"].isna().all()
    one = stability_by(frame[frame["surrogate"] == "Tree"], "surrogate")
    assert one["value"].isna().all()
    assert (one["note"] == "fewer than two explanations to compare").all()


def test_missing_explanations_and_ties():
    frame = table()
    first = (frame["task"] == "a") & (frame["surrogate"] == "Tree") & (frame["instance"] == 10)
    frame.loc[first & (frame["repeat"] == 1), ["importance", "effect"]] = np.nan
    frame.loc[first & (frame["width"] == 0.5) & (frame["repeat"] != 1), "importance"] = 1.0
    found = stability_by(frame, "repeat")
    mine = found[
        (found["task"] == "a") & (found["surrogate"] == "Tree") & (found["instance"] == 10)
    ]
    assert mine["n_levels"].tolist() == [2, 2, 2]
    assert mine["note"].str.startswith("undefined").tolist() == [True, False, False]
    assert mine["value"].isna().tolist() == [True, False, False]


def test_the_same_explanation_under_every_level_is_the_optimum():
    frame = table()
    same = frame.assign(importance=frame["feature"].str[1:].astype(float) + 1, effect=1.0)
    for measure, best in [("spearman", 1), ("rbo", 1), ("unit_sum", 1), ("cv", 0), ("sign", 1)]:
        cause = "repeat" if measure == "cv" else "width"
        found = stability_by(same, cause, measure=measure, k=2)
        assert found["value"].to_numpy() == pytest.approx(best)
        assert found["stderr"].to_numpy() == pytest.approx(0)


@given(st.sampled_from(["spearman", "rbo", "unit_sum", "unit_sum_cv"]), st.randoms())
def test_other_units_and_another_order_of_rows_change_nothing(measure, random):
    frame = table(1)
    frame = frame[frame["task"] == "a"]
    want = stability_by(frame, "width", measure=measure)
    scale = frame["width"].map({0.5: 1.0, 1.0: 7.0, 2.0: 0.01})
    order = list(range(len(frame)))
    random.shuffle(order)
    other = frame.assign(importance=frame["importance"] * scale).iloc[order]
    found = stability_by(other, "width", measure=measure)
    both = want.merge(found, on=MATCH, suffixes=("", "_other"))
    assert len(both) == len(want)
    assert both["value_other"].to_numpy() == pytest.approx(both["value"].to_numpy())


def test_a_table_without_tasks_or_signs_will_do():
    frame = table().query("task == 'a'")[
        ["width", "surrogate", "repeat", "instance", "output", "feature", "importance"]
    ]
    before = frame.copy()
    found = stability_by(frame, "width")
    assert len(found) == 12
    assert (found["zero_share"] == 0).all()
    pd.testing.assert_frame_equal(frame, before)
    with pytest.raises(BadInput, match="needs the column 'effect'"):
        stability_by(frame, "width", measure="sign_kept")


def test_instances_may_have_features_of_their_own():
    frame = table()
    own = frame.assign(feature=frame["feature"] + frame["instance"].astype(str))
    pd.testing.assert_frame_equal(stability_by(own, "width"), stability_by(frame, "width"))


def test_few_features_say_why():
    found = stability_by(table(), "width", measure="jaccard", k=K)
    assert found["value"].isna().all()
    assert found["note"].str.contains("all of them").all()


@pytest.mark.parametrize(
    ("frame", "cause", "measure", "said"),
    [
        (table(), "kernel", "spearman", "cause='kernel' came"),
        (table(), "feature", "spearman", "wanted one of condition, width, surrogate, repeat"),
        (table(), "width", "cv", "changes what an importance is measured in"),
        (table(), "width", "pearson", "measure='pearson' came"),
        (table().drop(columns="output"), "width", "spearman", "no column 'output'"),
        (table().iloc[:0], "width", "spearman", "no rows"),
        (pd.concat([table(), table()]), "width", "spearman", "several rows match"),
    ],
)
def test_bad_input_is_refused(frame, cause, measure, said):
    with pytest.raises(BadInput, match=said):
        stability_by(frame, cause, measure=measure)
