"""Friedman and all pairs, against scipy, an analysis of variance of ranks and posthocs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scikit_posthocs
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from limelab.statistics import friedman, pairwise_wilcoxon, wilcoxon
from limelab.statistics.several import ranked
from limelab.types import BadInput


@pytest.fixture(params=[0, 1], ids=["continuous", "ties"])
def values(request):
    rng = np.random.default_rng(4)
    made = rng.normal(size=(9, 4)) + np.array([0, 0.3, 0.6, 1.2]) + rng.normal(size=(9, 1))
    return made.round() if request.param else made


class TestFriedman:
    def test_f_is_that_of_the_ranks(self, values):
        ranks = stats.rankdata(values, axis=1)
        n, k = values.shape
        long = pd.DataFrame({
            "rank": ranks.ravel(), "set": np.repeat(np.arange(n), k), "one": np.tile(range(k), n)
        })  # fmt: skip
        row = anova_lm(ols("rank ~ C(set) + C(one)", long).fit()).loc["C(one)"]
        found = friedman(values)
        assert (found.statistic, found.p) == pytest.approx((row["F"], row["PR(>F)"]))

    def test_f_is_iman_and_davenports_of_scipys_chi_square(self, values):
        n, k = values.shape
        chi = stats.friedmanchisquare(*values.T).statistic
        assert friedman(values).statistic == pytest.approx((n - 1) * chi / (n * (k - 1) - chi))

    def test_scale_of_a_set_does_not_matter(self, values):
        other = values * np.linspace(1, 9, 9)[:, None] + 5
        assert friedman(other).p == pytest.approx(friedman(values).p)

    def test_p_is_no_less_than_any_permutation_gives(self):
        same = np.tile([1.0, 2.0, 3.0], (4, 1))
        assert friedman(same).p == friedman(same).smallest_p == pytest.approx(1 / 6**3)
        assert friedman(np.tile([1.0, 2.0], (5, 1))).p == 0.0625
        assert "cannot reach" in friedman(np.tile([1.0, 2.0], (5, 1))).sentence()

    def test_a_tie_in_one_set_leaves_p_at_its_bound(self):
        values = np.array([[0, 1, 2], [0, 1, 2], [1, 1, 2], [0, 1, 2.0]])
        found = friedman(values)
        assert np.isfinite(found.statistic)
        assert found.p == pytest.approx(1 / 6**3)

    def test_missing_sets_are_counted_and_equal_values_show_nothing(self):
        gone = np.ones((4, 3))
        gone[0, 0] = np.nan
        found = friedman(gone)
        assert (found.n, found.p, found.statistic) == (3, 1.0, 0.0)
        assert "1 data sets with a missing value" in found.note

    def test_shapes(self):
        assert np.isnan(friedman(np.ones((1, 3))).p)
        with pytest.raises(BadInput, match="data sets, conditions"):
            friedman(np.ones(3))


class TestPairs:
    def test_is_the_posthoc(self, values):
        found = pairwise_wilcoxon(values, "ABCD")
        raw = [wilcoxon(values[:, "ABCD".index(a)] - values[:, "ABCD".index(b)]).p
               for a, b in zip(found.a, found.b, strict=True)]  # fmt: skip
        assert found.p.tolist() == raw

    def test_holm_is_the_posthocs(self):
        values = np.random.default_rng(4).normal(size=(9, 4)) + np.array([0, 0.3, 0.6, 2.2])
        long = pd.DataFrame(values, columns=list("ABCD")).melt()
        theirs = scikit_posthocs.posthoc_wilcoxon(
            long, val_col="value", group_col="variable", p_adjust="holm"
        )
        for a, b, p in pairwise_wilcoxon(values, "ABCD")[["a", "b", "p_holm"]].to_numpy():
            assert p == pytest.approx(theirs.loc[a, b])

    def test_a_pair_uses_what_it_has(self):
        values = np.arange(21.0).reshape(7, 3) ** 2
        values[0, 2] = np.nan
        assert pairwise_wilcoxon(values).n.tolist() == [7, 6, 6]

    def test_sentences(self):
        rng = np.random.default_rng(0)
        far = pairwise_wilcoxon(rng.normal(size=(9, 2)) + np.array([0, 9]), "AB").sentence[0]
        assert far.startswith("A is lower than B")
        few = pairwise_wilcoxon(rng.normal(size=(6, 3)), "ABC").sentence[0]
        assert "could reach 0.05 with 6 data sets and 3 pairs, which take 7" in few
        near = pairwise_wilcoxon(np.tile([1.0, -1.0], 4)[:, None] * [1.0, 0.0], "AB").sentence[0]
        assert near.startswith("No difference between A and B was shown")

    def test_names_must_tell_them_apart(self):
        with pytest.raises(BadInput, match="distinct names"):
            pairwise_wilcoxon(np.ones((6, 2)), ["a", "a"])


def test_rounding_breaks_no_tie_of_ranks() -> None:
    assert ranked(np.array([[0.1 + 0.2, 0.3, 1.0]])).tolist() == [[1.5, 1.5, 3.0]]
