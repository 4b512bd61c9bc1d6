"""What metrics ask the model themselves: the right answers, once, counted apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab import metrics
from limelab.study.plan import make_plan
from limelab.study.ready import fitted, split
from tests.study.spies import Asking, beside, declining, flat, of_each_repeat, seen
from tests.study.world import DIABETES, IRIS, LIME, Attributing, small

CONDITIONS = {"lime": LIME, "other": Attributing()}
STUDY: dict[str, Any] = {"tasks": [IRIS], "conditions": CONDITIONS, "judge": [], "claims": []}


def test_the_model_answers_what_was_asked_of_every_explainer(out: Path) -> None:
    results = small(metrics=[Asking()], **STUDY).run(out)
    found = seen("asking")
    assert len(found) == 2
    data, model = split(IRIS, 0), fitted(IRIS, 0)
    for evidence in found:
        points = beside(evidence, ll.seeds.generator(0, "probes", "asking"))
        wanted = model.box.ask(data.table.decode(points.reshape(-1, 4))).reshape(1, 2, 2, 3)
        np.testing.assert_array_equal(evidence.probes["asking"], wanted)
    assert results.manifest["queries"]["metric probe"] == 2 * 2 * 2


def test_probes_may_differ_by_repeat(out: Path) -> None:
    results = small(metrics=[Asking("each", of_each_repeat)], **STUDY).run(out)
    evidence = seen("each")[0]
    data, model = split(IRIS, 0), fitted(IRIS, 0)
    points = of_each_repeat(evidence, ll.seeds.generator(0))
    wanted = model.box.ask(data.table.decode(points.reshape(-1, 4))).reshape(2, 2, 1, 3)
    np.testing.assert_array_equal(evidence.probes["each"], wanted)
    assert results.manifest["queries"]["metric probe"] == 2 * 2 * 2


def test_further_metrics_conditions_and_claims_ask_only_for_themselves(out: Path) -> None:
    first = small(metrics=[Asking()], **STUDY).run(out)
    assert "metric probe" in first.manifest["queries_now"]
    same = small(metrics=[Asking(), metrics.Variation(), metrics.TopK(1)], **STUDY)
    assert same.run(out).manifest["queries_now"] == {}
    claimed = small(**{**STUDY, "claims": [ll.Claim("so", "cv", {"condition": "lime"},
                    {"condition": "other"})]}, metrics=[metrics.Variation()])  # fmt: skip
    assert claimed.run(out).manifest["queries_now"] == {}
    more = small(metrics=[Asking(), Asking("each", of_each_repeat)], **STUDY).run(out)
    assert more.manifest["queries_now"] == {"metric probe": 2 * 2 * 2}
    further = {**CONDITIONS, "tree": ll.Lime(n_samples=64, draws="own", surrogate=ll.Tree())}
    wider = small(**{**STUDY, "conditions": further}, metrics=[Asking()]).run(out)
    assert wider.manifest["queries_now"] == {"metric probe": 2 * 2}


def test_two_workers_write_the_same_bytes(out: Path) -> None:
    study = small(**{**STUDY, "tasks": [IRIS, DIABETES]}, metrics=[metrics.PGI(2), metrics.Gap()])
    one, two = (study.run(out / f"{n}", n_jobs=n) for n in (1, 2))
    for name in ("scores.csv", "explanations.csv.gz"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()
    assert one.scores.query("metric == 'pgi_2'")["value"].notna().all()


@pytest.mark.parametrize(
    ("where", "note", "n_failures"),
    [(declining, "there is nothing to ask", 0), (flat, "BadInput: the probes of metric 'odd'", 2)],
)
def test_what_cannot_be_asked_is_a_row_with_its_reason(
    out: Path, where: Any, note: str, n_failures: int
) -> None:
    results = small(metrics=[Asking("odd", where), metrics.TopK(1)], **STUDY).run(out)
    odd = results.scores.query("metric == 'odd'")
    assert odd["note"].str.startswith(note).all()
    assert odd["value"].isna().all()
    assert results.scores.query("metric == 'top_1_jaccard'")["value"].notna().all()
    assert len(results.manifest["failures"]) == n_failures


def test_a_metric_that_probes_changes_no_other_key() -> None:
    base, more = (small(metrics=m, **STUDY) for m in ([metrics.Gap()], [metrics.Gap(), Asking()]))
    keys = [{block.key for block in make_plan(study).asking()} for study in (base, more)]
    assert keys[0] == keys[1]
