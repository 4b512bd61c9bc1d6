"""Shares in clusters against scipy's exact limits; the jackknife against Student's t."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.stats.anova import anova_lm

from limelab.statistics import clustered_share, intraclass, jackknifed
from limelab.types import BadInput


class TestShare:
    @pytest.mark.parametrize("level", [0.9, 0.95, 0.999])
    def test_none_of_rows_that_stand_alone_is_clopper_and_pearson(self, level):
        exact = stats.binomtest(0, 80).proportion_ci(level)
        found = clustered_share(np.zeros(80), np.arange(80)).at(level)
        assert (found.low, found.high) == pytest.approx((exact.low, exact.high))

    def test_some_of_rows_that_stand_alone_lose_one_to_the_variance(self):
        hits = np.arange(101) < 30
        p, tails = 30 / 101, (0.025, 0.975)
        low = stats.beta.ppf(tails[0], 100 * p, 100 * (1 - p) + 1)
        high = stats.beta.ppf(tails[1], 100 * p + 1, 100 * (1 - p))
        found = clustered_share(hits, np.arange(101)).at(0.95)
        assert (found.estimate, found.low, found.high) == pytest.approx((p, low, high))
        assert (found.n_units, found.n_clusters) == (101, 101)

    def test_rows_that_say_the_same_count_once(self):
        hits = np.arange(40) < 10
        once = clustered_share(hits, np.arange(40))
        often = clustered_share(np.repeat(hits, 5), np.repeat(np.arange(40), 5))
        assert often.size == pytest.approx(once.size)
        assert often.at(0.95).high > once.at(0.95).high

    def test_all_is_none_the_other_way_round(self):
        cluster = np.repeat(np.arange(12), 4)
        none, every = (clustered_share(np.full(48, k), cluster).at(0.95) for k in (0, 1))
        assert (1 - every.low, 1 - every.high) == pytest.approx((none.high, none.low))

    @pytest.mark.parametrize("value", [0.02, 0.2, 0.4, 0.9])
    def test_p_is_where_the_interval_ends(self, value):
        cluster = np.repeat(np.arange(10), 6)
        share = clustered_share(np.arange(60) % 60 < 20, cluster)
        p = share.against(value)
        ends = share.at(1 - p)
        assert min(abs(ends.low - value), abs(ends.high - value)) < 1e-6
        assert share.against(share.share) == 1.0

    def test_limits_keep_their_promise_where_clusters_differ(self):
        rng, missed = np.random.default_rng(0), 0
        for _ in range(400):
            chance = np.repeat(rng.beta(0.5, 4.5, 30), 8)  # mean 0.1
            share = clustered_share(rng.random(240) < chance, np.repeat(np.arange(30), 8))
            missed += share.limits(0.05)[1] < 0.1
        assert missed <= stats.binom.isf(0.001, 400, 0.05)

    def test_none_in_clusters_counts_clusters_unless_it_is_known_how_alike_they_are(self):
        cluster = np.repeat(np.arange(15), 6)
        sizes = {alike: clustered_share(np.zeros(90), cluster, alike=alike).size
                 for alike in (None, 1.0, 0.2, 0.0)}  # fmt: skip
        assert sizes == pytest.approx({None: 15, 1.0: 15, 0.2: 90 / 2, 0.0: 90})

    @pytest.mark.parametrize("alike", [0.1, 0.5, 0.9])
    def test_a_share_of_few_is_bounded_where_it_is_known_how_alike_rows_are(self, alike):
        rng, missed, p = np.random.default_rng(1), 0, 0.05
        a, b = (1 / alike - 1) * p, (1 / alike - 1) * (1 - p)
        cluster = np.repeat(np.arange(20), 10)
        for _ in range(300):
            hits = rng.random(200) < np.repeat(rng.beta(a, b, 20), 10)
            missed += clustered_share(hits, cluster, alike=alike).limits(0.05)[1] < p
        assert missed <= stats.binom.isf(0.001, 300, 0.05)

    @pytest.mark.parametrize(
        ("hits", "cluster", "said"),
        [
            ([0, 1, 2], [0, 0, 1], "something else than 0 and 1"),
            ([0, 1, np.nan], [0, 0, 1], "something else than 0 and 1"),
            (["a", "b"], [0, 1], "something else than 0 and 1"),
            ([0, 1], [0, 0, 1], r"shape \(2,\) and clusters \(3,\)"),
            ([0, 1], [0, np.nan], "1 of 2 rows have no cluster"),
        ],
    )
    def test_bad_input_is_one_clear_error(self, hits, cluster, said):
        for share in (clustered_share, intraclass):
            with pytest.raises(BadInput, match=said):
                share(hits, cluster)
        with pytest.raises(BadInput, match="alike=2; expected"):
            clustered_share([0, 1], [0, 1], alike=2)

    @pytest.mark.parametrize("m", [0, 1])
    def test_few_clusters_say_nothing(self, m):
        share = clustered_share(np.ones(m), np.arange(m))
        found = share.at(0.95)
        assert found.note == f"too few clusters: {m} of at least 2"
        assert np.isnan([found.low, found.high, found.p, share.against(0.5)]).all()


class TestIntraclass:
    @pytest.mark.parametrize("alike", [0.05, 0.3, 0.7])
    def test_it_finds_that_of_a_beta_binomial_law(self, alike):
        rng, p = np.random.default_rng(2), 0.4
        a, b = (1 / alike - 1) * p, (1 / alike - 1) * (1 - p)
        cluster = np.repeat(np.arange(4000), rng.integers(2, 9, 4000))
        hits = rng.random(len(cluster)) < rng.beta(a, b, 4000)[cluster]
        assert intraclass(hits, cluster) == pytest.approx(alike, abs=0.03)

    def test_it_is_that_of_statsmodels_where_clusters_are_equal(self):
        rng = np.random.default_rng(3)
        frame = pd.DataFrame({"c": np.repeat(np.arange(30), 5)})
        frame["y"] = (rng.random(150) < rng.beta(1, 1, 30)[frame["c"]]).astype(float)
        between, within = anova_lm(smf.ols("y ~ C(c)", frame).fit())["mean_sq"]
        known = (between - within) / (between + 4 * within)
        assert intraclass(frame["y"], frame["c"]) == pytest.approx(known)

    def test_clusters_of_other_sizes_count_by_their_usual_size(self):
        """Between 13/28, within 1/8, usual size (7 - 21/7) / 2 = 2: their difference over sum."""
        found = intraclass([1, 1, 1, 1, 0, 0, 1], ["a", "a", "a", "a", "b", "c", "c"])
        assert found == pytest.approx(19 / 33)

    def test_where_nothing_tells_it_is_one(self):
        assert intraclass([1, 0, 1], [0, 0, 0]) == 1.0
        assert intraclass([1, 0, 1], [0, 1, 2]) == 1.0
        assert intraclass(np.zeros(6), [0, 0, 1, 1, 2, 2]) == 1.0


class TestJackknifed:
    def test_a_mean_of_rows_that_stand_alone_is_the_t_interval(self):
        values = np.random.default_rng(0).normal(1.0, 2.0, size=15)
        test = stats.ttest_1samp(values, 0.5)
        low, high = test.confidence_interval(0.9)
        found = jackknifed(lambda at: float(values[at].mean()), np.arange(15))
        told = found.at(0.9)
        assert (told.low, told.high) == pytest.approx((low, high))
        assert found.against(0.5) == pytest.approx(test.pvalue)

    def test_clusters_are_left_out_whole(self):
        cluster, seen = np.array(["a", "b", "a", "c"]), []
        jackknifed(lambda at: float(seen.append(at.tolist()) or 0.0), cluster)
        assert sorted(seen) == sorted([[0, 1, 2, 3], [0, 1, 2], [0, 2, 3], [1, 3]])

    def test_a_statistic_that_is_gone_without_a_cluster_has_no_interval(self):
        values = np.array([1.0, np.nan, np.nan])
        found = jackknifed(lambda at: float(values[at][0]), range(3))
        told = found.at(0.95)
        assert told.note == "it is not known of all rows, or not without some cluster"
        assert np.isnan([told.low, told.high, found.against(0.0)]).all()
