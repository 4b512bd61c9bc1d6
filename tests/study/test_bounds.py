"""Bounds on what measures tell: distances, both scopes, Holm, data sets left out, a whole run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import limelab as ll
from limelab import metrics, models
from limelab.statistics import clustered_share
from limelab.study.claims import judge_claims
from limelab.study.holding import hold
from limelab.types import BadInput
from tests.study.world import LIME, small

NAMES = ("wine", "iris", "fair", "anes96", "star98", "grunfeld", "mroz")


def rows_of(task: ll.Task, seed: int) -> pd.DataFrame:
    """Twenty rows, of which some are hits."""
    first = int(hashlib.sha256(task.name.encode()).hexdigest(), 16) % 5
    return pd.DataFrame({"row": range(20), "hit": np.arange(20) < 4 + first})


def nothing(task: ll.Task, seed: int) -> pd.DataFrame:
    """No rows."""
    return pd.DataFrame()


def share(rows: pd.DataFrame, cluster: Any) -> Any:
    """How many are hits."""
    return clustered_share(rows["hit"], cluster)


def shares(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Hits by task."""
    return tables["rows_of"].groupby("task", sort=False)["hit"].mean().reset_index()


def bound(**said: Any) -> ll.Bound:
    """Hits are at most so many, or at least."""
    return ll.Bound("hits are as many as that", "rows_of", share, **said)


def study_of(*bounds: ll.Bound, names: tuple[str, ...] = NAMES, **changes: Any) -> ll.Study:
    """A study that measures hits."""
    tasks = [ll.Task(name, models.linear(), instances=2) for name in names]
    bare = {"conditions": {"lime": LIME}, "metrics": [metrics.Gap()], "judge": (), "repeats": 1}
    return small(tasks=tasks, claims=bounds, measures=[rows_of], **bare, **changes)


def judged(study: ll.Study, hits: Mapping[str, int], *, verdicts: bool = True) -> pd.DataFrame:
    """The claims where so many of forty rows of each data set are hits."""
    parts = [
        pd.DataFrame({"task": f"{name} / linear", "hit": np.arange(40) < k})
        for name, k in hits.items()
    ]
    tables = {"rows_of": pd.concat(parts, ignore_index=True)} if parts else {}
    status = {claim.digest: "declared" for claim in study.claims}
    return told(study, status, tables, verdicts=verdicts)


def told(
    study: ll.Study,
    status: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame],
    *,
    verdicts: bool = True,
) -> pd.DataFrame:
    """The claims over these tables."""
    bounds = hold(study.claims, tables, {task.name: task.data_name for task in study.tasks})
    return judge_claims(study, pd.DataFrame(), status, verdicts=verdicts, bounds=bounds)


EVEN = {name: 9 + n % 3 for n, name in enumerate(NAMES)}  # a quarter, from task to task alike


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({"at_most": 0.5}, "supported"),
        ({"at_least": 0.1}, "supported"),
        ({"at_most": 0.1}, "contradicted"),
        ({"at_least": 0.5}, "contradicted"),
        ({"at_least": 0.25}, "inconclusive"),
    ],
)
def test_a_bound_is_kept_by_the_whole_interval(said: dict[str, float], verdict: str) -> None:
    found = judged(study_of(bound(**said)), EVEN)
    assert found["verdict"].tolist() == [verdict, verdict]
    assert found["scope"].tolist() == ["on these tasks", "in general"]
    assert found["n_units"].tolist() == [280, 280]
    assert found["n_clusters"].tolist() == [7, 7]
    mean = sum(EVEN.values()) / 280
    (mark,) = said.values()
    away = mean - mark if "at_least" in said else mark - mean
    assert found["difference"].tolist() == pytest.approx([away, away])


