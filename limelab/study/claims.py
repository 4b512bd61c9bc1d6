"""Claims against scores: estimates, intervals and verdicts in both scopes, one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from limelab.seeds import generator
from limelab.statistics import Estimate, clusters, crossed, differences, simultaneous, verdict
from limelab.study.spec import Claim, Study
from limelab.types import BadInput

ON_THESE, IN_GENERAL = "on these tasks", "in general"
QUICK = "quick run: no verdict"


def judge_claims(
    study: Study, scores: pd.DataFrame, status: Mapping[str, str], *, verdicts: bool
) -> pd.DataFrame:
    """Two rows a claim: on these tasks, and in general.

    Parameters
    ----------
    study : Study
    scores : DataFrame
    status : mapping of claim hash to "declared" or "post hoc"
    verdicts : bool
        False for a quick run: estimates are printed, verdicts are not.

    Returns
    -------
    claims : DataFrame
        statement, metric, scope, difference, low, high, p, n_units, n_clusters, n_missing, margin,
        verdict, declared, sentence, note. Intervals carry Holm's correction within the study.
    """
    grids = [_grids(study, claim, scores) for claim in study.claims]
    rows: list[dict[str, Any]] = []
    for scope in (ON_THESE, IN_GENERAL):
        rng = generator(study.seed, "claims")
        family = [_read(grid, scope, rng) for grid in grids]
        estimates = _family(family)
        for claim, found in zip(study.claims, estimates, strict=True):
            said = verdict(found, claim.margin) if verdicts else QUICK
            rows.append(_row(study, claim, scope, found, said, status.get(claim.digest, "")))
    order = {claim.statement: n for n, claim in enumerate(study.claims)}
    rows.sort(key=lambda row: order[row["statement"]])
    return pd.DataFrame(rows, columns=list(_COLUMNS))


_COLUMNS = ("statement", "metric", "scope", "difference", "low", "high", "p", "n_units",
            "n_clusters", "n_missing", "margin", "verdict", "declared", "sentence", "note")  # fmt: skip


def _grids(study: Study, claim: Claim, scores: pd.DataFrame) -> dict[Any, Any] | str:
    """Matched differences by task, or the reason why there are none."""
    metric = next(m for m in study.metrics if m.name == claim.metric)
    direction = "lower" if metric.better == "lower" else "higher"
    mine = scores[scores["metric"] == claim.metric]
    try:
        return differences(
            mine, claim.better, claim.worse, claim.where, study.conditions.factor_names, direction
        )
    except BadInput as error:
        return str(error)


def _read(grids: dict[Any, Any] | str, scope: str, rng: np.random.Generator) -> Any:
    if isinstance(grids, str):
        return grids
    if scope == ON_THESE:
        return crossed([array for _, array in grids.values()], rng=rng)
    frame = pd.DataFrame(
        [(dataset, np.nanmean(a) if np.isfinite(a).any() else np.nan) for dataset, a in grids.values()],
        columns=["dataset", "mean"],
    )
    return clusters(frame.groupby("dataset", sort=False)["mean"].mean().to_numpy())


def _family(members: Sequence[Any]) -> list[Estimate]:
    """Estimates with Holm's levels; a claim without data carries its reason."""
    readable = [member for member in members if not isinstance(member, str)]
    found = iter(simultaneous(readable))
    return [
        Estimate(np.nan, np.nan, np.nan, np.nan, note=member) if isinstance(member, str) else next(found)
        for member in members
    ]


def _row(  # noqa: PLR0913  a row of a table, each entry named
    study: Study, claim: Claim, scope: str, found: Estimate, said: str, declared: str
) -> dict[str, Any]:
    unit = next(metric.unit for metric in study.metrics if metric.name == claim.metric)
    return {
        "statement": claim.statement,
        "metric": claim.metric,
        "scope": scope,
        "difference": found.estimate,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "n_units": found.n_units,
        "n_clusters": found.n_clusters,
        "n_missing": found.n_missing,
        "margin": claim.margin,
        "verdict": said,
        "declared": declared,
        "sentence": _sentence(claim, scope, found, said, unit),
        "note": found.note,
    }


def _sentence(claim: Claim, scope: str, found: Estimate, said: str, unit: str) -> str:
    if not np.isfinite(found.low):
        return f"{scope}: {said}; difference {found.estimate:.3g} {unit}"
    where = f"over {found.n_units} instances of {found.n_clusters} tasks"
    if scope == IN_GENERAL:
        where = f"over {found.n_clusters} data sets"
    interval = f"{found.estimate:.3g} [{found.low:.3g}, {found.high:.3g}]"
    return f"{scope}: {said}; better by {interval} {unit}, {where}"
