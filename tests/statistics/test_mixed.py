"""The mixed model against statsmodels, the two-way analysis of variance, and its own error."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.formula.api import mixedlm

from limelab.statistics import holm, mixed_model
from limelab.statistics.bootstrap import _standard_error
from limelab.statistics.mixed import Studentized


def made(rng, conditions="AB", n=9, m=6, gap=0.0, sds=(0.5, 0.4, 0.3)):
    """Instances and repeats shift everything, and each condition by itself."""
    names, k = ["instance", "repeat", "condition"], len(conditions)
    table = pd.MultiIndex.from_product([range(n), range(m), list(conditions)], names=names)
    table = table.to_frame(index=False)
    place = table.condition.map({name: at for at, name in enumerate(conditions)})
    value = rng.normal(size=n)[table.instance] + rng.normal(size=m)[table.repeat] + gap * place
    value = value + sds[0] * rng.normal(size=(n, k))[table.instance, place]
    value = value + sds[1] * rng.normal(size=(m, k))[table.repeat, place]
    return table.assign(v=value + sds[2] * rng.normal(size=len(table)))


def test_whole_tables_give_the_error_of_paired_differences() -> None:
    table = made(np.random.default_rng(0))
    cells = table.pivot(index="instance", columns=["condition", "repeat"], values="v")
    paired = cells["A"].to_numpy() - cells["B"].to_numpy()
    error, _ = _standard_error([paired])
    row = mixed_model(table, "v").iloc[0]
    assert row.difference == pytest.approx(paired.mean())
    assert row.dof == 5
    width = stats.t.isf(0.025, 5) * error
    assert (row.high - row.low) / 2 == pytest.approx(width, rel=1e-2)


def test_is_statsmodels_with_rows_missing() -> None:
    table = made(np.random.default_rng(1), n=12, m=8).sample(160, random_state=0).assign(one=1)
    parts = {
        "i": "0 + C(instance)", "r": "0 + C(repeat)",
        "ic": "0 + C(instance):C(condition)", "rc": "0 + C(repeat):C(condition)",
    }  # fmt: skip
    wanted = mixedlm("v ~ C(condition)", table, groups="one", vc_formula=parts).fit()
    row = mixed_model(table.reset_index(drop=True), "v").iloc[0]
    sign = 1 if row.a == "B" else -1
    assert sign * row.difference == pytest.approx(wanted.fe_params.iloc[1], abs=5e-3)
    half = stats.t.isf(0.025, row.dof) * wanted.bse_fe.iloc[1]
    assert (row.high - row.low) / 2 == pytest.approx(half, rel=0.02)


@pytest.mark.slow
def test_equal_truths_are_seldom_told_apart() -> None:
    rng = np.random.default_rng(2)
    found = [mixed_model(made(rng, n=8, m=5), "v").p[0] <= 0.05 for _ in range(300)]
    assert np.mean(found) <= 0.05 + 2.6 * np.sqrt(0.0475 / 300)


def test_all_pairs_carry_holm_and_words() -> None:
    found = mixed_model(made(np.random.default_rng(3), "ABC", gap=2.0), "v")
    assert found[["a", "b"]].to_numpy().tolist() == [["A", "B"], ["A", "C"], ["B", "C"]]
    assert found.p_holm.to_numpy() == pytest.approx(holm(found.p.to_numpy()))
    apart = (found.low > 0) | (found.high < 0)
    assert (apart == (found.p_holm <= 0.05)).all()
    assert found.sentence[1].startswith("On this task, A has a lower v than C")


def test_missing_rows_are_told() -> None:
    table = made(np.random.default_rng(4))
    table.loc[:1, "v"] = np.nan
    assert "2 rows without a value" in mixed_model(table, "v").note[0]


def test_studentized_is_a_t_interval() -> None:
    one = Studentized(1.0, 0.5, 7)
    low, high = stats.t.interval(0.9, 7, 1.0, 0.5)
    assert (one.at(0.9).low, one.at(0.9).high) == pytest.approx((low, high))
    assert one.against(low) == pytest.approx(0.1)
