"""Every number of the paper as the text that is printed, by study and name; it computes no finding.

Sums and counts of what tables hold are all that is made here.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from limelab.paper.kept import Kept
from limelab.report.answer import VERDICTS
from limelab.report.found import Found
from limelab.report.names import ABSENT, number
from limelab.statistics.data_sets import in_general
from limelab.statistics.estimates import FEWEST_CLUSTERS

SCOPES = {"tasks": "on these tasks", "general": "in general"}
NO_VERDICT = "no verdict"
LEVEL: float = inspect.signature(in_general).parameters["level"].default


def numbers(held: Mapping[str, Kept]) -> dict[str, Any]:
    """All that the text may say of the studies.

    Returns
    -------
    told : dict
        `studies` by stem, `totals`, `parameters`, and `quick`: whether any of it is of a quick run.
        Leaves are text, lists of text, and booleans.
    """
    found = [kept.found for kept in held.values() if kept.found is not None]
    return {
        "quick": any(one.quick for one in found),
        "studies": {stem: _study(kept) for stem, kept in held.items()},
        "totals": _totals(found, len(held)),
        "parameters": {"fewest_data_sets": str(FEWEST_CLUSTERS), "level": f"{100 * LEVEL:g}"},
    }


def _study(kept: Kept) -> dict[str, Any]:
    if kept.found is None:
        return {"held": False, "reason": kept.reason}
    found = kept.found
    return {
        "held": True,
        "quick": found.quick,
        "question": found.question,
        "remedy": str(found.manifest.get("remedy", "")),
        "size": _size(found),
        "counts": {name: _counted(_verdicts(found, scope)) for name, scope in SCOPES.items()},
        "claims": list(_claims(found)),
        "tables": {name: _table(told) for name, told in found.measures.items()},
        "medians": _table(kept.medians),
    }


def _size(found: Found) -> dict[str, str]:
    told = found.manifest
    return {
        "tasks": _count(told.get("tasks", ())),
        "datasets": _count(told.get("data", ())),
        "conditions": _count(told.get("conditions", ())),
        "repeats": number(told.get("repeats")),
        "queries": number(_queries(found)),
        "minutes": number(_seconds(found) / 60),
        "workers": number(told.get("workers")),
    }


def _count(things: Any) -> str:
    return number(len(things))


def _queries(found: Found) -> int:
    return sum(found.manifest.get("queries", {}).values())


def _seconds(found: Found) -> float:
    """Seconds of all workers, in the run that made the results or those before it."""
    return float(sum(found.manifest.get("seconds_by_kind", {}).values()))


def _totals(found: Sequence[Found], asked: int) -> dict[str, Any]:
    verdicts = {
        name: sum((_verdicts(one, scope) for one in found), Counter())
        for name, scope in SCOPES.items()
    }
    data = {name for one in found for name in one.manifest.get("data", {})}
    return {
        "studies": number(asked),
        "held": number(len(found)),
        "missing": number(asked - len(found)),
        "claims": number(sum(len(_grouped(one)) for one in found)),
        "post_hoc": number(sum(one["post_hoc"] for study in found for one in _claims(study))),
        "datasets": number(len(data)),
        "queries": number(sum(map(_queries, found))),
        "hours": number(sum(map(_seconds, found)) / 3600),
        "counts": {name: _counted(n) for name, n in verdicts.items()},
        "verdicts": {
            name: {verdict: number(n[verdict]) for verdict in VERDICTS}
            for name, n in verdicts.items()
        },
        "versions": _versions(found),
    }


def _versions(found: Sequence[Found]) -> dict[str, str]:
    """Of the packages that made the results; several where runs differ."""
    seen: dict[str, dict[str, None]] = {}
    for one in found:
        for name, version in one.manifest.get("versions", {}).items():
            seen.setdefault(name, {})[str(version)] = None
    return {name: " and ".join(sorted(versions)) for name, versions in sorted(seen.items())}


def _verdicts(found: Found, scope: str) -> Counter[str]:
    if found.claims.empty or found.quick:
        return Counter()
    return Counter(found.claims.loc[found.claims["scope"] == scope, "verdict"])


def _counted(verdicts: Counter[str]) -> str:
    """How many claims came to which verdict, in words.

    Examples
    --------
    >>> _counted(Counter({"inconclusive": 1, "supported": 2}))
    '2 supported, 1 inconclusive'
    """
    order = [*VERDICTS, *sorted(name for name in verdicts if name not in VERDICTS)]
    return ", ".join(f"{verdicts[name]} {name}" for name in order if verdicts[name])


def _grouped(found: Found) -> list[pd.DataFrame]:
    if found.claims.empty:
        return []
    return [rows for _, rows in found.claims.groupby(["statement", "metric"], sort=False)]


def _claims(found: Found) -> Iterator[dict[str, Any]]:
    for rows in _grouped(found):
        first = rows.iloc[0]
        metric = str(first["metric"])
        by_scope = {str(row["scope"]): row for _, row in rows.iterrows()}
        yield {
            "statement": str(first["statement"]),
            "metric": metric,
            "unit": found.metric(metric)["unit"],
            "post_hoc": first.get("declared", "") == "post hoc",
            **{name: _said(by_scope.get(scope), found) for name, scope in SCOPES.items()},
        }


def _said(row: Any, found: Found) -> dict[str, str]:
    """Estimate, interval and verdict of one scope, in print."""
    if row is None:
        return {"verdict": ABSENT, "estimate": ABSENT, "interval": ""}
    ends = [printed(row[name]) for name in ("low", "high")]
    return {
        "verdict": NO_VERDICT if found.quick else str(row["verdict"]),
        "estimate": printed(row["difference"]),
        "interval": "" if ABSENT in ends else f"[{ends[0]}, {ends[1]}]",
    }


def _table(told: pd.DataFrame) -> dict[str, Any]:
    """A table as it stands, each number in print."""
    rows = [[printed(cell) for cell in row] for row in told.itertuples(index=False)]
    return {"columns": [str(name) for name in told.columns], "rows": rows}


def printed(cell: str) -> str:
    r"""Three digits of a number, with a minus sign; words as they are.

    Examples
    --------
    >>> printed("0.199422926"), printed("forest")
    ('0.199', 'forest')
    >>> printed("-2") == "\N{MINUS SIGN}2"
    True
    """
    try:
        worth = float(cell)
    except ValueError:
        return cell or ABSENT
    return number(worth).replace("-", "\N{MINUS SIGN}")
