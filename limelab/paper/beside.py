"""Property checks and published numbers, which the paper sets beside studies; it reads tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from limelab.paper.numbers import printed
from limelab.report.names import number

CHECKS, PUBLISHED = "checks.csv", "published.csv"
STATUSES = ("passed", "failed", "skipped")


def checks(text: Path) -> dict[str, Any]:
    """What every property check found on each explainer: counts, and the failures by name."""
    told = _read(text / CHECKS)
    if told is None:
        return {"held": False}
    counted = told.groupby(["rows", "explainer", "status"], sort=False).size().unstack(fill_value=0)
    counted = counted.reindex(columns=STATUSES, fill_value=0)
    failed = told[told["status"] == "failed"]
    return {
        "held": True,
        "checks": number(told[["rows", "check"]].drop_duplicates().shape[0]),
        "explainers": number(told["explainer"].nunique()),
        "failed": number(len(failed)),
        "counts": [
            [rows, explainer, *(number(int(n)) for n in counts)]
            for (rows, explainer), counts in zip(counted.index, counted.to_numpy(), strict=True)
        ],
        "failures": [
            [rows, explainer, check.removeprefix("check_").replace("_", " "), says]
            for rows, explainer, check, says in failed[
                ["rows", "explainer", "check", "says"]
            ].itertuples(index=False)
        ],
    }


def published(text: Path) -> dict[str, Any]:
    """Published numbers and ours, as paper/compared.py has written them."""
    told = _read(text / PUBLISHED)
    if told is None:
        return {"held": False}
    ran = told[told["agrees"].isin(["yes", "no"])]
    shown = ["source", "quantity", "published", "ours", "near", "agrees"]
    return {
        "held": True,
        "numbers": number(len(ran)),
        "agree": number(int((ran["agrees"] == "yes").sum())),
        "left_out": number(int((told["agrees"] == "").sum())),
        "rows": [[printed(cell) for cell in row] for row in told[shown].itertuples(index=False)],
    }


def _read(path: Path) -> pd.DataFrame | None:
    if not path.is_file():
        return None
    return pd.read_csv(path, dtype=str, keep_default_na=False)
