"""What a factorial study of 100 conditions costs beside its dearest condition, and one by one.

    python tests/benchmarks/factorial.py [--quick]

4 perturbations x 5 kernel widths x 5 numbers of samples, lines, a forest of 500 trees on diabetes
(10 features), two radii of 500 points to judge by, one worker. The model counts the rows
that it is asked itself. "One by one" runs each perturbation and number of samples alone, at one
width, and counts it five times, as the width changes no query.
Times are of the processor, so that other work on the machine disturbs less.
About ten minutes (`--quick`: one).
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sklearn.ensemble import RandomForestRegressor

import limelab as ll
from limelab.study.progress import Quiet

SIZES, WIDTHS = (256, 512, 1024, 2048, 4096), (0.25, 0.5, 1.0, 2.0, 4.0)
LAWS = {
    "noise": ll.Gaussian(0.5),
    "margins": ll.Marginals(),
    "global": ll.GlobalGaussian(),
    "rows": ll.Rows(),
}
ASKED: Counter[str] = Counter()


class Counting(RandomForestRegressor):  # type: ignore[misc]  # scikit-learn has no types
    """A forest that counts the rows it is asked."""

    def predict(self, X: Any) -> Any:
        """Count, then answer."""
        ASKED["rows"] += len(X)
        return super().predict(X)


def counting(kind: str, frame: Any, seed: int) -> Any:
    """The model of the study."""
    return Counting(500, random_state=seed, n_jobs=1)


def study(draws: str, instances: int, **axes: Any) -> ll.Study:
    """Any part of the factorial study."""
    whole = {
        "perturbation": LAWS,
        "kernel": {f"{width:g}": ll.Exponential(width) for width in WIDTHS},
        "n_samples": list(SIZES),
    }
    return ll.Study(
        question="What does it cost?",
        tasks=[ll.Task("diabetes", ll.models.Recipe(counting), instances=instances)],
        conditions=ll.vary(ll.Lime(draws=draws, surrogate=ll.Ridge()), **{**whole, **axes}),
        judge=ll.Judge(ll.Gaussian(), radii=[0.25, 1.0], size=500),
        metrics=[ll.metrics.Rmse()],
        repeats=2,
    )


def timed(chosen: ll.Study) -> tuple[float, float, Mapping[str, Any], int]:
    """Processor and wall seconds, the manifest, and the rows that the model counted."""
    with tempfile.TemporaryDirectory() as folder:
        before, cpu, wall = ASKED["rows"], time.process_time(), time.perf_counter()
        results = chosen.run(Path(folder) / "results", progress=Quiet())
        spent = time.process_time() - cpu, time.perf_counter() - wall
        return *spent, results.manifest, ASKED["rows"] - before


def one(chosen: ll.Study, law: str, size: int) -> ll.Study:
    """One condition, the middle width."""
    name = next(
        n for n, f in chosen.conditions.factors.items()
        if (f["perturbation"], f["kernel"], f["n_samples"]) == (law, "1", size)
    )  # fmt: skip
    return replace(chosen, conditions={name: chosen.conditions[name]})


def report(draws: str, instances: int) -> None:
    """One line of figures."""
    whole = study(draws, instances)
    timed(one(whole, "noise", SIZES[0]))  # the model is fitted once for all
    cpu, wall, told, counted = timed(whole)
    queries, repeats = told["queries_now"], whole.repeats
    per_law = {law: instances if draws == "own" or law == "noise" else 1 for law in LAWS}
    distinct = sum(per_law.values()) * SIZES[-1] * repeats
    assert counted == sum(queries.values()), (counted, queries)  # the model's own count
    ratio = (counted - sum(n for kind, n in queries.items() if kind != "sampler")) / distinct
    alone = {(law, size): timed(one(whole, law, size))[:2] for law in LAWS for size in SIZES}
    dearest = max(alone.values())
    total = len(WIDTHS) * sum(spent for spent, _ in alone.values())
    print(
        f"{draws:7s} {len(whole.conditions):4d} conditions: sampler queries / distinct samplers "
        f"{ratio:.2f}; cpu {cpu:.1f} s (wall {wall:.1f}), {cpu / dearest[0]:.2f} x the dearest "
        f"condition ({dearest[0]:.1f} s); one by one {total / cpu:.1f} x dearer"
    )


def main(arguments: list[str]) -> None:
    """Shared draws, and draws of each row's own."""
    instances = 5 if "--quick" in arguments else 20
    for draws in ("shared", "own"):
        report(draws, instances)


if __name__ == "__main__":
    main(sys.argv[1:])
