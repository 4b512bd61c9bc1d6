"""Scores of attributions that somebody already has, with no study; it fits no surrogate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from limelab import metrics as rooms
from limelab.blackbox import BlackBox, one_thread, position
from limelab.domains import Table, infer
from limelab.lime import as_blackbox, checked_seed
from limelab.study.attributions import Asked, explained_outputs, read
from limelab.study.baselines import baseline_conditions
from limelab.study.bench import NO_TRUTH, Bench
from limelab.study.blocks import asked
from limelab.study.foreign import said_by
from limelab.study.knowing import question_of
from limelab.study.needs import needs_of, probes_of
from limelab.study.probing import points_of
from limelab.study.rows import SCORE_AXES, score_rows
from limelab.types import BadInput, Evidence, Metric, NotApplicable

KEY = ("repeat", "instance", "output", "metric", "judge", "radius")


def evaluate(  # noqa: PLR0913 -- public and fixed: what is judged (four), and how
    attributions: Any,
    model: Any,
    background: Any,
    rows: Any,
    *,
    metrics: Sequence[Metric] | None = None,
    explainer: Any = None,
    output: Any = None,
    meaning: str = "",
    repeats: int = 5,
    seed: int = 0,
) -> pd.DataFrame:
    """Score attributions that somebody already has.

    Parameters
    ----------
    attributions : array (rows, features) or (rows, features, outputs), shap.Explanation, lime's
        explanations or a list of them, DataFrame with a column a feature, or Explanation
        shap values are read as contributions, lime's weights as coefficients, all of them as
        effects. One output of two classes is the second.
    model : estimator or callable
    background : DataFrame, 2-D array or Table
    rows : DataFrame or 2-D array with the background's columns
    metrics : sequence of Metric, optional
        Those that need no more than attributions and the model, unless said.
    explainer : Explainer, optional
        What made the attributions. It is run again for metrics that need repeats, moved rows or the
        truth that it tends to.
    output : str or int, optional
        Which output attributions (rows, features) speak of.
    meaning : {"", "contribution", "coef"}
        What arrays and frames are beside effects: shares of f(x) less f at a baseline, such as
        Shapley values, or slopes. Metrics that read either decline what does not say so.
    repeats : int, default 5
        Repeats where there is an explainer, the attributions being the first.
    seed : int, default 0

    Returns
    -------
    scores : DataFrame
        repeat, instance, output, metric, judge, radius, value, further columns of some metrics,
        note: as ``Results.scores``. What cannot be scored has a row with the reason, and so has a
        metric that breaks. Then floor and ceiling of each score: what chance (random), ones
        (constant), permutation importance (permutation) and the exact explanation of a tree
        ensemble (exact, of ``ExactLime()``) score in the attributions' place, and baseline_note,
        which says why one of them scores nothing.

    Raises
    ------
    BadInput
        Other shapes or names than those of the rows, the background and the model.

    Examples
    --------
    >>> from limelab.metrics import PGI, Rmse
    >>> rows = np.random.default_rng(0).normal(size=(60, 3))
    >>> weights = np.array([3.0, 1.0, 0.0])
    >>> found = evaluate(rows[:2] * weights, lambda x: x @ weights, rows, rows[:2],
    ...                  metrics=[PGI(1), Rmse()])
    >>> found.groupby("metric")["value"].count().to_dict()
    {'pgi_1': 2, 'rmse': 0}
    >>> bool((found["value"] >= found["random"])[:2].all())
    True
    """
    chosen = _chosen(metrics)
    table, seed = _table(background), checked_seed(seed)
    with one_thread():
        whole = as_blackbox(model, table)
        box = _of_output(whole, attributions, output)
        given = _asked(table, box, rows, named=isinstance(rows, pd.DataFrame))
        question = NO_TRUTH if explainer is None else question_of(explainer)
        bench = Bench(table, whole, box, rows, given, needs_of(chosen), seed, question)
        first = read(attributions, given, meaning)
        frame = _scored(chosen, bench, first, explainer, repeats)
        again = repeats if explainer else 1
        baselines = baseline_conditions().items()
        floors = {name: _baseline(one, chosen, bench, again) for name, one in baselines}
    further = [str(name) for name in frame if name not in (*SCORE_AXES, "note")]
    return _beside(frame[[*SCORE_AXES, *further, "note"]], floors)


def _chosen(metrics: Any) -> tuple[Metric, ...]:
    """Metric values, each of its own name."""
    given = default_metrics() if metrics is None else metrics
    chosen = tuple(given) if isinstance(given, (list, tuple)) else (given,)
    if not chosen:
        raise BadInput("metrics is empty; expected metric values such as [limelab.metrics.PGI(1)]")
    for metric in chosen:
        if isinstance(metric, type) or not callable(getattr(metric, "score", None)):
            raise BadInput(
                f"metrics holds {metric!r}; expected metric values such as limelab.metrics.PGI(1)"
            )
    return chosen


def default_metrics() -> list[Metric]:
    """Metrics that need attributions and the model alone.

    Examples
    --------
    >>> [metric.name for metric in default_metrics()][:2]
    ['pgi_1', 'pgu_1']
    """
    return [
        rooms.PGI(1),
        rooms.PGU(1),
        rooms.FaithfulnessEstimate(),
        rooms.Comprehensiveness(),
        rooms.Sufficiency(),
        rooms.MonotonicityCorrelation(),
        rooms.Agreement("prediction"),
        rooms.LocalAgreement(),
        rooms.Sparseness(),
        rooms.Complexity(),
    ]


def _scored(
    metrics: Sequence[Metric], bench: Bench, first: dict[str, Any], explainer: Any, repeats: int
) -> pd.DataFrame:
    evidence, lacks = bench.evidence(first, explainer, repeats)
    evidence, more = _with_probes(metrics, evidence, bench)
    return score_rows(evidence, metrics, bench.asked.labels, {**lacks, **more})[0]


def _beside(frame: pd.DataFrame, floors: Mapping[str, pd.DataFrame | str]) -> pd.DataFrame:
    """The scores with what each baseline scores in their place, and why some baselines do not."""
    keys = _keys(frame)
    columns: dict[str, Any] = {}
    why = pd.Series("", index=frame.index)
    for name, found in floors.items():
        if isinstance(found, str):
            columns[name], reasons = np.nan, pd.Series(found, index=frame.index)
        else:
            columns[name] = found.set_index(_keys(found))["value"].reindex(keys).to_numpy()
            lacks = found[found["value"].isna()].groupby("metric")["note"].first().to_dict()
            reasons = pd.Series([lacks.get(m, "") for m in frame["metric"]], index=frame.index)
        told = np.isnan(columns[name]) & (reasons != frame["note"]) & (reasons != "")
        why = why.where(~told, why + f"; {name}: " + reasons)
    return frame.assign(**columns, baseline_note=why.str.removeprefix("; "))


def _keys(frame: pd.DataFrame) -> pd.MultiIndex:
    """What tells scores apart; those that only a metric's own columns tell apart are counted."""
    nth = frame.groupby(list(KEY), dropna=False, sort=False).cumcount()
    return pd.MultiIndex.from_frame(frame[list(KEY)].assign(nth=nth))


