"""The whole matrix by one command: every check on every broken explainer, and false alarms.

    python -m tests.checks.matrix                     rows: broken explainers, columns: checks
    python -m tests.checks.matrix --false-alarms 300  statistical checks on sound ones, many seeds
    python -m tests.checks.matrix --packages FILE     every check on lime, shap and ours, to a CSV

Run by hand; the matrix and the packages take some minutes, 300 runs a quarter of an hour.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator

import pandas as pd

import limelab as ll
from limelab import external
from limelab.blackbox import one_thread
from limelab.checks import explainer_checks
from limelab.checks.explainers import named
from limelab.checks.kit import ALPHA, Check, run
from tests.checks import mutants

SOUND = (
    ll.Lime(n_samples=256),
    ll.Lime(n_samples=256, draws="own"),
    ll.Lime(ll.Marginals(), kernel=ll.Exponential(0.75), n_samples=4096),
)

PACKAGES = {
    "limelab": ll.Lime(),
    "limelab, lime's settings": ll.presets.lime_tabular(),
    "lime": external.LimePackage(),
    "lime, continuous round x": external.LimePackage(discretizer="none", around="instance"),
    "shap, kernel": external.KernelShap(),
    "shap, permutation": external.PermutationShap(),
}


def matrix() -> int:
    """Print which checks fail on which broken explainer; 1 where one is not caught by its own."""
    missed = 0
    checks = explainer_checks()
    for explainer, name in mutants.EXPLAINERS:
        report = run(checks, named(explainer), repr(explainer))
        failed = [result.check for result in report.failed]
        missed += name not in failed
        mark = "caught" if name in failed else "MISSED"
        print(f"{mark} {type(explainer).__name__:24s} by {name}; {len(failed)} checks in all fail")
    print(f"{len(mutants.EXPLAINERS)} broken explainers, {missed} missed")
    return int(missed > 0)


def false_alarms(runs: int) -> int:
    """Print how many statistical checks fail on sound explainers; 1 where more than chance."""
    alarms: Counter[str] = Counter()
    for seed in range(runs):
        explainer = SOUND[seed % len(SOUND)]
        report = run(statistical(), named(explainer), repr(explainer), seed=seed)
        for result in report.failed:
            alarms[result.check] += 1
            print(f"seed {seed}, {explainer!r}: {result.check}: {result.reason}", flush=True)
    print(f"{sum(alarms.values())} false alarms in {runs} runs; stated rate {ALPHA:.0%} a run")
    return int(sum(alarms.values()) > 0)


def packages(path: str) -> int:
    """Write what every check finds on each package's explainer, with the smallest failing case."""
    frames = []
    for name, explainer in PACKAGES.items():
        report = run(explainer_checks(), named(explainer), repr(explainer))
        frames.append(report.to_frame().assign(explainer=name))
        counts = Counter(result.status for result in report)
        print(f"{name:28s} " + ", ".join(f"{n} {status}" for status, n in sorted(counts.items())))
    columns = ["check", "level", "explainer", "status", "reason", "example"]
    table = pd.concat(frames)[columns].sort_values(["level", "check"], kind="stable")
    table.to_csv(path, index=False)
    print(table.pivot_table(index="check", columns="explainer", values="status", aggfunc="first"))
    return 0


def statistical() -> list[Check]:
    """Checks with fixed draws: those that chance can fail."""
    return list(_fixed())


def _fixed() -> Iterator[Check]:
    for check in explainer_checks():
        if check.cases is None and check.level != "contract":
            yield check


def main(arguments: list[str]) -> int:
    """Read the arguments, run one of the two."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--false-alarms", type=int, metavar="RUNS", default=0)
    parser.add_argument("--packages", metavar="FILE", default="")
    asked = parser.parse_args(arguments)
    with one_thread():
        if asked.packages:
            return packages(asked.packages)
        return false_alarms(asked.false_alarms) if asked.false_alarms else matrix()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
