"""Claims against scores: estimates, intervals and verdicts in both scopes, one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from limelab.seeds import generator
from limelab.statistics import (
    IN_GENERAL,
    ON_THESE,
    Estimate,
    Intervals,
    clusters,
    crossed,
    differences,
    family_levels,
    holm,
    verdict,
)
from limelab.study.bounds import Bound
from limelab.study.holding import Broken, Held
from limelab.study.holding import stood as bound_stood
from limelab.study.spec import Claim, Study
from limelab.study.steady import Stood, stood
from limelab.study.variants import without_variants
from limelab.types import Array, BadInput

QUICK = "quick run: no verdict"
NO_DATA = "no data"
NOT_READ = "not read"  # what reads the number broke
COLUMNS = (
    *("statement", "metric", "scope", "verdict", "difference", "low", "high", "p", "p_holm"),
    *("n_units", "n_clusters", "n_missing", "margin", "declared", "sentence", "note"),
    *("whole", "stability", "third_low", "third_high"),
)
OF_BOUNDS = ("measure", "number", "number_low", "number_high", "bound")

Grids = Mapping[Any, tuple[Any, Array]]
Bounds = Mapping[str, Held | str]


def judge_claims(
    study: Study,
    scores: pd.DataFrame,
    status: Mapping[str, str],
    *,
    verdicts: bool,
    bounds: Bounds | None = None,
) -> pd.DataFrame:
    """Two rows a claim: on these tasks, and in general.

    Parameters
    ----------
    study : Study
    scores : DataFrame
    status : mapping of claim hash to "declared" or "post hoc"
    verdicts : bool
        False for a quick run: estimates are printed, verdicts are not.
    bounds : mapping of claim hash to Held or reason, optional
        What bounds are read from, or why they cannot be, as `limelab.study.holding.hold` says.

    Returns
    -------
    claims : DataFrame
        statement, metric, scope, verdict, difference, low, high, p, p_holm, n_units (instances, of
        a bound the rows that it was read from),
        n_clusters (tasks, or data sets in general), n_missing, margin, declared, sentence, note,
        whole (the verdict over all of the data), stability (whether it stands on thirds and
        without each data set, see `limelab.study.steady`; where it does not, the verdict is
        "inconclusive"), third_low, third_high (the estimates of the thirds). Where the study has a
        Bound also measure, number, number_low, number_high (what was read, as it is; difference is
        its distance from the bound) and bound; all of them empty for other claims.
        Intervals, p_holm and verdicts carry Holm's correction, p does not. Declared claims are one
        family, and claims that came after the data another: they cannot change a verdict.
    """
    grids = [_found(study, claim, scores, bounds or {}) for claim in study.claims]
    families = [status.get(claim.digest, "") for claim in study.claims]
    scopes = {scope: _estimates(study, grids, families, scope) for scope in (ON_THESE, IN_GENERAL)}

    def said(claim: Claim | Bound, scope: str, held: Grids | Held | str, read: _Read) -> Stood:
        return _stood(study, claim, scope, held, read) if verdicts else Stood(QUICK)

    rows = [
        {
            **_row(study, claim, scope, estimates[n], said(claim, scope, grids[n], estimates[n])),
            "declared": families[n],
            "n_units": _instances(grids[n]),
        }
        for n, claim in enumerate(study.claims)
        for scope, estimates in scopes.items()
    ]
    further = OF_BOUNDS if any(isinstance(claim, Bound) for claim in study.claims) else ()
    return pd.DataFrame(rows, columns=[*COLUMNS, *further])


def _instances(grids: Grids | Held | str) -> int:
    """Instances with at least one value, over all tasks; none where there are no data."""
    if isinstance(grids, str):
        return 0
    if isinstance(grids, Held):
        return grids.read(ON_THESE).at(0.95).n_units
    return sum(int(np.isfinite(cells).any(axis=1).sum()) for _, cells in grids.values())


def _found(
    study: Study, claim: Claim | Bound, scores: pd.DataFrame, bounds: Bounds
) -> Grids | Held | str:
    """What a claim is read from, or the reason why there is nothing."""
    if isinstance(claim, Bound):
        return bounds.get(claim.digest, f"the measure {claim.measure} tells nothing")
    return _grids(study, claim, scores)


def _grids(study: Study, claim: Claim, scores: pd.DataFrame) -> Grids | str:
    """Matched differences by task, or the reason why there are none."""
    metric = next(m for m in study.metrics if m.name == claim.metric)
    direction: Literal["lower", "higher"] = "lower" if metric.better == "lower" else "higher"
    asked = {*claim.where} & {"task", "cause", "variant"}
    told = scores if asked else without_variants(scores)
    mine = _without_blanks(told[told["metric"] == claim.metric])
    factors = study.conditions.factor_names
    try:
        return differences(mine, claim.better, claim.worse, claim.where, factors, direction)
    except BadInput as error:
        return str(error)


def _without_blanks(scores: pd.DataFrame) -> pd.DataFrame:
    """Rows but those that stand for a whole failed block beside rows of the same task.

    They name no instance and no repeat, and would be taken for one of each.
    """
    blank = scores["repeat"].isna() & scores["instance"].isna() & scores["value"].isna()
    told = set(scores.loc[~blank, "task"])
    return scores[~(blank & scores["task"].isin(told))]


@dataclass(frozen=True)
class _Read:
    """An estimate at its own level of Holm's, its corrected p, and that level."""

    found: Estimate
    p_holm: float
    level: float = 0.95


