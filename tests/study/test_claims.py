"""What claims say of scores: matched differences, two scopes, Holm, and what came too late."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import limelab as ll
from limelab import models
from limelab.study.claims import judge_claims
from tests.study.world import TREES, small

NAMES = ("wine", "iris", "fair", "anes96", "star98", "grunfeld")
TASKS = [ll.Task(name, models.linear(), instances=4) for name in NAMES]
STUDY = small(tasks=TASKS, repeats=3)


def made(shift: float, tasks: tuple[str, ...] = NAMES) -> pd.DataFrame:
    """Scores in which the tree's rmse is lower by `shift` in every matched cell, plus noise."""
    rng = np.random.default_rng(0)
    rows = []
    for name, law, instance, repeat in product(tasks, ("noise", "margins"), range(4), range(3)):
        base = 10.0 * (law == "noise") + instance + rng.normal()
        cell: dict[str, Any]
        cell = {"task": f"{name} / linear", "dataset": name, "model": "linear", "metric": "rmse"}
        cell |= {"perturbation": law, "instance": instance, "repeat": repeat, "output": "y"}
        cell |= {"judge": "Gaussian", "radius": 1.0, "note": ""}
        noise = 0.01 * rng.normal()
        rows.append({**cell, "surrogate": "LeastSquares(select=None)", "value": base})
        rows.append({**cell, "surrogate": "Tree(max_depth=2)", "value": base - shift + noise})
    return pd.DataFrame(rows)


def judged(scores: pd.DataFrame, study: ll.Study = STUDY, **options: Any) -> pd.DataFrame:
    status = {claim.digest: "declared" for claim in study.claims}
    return judge_claims(study, scores, status, **{"verdicts": True, **options})


def test_a_claim_is_matched_on_every_factor_and_read_in_both_scopes() -> None:
    found = judged(made(0.5))
    assert found["scope"].tolist() == ["on these tasks", "in general"]
    assert found["difference"].tolist() == pytest.approx([0.5, 0.5], abs=0.01)
    assert (found["high"] - found["low"]).max() < 0.05
    assert set(found["verdict"]) == {"supported"}
    assert found["n_units"].tolist() == [24, 24]
    assert found["n_clusters"].tolist()[1] == 6
    assert (found["p_holm"] == found["p"]).all()
    assert set(found["declared"]) == {"declared"}


@pytest.mark.parametrize(
    ("shift", "margin", "verdict"),
    [(0.5, 0.4, "supported"), (-0.5, 0.0, "contradicted"), (0.0, 0.2, "negligible")],
)
def test_verdicts_follow_the_interval(shift: float, margin: float, verdict: str) -> None:
    study = replace(STUDY, claims=(replace(TREES, margin=margin),))
    assert set(judged(made(shift), study)["verdict"]) == {verdict}


def test_few_data_sets_are_never_enough() -> None:
    found = judged(made(0.5, NAMES[:5])).set_index("scope")
    assert found.loc["in general", "verdict"] == "too few data sets"
    assert found.loc["on these tasks", "verdict"] == "supported"


def test_holm_widens_the_intervals_of_a_family() -> None:
    alone = judged(made(0.5))
    claims = (TREES, replace(TREES, statement="the same in noise", where={"radius": 1.0}))
    paired = judged(made(0.5), replace(STUDY, claims=claims))
    first = paired[paired["statement"] == TREES.statement].reset_index(drop=True)
    assert ((first["high"] - first["low"]) > (alone["high"] - alone["low"])).all()
    assert len(paired) == 4


def test_a_claim_that_came_after_the_data_cannot_change_a_declared_one() -> None:
    alone = judged(made(0.5))
    late = replace(TREES, statement="said later", where={"radius": 1.0})
    study = replace(STUDY, claims=(TREES, late))
    status = {TREES.digest: "declared", late.digest: "post hoc"}
    found = judge_claims(study, made(0.5), status, verdicts=True)
    first = found[found["statement"] == TREES.statement].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, alone)


def test_rows_of_failed_blocks_are_missing_and_no_level_of_their_own() -> None:
    scores = made(0.5)
    blank = scores.iloc[:1].assign(instance=np.nan, repeat=np.nan, value=np.nan, radius=np.nan)
    found = judged(pd.concat([scores, blank, blank.assign(task="other", dataset="other")]))
    assert found["n_missing"].tolist() == judged(scores)["n_missing"].tolist()


def test_a_claim_without_data_says_so() -> None:
    study = replace(STUDY, claims=(replace(TREES, where={"output": "z"}),))
    found = judged(made(0.5), study)
    assert set(found["verdict"]) == {"no data"}
    assert found["note"].str.contains("no row has output='z'").all()


def test_a_quick_run_has_estimates_and_no_verdicts(out: Path) -> None:
    claims = small().run(out, quick=True).claims
    assert set(claims["verdict"]) == {"quick run: no verdict"}
    assert claims["difference"].notna().all()


def test_a_claim_edited_after_the_data_is_post_hoc_for_good(out: Path) -> None:
    edited = replace(TREES, margin=0.5)
    for claims, declared in (
        ([TREES], ["declared"]),
        ([TREES, edited], ["declared", "post hoc"]),
        ([edited], ["post hoc"]),
    ):
        found = small(claims=claims).run(out).claims
        assert found["declared"].tolist()[::2] == declared


def test_data_that_another_study_left_are_data_too(out: Path) -> None:
    small(claims=[]).run(out, stem="first")
    assert set(small().run(out, stem="second").claims["declared"]) == {"declared"}
    edited = small(claims=[replace(TREES, margin=0.5)]).run(out, stem="second")
    assert edited.manifest["blocks"]["made"] == 0
    assert set(edited.claims["declared"]) == {"post hoc"}


def test_two_studies_without_a_stem_do_not_share_their_first_data(out: Path) -> None:
    small(claims=[]).run(out)
    other = small(question="Is another study whole?", repeats=1)
    assert set(other.run(out).claims["declared"]) == {"declared"}
