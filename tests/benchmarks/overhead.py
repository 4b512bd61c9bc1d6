"""What an explanation costs beside the model's answers and beside lime; run by hand, prints ratios.

    python tests/benchmarks/overhead.py [--quick]

Breast cancer (30 features), 50 instances, 4096 samples round each, shared draws, least squares
with HC3 errors and diagnostics; one BLAS thread, forests asked with one job. "Predict only" asks
the same rows in calls of the same length and does nothing else. Figures are medians of paired runs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import limelab as ll
from limelab.blackbox import one_thread

INSTANCES, SAMPLES, ROWS = 50, 4096, 2**16


def main(arguments: list[str]) -> None:
    """Print one line a model."""
    instances = 10 if "--quick" in arguments else INSTANCES
    x, y = load_breast_cancer(return_X_y=True)
    rows = x[:instances]
    head = ("model", "predict", "explain", "ratio", "own draws", "ratio", "lime", "x lime")
    print("{:10s} {:>9s} {:>9s} {:>7s} {:>9s} {:>7s} {:>9s} {:>7s}".format(*head))
    for name, model in _models().items():
        model.fit(x, y)
        with one_thread():
            pairs = [_timed(model, x, rows) for _ in range(3)]
        predict, shared, own, lime = np.median(pairs, axis=0) * 1e3 / instances
        print(
            f"{name:10s} {predict:7.2f}ms {shared:7.2f}ms {shared / predict:7.3f} {own:7.2f}ms "
            f"{own / predict:7.3f} {lime:7.1f}ms {lime / shared:7.1f}"
        )


def _models() -> dict[str, Any]:
    return {
        "forest": RandomForestClassifier(100, n_jobs=1, random_state=0),
        "boosting": HistGradientBoostingClassifier(random_state=0),
        "logistic": make_pipeline(StandardScaler(), LogisticRegression()),
    }


def _timed(model: Any, x: Any, rows: Any) -> list[float]:
    """Seconds of predict only, shared draws, own draws, and lime on three rows scaled up."""
    noise = np.random.default_rng(0).normal(size=(SAMPLES, x.shape[1])) * 0.5 * x.std(axis=0)
    points = (rows[:, None, :] + noise).reshape(-1, x.shape[1])
    return [
        _seconds(
            lambda: [model.predict_proba(points[s : s + ROWS]) for s in range(0, len(points), ROWS)]
        ),
        _seconds(lambda: ll.explain(model, x, rows, explainer=ll.Lime(n_samples=SAMPLES))),
        _seconds(
            lambda: ll.explain(model, x, rows, explainer=ll.Lime(n_samples=SAMPLES, draws="own"))
        ),
        _seconds(lambda: _lime(model, x, rows[:3])) * len(rows) / 3,
    ]


def _lime(model: Any, x: Any, rows: Any) -> None:
    from lime.lime_tabular import LimeTabularExplainer

    explainer = LimeTabularExplainer(x, discretize_continuous=False, sample_around_instance=True)
    for row in rows:
        explainer.explain_instance(row, model.predict_proba, num_samples=SAMPLES)


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(sys.argv[1:])
