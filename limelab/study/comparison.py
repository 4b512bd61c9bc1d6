"""Comparison of conditions, for a caller who has a seed and no generator; no formula of its own."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import pandas as pd

from limelab import statistics
from limelab.seeds import generator
from limelab.study.variants import without_variants
from limelab.types import BadInput


def compare(  # noqa: PLR0913  (public and fixed: DESIGN section 6)
    scores: pd.DataFrame,
    metric: str,
    *,
    condition: str = "condition",
    unit: str = "instance",
    cluster: str = "task",
    repeat: str = "repeat",
    seed: int = 0,
    level: float = 0.95,
    shared_draws: bool | None = None,
    further: Sequence[str] = (),
    margin: float | None = None,
) -> pd.DataFrame:
    """All pairs of conditions, paired by (cluster, unit, repeat), in both scopes.

    Parameters
    ----------
    scores : DataFrame
        Tidy, such as ``Results.scores``, with one `value` in each (condition, cluster, unit,
        repeat): filter it to one judge, radius and output first. Rows of variants of a task, as
        `limelab.refits` makes them, are left out where there are rows of the task itself.
    metric : str
        Which rows of the `metric` column.
    condition, unit, cluster, repeat : str
        Column names. Clusters are grouped by a `dataset` column, if there is one, for the scope
        "in general".
    seed : int
        Of the bootstrap: same call, same bits.
    level : float
        Of the whole family of pairs: intervals and p_holm carry Holm's correction.
    shared_draws : bool, optional
        Whether instances were explained from one block of draws; read from a `draws` column
        where not said. With one repeat that is refused.
    further : sequence of str
        Further columns: "sign_flip" and "wilcoxon" (exact tests), "standardized", "superiority"
        and "rank_biserial" (sizes of effects with intervals), all "in general", and "equivalence"
        (two one-sided tests).
    margin : float, optional
        Of equivalence, in the units of the metric; fix it before the data are seen.

    Returns
    -------
    DataFrame
        a, b, difference (a less b), low, high, p, p_holm, n_units, n_clusters, scope, sentence,
        and what `further` asks for; see `limelab.statistics.compare`.

    Raises
    ------
    BadInput
        A metric or column that is not there, several values in one cell, shared draws with one
        repeat.

    Examples
    --------
    >>> frame = pd.DataFrame({"metric": "rmse", "task": "wine", "instance": [0, 1, 2] * 2,
    ...                       "repeat": 0, "condition": list("AAABBB"),
    ...                       "value": [1.0, 2.0, 4.0, 2.0, 3.5, 5.0]})
    >>> found = compare(frame, "rmse")
    >>> found[["a", "b", "difference", "scope"]].round(3).values.tolist()
    [['A', 'B', -1.167, 'on these tasks'], ['A', 'B', -1.167, 'in general']]
    """
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise BadInput(f"compare(seed={seed!r}); expected a whole number of at least 0")
    if not 0 < level < 1:
        raise BadInput(f"compare(level={level!r}); expected a share between 0 and 1, such as 0.95")
    return statistics.compare(
        without_variants(scores),
        metric,
        rng=generator(seed, "compare"),
        condition=condition,
        unit=unit,
        cluster=cluster,
        repeat=repeat,
        level=level,
        shared_draws=shared_draws,
        further=further,
        margin=margin,
    )
