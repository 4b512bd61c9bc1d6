"""The whole matrix by one command: every check on all that is broken, false alarms, packages.

    python -m tests.checks.matrix                     every check on everything that is broken
    python -m tests.checks.matrix --false-alarms 300  statistical checks on sound ones, many seeds
    python -m tests.checks.matrix --packages FILE     every check on lime, shap and ours, to a CSV

Run by hand; the matrix and the packages take some minutes, 300 runs a quarter of an hour.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd

import limelab as ll
from limelab import external
from limelab.blackbox import one_thread
from limelab.checks import (
    Report,
    check_kernel,
    check_perturbation,
    check_surrogate,
    explainer_checks,
    text_checks,
)
from limelab.checks.explainers import named
from limelab.checks.kit import ALPHA, Check, run
from tests.checks import mutants, test_metrics, text_mutants

SOUND = (
    ll.Lime(n_samples=256),
    ll.Lime(n_samples=256, draws="own"),
    ll.Lime(ll.Marginals(), kernel=ll.Exponential(0.75), n_samples=4096),
)

TABLES = {
    "limelab": ll.Lime(),
    "limelab, lime's settings": ll.presets.lime_tabular(),
    "lime": external.LimePackage(),
    "lime, continuous round x": external.LimePackage(discretizer="none", around="instance"),
    "shap, kernel, 20 background rows": external.KernelShap(),
    "shap, permutation, 20 background rows": external.PermutationShap(),
}
TEXTS = {
    "limelab": ll.Lime(ll.Dropout(), ll.Presence()),
    "limelab, lime's settings": ll.presets.lime_text(),
    "lime": external.LimeText(),
}
PACKAGES = (("tables", explainer_checks(), 10, TABLES), ("texts", text_checks(), 5, TEXTS))


Found = tuple[str, str, list[str]]  # what is broken, the check that names it, the checks that fail


def matrix() -> int:
    """Print which checks fail on all that is broken; 1 where one is not caught by its own."""
    missed = count = 0
    for kind, found in (
        ("explainer", _explainers(explainer_checks(), mutants.EXPLAINERS)),
        ("explainer of texts", _explainers(text_checks(), text_mutants.EXPLAINERS)),
        ("perturbation", _parts(check_perturbation, mutants.PERTURBATIONS)),
        ("kernel", _parts(check_kernel, mutants.KERNELS)),
        ("surrogate", _parts(check_surrogate, mutants.SURROGATES)),
        ("metric", _metrics()),
    ):
        for what, name, failures in found:
            count, missed = count + 1, missed + (name not in failures)
            mark = "caught" if name in failures else "MISSED"
            print(f"{mark} {kind} {what} by {name}; {len(failures)} checks fail", flush=True)
    print(f"{count} broken on purpose, {missed} missed")
    return int(missed > 0)


def _explainers(checks: list[Check], broken: Sequence[tuple[Any, str]]) -> Iterator[Found]:
    for explainer, name in broken:
        report = run(checks, named(explainer), repr(explainer))
        yield type(explainer).__name__, name, [result.check for result in report.failed]


def _parts(check: Callable[..., Report], broken: Sequence[tuple[Any, str]]) -> Iterator[Found]:
    for part, name in broken:
        report = check(part, n_examples=15, on_fail=None)
        yield type(part).__name__, name, [result.check for result in report.failed]


def _metrics() -> Iterator[Found]:
    broken_metrics: Any = test_metrics
    for _, broken, claims, names in broken_metrics.DEFECTS:
        what = getattr(broken, "__name__", None) or broken.name
        caught = broken_metrics.failed(broken, **claims)
        for name in sorted(names):
            yield what, name, sorted(caught)


def false_alarms(runs: int, first: int) -> int:
    """Print how many statistical checks fail on sound explainers; 1 where more than chance."""
    alarms: Counter[str] = Counter()
    for seed in range(first, first + runs):
        explainer = SOUND[seed % len(SOUND)]
        report = run(statistical(), named(explainer), repr(explainer), seed=seed)
        for result in report.failed:
            alarms[result.check] += 1
            print(f"seed {seed}, {explainer!r}: {result.check}: {result.reason}", flush=True)
        if seed % 20 == 19:
            print(f"{seed + 1 - first} runs, {sum(alarms.values())} false alarms", flush=True)
    print(f"{sum(alarms.values())} false alarms in {runs} runs; stated rate {ALPHA:.0%} a run")
    return int(sum(alarms.values()) > 0)


def packages(path: str) -> int:
    """Write what every check finds on each package's explainer, with the smallest failing case."""
    frames = []
    for rows, checks, n_examples, explainers in PACKAGES:
        for name, explainer in explainers.items():
            began = time.process_time()
            report = run(checks, named(explainer), repr(explainer), n_examples=n_examples)
            spent = time.process_time() - began
            frames.append(report.to_frame().assign(explainer=name, rows=rows))
            counts = Counter(result.status for result in report)
            said = ", ".join(f"{n} {status}" for status, n in sorted(counts.items()))
            print(f"{rows:7s} {name:38s} {said} ({spent:.0f} s of processor time)", flush=True)
    columns = ["rows", "level", "check", "explainer", "status", "reason", "example", "says"]
    table = pd.concat(frames)[columns].sort_values(["rows", "level", "check"], kind="stable")
    table.to_csv(path, index=False)
    return 0


def statistical() -> list[Check]:
    """Checks with fixed draws: those that chance can fail."""
    return list(_fixed())


def _fixed() -> Iterator[Check]:
    for check in explainer_checks():
        if check.cases is None and check.level != "contract":
            yield check


def main(arguments: list[str]) -> int:
    """Read the arguments, run one of the three."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--false-alarms", type=int, metavar="RUNS", default=0)
    parser.add_argument("--packages", metavar="FILE", default="")
    parser.add_argument("--first-seed", type=int, metavar="SEED", default=0)
    asked = parser.parse_args(arguments)
    with one_thread():
        if asked.packages:
            return packages(asked.packages)
        if asked.false_alarms:
            return false_alarms(asked.false_alarms, asked.first_seed)
        return matrix()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
