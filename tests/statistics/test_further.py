"""Further columns are the functions of their names, in general alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from limelab.statistics import (
    IN_GENERAL,
    ON_THESE,
    compare,
    equivalence,
    holm,
    in_general,
    rank_biserial,
    sign_flip,
    standardized,
    superiority,
    wilcoxon,
)
from limelab.statistics.data_sets import clusters
from limelab.statistics.further import FURTHER
from limelab.types import BadInput


def scores(n=8, conditions="ABC"):
    rng = np.random.default_rng(3)
    return pd.DataFrame([
        {"task": t, "condition": c, "instance": i, "repeat": r, "metric": "m",
         "value": 0.3 * "ABC".index(c) + rng.normal()}
        for t in range(n) for c in conditions for i in range(4) for r in range(3)
    ])  # fmt: skip


def compared(frame, *further, **options):
    return compare(frame, "m", rng=np.random.default_rng(0), further=further, **options)


def test_columns_are_what_the_functions_give():
    frame = scores()
    found = compared(frame, *FURTHER, margin=0.5)
    means = frame.groupby(["task", "condition"]).value.mean().unstack()
    general = found[found.scope == IN_GENERAL]
    assert len(general) == 3
    for row in general.itertuples():
        gap = (means[row.a] - means[row.b]).to_numpy()
        assert (row.p_sign_flip, row.p_wilcoxon) == (sign_flip(gap).p, wilcoxon(gap).p)
        for effect in (standardized, superiority, rank_biserial):
            one, name = effect(gap), effect.__name__
            ends = (getattr(row, name), getattr(row, f"{name}_low"), getattr(row, f"{name}_high"))
            assert ends == pytest.approx((one.estimate, one.low, one.high), nan_ok=True)
        assert row.p_equivalence == pytest.approx(equivalence(clusters(gap), 0.5).p)
        assert row.difference == pytest.approx(in_general(gap).estimate)
        assert one.sentence in row.sentence
    for test in ("p_sign_flip", "p_wilcoxon"):
        assert general[f"{test}_holm"].to_numpy() == pytest.approx(holm(general[test].to_numpy()))


def test_other_columns_stay_as_they_are():
    frame = scores()
    plain, more = compared(frame), compared(frame, "wilcoxon", "superiority")
    columns = [name for name in plain if name != "sentence"]
    pd.testing.assert_frame_equal(plain[columns], more[columns])
    assert all(b.startswith(a) for a, b in zip(plain.sentence, more.sentence, strict=True))


def test_instances_are_no_units_of_a_test():
    found = compared(scores(), *FURTHER, margin=0.5)
    these = found[found.scope == ON_THESE]
    assert (
        these.drop(columns="p_equivalence")
        .filter(regex="^(p_[sw]|st|su|ra)")
        .isna()
        .to_numpy()
        .all()
    )
    assert these.p_equivalence.notna().all()
    assert these.sentence.str.contains("see the row in general").all()


def test_a_test_that_can_show_nothing_says_so():
    few = compared(scores(5, "AB"), "wilcoxon").sentence[1]
    assert "With 5 data sets no test of signs or ranks can reach 0.05" in few
    six = compared(scores(6), "sign_flip").sentence[1]
    assert "after Holm's correction over 3 comparisons; 7 data sets are needed" in six


def test_many_sets_draw_their_signs():
    assert compared(scores(18, "AB"), "sign_flip").p_sign_flip.notna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("further", "margin"), [(("anova",), None), (("equivalence",), None), ((), 0.1)]
)
def test_unknown_names_and_margins_are_refused(further, margin):
    with pytest.raises(BadInput, match="further="):
        compared(scores(), *further, margin=margin)


def test_one_condition_has_no_rows():
    assert compared(scores(6, "A"), "wilcoxon").empty
