"""All pairs of conditions of a tidy table, in both scopes; the formulas are its neighbours'."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from limelab.statistics.bootstrap import N_RESAMPLES, crossed_stacks
from limelab.statistics.cells import Grids, codes, dataset_of, listed, require
from limelab.statistics.data_sets import Clusters, clusters
from limelab.statistics.estimates import IN_GENERAL, ON_THESE, Estimate, Intervals
from limelab.statistics.further import Asked, with_further
from limelab.statistics.multiplicity import holm, simultaneous
from limelab.types import Array, BadInput

COMPARE_COLUMNS = (
    *("a", "b", "difference", "low", "high", "p", "p_holm"),
    *("n_units", "n_clusters", "scope", "sentence"),
)


def compare(  # noqa: PLR0913  (public and fixed: DESIGN section 6)
    scores: pd.DataFrame,
    metric: str,
    *,
    rng: np.random.Generator,
    condition: str = "condition",
    unit: str = "instance",
    cluster: str = "task",
    repeat: str = "repeat",
    level: float = 0.95,
    shared_draws: bool | None = None,
    further: Sequence[str] = (),
    margin: float | None = None,
) -> pd.DataFrame:
    """All pairs of conditions, paired by (cluster, unit, repeat), in both scopes.

    Parameters
    ----------
    scores : DataFrame
        Tidy, with one `value` in each (condition, cluster, unit, repeat); anything else is
        refused, because an average over radii or outputs is a choice of the reader's.
    metric : str
    rng : Generator
        Of the bootstrap; all pairs share its resamples.
    condition, unit, cluster, repeat : str
        Column names. Clusters are grouped by a `dataset` column, if there is one, for the scope
        "in general".
    level : float
        Of the whole family of pairs: intervals and p_holm carry Holm's correction, apart for
        each scope; p does not.
    shared_draws : bool, optional
        Whether instances were explained from one block of draws; read from a `draws` column
        where not said. Their errors are then correlated, and a cluster with one repeat cannot show
        it: refused.
    further : sequence of str
        Further columns, any of "sign_flip", "wilcoxon", "standardized", "superiority",
        "rank_biserial" (scope "in general" alone) and "equivalence"; see `with_further`.
    margin : float, optional
        Of equivalence, in the units of the metric; fix it before the data are seen.

    Returns
    -------
    DataFrame
        a, b, difference (a less b), low, high, p, p_holm, n_units, n_clusters, scope, sentence,
        and what `further` asks for.

    Examples
    --------
    >>> frame = pd.DataFrame({"metric": "rmse", "task": "wine", "instance": [0, 1, 2] * 2,
    ...                       "repeat": 0, "condition": list("AAABBB"),
    ...                       "value": [1.0, 2.0, 4.0, 2.0, 3.5, 5.0]})
    >>> found = compare(frame, "rmse", rng=np.random.default_rng(0))
    >>> found[["a", "b", "difference", "scope"]].round(3).values.tolist()
    [['A', 'B', -1.167, 'on these tasks'], ['A', 'B', -1.167, 'in general']]
    """
    asked = Asked(tuple(further), margin, level, rng)
    frame = _of_metric(scores, metric)
    require(frame, [condition, cluster, "value"])
    keys = [name for name in (condition, cluster, unit, repeat) if name in frame]
    _refuse_repeated_cells(frame, keys)
    _refuse_shared(frame, cluster, repeat, shared_draws=shared_draws)
    names = list(pd.unique(frame[condition]))
    frame = frame.sort_values([k for k in keys if k != condition], kind="stable", key=_as_text)
    grids = _condition_grids(frame, names, [condition, cluster, unit, repeat])
    pairs = list(itertools.combinations(range(len(names)), 2))
    stacks = [np.array([grid[i] - grid[j] for i, j in pairs]) for _, grid in grids.values()]
    families: dict[str, Sequence[Intervals]] = {
        ON_THESE: crossed_stacks(stacks, rng, N_RESAMPLES) if pairs else [],
        IN_GENERAL: _clusters_of(stacks, [dataset for dataset, _ in grids.values()], len(pairs)),
    }
    labels = [(names[i], names[j]) for i, j in pairs]
    rows = _compared(families, labels, metric, level)
    members = [one for both in zip(*families.values(), strict=True) for one in both]
    return with_further(rows, members, asked) if asked.names else rows


def _of_metric(scores: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Rows of one metric, their values proven to be numbers."""
    frame = _rows_of(scores, metric)
    if "value" in frame:
        values = pd.to_numeric(frame["value"], errors="coerce")
        wrong = np.isinf(values) | (values.isna() & frame["value"].notna())
        if wrong.any():
            raise BadInput(
                f"value holds {frame['value'][wrong].iloc[0]!r} ({int(wrong.sum())} of "
                f"{len(frame)} rows); expected finite numbers, or NaN where there is none"
            )
    return frame


def _rows_of(scores: pd.DataFrame, metric: str) -> pd.DataFrame:
    if "metric" not in scores:
        return scores
    frame = scores[scores["metric"] == metric]
    if frame.empty:
        raise BadInput(
            f"metric {metric!r} was asked for; the scores hold {listed(scores['metric'])}. "
            "Name one of these."
        )
    return frame


