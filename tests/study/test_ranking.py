"""Rankings of a study's factors over data sets: matched cells, one judge each, what is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import limelab as ll
from limelab import metrics, models
from limelab.study.ranking import COLUMNS, rankings, subjects

LAWS = {"A": ll.Gaussian(0.25), "B": ll.Gaussian(0.5), "C": ll.Marginals()}
CLAIM = ll.Claim("A leads.", "rmse", better={"perturbation": "A"}, worse={"perturbation": "B"})


def study(**changes) -> ll.Study:
    given = {
        "tasks": [ll.Task("iris", models.linear())],
        "conditions": ll.vary(ll.Lime(draws="own"), perturbation=LAWS),
        "judge": ll.Judge(ll.Gaussian(), radii=[0.5]),
        "metrics": [metrics.Rmse(), metrics.TopK(2)],
        "claims": [CLAIM],
    }
    return ll.Study("Which law leads?", **{**given, **changes})


def rows(n: int = 8, judges=("g", "h")) -> pd.DataFrame:
    """Values 1, 2, 3 for A, B, C under one judge and 2, 1, 3 under the other, in every cell."""
    made = [
        (f"d{d} / m{m}", f"d{d}", f"perturbation={law}", law, i, r, judge, d + 10 * m + value)
        for d in range(n)
        for m in range(2)
        for judge, values in zip(judges, ((1, 2, 3), (2, 1, 3)), strict=True)
        for law, value in zip("ABC", values, strict=True)
        for i in range(2)
        for r in range(2)
    ]
    names = ["task", "dataset", "condition", "perturbation"]
    names += ["instance", "repeat", "judge", "value"]
    return pd.DataFrame(made, columns=names).assign(metric="rmse", output="y", radius=0.5)


def test_each_judge_ranks_by_itself() -> None:
    found = rankings(study(), rows())
    by_judge = {judge: "".join(mine["level"]) for judge, mine in found.groupby("judge")}
    assert by_judge == {"g": "ABC", "h": "BAC"}
    assert found["rank"].tolist() == [1, 2, 3] * 2
    assert found["letters"].tolist() == ["a", "b", "c"] * 2  # 8 data sets agree: p = 2^-7 x 3
    assert found["mean"].tolist()[:3] == [9.5, 10.5, 11.5]
    assert set(found["n"]) == {8}
    assert np.isfinite(found["distance"]).all()
    assert found["sentence"][0].startswith("A ranks best (average rank 1.00), apart from all")


def test_a_cell_counts_where_every_level_has_a_value() -> None:
    table = rows()
    odd = (table["perturbation"] == "B") & (table["instance"] == 1)
    table.loc[odd, "value"] = np.nan
    table.loc[(table["perturbation"] == "A") & (table["instance"] == 1), "value"] = 1e6
    assert rankings(study(), table)["mean"].tolist()[:3] == [9.5, 10.5, 11.5]
    table.loc[table["dataset"].eq("d0") & table["perturbation"].eq("C"), "value"] = np.nan
    found = rankings(study(), table)
    assert set(found["n"]) == {7}
    assert set(found["n_missing"]) == {1}


def test_few_data_sets_tell_nothing_apart() -> None:
    found = rankings(study(), rows(4))
    assert set(found["letters"]) == {"a"}
    assert set(found["note"]) == {"too few data sets: 4 of at least 6"}
    assert found["distance"].isna().all()
    assert rankings(study(), rows(1)).empty


def test_variants_are_no_further_data() -> None:
    table = rows().assign(variant="")
    wrong = table.assign(variant="seed 1", value=-table["value"])
    assert rankings(study(), pd.concat([table, wrong])).equals(rankings(study(), table))


def test_baselines_are_no_levels() -> None:
    table = rows()
    low = table[table["perturbation"] == "A"].assign(condition="random", perturbation="", value=0.0)
    joined = study(conditions=study().conditions | ll.baseline_conditions())
    found = rankings(joined, pd.concat([table, low]))
    assert found.equals(rankings(study(), table))


def test_sizes_are_whole_numbers_beside_conditions_without_one() -> None:
    sized = ll.vary(ll.Lime(draws="own"), perturbation=LAWS)
    joined = sized.tag(complexity=3) | ll.baseline_conditions()
    table = rows().assign(complexity=3.0)  # as a table with empty cells is read
    table["condition"] = "complexity=3, " + table["condition"]
    claim = ll.Claim("A leads.", "rmse", better={"perturbation": "A"}, worse={"perturbation": "B"})
    both = joined | sized.tag(complexity=5)
    more = table.assign(complexity=5.0, condition=table["condition"].str.replace("3", "5"))
    made = pd.concat([table, more])
    found = rankings(study(conditions=both, claims=[claim]), made)
    assert set(found["subject"]) == {"perturbation"}
    third = both | sized.tag(complexity=7)
    last = table.assign(complexity=7.0, condition=table["condition"].str.replace("3", "7"))
    found = rankings(study(conditions=third, claims=[claim]), pd.concat([made, last]))
    assert set(found.loc[found["subject"] == "complexity", "level"]) == {"3", "5", "7"}


def test_only_what_a_claim_names_is_ranked() -> None:
    table = pd.concat([rows(), rows().assign(metric="top_2_jaccard")])
    assert set(rankings(study(), table)["metric"]) == {"rmse"}
    nothing = rankings(study(claims=()), table)
    assert nothing.empty
    assert nothing.columns.tolist() == list(COLUMNS)


def test_sizes_of_a_surrogate_are_surrogates_of_their_own() -> None:
    sized = {"line": ll.Ridge(), "tree": ll.Tree()}
    made = ll.vary(ll.Lime(draws="own"), surrogate=sized, perturbation=LAWS)
    both = made.tag(complexity=3) | made.tag(complexity=5)
    assert list(subjects(study(conditions=both))) == [
        ("perturbation",),
        ("surrogate", "complexity"),
    ]
    assert list(subjects(study(conditions=made))) == [("perturbation",)]


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_direction_is_the_metrics(better: str) -> None:
    name = {"higher": "top_2_jaccard", "lower": "rmse"}[better]
    claim = ll.Claim("A leads.", name, better={"perturbation": "A"}, worse={"perturbation": "B"})
    found = rankings(study(claims=[claim]), rows().assign(metric=name))
    assert found["level"][0] == {"higher": "C", "lower": "A"}[better]
