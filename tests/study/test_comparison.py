"""Comparison by a seed: the statistics' own table, the same bits each time."""

from __future__ import annotations

import pandas as pd
import pytest

import limelab as ll
from limelab import statistics
from limelab.seeds import generator
from limelab.study import Results, compare


def test_a_seed_is_a_generator_of_its_own(whole: Results) -> None:
    rows = whole.scores.query("task == 'diabetes / forest' and radius == 1.0")
    found = compare(rows, "rmse", seed=3)
    wanted = statistics.compare(rows, "rmse", rng=generator(3, "compare"))
    pd.testing.assert_frame_equal(found, wanted)
    assert len(found) == 2 * 6
    assert not found.equals(compare(rows, "rmse", seed=4))


def test_what_is_not_one_value_a_cell_is_refused(whole: Results) -> None:
    with pytest.raises(ll.BadInput, match="several values came"):
        compare(whole.scores, "rmse")


def test_further_columns_and_a_margin_are_passed_on(whole: Results) -> None:
    rows = whole.scores.query("task == 'diabetes / forest' and radius == 1.0")
    found = compare(rows, "rmse", seed=3, further=["wilcoxon", "equivalence"], margin=0.1)
    assert list(found)[-3:] == ["p_wilcoxon", "p_wilcoxon_holm", "p_equivalence"]
    with pytest.raises(ll.BadInput, match="any of sign_flip"):
        compare(rows, "rmse", further=["anova"])
