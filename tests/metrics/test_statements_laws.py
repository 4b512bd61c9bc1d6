"""What every public metric says of itself, and that what it says holds on a study that was run."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import limelab as ll
from limelab import metrics, models
from limelab.metrics.measures import UNSIGNED

READINGS = {
    *("coef", "importance", "effect", "contribution", "slope", "selected", "stderr"),
    *("local model", "fit", "points"),
}
SIDES = ("lower", "higher", "neither")
SMALL: dict[str, tuple[Any, ...]] = {"TopK": (2,), "PGI": (2,), "PGU": (2,)}  # iris has 4 features
FURTHER = [
    *(metrics.Agreement(measure=name, k=2) for name in UNSIGNED if name != "spearman"),
    *(metrics.LocalAgreement(name, 2) for name in UNSIGNED if name != "spearman"),
    *(metrics.Agreement(name) for name in ("label", "conditional", "impurity", "drop_column")),
    metrics.Agreement(aggregate="sp_lime"),
]


def public() -> list[Any]:
    """One value of every class of `limelab.metrics` that scores."""
    found = [getattr(metrics, name) for name in metrics.__all__]
    kinds = [one for one in found if inspect.isclass(one) and hasattr(one, "score")]
    return [kind(*SMALL.get(kind.__name__, ())) for kind in kinds]


ALL = [*public(), *FURTHER]


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Scores of all of them: few samples, trees, a line that selects, and nothing to know."""
    lime = ll.Lime(n_samples=64, draws="own")
    study = ll.Study(
        "Do metrics keep their word?",
        [ll.Task("iris", models.forest(n_estimators=5), instances=3, background=60)],
        {
            "line": lime,
            "two": ll.Lime(surrogate=ll.LeastSquares(ll.Forward(2)), n_samples=64, draws="own"),
            "random": ll.RandomImportance(),
        },
        ll.Judge(ll.Gaussian(), radii=(0.25, 1.0), size=40),
        ALL,
        repeats=3,
    )
    return study.run(tmp_path_factory.mktemp("said")).scores


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_it_says_what_it_reads_and_what_a_number_means(metric: Any) -> None:
    assert set(metric.reads.split(", ")) <= READINGS
    assert metric.better in SIDES
    low, high = metric.bounds
    assert low < high
    for text in (metric.unit, metric.source, metric.declines, metric.says_not):
        assert isinstance(text, str)
        assert len(text) > 3
    if (best := getattr(metric, "best", None)) is not None:
        assert best == (high if metric.better == "higher" else max(low, 0.0))


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_its_values_keep_its_bounds_and_nothing_is_missing_without_a_reason(
    metric: Any, scores: pd.DataFrame
) -> None:
    mine = scores[scores["metric"] == metric.name]
    values = mine["value"].to_numpy(float)
    known = np.isfinite(values)
    assert known.any(), set(mine["note"])
    low, high = metric.bounds
    assert values[known].min() >= low - 1e-9
    assert values[known].max() <= high + 1e-9
    assert (mine.loc[~known, "note"] != "").all()


def test_the_list_is_whole_and_a_study_keeps_what_is_said(tmp_path: Path) -> None:
    assert len(public()) > 45
    study = ll.Study(
        "Is it written?",
        [ll.Task("iris", models.linear(), instances=2, background=60)],
        {"lime": ll.Lime(n_samples=64, draws="own")},
        ll.Judge(ll.Gaussian(), radii=(0.5,), size=20),
        [metrics.R2()],
        repeats=2,
    )
    told = study.run(tmp_path).manifest["metrics"]["r2"]
    assert (told["low"], told["high"], told["reads"]) == ("-inf", "1.0", "local model")
    assert told["declines"] == metrics.R2.declines
    assert told["source"] == metrics.R2.source
