"""Average ranks of what a study compares, over its data sets: one table; no formula of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from limelab.statistics import (
    FEWEST_CLUSTERS,
    TOO_FEW,
    critical_difference,
    reach,
    wilcoxon_groups,
)
from limelab.study.bounds import Bound
from limelab.study.spec import Study
from limelab.study.variants import without_variants
from limelab.types import Array, Metric

SIZED = ("surrogate", "complexity")  # one surrogate of two sizes is two surrogates
FEWEST_LEVELS, MOST_LEVELS = 3, 12  # two are a claim, many more than data sets no ranking
COLUMNS = (
    *("metric", "judge", "subject", "level", "rank", "letters", "mean", "n", "n_missing"),
    *("p", "distance", "sentence", "note"),
)
_MATCH = ("task", "dataset", "instance", "repeat", "output", "judge", "radius")


def rankings(study: Study, scores: pd.DataFrame) -> pd.DataFrame:
    """One row a level: the levels of each subject, ranked by each metric that a claim names.

    A subject is a factor of 3 to 12 levels; surrogates in several sizes are ranked as surrogate
    and size. Levels are matched in all else: a cell (task, instance, repeat, output, radius, other
    factors) counts where every level has a value. Cells are averaged within a task and tasks
    within a data set; ranks are over data sets, under each judge by itself.

    Parameters
    ----------
    study : Study
    scores : DataFrame
        Of the metrics that claims name.

    Returns
    -------
    ranking : DataFrame
        metric, judge, subject, level, rank (1 is best, average over data sets), letters (levels
        with a letter in common were not told apart by signed-rank tests with Holm's correction),
        mean (of the metric), n (data sets), n_missing, p (Friedman's test), distance (Nemenyi's
        critical difference of ranks), sentence, note.
    """
    rows = without_variants(scores)
    named = dict.fromkeys(one.metric for one in study.claims if not isinstance(one, Bound))
    metrics = [next(m for m in study.metrics if m.name == name) for name in named]
    found = [
        _ranked(study, mine, metric, subject)
        for metric in metrics
        if metric.better in ("lower", "higher")
        for subject in subjects(study)
        for _, mine in rows[rows["metric"] == metric.name].groupby("judge", sort=False)
    ]
    return pd.DataFrame([row for rows in found for row in rows], columns=list(COLUMNS))


def subjects(study: Study) -> Iterator[tuple[str, ...]]:
    """Factors of 3 to 12 levels; the two that make a sized surrogate are one."""
    levels = list(study.conditions.levels.values())
    varied = {name for name in study.conditions.factor_names if _count(levels, (name,)) > 1}
    alone = varied - set(SIZED) if varied.issuperset(SIZED) else varied
    subjects: list[tuple[str, ...]] = [
        (name,) for name in study.conditions.factor_names if name in alone
    ]
    subjects += [SIZED] if varied.issuperset(SIZED) else []
    yield from (one for one in subjects if FEWEST_LEVELS <= _count(levels, one) <= MOST_LEVELS)


def level_name(subject: tuple[str, ...], levels: Sequence[str]) -> str:
    """`Tree, complexity 3` of a sized surrogate.

    Examples
    --------
    >>> level_name(("surrogate", "complexity"), ("Tree", "3")), level_name(("scale",), ("near",))
    ('Tree, complexity 3', 'near')
    """
    further = zip(subject[1:], levels[1:], strict=True)
    return ", ".join([levels[0], *(f"{name} {level}" for name, level in further)])


def _count(levels: list[dict[str, Any]], names: tuple[str, ...]) -> int:
    return len({tuple(str(one.get(name, "")) for name in names) for one in levels})


def _ranked(
    study: Study, rows: pd.DataFrame, metric: Metric, subject: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Rows of one ranking; none where fewer than two data sets have all levels."""
    names, values = _matrix(study, rows, subject)
    whole = ~np.isnan(values).any(axis=1)
    if whole.sum() < 2 or len(names) < FEWEST_LEVELS:
        return []
    found = wilcoxon_groups(values, names, better="lower" if metric.better == "lower" else "higher")
    few, k = found.n < FEWEST_CLUSTERS, len(names)
    means = dict(zip(names, values[whole].mean(axis=0), strict=True))
    shared = {
        "metric": metric.name,
        "judge": rows["judge"].iloc[0],
        "subject": ", ".join(subject),
        "n": found.n,
        "n_missing": int((~whole).sum()),
        "p": found.friedman.p,
        "distance": float("nan") if few else critical_difference(k, found.n),
        "sentence": f"{found.sentence()} {reach(found.n, comparisons=k * (k - 1) // 2)}",
        "note": f"{TOO_FEW}: {found.n} of at least {FEWEST_CLUSTERS}" if few else "",
    }
    levels = zip(found.names, found.ranks, found.letters, strict=True)
    return [
        {**shared, "level": name, "rank": rank, "letters": letters, "mean": means[name]}
        for name, rank, letters in levels
    ]


def _matrix(study: Study, rows: pd.DataFrame, subject: tuple[str, ...]) -> tuple[list[str], Array]:
    """Levels, and their means over matched cells, data sets by levels."""
    others = [name for name in study.conditions.factor_names if name not in subject]
    named = {
        name: level_name(subject, [str(factors.get(one, "")) for one in subject])
        for name, factors in study.conditions.levels.items()
    }
    keys = list(dict.fromkeys([*_MATCH, *others]))
    cells = rows.assign(level=rows["condition"].map(named)).dropna(subset=["value", "level"])
    table = cells.groupby([*keys, "level"], dropna=False, sort=False)["value"].mean().unstack()
    table = table[[name for name in dict.fromkeys(named.values()) if name in table]]
    tasks = table.dropna().groupby(["dataset", "task"], sort=False).mean()
    means = tasks.groupby("dataset", sort=False).mean().reindex(rows["dataset"].unique())
    return [str(name) for name in means.columns], means.to_numpy(float)
