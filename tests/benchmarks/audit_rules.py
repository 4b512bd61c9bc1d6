"""What other thresholds of the audit would have done, on the data sets that rules are fitted on.

    python -m tests.benchmarks.audit_rules [--out build/audit_rules] [--jobs -1]

Run by hand, and slow at first; what was measured is kept in the folder. The models, explainers and
truths are those of `experiments/audit_calibration.py`, its data sets are others. Printed for each
choice of `sure`, `least_r2` and `same_lead`: how many explanations are trusted, how many of them
are wrong, the one-sided 95 % upper bound of that share, clustered by model, and how many of the
right ones are trusted. The defaults of `limelab.Rules` were chosen from this table.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import limelab as ll
from limelab.statistics import clustered_share
from limelab.study.loading import load_study

STEM = "audit_calibration"
STUDY = Path(__file__).parents[2] / "experiments" / f"{STEM}.py"
SURE, LEAST_R2, SAME_LEAD = (0.8, 0.9, 0.95, 0.975, 0.99), (0.0, 0.1, 0.25), (0.6, 0.8)


def trusted(rows: pd.DataFrame, rules: ll.Rules) -> Any:
    """Which explanations the rules trust, from the numbers that were kept."""
    shares = {
        "same_lead": rules.same_lead,
        "same_signs": rules.same_signs,
        "moves_lead": rules.steady_lead,
        "background_lead": rules.steady_lead,
        "r2": rules.least_r2,
    }
    tells = _number(rows, "real_share") >= rules.real_size
    fine = ~rows["flat"].to_numpy(dtype=bool)
    fine &= ~(tells & (_number(rows, "real_doubt") <= rules.contradicted))
    for name in ("lead", "sign"):
        fine &= _number(rows, f"{name}_chance") >= rules.sure
        fine &= _number(rows, f"{name}_doubt") > rules.contradicted
    for name, least in shares.items():
        fine &= ~(_number(rows, name).round(9) < least)
    return fine


def _number(rows: pd.DataFrame, name: str) -> Any:
    return pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype=float)


def choices(rows: pd.DataFrame) -> pd.DataFrame:
    """What thresholds to choose from."""
    wrong, found = rows["wrong"].to_numpy(dtype=bool), []
    for sure, least, same in product(SURE, LEAST_R2, SAME_LEAD):
        mine = trusted(rows, ll.Rules(sure=sure, least_r2=least, same_lead=same))
        share = clustered_share(wrong[mine], rows["task"][mine])
        bound = share.limits(0.05)[1] if share.m > 1 else np.nan
        said = {"sure": sure, "least_r2": least, "same_lead": same, "trusted": share.n}
        told = {"wrong": wrong[mine].sum(), "upper bound": bound}
        found.append({**said, **told, "right trusted": mine[~wrong].mean()})
    return pd.DataFrame(found)


def main() -> None:
    """Measure what is not there yet, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/audit_rules"))
    parser.add_argument("--jobs", type=int, default=-1)
    given = parser.parse_args()
    study = load_study(STUDY)
    own = sys.modules[STEM]
    fit = replace(study, tasks=own.tasks(own.FIT), claims=())
    rows = fit.run(given.out, n_jobs=given.jobs, stem=STEM).measure("verdicts_and_truths")
    print(choices(rows[rows["declined"] == ""]).round(3).to_string())


if __name__ == "__main__":
    main()