def test_the_distance_has_the_interval_of_the_number() -> None:
    (row, _) = judged(study_of(bound(at_most=0.4)), EVEN).to_dict("records")
    hits = np.concatenate([np.arange(40) < k for k in EVEN.values()])
    number = clustered_share(hits, np.repeat(NAMES, 40))
    plain = number.at(0.95)
    assert (row["low"], row["high"]) == pytest.approx((0.4 - plain.high, 0.4 - plain.low))
    assert row["p"] == pytest.approx(number.against(0.4))


def test_bounds_are_a_family_with_the_other_claims() -> None:
    alone = judged(study_of(bound(at_most=0.3)), EVEN)
    more = [replace(bound(at_most=0.3), statement=f"once more, {n}") for n in range(4)]
    five = judged(study_of(bound(at_most=0.3), *more), EVEN)
    assert five["p"].iloc[0] == alone["p"].iloc[0]
    assert five["p_holm"].iloc[0] == pytest.approx(min(1.0, 5 * alone["p"].iloc[0]))
    assert five["low"].iloc[0] <= alone["low"].iloc[0]


def test_a_verdict_that_one_data_set_carries_falls() -> None:
    sure = {**dict.fromkeys(NAMES, 2), "wine": 3}
    stands = judged(study_of(bound(at_most=0.11)), sure)
    assert stands["verdict"].iloc[0] == "supported"
    assert stands["stability"].iloc[0] == "stable: the same without any one of 7 sets"
    falls = judged(study_of(bound(at_most=0.09)), {**dict.fromkeys(NAMES, 2), "wine": 0})
    assert falls["whole"].iloc[0] == "supported"
    assert falls["verdict"].iloc[0] == "inconclusive"
    assert "not without wine" in falls["stability"].iloc[0]


def test_few_data_sets_say_nothing_in_general() -> None:
    few = judged(study_of(bound(at_most=0.5), names=NAMES[:5]), dict.fromkeys(NAMES[:5], 10))
    these, general = few["verdict"]
    assert (these, general) == ("supported", "too few data sets")
    assert few["note"].iloc[1] == "too few data sets: 5 of at least 6"


def test_no_rows_and_quick_runs_have_no_verdict() -> None:
    gone = judged(study_of(bound(at_most=0.5)), {})
    assert set(gone["verdict"]) == {"no data"}
    assert gone["note"].iloc[0] == "the measure rows_of tells nothing"
    quick = judged(study_of(bound(at_most=0.5)), EVEN, verdicts=False)
    assert set(quick["verdict"]) == {"quick run: no verdict"}
    assert np.isfinite(quick["difference"]).all()


def test_data_sets_are_the_measure_s_own_where_it_names_them() -> None:
    tables = {"rows_of": pd.DataFrame({"task": ["wine / linear"] * 6, "hit": [True] * 6})}
    tables["rows_of"]["dataset"] = list("abcdef")
    study = study_of(bound(at_most=0.5))
    found = told(study, {}, tables)
    assert found["n_clusters"].tolist() == [1, 6]


def test_an_edited_bound_is_another() -> None:
    first = bound(at_most=0.5)
    assert first.digest == bound(at_most=0.5).digest
    edited = [bound(at_most=0.4), bound(at_least=0.5), bound(at_least=0.4)]
    edited += [replace(first, statement="other"), replace(first, measure="other")]
    assert len({one.digest for one in [first, *edited]}) == 6


