"""What an explanation costs beside the model's answers, how it grows, what Sobol points save.

    python tests/benchmarks/overhead.py [--quick] [speed] [growth] [memory] [sobol] [lime]

Run by hand; without names it does all, in a quarter of an hour (`--quick`: two minutes). Breast
cancer (30 features), 50 instances, 4096 samples round each, least squares with HC3 errors and
diagnostics; one BLAS thread, forests asked with one job. "Predict only" asks the same rows in
calls of the same length and does nothing else. Times are of the processor, so that other work on
the machine disturbs less; ratios are medians of pairs timed one after the other. Each figure stands
beside what it must be and what it should reach; the end status is 1 where one must is missed.
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
from limelab.blackbox import blackbox, one_thread
from limelab.representations import Binned
from limelab.sampling import rows_of_a_call

INSTANCES, SAMPLES, PAIRS = 50, 4096, 7
BOUNDS = {  # of the whole over predict only: must, reach for
    ("forest", "shared"): (1.08, 1.03),
    ("boosting", "shared"): (1.08, 1.03),
    ("logistic", "shared"): (2.0, 1.5),
    ("forest", "own"): (1.6, 1.25),
}
INSIDE = {"forest": (1.15, 1.03), "boosting": (1.15, 1.03), "logistic": (2.0, 1.5)}


def main(arguments: list[str]) -> int:
    """Print the tables that are asked for; 1 where a must is missed, else 0."""
    asked = [name for name in TABLES if name in arguments] or list(TABLES)
    with one_thread():
        kept = [TABLES[name](quick="--quick" in arguments) for name in asked]
    return int(not all(kept))


def _judged(title: str, figure: float, must: float, reach: float, shown: str = "") -> bool:
    """Print a figure beside its bounds, from above or, where it should be large, from below."""
    sign = 1.0 if reach <= must else -1.0
    kept, reached = (sign * figure <= sign * bound for bound in (must, reach))
    verdict = "reached" if reached else "kept" if kept else "MISSED"
    print(f"{title:44s} {figure:9.3f}   must {must:g}, reach for {reach:g}: {verdict}  {shown}")
    return kept


# Time


def speed(*, quick: bool) -> bool:
    """Ratios of whole explanations to prediction alone."""
    x, _ = _cancer()
    rows = x[:INSTANCES]
    print("\nexplain / predict only, cpu time, median of pairs")
    kept = [_speed_of(name, x, rows, 3 if quick else PAIRS) for name in _fitted()]
    return all(kept)  # of all, so that each is printed


def _speed_of(name: str, x: Any, rows: Any, pairs: int) -> bool:
    model = _fitted()[name]
    asked, inside = _asked_rows(model, x, rows), _Timed(model)
    works = [
        lambda: [model.predict_proba(block) for block in asked],
        *(lambda lime=lime: _explained(model, x, rows, lime) for lime in _limes()),
    ]
    times = _rounds(works, pairs)
    each = f"({np.median(times[:, 0]) / len(rows) * 1e3:.3f} ms an instance is predict)"
    ratios = np.median(times[:, 1:] / times[:, :1], axis=0)
    kept = [
        _judged(f"{name}, {draws} draws", ratio, *BOUNDS[name, draws], each)
        for draws, ratio in zip(("shared", "own"), ratios, strict=True)
        if (name, draws) in BOUNDS
    ]
    shares = [inside.share(lambda: _explained(inside, x, rows, _limes()[0])) for _ in range(pairs)]
    whole = float(np.median(shares))
    return all([*kept, _judged(f"{name}, shared / time inside predict", whole, *INSIDE[name])])


class _Timed:
    """A model that knows how long it was asked."""

    def __init__(self, model: Any) -> None:
        self.model, self.classes_, self.seconds = model, model.classes_, 0.0

    def predict_proba(self, rows: Any) -> Any:
        began = time.process_time()
        answers = self.model.predict_proba(rows)
        self.seconds += time.process_time() - began
        return answers

    def share(self, work: Callable[[], Any]) -> float:
        """Time of the work over the time inside the model."""
        self.seconds = 0.0
        return _cpu(work) / self.seconds


def _limes() -> list[ll.Lime]:
    return [ll.Lime(n_samples=SAMPLES, draws=draws) for draws in ("shared", "own")]


def _asked_rows(model: Any, x: Any, rows: Any) -> list[Any]:
    """Every row that an explanation asks, in calls of the same length."""
    noise = np.random.default_rng(0).normal(size=(SAMPLES, x.shape[1])) * 0.5 * x.std(axis=0)
    points = (rows[:, None, :] + noise).reshape(-1, x.shape[1])
    length = rows_of_a_call(SAMPLES, x.shape[1], blackbox(model, x[:4]).call)
    return [points[s : s + length] for s in range(0, len(points), length)]


def growth(*, quick: bool) -> bool:
    """Exponents of the overhead of shared draws round x; the model answers at no cost."""
    repeats = 2 if quick else 5
    print("\noverhead alone (a free model), shared draws round x: exponents of growth")
    kept = True
    for axis, sizes in (
        ("d", (10, 30, 100, 300, 1000)),
        ("n", (1024, 4096, 16384)),
        ("I", (10, 50, 250)),
    ):
        times = [_overhead({axis: size}, repeats) for size in sizes]
        slope = np.polyfit(np.log(sizes), np.log(times), 1)[0]
        last = np.log(times[-1] / times[-2]) / np.log(sizes[-1] / sizes[-2])
        shown = ", ".join(f"{size}: {1e3 * t:.1f}" for size, t in zip(sizes, times, strict=True))
        kept &= _judged(f"with {axis}", slope, 1.2, 1.0, f"(last step {last:.2f}; ms {shown})")
    return kept


def _overhead(changed: dict[str, int], repeats: int) -> float:
    """Seconds of an explanation less those of its points and of the model."""
    size = {"d": 30, "n": SAMPLES, "I": 20, **changed}
    x = np.random.default_rng(0).normal(size=(200 + size["I"], size["d"]))
    lime = ll.Lime(n_samples=size["n"])
    weights = np.random.default_rng(1).normal(size=(size["d"], 2))
    answer = np.linspace(0, 1, (size["n"] + 1) * size["I"] * 2).reshape(-1, 2)

    def free(rows: Any) -> Any:
        return np.sin(rows[:, :1] * weights[:1]) + answer[: len(rows)]

    return min(_cpu(lambda: _explained(free, x, x[: size["I"]], lime)) for _ in range(repeats))


# Memory


def memory(*, quick: bool) -> bool:
    """Peak of what numpy and Python hold while 1000 instances are explained."""
    x, _ = _cancer()
    instances = 200 if quick else 1000
    rows = x[np.arange(instances) % len(x)]
    print(f"\nextra memory, {instances} instances x {SAMPLES} x {x.shape[1]}, MiB")
    kept = True
    for name, lime in zip(("shared", "own"), _limes(), strict=True):
        tracemalloc.start()
        _explained(_cheap, x, rows, lime)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        kept &= _judged(f"{name} draws", peak / 2**20, 256, 256)
    return kept


def _cheap(rows: Any) -> Any:
    p = 1 / (1 + np.exp(-(rows[:, 0] - 14) / 4))
    return np.column_stack([1 - p, p])


# Variance at equal queries


def sobol(*, quick: bool) -> bool:
    """Squared errors of coefficients, iid over Sobol, in lime's quartile neighbourhood."""
    lengths = (1024, 4096) if quick else (1024, 2048, 4096, 8192)
    seeds = 6 if quick else 16
    print("\nmean squared coefficient error, iid / Sobol, quartile bins, forest, equal queries")
    kept = True
    for d in (10, 30, 100, 300):
        x, y = _cancer() if d == 30 else _made(d)
        model = RandomForestClassifier(100, n_jobs=1, random_state=0).fit(x, y)
        gains = _gains(model, x, lengths, seeds)
        for n, gain in zip(lengths, gains, strict=True):
            must, reach = (4.0, 6.0) if d == 30 else (0.0, 0.0)  # elsewhere it is only shown
            kept &= _judged(f"d={d}, n={n}", gain, must, max(must, reach))
    return kept


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


def peer(*, quick: bool) -> bool:
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
    return True


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


TABLES: dict[str, Callable[..., bool]] = {
    "speed": speed,
    "growth": growth,
    "memory": memory,
    "sobol": sobol,
    "lime": peer,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
