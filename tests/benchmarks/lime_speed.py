"""How many times faster `presets.lime_tabular` is than lime 0.2.0.1, paired in one run.

Run by hand: ``python tests/benchmarks/lime_speed.py``. Breast cancer, lime's default mode (quartile
bins, 5000 samples), 50 instances, one thread. With a forest of 100 trees all instances share one
query set; with a logistic regression each has its own. Times are of the processor, the pairs take
turns, and the median of the ratios is printed, for other work on the machine hits both alike. Ends
with status 1 where a figure that must be reached is missed.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import sys
import warnings
from dataclasses import dataclass, replace
from time import process_time
from typing import Any

import numpy as np
from lime.lime_tabular import LimeTabularExplainer
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from limelab.domains import Table
from limelab.lime import Lime
from limelab.presets import lime_tabular

INSTANCES = 50
TURNS = 5


@dataclass(frozen=True)
class Case:
    """One line of the output: what must be reached, and what should be."""

    title: str
    model: Any
    features: int
    lime: Lime
    must: float
    reach: float
    theirs: int = 2  # instances that lime explains in a turn: it costs the same for each


def cases(data: Any, target: Any) -> list[Case]:
    forest = RandomForestClassifier(100, random_state=0, n_jobs=1).fit(data, target)
    line = make_pipeline(StandardScaler(), LogisticRegression()).fit(data, target)
    ten, five = lime_tabular(10), lime_tabular(5)
    sure = {k: lime_tabular(k, standard_errors=True) for k in (10, 5)}
    return [
        Case("forest, shared queries, 10 features", forest, 10, ten, 40, 60),
        Case("forest, shared queries, 5 features", forest, 5, five, 200, 300, 1),
        Case("  the same, 10, with standard errors", forest, 10, sure[10], 18, 40),
        Case("  the same, 5, with standard errors", forest, 5, sure[5], 90, 200, 1),
        Case("logistic, own queries, 10 features", line, 10, replace(ten, draws="own"), 4, 6),
        Case("logistic, own queries, 5 features", line, 5, replace(five, draws="own"), 20, 40, 1),
    ]


def theirs(case: Case, data: Any) -> float:
    """Seconds of lime for one explanation."""
    explainer = LimeTabularExplainer(data, random_state=0)
    start = process_time()
    for row in data[: case.theirs]:
        explainer.explain_instance(row, case.model.predict_proba, num_features=case.features)
    return (process_time() - start) / case.theirs


def ours(case: Case, table: Table, data: Any, seed: int) -> float:
    """Seconds of our preset for one of fifty explanations."""
    start = process_time()
    case.lime.explain(case.model, table, data[:INSTANCES], seed=seed)
    return (process_time() - start) / INSTANCES


def main() -> int:
    """Print the table; 1 where a figure that must be reached is missed, else 0."""
    missed = 0
    data, target = load_breast_cancer(return_X_y=True)
    table = Table(data)
    print(f"{'':40}{'lime ms':>9}{'ours ms':>9}{'times':>8}{'must':>6}{'reach':>7}")
    for case in cases(data, target):
        ours(case, table, data, 0)
        pairs = [(theirs(case, data), ours(case, table, data, turn)) for turn in range(TURNS)]
        lime, lab = np.median(pairs, axis=0) * 1e3
        times = float(np.median([a / b for a, b in pairs]))
        missed += times < case.must
        said = "" if times >= case.reach else " (must only)" if times >= case.must else " MISSED"
        print(
            f"{case.title:40}{lime:9.1f}{lab:9.2f}{times:8.1f}{case.must:6.0f}{case.reach:7.0f}{said}"
        )
    return int(missed > 0)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sys.exit(main())
