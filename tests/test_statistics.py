"""Statistics against closed forms, scipy, statsmodels, and a slow loop bootstrap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from limelab.statistics import (
    Estimate,
    clusters,
    compare,
    crossed,
    differences,
    holm,
    holm_levels,
    in_general,
    on_these,
    simultaneous,
    verdict,
)
from limelab.types import BadInput

NOISES = {"instance": (1, 0, 0), "repeat": (0, 1, 0), "cell": (0, 0, 1), "all": (1, 0.7, 1)}


def noise(rng, scales, n=12, repeats=10):
    sizes = ((n, 1), (1, repeats), (n, repeats))
    return sum(s * rng.normal(size=size) for s, size in zip(scales, sizes, strict=True))


def rejections(scales, n_tasks, times, n_resamples):
    rng = np.random.default_rng(7)
    made = ([noise(rng, scales) for _ in range(n_tasks)] for _ in range(times))
    found = [on_these(tasks, rng=rng, n_resamples=n_resamples) for tasks in made]
    return np.mean([not one.low <= 0 <= one.high for one in found])


class TestOnThese:
    @pytest.mark.parametrize("scales", NOISES.values(), ids=NOISES.keys())
    def test_type_one_error_quick(self, scales):
        assert rejections(scales, 1, 200, 499) <= 0.09

    @pytest.mark.slow
    @pytest.mark.parametrize("n_tasks", [1, 18])
    @pytest.mark.parametrize("scales", NOISES.values(), ids=NOISES.keys())
    def test_type_one_error(self, scales, n_tasks):
        times = 1000 if n_tasks == 1 else 500
        assert rejections(scales, n_tasks, times, 1999) <= 0.05 + 2.6 * np.sqrt(0.0475 / times)

    def test_power(self):
        rng = np.random.default_rng(1)
        tasks = [noise(rng, (0.3, 0.1, 0.3)) + 0.5 for _ in range(3)]
        assert on_these(tasks, rng=rng).low > 0

    def test_one_repeat_is_the_t_test(self):
        cells = np.random.default_rng(0).normal(0.4, 1, size=(15, 1))
        found = on_these([cells], rng=np.random.default_rng(1))
        test = stats.ttest_1samp(cells[:, 0], 0)
        low, high = test.confidence_interval()
        assert found.estimate == pytest.approx(cells.mean())
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.06)
        assert found.p == pytest.approx(test.pvalue, abs=0.03)
        assert "instances only" in found.note

    def test_one_instance_is_the_t_test_over_repeats(self):
        cells = np.random.default_rng(3).normal(size=(1, 20))
        found = on_these([cells], rng=np.random.default_rng(1))
        low, high = stats.ttest_1samp(cells[0], 0).confidence_interval()
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.06)
        assert "repeats only" in found.note

    def test_standard_error_is_that_of_the_components(self):
        rng = np.random.default_rng(5)
        found = [
            on_these([noise(rng, (1, 0.7, 1))] * 1, rng=rng, n_resamples=199) for _ in range(300)
        ]
        truth = np.sqrt(1 / 12 + 0.49 / 10 + 1 / 120)
        assert np.std([one.estimate for one in found]) == pytest.approx(truth, rel=0.1)

    def test_shape_is_that_of_a_slow_loop(self):
        rng = np.random.default_rng(2)
        cells = noise(rng, (1, 0.7, 1), 6, 5)
        cells[0, 0] = np.nan
        loop = []
        for _ in range(4000):
            rows, columns = rng.integers(6, size=6), rng.integers(5, size=5)
            loop.append(np.nanmean(cells[np.ix_(rows, columns)]))
        shape = np.sort(np.abs(np.array(loop) - np.nanmean(cells)))
        half = crossed([cells], rng=rng).half
        ratios = [half[int(9999 * (1 - q))] / np.quantile(shape, q) for q in (0.5, 0.7)]
        assert ratios[0] == pytest.approx(ratios[1], rel=0.1)

    def test_interval_and_p_agree(self):
        rng = np.random.default_rng(4)
        for _ in range(20):
            drawn = crossed([noise(rng, (1, 0, 1)) + 0.4], rng=rng, n_resamples=999)
            p = drawn.at(0.95).p
            for alpha in (p - 0.01, p + 0.01):
                if 0 < alpha < 1:
                    one = drawn.at(1 - alpha)
                    assert (one.low <= 0 <= one.high) == (alpha < p)

    def test_missing_cells_are_counted_and_do_not_bend_the_rest(self):
        cells = np.ones((4, 3))
        cells[0] = np.nan
        gone = np.full((2, 2), np.nan)
        found = on_these([cells, gone], rng=np.random.default_rng(0))
        assert (found.estimate, found.n_missing, found.n_units, found.n_clusters) == (1, 7, 3, 1)
        assert "7 cells missing" in found.note
        assert "1 tasks without a value" in found.note

    def test_nothing_to_resample_is_said(self):
        found = on_these([np.ones((1, 1))], rng=np.random.default_rng(0))
        assert found.estimate == 1
        assert np.isnan(found.low)
        assert "nothing to resample" in found.note
        nothing = on_these([np.full((2, 2), np.nan)], rng=np.random.default_rng(0))
        assert (nothing.note, nothing.n_missing) == ("no values", 4)
        assert on_these([], rng=np.random.default_rng(0)).note == "no tasks"

    def test_same_seed_same_bits(self):
        cells = noise(np.random.default_rng(0), (1, 1, 1))
        first, second = (on_these([cells], rng=np.random.default_rng(9)) for _ in range(2))
        assert first == second

    @given(st.floats(0.1, 100))
    def test_scale_equivariance(self, scale):
        cells = noise(np.random.default_rng(0), (1, 1, 1)) + 0.5
        one, other = (
            on_these([c], rng=np.random.default_rng(0), n_resamples=99)
            for c in (cells, cells * scale)
        )
        assert other.low == pytest.approx(one.low * scale)
        assert other.p == pytest.approx(one.p)

    def test_equal_values_give_a_point(self):
        found = on_these([np.zeros((3, 3))], rng=np.random.default_rng(0))
        assert (found.low, found.high, found.p) == (0, 0, 1)


class TestInGeneral:
    def test_is_the_t_test(self):
        means = np.array([0.1, 0.5, -0.2, 0.3, 0.4, 0.25, np.nan])
        test = stats.ttest_1samp(means[:-1], 0)
        low, high = test.confidence_interval(0.9)
        found = in_general(means, level=0.9)
        assert (found.low, found.high, found.p) == pytest.approx((low, high, test.pvalue))
        assert (found.n_clusters, found.n_missing) == (6, 1)

    def test_few_data_sets_say_nothing(self):
        found = in_general(np.array([1.0, 1.0, 1.0, 1.0]))
        assert found.note == "too few data sets: 4 of at least 6"
        assert np.isnan([found.low, found.high, found.p]).all()
        assert found.estimate == 1


P_VALUES = st.lists(st.floats(0, 1) | st.just(np.nan), min_size=1, max_size=8).map(np.array)


class TestHolm:
    @given(P_VALUES)
    def test_adjusted_p_is_statsmodels(self, p):
        known = ~np.isnan(p)
        adjusted = holm(p)
        assert np.isnan(adjusted[~known]).all()
        if known.any():
            assert adjusted[known] == pytest.approx(multipletests(p[known], method="holm")[1])

    @given(P_VALUES, st.sampled_from([0.01, 0.05, 0.2]))
    def test_levels_agree_with_the_verdict(self, p, alpha):
        levels, known = holm_levels(p, alpha), ~np.isnan(p)
        assert np.isnan(levels[~known]).all()
        if known.any():
            rejected = multipletests(p[known], alpha=alpha, method="holm")[0]
            clear = np.abs(p[known] - (1 - levels[known])) > 1e-9
            assert ((p[known] <= 1 - levels[known]) == rejected)[clear].all()

    def test_simultaneous_keeps_a_missing_member(self):
        family = [clusters(np.arange(3.0)), clusters(np.arange(1.0, 9.0))]
        few, enough = simultaneous(family)
        assert np.isnan(few.p)
        assert enough == in_general(np.arange(1.0, 9.0))


class TestVerdict:
    @pytest.mark.parametrize(
        ("low", "high", "margin", "wanted"),
        [
            (0.1, 0.2, 0.0, "supported"),
            (0.1, 0.2, 0.1, "inconclusive"),
            (0.01, 0.09, 0.1, "negligible"),
            (-0.2, -0.1, 0.0, "contradicted"),
            (-0.02, -0.01, 0.1, "contradicted"),
            (-0.1, 0.1, 0.1, "negligible"),
            (0.0, 0.0, 0.0, "inconclusive"),
            (np.nan, np.nan, 0.1, "inconclusive"),
        ],
    )
    def test_by_hand(self, low, high, margin, wanted):
        assert verdict(Estimate(0, low, high, 0.5), margin) == wanted

    def test_too_few(self):
        assert verdict(in_general(np.ones(3)), 0) == "too few data sets"


@pytest.fixture
def scores():
    """2 tasks of 1 data set each, 2 surrogates x 2 kernels x 2 radii, 3 instances, 2 repeats."""
    rows = [
        (f"{data}/m", data, f"{s}, {k}", s, k, rep, i, "y", "rmse", "Gaussian", radius)
        for data in ("wine", "iris") for s in ("Tree(max_depth=3)", "Ridge(alpha=1.0)")
        for k in ("Flat()", "Ball(radius=1.0)") for rep in range(2) for i in range(3)
        for radius in (0.1, 0.5)
    ]  # fmt: skip
    names = "task dataset condition surrogate kernel repeat instance output metric judge radius"
    frame = pd.DataFrame(rows, columns=names.split())
    value = (frame.surrogate.str.startswith("Tree") * 2.0 + (frame.kernel == "Flat()") * 5
             + frame.instance + 10 * frame.repeat)  # fmt: skip
    return frame.assign(value=value)


CLAIM = ({"surrogate": "Tree"}, {"surrogate": "Ridge"})
FACTORS = ("surrogate", "kernel")


class TestDifferences:
    def test_matched_and_oriented(self, scores):
        made = differences(scores, *CLAIM, {}, FACTORS, "higher")
        assert {task: dataset for task, (dataset, _) in made.items()} == {
            "wine/m": "wine", "iris/m": "iris"}  # fmt: skip
        for _, grid in made.values():
            assert grid.shape == (3, 2)
            assert grid == pytest.approx(2.0)
        lower = differences(scores, *CLAIM, {}, FACTORS, "lower")
        assert lower["wine/m"][1] == pytest.approx(-2.0)

    def test_where_takes_lists_names_and_near_floats(self, scores):
        where = {"radius": [0.1 + 1e-13], "kernel": "Flat", "metric": "rmse"}
        assert differences(scores, *CLAIM, where, FACTORS)["wine/m"][1] == pytest.approx(2.0)

    def test_the_claim_may_name_a_column_of_the_judge(self, scores):
        scores["value"] = scores["radius"] * 10
        made = differences(scores, {"radius": 0.5}, {"radius": 0.1}, {}, FACTORS)
        assert made["iris/m"][1] == pytest.approx(4.0)

    def test_a_missing_pair_leaves_the_others(self, scores):
        scores.loc[(scores.instance == 0) & (scores.radius == 0.1), "value"] = np.nan
        scores.loc[(scores.instance == 1) & (scores.repeat == 0), "value"] = np.nan
        grid = differences(scores, *CLAIM, {}, FACTORS)["wine/m"][1]
        assert np.isnan(grid).tolist() == [[False, False], [True, False], [False, False]]
        assert grid[0] == pytest.approx(2.0)

    def test_rows_that_are_absent_on_one_side_are_missing(self, scores):
        gone = (scores.surrogate == "Ridge(alpha=1.0)") & (scores.repeat == 1)
        grid = differences(scores[~gone], *CLAIM, {}, FACTORS)["wine/m"][1]
        assert grid.shape == (3, 2)
        assert np.isnan(grid[:, 1]).all()

    def test_scores_over_all_repeats(self, scores):
        frame = scores[scores.repeat == 0].assign(repeat=np.nan)
        assert differences(frame, *CLAIM, {}, FACTORS)["wine/m"][1].shape == (3, 1)

    def test_nothing_matches(self, scores):
        with pytest.raises(BadInput, match=r"surrogate='Lasso'.*Tree\(max_depth=3\), Ridge"):
            differences(scores, {"surrogate": "Lasso"}, CLAIM[1], {}, FACTORS)
        with pytest.raises(BadInput, match="column 'width'"):
            differences(scores, {"width": 1}, CLAIM[1], {}, FACTORS)

    def test_sides_that_never_meet(self, scores):
        tree, flat = scores.surrogate.str.startswith("Tree"), scores.kernel == "Flat()"
        with pytest.raises(BadInput, match="never meet on kernel"):
            differences(scores[tree == flat], *CLAIM, {}, FACTORS)

    def test_several_metrics_are_refused(self, scores):
        scores.loc[0, "metric"] = "r2"
        with pytest.raises(BadInput, match="several metrics"):
            differences(scores, *CLAIM, {}, FACTORS)


def compared(frame, metric, **options):
    return compare(frame, metric, rng=np.random.default_rng(0), **options)


class TestCompare:
    @pytest.fixture
    def one(self, scores):
        rng = np.random.default_rng(0)
        frame = scores[(scores.radius == 0.1) & (scores.kernel == "Flat()")]
        return frame.assign(value=frame.value + 0.1 * rng.normal(size=len(frame)))

    def test_both_scopes(self, one):
        found = compared(one, "rmse")
        assert found.scope.tolist() == ["on these tasks", "in general"]
        assert found.difference.tolist() == pytest.approx([2.0, 2.0], abs=0.2)
        assert found.low[0] > 1
        assert np.isnan(found.low[1])
        assert "On these 2 tasks, Tree" in found.sentence[0]
        assert "higher rmse" in found.sentence[0]
        assert "too few data sets: 2" in found.sentence[1]
        assert found.n_units.tolist() == [6, 2]

    def test_clusters_are_data_sets(self, one):
        one["dataset"] = "wine"
        assert compared(one, "rmse").n_clusters.tolist() == [2, 1]

    def test_intervals_carry_holm(self):
        rng = np.random.default_rng(3)
        frame = pd.DataFrame([
            {"task": t, "condition": c, "instance": i, "repeat": r, "value": ord(c) * 0.2
             + rng.normal(), "metric": "m"}
            for t in range(7) for c in "ABCD" for i in range(4) for r in range(3)
        ])  # fmt: skip
        found = compared(frame, "m")
        for _, family in found.groupby("scope"):
            assert family.p_holm.to_numpy() == pytest.approx(holm(family.p.to_numpy()))
            apart = (family.low > 0) | (family.high < 0)
            assert (apart == (family.p_holm <= 0.05)).all()

    def test_repeated_cells_name_the_columns(self, scores):
        with pytest.raises(BadInput, match=r"radius: 0\.1, 0\.5"):
            compared(scores, "rmse")

    def test_shared_draws_need_repeats(self, one):
        one["draws"] = "shared"
        compared(one, "rmse")
        with pytest.raises(BadInput, match="draws='shared'"):
            compared(one[one.repeat == 0], "rmse")
        with pytest.raises(BadInput, match="draws='shared'"):
            compared(one[one.repeat == 0].drop(columns=["repeat", "draws"]), "rmse",
                    shared_draws=True)  # fmt: skip

    def test_unknown_metric(self, one):
        with pytest.raises(BadInput, match="rmse"):
            compared(one, "mse")

    def test_missing_rows_are_told(self, one):
        found = compared(one.iloc[1:], "rmse")
        assert "1 cells missing" in found.sentence[0]

    def test_one_condition_has_no_pairs(self, one):
        assert compared(one[one.condition == one.condition.iloc[0]], "rmse").empty