def _baseline(
    explainer: Any, metrics: Sequence[Metric], bench: Bench, repeats: int
) -> pd.DataFrame | str:
    """Scores of a baseline in the place of the attributions, or why it has none here."""
    try:
        first = said_by(bench.explained(explainer, 0))
    except NotApplicable as reason:
        return str(reason)
    return _scored(metrics, bench, first, explainer, repeats)


def _with_probes(
    metrics: Sequence[Metric], evidence: Evidence, bench: Bench
) -> tuple[Evidence, dict[str, str]]:
    """The model's answers to what metrics ask, and why some ask nothing."""
    answers, lacks = {}, {}
    for metric in filter(probes_of, metrics):
        try:
            points = points_of(metric, evidence, bench.seed)
        except NotApplicable as reason:
            lacks[f"probes {metric.name}"] = str(reason)
            continue
        answers[metric.name] = asked(bench.box, bench.table, points)
    return replace(evidence, probes=answers), lacks


def _table(background: Any) -> Table:
    domain = infer(background)
    if not isinstance(domain, Table):
        raise BadInput(f"background came as {domain!r}; attributions are scored on tables only")
    return domain


def _of_output(whole: BlackBox, attributions: Any, output: Any) -> BlackBox:
    """The outputs that attributions speak of."""
    if output is None:
        kept = explained_outputs(attributions, whole.outputs)
    else:
        kept = position(output, whole.outputs)
    if kept is None or len(whole.outputs) == 1:
        return whole
    return replace(whole, outputs=(whole.outputs[kept],), kept=kept)


def _asked(table: Table, box: BlackBox, rows: Any, *, named: bool) -> Asked:
    x = table.encode(rows)
    return Asked(
        labels=table.labels(rows),
        features=table.names,
        outputs=box.outputs,
        values=table.values(x),
        f=box.ask(table.decode(x.copy())),
        named=named,
    )
