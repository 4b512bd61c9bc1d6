"""Tidy rows become matched cells, or one clear refusal."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.statistics import differences
from limelab.types import BadInput

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