def _refuse_repeated_cells(frame: pd.DataFrame, keys: list[str]) -> None:
    """Raise where a cell holds several values, naming the columns that tell them apart."""
    if not frame.duplicated(keys).any():
        return
    counts = frame.drop(columns=[*keys, "value"]).groupby([frame[k] for k in keys], dropna=False)
    varying = [name for name, n in counts.nunique(dropna=False).max().items() if n > 1]
    several = "; ".join(f"{name}: {listed(frame[cast('str', name)])}" for name in varying)
    raise BadInput(
        f"several values came in one ({', '.join(keys)}); wanted one. "
        + (f"Filter the scores to one value of {several}." if varying else "Drop duplicate rows.")
    )


def _refuse_shared(
    frame: pd.DataFrame, cluster: str, repeat: str, *, shared_draws: bool | None
) -> None:
    """Raise where draws were shared and a cluster has no repeats to show what that does."""
    if shared_draws is None:
        shared_draws = "draws" in frame and bool((frame["draws"].astype(str) == "shared").any())
    if not shared_draws:
        return
    present = frame[frame["value"].notna()]
    n_repeats = present.groupby(cluster)[repeat].nunique() if repeat in frame else pd.Series(1)
    few = n_repeats[n_repeats < 2]
    if len(few):
        where = f" ({cluster} {few.index[0]!r})" if repeat in frame else ""
        raise BadInput(
            f"{few.iloc[0]} repeat with draws='shared' came{where}; wanted at least 2: instances "
            "of one shared block err together, so their spread understates the error. "
            "Run more repeats or use draws='own'."
        )


def _as_text(column: pd.Series[Any]) -> pd.Series[Any]:
    """A sort key for labels of any kind: the bootstrap must not depend on the rows' order."""
    return column.astype(str)


def _condition_grids(frame: pd.DataFrame, names: list[Any], columns: list[str]) -> Grids:
    """Clusters as (dataset, array (conditions, I, R))."""
    condition, cluster, unit, repeat = columns
    made: Grids = {}
    for name, rows in frame.groupby(cluster, sort=False):
        (i, n), (r, m) = codes(rows, unit), codes(rows, repeat)
        grid = np.full((len(names), n, m), np.nan)
        grid[pd.Index(names).get_indexer(rows[condition]), i, r] = rows["value"].to_numpy(float)
        made[name] = (dataset_of(rows, name), grid)
    return made


def _clusters_of(stacks: Sequence[Array], datasets: Sequence[Any], n: int) -> list[Clusters]:
    """Data-set means of each of the n comparisons: tasks of one set are averaged first."""
    tasks = np.array([[_mean(cells) for cells in stack] for stack in stacks])
    groups = pd.factorize(pd.Series(list(datasets), dtype=object))[0]
    return [
        clusters(np.array([_mean(tasks[groups == g, place]) for g in np.unique(groups)]))
        for place in range(n)
    ]


def _mean(values: Array) -> float:
    """Mean of what is there; NaN without a warning where nothing is."""
    present = values[~np.isnan(values)]
    return float(present.mean()) if present.size else float("nan")


def _compared(
    families: Mapping[str, Sequence[Intervals]],
    labels: Sequence[tuple[Any, Any]],
    metric: str,
    level: float,
) -> pd.DataFrame:
    """Rows of `compare`, the two scopes of a pair below each other."""
    rows = []
    for scope, family in families.items():
        found = simultaneous(family, level=level)
        adjusted = holm(np.array([one.p for one in found]))
        for place, ((a, b), one) in enumerate(zip(labels, found, strict=True)):
            sentence = _sentence(one, (a, b), metric, scope)
            interval = (one.estimate, one.low, one.high, one.p, adjusted[place])
            row = (a, b, *interval, one.n_units, one.n_clusters, scope, sentence)
            rows.append((place, row))
    rows.sort(key=lambda pair: pair[0])
    return pd.DataFrame([row for _, row in rows], columns=list(COMPARE_COLUMNS))


def _sentence(one: Estimate, pair: tuple[Any, Any], metric: str, scope: str) -> str:
    """One comparison in plain English: scope, direction, interval, n."""
    a, b = pair
    where = f"On these {one.n_clusters} tasks" if scope == ON_THESE else "In general"
    if one.n_clusters == 1 and scope == ON_THESE:
        where = "On this task"
    counted = f"{one.n_units} {'instances' if scope == ON_THESE else 'data sets'}"
    if np.isnan(one.low):
        return f"{where}, {a} and {b} cannot be compared in {metric}: {one.note}."
    interval = f"difference {one.estimate:.3g}, interval {one.low:.3g} to {one.high:.3g}"
    told = f"({interval}, {counted}{'; ' + one.note if one.note else ''})"
    if one.low <= 0 <= one.high:
        return f"{where}, no difference in {metric} between {a} and {b} was shown {told}."
    word = "lower" if one.estimate < 0 else "higher"
    return f"{where}, {a} has a {word} {metric} than {b} {told}."
