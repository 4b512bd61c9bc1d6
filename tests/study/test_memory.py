"""A budget of memory: even chunks that fit, the same tables to rounding, the same bits anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import limelab as ll
from limelab import metrics
from limelab.study import memory as room
from limelab.study.memory import Sizes, budget, chunks
from limelab.study.plan import make_plan
from limelab.study.scoring import OVER
from limelab.types import BadInput, Evidence, Score
from tests.study.world import LIME, Attributing, content, small

COUNTS = st.integers(1, 60)


@given(
    st.builds(Sizes, COUNTS, COUNTS, COUNTS, COUNTS, st.integers(1, 5000), COUNTS, COUNTS),
    st.integers(1, 3000),
    st.integers(500, 3000),
)
def test_chunks_cover_all_rows_once_and_fit(sizes: Sizes, instances: int, mebibytes: int) -> None:
    most = mebibytes * 2**20
    if sizes.need(min(instances, 2)) > most:
        with pytest.raises(BadInput, match="task 'a task' needs"):
            chunks("a task", instances, sizes, most)
        return
    cut = chunks("a task", instances, sizes, most)
    assert [n for start, stop in cut for n in range(start, stop)] == list(range(instances))
    lengths = [stop - start for start, stop in cut]
    assert max(lengths) - min(lengths) <= 1
    assert len(cut) == 1 or min(lengths) >= 2
    if len(cut) > 1 and min(lengths) > 2:
        assert sizes.need(max(lengths)) <= most


@pytest.mark.parametrize("given_", ["", "1X", "-1G", 0, None, True, "G"])
def test_an_odd_budget_is_refused(given_: Any) -> None:
    with pytest.raises(BadInput, match="expected a size such as '1G'"):
        budget(given_)


def test_a_budget_that_holds_no_two_rows_is_refused_before_anything(out: Path) -> None:
    with pytest.raises(BadInput, match=r"memory=100 MiB: task 'iris / linear' needs .* MiB"):
        small().run(out, memory="100M")
    assert not out.exists()


@pytest.mark.parametrize(("memory", "enough"), [("256M", False), ("2G", False), ("4G", True)])
def test_samples_that_do_not_fit_are_refused_before_anything(memory: str, enough: bool) -> None:
    """A million samples of thirty columns take gigabytes, of one instance alone."""
    study = small(
        tasks=[ll.Task("breast_cancer", ll.models.linear(), instances=1)],
        conditions={"huge": ll.Lime(n_samples=2**20, draws="own")},
        claims=[],
    )
    if enough:
        assert make_plan(study, budget(memory)).tasks[0].chunks == [(0, 1)]
    else:
        wanted = r"'breast_cancer / linear' needs 3\.\d+ GiB in each worker; .* fewer samples"
        with pytest.raises(BadInput, match=wanted):
            make_plan(study, budget(memory))


class OverAll:
    """A metric over all rows that does not say so."""

    name: ClassVar[str] = "over_all"
    better: ClassVar[str] = "neither"
    unit: ClassVar[str] = "none"
    says_not: ClassVar[str] = "Anything."

    def __repr__(self) -> str:
        return "OverAll()"

    def score(self, evidence: Evidence) -> list[Score]:
        return [Score(evidence.importance.mean(axis=(1, 2))[:, None])]


class MeanOverAll(OverAll):
    """The same, which says so."""

    name: ClassVar[str] = "mean_over_all"
    over_instances: ClassVar[bool] = True

    def __repr__(self) -> str:
        return "MeanOverAll()"


TASK = ll.Task("iris", ll.models.linear(), instances=5, background=60)
WHOLE: dict[str, Any] = {
    "tasks": [TASK],
    "metrics": [metrics.Rmse(), metrics.TopK(2), MeanOverAll()],
    "conditions": ll.vary(
        LIME,
        draws=["own", "shared"],
        perturbation={"noise": ll.Gaussian(), "margins": ll.Marginals()},
        surrogate=[ll.LeastSquares()],
    )
    | {"theirs": Attributing()},
    "claims": [],
}


def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an instance look so large that three of them are all that fits."""
    monkeypatch.setattr(Sizes, "instance", property(lambda _: 200 * 2**20))


def sorted_rows(table: pd.DataFrame) -> pd.DataFrame:
    axes = [name for name in table.columns if name not in {"value", "note"}]
    keys = ["|".join(map(str, row)) for row in table[axes].itertuples(index=False)]
    return table.iloc[np.argsort(keys, kind="stable")].reset_index(drop=True)


def test_the_tables_are_the_same_to_rounding_under_every_budget(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = small(**WHOLE).run(out / "whole")
    tight(monkeypatch)
    cut = small(**WHOLE).run(out / "cut")
    asked = [results.manifest["queries"] for results in (cut, whole)]
    for queries in asked:
        queries.pop("probe", None)  # first looks at the model, once a process
    assert asked[0] == asked[1]
    assert cut.manifest["blocks"]["total"] > whole.manifest["blocks"]["total"]
    assert not cut.manifest["failures"]
    for name in ("scores", "explanations"):
        mine, other = sorted_rows(getattr(cut, name)), sorted_rows(getattr(whole, name))
        pd.testing.assert_frame_equal(mine, other, rtol=1e-7, atol=1e-9)


def test_one_budget_gives_the_same_bits_on_every_engine(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tight(monkeypatch)
    one, two = (small(**WHOLE).run(out / str(n), n_jobs=n) for n in (1, 2))
    assert content(one.folder) == content(two.folder)


def test_a_metric_over_all_rows_that_does_not_say_so_is_a_failure_where_rows_are_cut(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: dict[str, Any] = {**WHOLE, "metrics": [OverAll()], "judge": []}
    whole = small(**changes).run(out / "whole")
    assert not whole.manifest["failures"]
    assert whole.scores["value"].notna().all()
    tight(monkeypatch)
    cut = small(**changes).run(out / "cut")
    assert {failure["error"] for failure in cut.manifest["failures"]} == {OVER}
    assert cut.scores["value"].isna().all()
    assert set(cut.scores["note"]) == {OVER}


def test_sizes_are_said_in_words() -> None:
    assert room.said(3 * room.GIB) == "3 GiB"
