"""Scores of attributions that somebody already has, with no study; it fits no surrogate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from limelab import metrics as rooms
from limelab.blackbox import BlackBox, one_thread
from limelab.domains import Table, infer
from limelab.lime import as_blackbox, checked_seed
from limelab.study.attributions import Asked, explained_outputs, read
from limelab.study.baselines import baseline_conditions
from limelab.study.bench import NO_TRUTH, Bench
from limelab.study.beside import beside, refuse_taken, watched
from limelab.study.blocks import asked
from limelab.study.foreign import said_by
from limelab.study.knowing import question_of
from limelab.study.needs import needs_of, probes_of
from limelab.study.probing import points_of
from limelab.study.rows import SCORE_AXES, score_rows
from limelab.types import BadInput, Evidence, Metric, NotApplicable


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
        effects. One output of two classes is the second. An Explanation and a DataFrame must name
        the rows as `rows` does, in the same order, or 0, 1, ...
    model : estimator or callable
    background : DataFrame, 2-D array or Table
    rows : DataFrame or 2-D array with the background's columns
    metrics : sequence of Metric, optional
        Those that need no more than attributions and the model, unless said. Columns of their own
        must have names that the table has not.
    explainer : Explainer, optional
        What made the attributions. It is run again for metrics that need repeats, moved rows or the
        truth that it tends to. What needs a local model stays declined: put it into a Study.
    output : str or int, optional
        Which output attributions (rows, features) speak of, and which of several labels of lime's
        explanations is read. What says of itself what it is of may not be told otherwise.
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
        which says why one of them scores nothing. Chance is one draw a row and repeat, so a single
        `random` is noisy: compare its mean over rows. Ones are ties, and metrics that cut at k
        features take equals by name: there `constant` is the score of the first k names in the
        alphabet, not of no knowledge.

    Raises
    ------
    BadInput
        Other shapes, rows or names than those of the rows, the background and the model, another
        scale than that of its answers, or attributions that are no real numbers.

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
    chosen, table, seed = _chosen(metrics), _table(background), checked_seed(seed)
    again = _checked_repeats(explainer, repeats)
    with one_thread():
        whole = as_blackbox(model, table)
        box = _of_output(whole, attributions, output)
        given = _asked(table, box, rows, named=isinstance(rows, pd.DataFrame))
        question = NO_TRUTH if explainer is None else question_of(explainer)
        bench = Bench(table, whole, box, rows, given, needs_of(chosen), seed, question)
        first = read(attributions, given, meaning)
        frame = _scored(chosen, bench, first, explainer, again)
        baselines = baseline_conditions().items()
        floors = {name: _baseline(one, chosen, bench, again) for name, one in baselines}
    refuse_taken(chosen, floors)
    further = [str(name) for name in frame if name not in (*SCORE_AXES, "note")]
    return beside(frame[[*SCORE_AXES, *further, "note"]], floors)


def _chosen(metrics: Any) -> tuple[Any, ...]:
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
    return watched(chosen)


def _checked_repeats(explainer: Any, repeats: Any) -> int:
    """How often there are attributions: once where nothing makes them anew."""
    if isinstance(repeats, bool) or not isinstance(repeats, (int, np.integer)) or repeats < 1:
        raise BadInput(f"repeats={repeats!r}; expected a whole number of at least 1")
    if explainer is None:
        return 1
    if isinstance(explainer, type) or not callable(getattr(explainer, "explain", None)):
        raise BadInput(
            f"explainer={explainer!r}; expected a value such as Lime(), or an object with "
            "explain(predict, background, rows, seed)"
        )
    return int(repeats)


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
    metrics: Sequence[Any], bench: Bench, first: dict[str, Any], explainer: Any, repeats: int
) -> pd.DataFrame:
    evidence, lacks = bench.evidence(first, explainer, repeats)
    evidence, more = _with_probes(metrics, evidence, bench)
    return score_rows(evidence, metrics, bench.asked.labels, {**lacks, **more})[0]


def _baseline(
    explainer: Any, metrics: Sequence[Any], bench: Bench, repeats: int
) -> pd.DataFrame | str:
    """Scores of a baseline in the place of the attributions, or why it has none here."""
    try:
        first = said_by(bench.explained(explainer, 0))
    except NotApplicable as reason:
        return str(reason)
    return _scored(metrics, bench, first, explainer, repeats)


def _with_probes(
    metrics: Sequence[Any], evidence: Evidence, bench: Bench
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
    kept = explained_outputs(attributions, whole.outputs, output)
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
        kept=box.kept,
    )