@pytest.mark.parametrize(
    "said",
    [
        *({}, {"at_most": 0.1, "at_least": 0.1}, {"at_most": np.nan}, {"at_least": np.inf}),
        *({"at_most": "1"}, {"at_most": [1]}, {"at_least": True}, {"at_least": np.True_}),
        {"at_most": 1j},
    ],
)
def test_one_finite_side_is_wanted(said: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="give one of them as a number"):
        bound(**said)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"statement": ""}, r"Bound\(statement=''\); expected text that is not empty"),
        ({"statement": " "}, "expected text that is not empty"),
        ({"statement": None}, "expected text that is not empty"),
        ({"measure": 5}, r"Bound\(measure=5\); expected text"),
        ({"measure": rows_of}, "expected text that is not empty"),
        ({"unit": 5}, "has unit=5; expected text"),
    ],
)
def test_words_are_wanted(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        replace(bound(at_most=0.5), **changes)


@pytest.mark.parametrize("said", [{"at_most": 0.5, "unit": "of rows"}, {"at_least": 0.1}])
def test_a_bound_tells_its_number_and_itself(said: dict[str, Any]) -> None:
    row, general = judged(study_of(bound(**said)), EVEN).to_dict("records")
    hits = np.concatenate([np.arange(40) < k for k in EVEN.values()])
    plain = clustered_share(hits, np.repeat(NAMES, 40)).at(0.95)
    number = (row["number"], row["number_low"], row["number_high"])
    assert number == pytest.approx((plain.estimate, plain.low, plain.high))
    assert row["measure"] == "rows_of"
    unit = f" {said['unit']}" if "unit" in said else ""
    bounded = f"at most {said['at_most']}" if "at_most" in said else f"at least {said['at_least']}"
    assert row["bound"] == bounded
    told = f"{plain.estimate:.3g} [{plain.low:.3g}, {plain.high:.3g}]{unit}"
    assert row["sentence"] == (
        f"on these tasks: supported; share of rows_of is {told}, claimed {bounded}, "
        "over 280 rows of 7 tasks"
    )
    assert general["sentence"].endswith(f"claimed {bounded}, over 7 data sets")


def test_a_number_without_an_interval_is_told_with_its_bound() -> None:
    few = judged(study_of(bound(at_most=0.5), names=NAMES[:5]), dict.fromkeys(NAMES[:5], 10))
    assert few["sentence"].iloc[1] == (
        "in general: too few data sets: 5 of at least 6; share of rows_of is 0.25, "
        "claimed at most 0.5"
    )


def test_claims_of_conditions_have_no_columns_of_bounds(whole: ll.Results) -> None:
    assert not {"number", "bound", "measure"} & {*whole.claims}


def test_what_no_measure_tells_is_refused_before_the_run() -> None:
    with pytest.raises(BadInput, match=r"names the measure 'rows'; the study has \['rows_of'\]"):
        study_of(ll.Bound("so", "rows", share, at_most=0.5))
    with pytest.raises(BadInput, match="expected a function of rows and clusters"):
        ll.Bound("so", "rows_of", 0.5, at_most=0.5)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="two measures are called 'rows_of'"):
        study_of(summaries=[rows_of])


def test_a_run_reads_bounds_and_summaries_from_its_measures(tmp_path: Path) -> None:
    names = ("iris", "wine", "hearts", "penguins", "diabetes")
    study = study_of(bound(at_most=0.9, unit="share"), names=names, summaries=[shares])
    results = study.run(tmp_path)
    expected = pd.concat([rows_of(task, 0).assign(task=task.name) for task in study.tasks])
    these = results.claims.iloc[0]
    assert these["difference"] == pytest.approx(0.9 - expected["hit"].mean())
    assert (these["metric"], these["whole"]) == ("share", "supported")
    assert results.manifest["metrics"]["share"]["unit"] == "share"
    summed = results.measure("shares").set_index("task")["hit"].to_dict()
    assert summed == pytest.approx(expected.groupby("task")["hit"].mean().to_dict())
    assert study.run(tmp_path).manifest["unchanged"]
    stricter = replace(study, claims=(bound(at_most=0.01),))
    again = stricter.run(tmp_path)
    assert again.claims["declared"].tolist() == ["post hoc", "post hoc"]
    assert again.claims["verdict"].iloc[0] == "contradicted"


def test_measures_that_tell_nothing_make_no_summary(tmp_path: Path) -> None:
    study = replace(study_of(names=("iris",), summaries=[shares]), measures=(nothing,))
    results = study.run(tmp_path)
    assert results.measure("shares").empty
    assert not (tmp_path / "measure_shares.csv").exists()
