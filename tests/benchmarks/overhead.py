"""What an explanation costs beside the model's answers, how it grows, what Sobol points save.

    python tests/benchmarks/overhead.py [--quick] [speed] [growth] [memory] [sobol] [lime]

Run by hand; without names it does all, in a quarter of an hour (`--quick`: two minutes). Breast
cancer (30 features), 50 instances, 4096 samples round each, least squares with HC3 errors and
diagnostics; one BLAS thread, forests asked with one job. "Predict only" asks the same rows in
calls of the same length and does nothing else. Times are of the processor, so that other work on
the machine disturbs less; ratios are medians of pairs timed one after the other.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer, make_classification
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import limelab as ll
from limelab.blackbox import one_thread
from limelab.representations import Binned
from limelab.sampling import rows_of_a_call

INSTANCES, SAMPLES, PAIRS = 50, 4096, 7


def main(arguments: list[str]) -> None:
    """Print the tables that are asked for."""
    asked = [name for name in TABLES if name in arguments] or list(TABLES)
    with one_thread():
        for name in asked:
            TABLES[name](quick="--quick" in arguments)


# Time


def speed(*, quick: bool) -> None:
    """Ratios of whole explanations to prediction alone."""
    x, _ = _cancer()
    rows = x[:INSTANCES]
    print("\nexplain / predict only, cpu time (must: forest and boosting 1.08, logistic 2.0;")
    print("own draws, forest 1.6)")
    print(f"{'model':10s} {'predict':>10s} {'shared':>8s} {'own':>8s}   ms an instance, ratios")
    for name, model in _fitted().items():
        asked = _asked_rows(x, rows)
        works = [
            lambda m=model, a=asked: [m.predict_proba(block) for block in a],
            *(lambda m=model, lime=lime: _explained(m, x, rows, lime) for lime in _limes()),
        ]
        times = _rounds(works, 3 if quick else PAIRS)
        shared, own = np.median(times[:, 1:] / times[:, :1], axis=0)
        each = np.median(times[:, 0]) / len(rows) * 1e3
        print(f"{name:10s} {each:10.3f} {shared:8.3f} {own:8.3f}")


def _limes() -> list[ll.Lime]:
    return [ll.Lime(n_samples=SAMPLES, draws=draws) for draws in ("shared", "own")]


def _asked_rows(x: Any, rows: Any) -> list[Any]:
    """Every row that an explanation asks, in calls of the same length."""
    noise = np.random.default_rng(0).normal(size=(SAMPLES, x.shape[1])) * 0.5 * x.std(axis=0)
    points = (rows[:, None, :] + noise).reshape(-1, x.shape[1])
    length = rows_of_a_call(SAMPLES, x.shape[1])
    return [points[s : s + length] for s in range(0, len(points), length)]


def growth(*, quick: bool) -> None:
    """Exponents of the overhead of shared draws round x; the model answers at no cost."""
    repeats = 2 if quick else 5
    print("\noverhead alone (a free model), shared draws round x: exponents (must: 1.2)")
    for axis, sizes in (
        ("d", (10, 30, 100, 300, 1000)),
        ("n", (1024, 4096, 16384)),
        ("I", (10, 50, 250)),
    ):
        times = [_overhead({axis: size}, repeats) for size in sizes]
        slope = np.polyfit(np.log(sizes), np.log(times), 1)[0]
        last = np.log(times[-1] / times[-2]) / np.log(sizes[-1] / sizes[-2])
        shown = ", ".join(f"{size}: {1e3 * t:.1f}" for size, t in zip(sizes, times, strict=True))
        print(f"{axis}: {slope:5.2f} (last step {last:5.2f})   ms {shown}")


def _overhead(changed: dict[str, int], repeats: int) -> float:
    """Seconds of an explanation less those of its points and of the model."""
    size = {"d": 30, "n": SAMPLES, "I": 20, **changed}
    x = np.random.default_rng(0).normal(size=(200 + size["I"], size["d"]))
    lime = ll.Lime(n_samples=size["n"])
    weights = np.random.default_rng(1).normal(size=(size["d"], 2))
    answer = np.linspace(0, 1, size["n"] * size["I"] * 2).reshape(-1, 2)

    def free(rows: Any) -> Any:
        return np.sin(rows[:, :1] * weights[:1]) + answer[: len(rows)]

    return min(_cpu(lambda: _explained(free, x, x[: size["I"]], lime)) for _ in range(repeats))


# Memory


def memory(*, quick: bool) -> None:
    """Peak of what numpy and Python hold while 1000 instances are explained."""
    x, _ = _cancer()
    instances = 200 if quick else 1000
    rows = x[np.arange(instances) % len(x)]
    print(f"\nextra memory, {instances} instances x {SAMPLES} x {x.shape[1]} (must: 256 MiB)")
    for name, lime in zip(("shared", "own"), _limes(), strict=True):
        tracemalloc.start()
        _explained(_cheap, x, rows, lime)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(f"{name:8s} {peak / 2**20:7.0f} MiB")


def _cheap(rows: Any) -> Any:
    p = 1 / (1 + np.exp(-(rows[:, 0] - 14) / 4))
    return np.column_stack([1 - p, p])


# Variance at equal queries


def sobol(*, quick: bool) -> None:
    """Squared errors of coefficients, iid over Sobol, in lime's quartile neighbourhood."""
    lengths = (1024, 4096) if quick else (1024, 2048, 4096, 8192)
    seeds = 6 if quick else 16
    print("\nmean squared coefficient error, iid / Sobol, quartile bins, forest, equal queries")
    print("(must: 4 at d=30 from n=1024 on)")
    print("d     " + "".join(f"n={n:<7d}" for n in lengths))
    for d in (10, 30, 100, 300):
        x, y = _cancer() if d == 30 else _made(d)
        model = RandomForestClassifier(100, n_jobs=1, random_state=0).fit(x, y)
        gains = _gains(model, x, lengths, seeds)
        print(f"{d:<6d}" + "".join(f"{gain:<9.2f}" for gain in gains))


