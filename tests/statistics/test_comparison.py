"""The table of all pairs: both scopes, Holm, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from limelab.statistics import compare, holm
from limelab.types import BadInput


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

    def test_every_cluster_needs_repeats_of_shared_draws(self, one):
        one["draws"] = "shared"
        alone = one[(one.repeat == 0) | (one.task == "iris/m")]
        with pytest.raises(BadInput, match=r"1 repeat .*\(task 'wine/m'\)"):
            compared(alone, "rmse")
        blank = one.assign(value=one.value.where((one.repeat == 0) | (one.task == "iris/m")))
        with pytest.raises(BadInput, match="wine/m"):
            compared(blank, "rmse")
        assert len(compared(alone.assign(draws="own"), "rmse")) == 2

    def test_unknown_metric(self, one):
        with pytest.raises(BadInput, match="rmse"):
            compared(one, "mse")

    def test_missing_rows_are_told(self, one):
        found = compared(one.iloc[1:], "rmse")
        assert "1 cells missing" in found.sentence[0]

    def test_one_condition_has_no_pairs(self, one):
        assert compared(one[one.condition == one.condition.iloc[0]], "rmse").empty