def _estimates(
    study: Study, grids: Sequence[Grids | Held | str], families: Sequence[str], scope: str
) -> list[_Read]:
    """Estimates at Holm's levels within each family; a claim without data carries its reason."""
    rng = generator(study.seed, "claims")
    nothing = (np.nan,) * 4
    intervals = [g if isinstance(g, str) else _read(g, scope, rng) for g in grids]
    read = [_Read(Estimate(*nothing, note=g if isinstance(g, str) else ""), np.nan) for g in grids]
    for family in dict.fromkeys(families):
        members = [
            (n, held)
            for n, held in enumerate(intervals)
            if families[n] == family and not isinstance(held, str)
        ]
        levels = family_levels([held for _, held in members])
        found = [held.at(float(own)) for (_, held), own in zip(members, levels, strict=True)]
        corrected = holm(np.array([one.p for one in found]))
        for (n, _), one, p, level in zip(members, found, corrected, levels, strict=True):
            read[n] = _Read(one, float(p), float(level))
    return read


def _read(grids: Grids | Held, scope: str, rng: np.random.Generator) -> Intervals:
    if isinstance(grids, Held):
        return grids.read(scope)
    if scope == ON_THESE:
        return crossed([cells for _, cells in grids.values()], rng=rng)
    means = [(dataset, _mean(cells)) for dataset, cells in grids.values()]
    table = pd.DataFrame(means, columns=["dataset", "mean"])
    return clusters(table.groupby("dataset", sort=False)["mean"].mean().to_numpy())


def _mean(cells: Array) -> float:
    present = cells[np.isfinite(cells)]
    return float(present.mean()) if present.size else np.nan


def _stood(
    study: Study, claim: Claim | Bound, scope: str, grids: Grids | Held | str, read: _Read
) -> Stood:
    """The verdict of a claim in one scope, tried on parts of the data."""
    if isinstance(grids, Broken):
        return Stood(NOT_READ)
    if isinstance(grids, str) or not np.isfinite(read.found.estimate):
        return Stood(NO_DATA)
    if isinstance(grids, Held):
        return bound_stood(grids, read.found, scope, read.level)
    whole = verdict(read.found, claim.margin)
    rng = generator(study.seed, "parts", claim.digest)
    return stood(whole, grids, scope, (claim.margin, read.level), rng)


def _unit(study: Study, claim: Claim | Bound) -> str:
    if isinstance(claim, Bound):
        return claim.unit
    return next(metric.unit for metric in study.metrics if metric.name == claim.metric)


def _row(
    study: Study, claim: Claim | Bound, scope: str, read: _Read, said: Stood
) -> dict[str, Any]:
    found, unit = read.found, _unit(study, claim)
    return {
        "statement": claim.statement,
        "metric": claim.metric,
        "scope": scope,
        "difference": found.estimate,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "p_holm": read.p_holm,
        "n_clusters": found.n_clusters,
        "n_missing": found.n_missing,
        "margin": claim.margin,
        "verdict": said.verdict,
        "whole": said.whole,
        "stability": said.stability,
        "third_low": said.third_low,
        "third_high": said.third_high,
        "sentence": _sentence(claim, scope, found, said, unit),
        "note": found.note,
        **(_of_bound(claim, found) if isinstance(claim, Bound) else {}),
    }


def _of_bound(bound: Bound, found: Estimate) -> dict[str, Any]:
    """The number itself, beside its distance from the bound."""
    values = (bound.measure, *bound.number(found), bound.limit)
    return dict(zip(OF_BOUNDS, values, strict=True))


def _sentence(claim: Claim | Bound, scope: str, found: Estimate, said: Stood, unit: str) -> str:
    if not np.isfinite(found.estimate):
        return f"{scope}: {said.verdict}; {found.note}"
    number = _number(claim, found, unit)
    if not np.isfinite(found.low):
        return f"{scope}: {found.note or said.verdict}; {number}"
    tasks = f"{found.n_clusters} task{'s' if found.n_clusters > 1 else ''}"
    units = "rows" if isinstance(claim, Bound) else "instances"
    where = f"over {found.n_units} {units} of {tasks}"
    if scope == IN_GENERAL:
        where = f"over {found.n_clusters} data sets"
    told = f"{said.verdict}, {said.stability}" if said.fallen else said.verdict
    return f"{scope}: {told}; {number}, {where}"


def _number(claim: Claim | Bound, found: Estimate, unit: str) -> str:
    """What was found: a difference in the direction of the claim, or a number and its bound."""
    if isinstance(claim, Bound):
        plain = _interval(*claim.number(found), unit)
        return f"{claim.metric} of {claim.measure} is {plain}, claimed {claim.limit}"
    return f"difference as claimed {_interval(found.estimate, found.low, found.high, unit)}"


def _interval(middle: float, low: float, high: float, unit: str) -> str:
    ends = f" [{low:.3g}, {high:.3g}]" if np.isfinite(low) else ""
    return f"{middle:.3g}{ends} {unit}".rstrip()