def _gains(model: Any, x: Any, lengths: Sequence[int], seeds: int) -> list[float]:
    """Ratios at each length, against a reference of many Sobol scrambles."""
    rows = x[:: len(x) // 10][:10]

    def coefs(design: Any, n: int, seed: int) -> Any:
        law = ll.BinFrequencies(design=design)
        lime = ll.Lime(law, Binned(4), ll.Exponential(0.75), ll.LeastSquares(), n)
        return _explained(model, x, rows, lime, seed).coef[:, :, 1]

    truth = np.mean([coefs(ll.Sobol(), 2**15, 10**6 + s) for s in range(4)], axis=0)
    return [
        np.divide(*(
            np.mean([(coefs(design, n, s) - truth) ** 2 for s in range(seeds)])
            for design in (ll.Iid(), ll.Sobol())
        ))
        for n in lengths
    ]  # fmt: skip


def _made(d: int) -> Any:
    return make_classification(
        569, d, n_informative=max(5, d // 3), n_redundant=d // 3, random_state=0
    )


# The lime package


def peer(*, quick: bool) -> None:
    """How many times longer lime 0.2.0.1 takes for the same samples, on three rows."""
    from lime.lime_tabular import LimeTabularExplainer

    x, _ = _cancer()
    rows = x[:3]
    print("\nlime 0.2.0.1 / limelab, cpu time an instance (continuous, round x, 10 features shown)")
    for name, model in _fitted().items():
        theirs = LimeTabularExplainer(
            x, discretize_continuous=False, sample_around_instance=True, random_state=0
        )

        def explained(theirs: Any = theirs, model: Any = model) -> None:
            for row in rows:
                theirs.explain_instance(row, model.predict_proba, num_samples=SAMPLES)

        long = _cpu(explained) / len(rows)
        short = _cpu(partial(_explained, model, x, x[:INSTANCES], _limes()[0])) / INSTANCES
        print(f"{name:10s} {1e3 * long:8.1f} ms {1e3 * short:8.2f} ms {long / short:6.1f} times")


# Common


@cache
def _cancer() -> Any:
    return load_breast_cancer(return_X_y=True)


@cache
def _fitted() -> dict[str, Any]:
    models = {
        "forest": RandomForestClassifier(100, n_jobs=1, random_state=0),
        "boosting": HistGradientBoostingClassifier(random_state=0),
        "logistic": make_pipeline(StandardScaler(), LogisticRegression()),
    }
    return {name: model.fit(*_cancer()) for name, model in models.items()}


def _explained(model: Any, x: Any, rows: Any, lime: Any, seed: int = 0) -> Any:
    """An explanation with its diagnostics."""
    found = ll.explain(model, x, rows, explainer=lime, seed=seed)
    found.diagnostics()
    return found


def _rounds(works: Sequence[Callable[[], Any]], rounds: int) -> Any:
    """Seconds (rounds, works) of each work in turn, after one round that is not counted."""
    for work in works:
        work()
    return np.array([[_cpu(work) for work in works] for _ in range(rounds)])


def _cpu(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


TABLES: dict[str, Callable[..., None]] = {
    "speed": speed,
    "growth": growth,
    "memory": memory,
    "sobol": sobol,
    "lime": peer,
}

if __name__ == "__main__":
    main(sys.argv[1:])
