"""Scores of attributions that somebody already has, with no study; it fits no surrogate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from limelab import metrics as rooms
from limelab.blackbox import BlackBox, one_thread
from limelab.domains import Table, infer
from limelab.importance import (
    conditional_importance,
    impurity_importance,
    label_importance,
    local_importance,
    prediction_importance,
)
from limelab.lime import as_blackbox, checked_seed, explain_with
from limelab.perturbations import Gaussian
from limelab.seeds import child, generator
from limelab.study import evidence as gather
from limelab.study.attributions import Asked, explained_outputs, read
from limelab.study.blocks import REFERENCE_REPEATS, REFERENCE_ROWS, asked, dependence_note
from limelab.study.foreign import said_by
from limelab.study.knowing import exact_coef, question_of
from limelab.study.moving import MOVED, moved_points
from limelab.study.needs import Needs, needs_of, probes_of
from limelab.study.probing import points_of
from limelab.study.references import LOCAL_REPEATS, LOCAL_SIZE
from limelab.study.rows import SCORE_AXES, score_rows
from limelab.types import (
    Array,
    BadInput,
    Coordinates,
    Evidence,
    Metric,
    Moves,
    NotApplicable,
    Reference,
    Truth,
)

REGION = 0.5  # background standard deviations: where local importance looks
NO_MODEL = "attributions have no local model to judge; put the explainer into a Study"
NO_POINTS = "attributions show no points; put the explainer into a Study"
NO_MOVES = "attributions are of the rows alone, and moved rows need more; hand explainer="
NO_TRUTH = "attributions say not what they should tend to; hand explainer="
NO_TARGETS = "there are no targets; hand the background as Table(frame, target=y)"
NO_REFITS = "it refits the model, which is fitted already; put it into a Study"


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
        metric that breaks.

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
    """
    chosen = _chosen(metrics)
    table, seed = _table(background), checked_seed(seed)
    with one_thread():
        whole = as_blackbox(model, table)
        box = _of_output(whole, attributions, output)
        x = table.encode(rows)
        given = _asked(table, box, rows, x, named=isinstance(rows, pd.DataFrame))
        bench = _Bench(table, whole, box, x, rows, given, explainer, needs_of(chosen), seed)
        evidence, lacks = bench.evidence(read(attributions, given, meaning), repeats)
        evidence, more = _with_probes(chosen, evidence, bench)
        frame, _ = score_rows(evidence, chosen, given.labels, {**lacks, **more})
    further = [str(name) for name in frame if name not in (*SCORE_AXES, "note")]
    return frame[[*SCORE_AXES, *further, "note"]]


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


@dataclass(frozen=True, eq=False)
class _Bench:
    """The model, the rows and the explainer that evidence is gathered with."""

    table: Table
    whole: BlackBox
    box: BlackBox
    x: Array
    rows: Any
    asked: Asked
    explainer: Any
    needs: Needs
    seed: int

    def evidence(self, first: dict[str, Any], repeats: int) -> tuple[Evidence, dict[str, str]]:
        """Evidence, and the reasons for what it lacks."""
        lacks = {"judge": NO_MODEL, "sampled": NO_POINTS}
        further = [said_by(self.explained(r)) for r in range(1, repeats if self.explainer else 1)]
        references, reasons = self._references()
        found = gather.of_arrays(self._frame(references), [first, *further])
        truth = self._truth()
        if isinstance(truth, str):
            return self._moved(found), {**lacks, **reasons, **self._no_moves(), "truth": truth}
        return replace(self._moved(found), truth=truth), {**lacks, **reasons, **self._no_moves()}

    def explained(self, repeat: int, rows: Any = None) -> Any:
        """What the explainer says of the rows, or of moved ones, with the seed of a repeat."""
        there = self.rows if rows is None else rows
        own = child(self.seed, "repeat", repeat)
        return explain_with(self.explainer, self.box, self.table, there, own)

    def _frame(self, references: dict[str, Reference]) -> gather.Frame:
        background = self.box.ask(self.table.decode(self.table.background.copy()))
        return gather.Frame(
            features=self.asked.features,
            outputs=self.asked.outputs,
            labels=self.asked.labels,
            f=self.asked.f,
            model_sd=background.std(axis=0),
            judgements=[],
            references=references,
            rows=(0, len(self.x)),
            coordinates=self._coordinates(),
            local=self._local() if self.needs.local else None,
        )

    def _coordinates(self) -> Coordinates:
        table = self.table
        whole = (table.background == np.round(table.background)).all(axis=0)
        return Coordinates(
            x=self.x,
            background=table.background,
            held_out=table.background,
            categorical=table.categorical,
            integral=whole & ~table.categorical,
            mean=table.mean,
            scale=table.scale,
        )

    def _local(self) -> Array:
        return local_importance(
            self.box, self.table, self.x, Gaussian(REGION),
            size=LOCAL_SIZE, repeats=LOCAL_REPEATS, seed=child(self.seed, "local"),
        )  # fmt: skip

    def _references(self) -> tuple[dict[str, Reference], dict[str, str]]:
        """References without a null, for which the model would be refitted; and why some lack."""
        found, reasons = {}, {}
        note = dependence_note(self.table.background, self.table.categorical)
        for name in self.needs.references:
            try:
                values = _FINDERS[name](self)
            except NotApplicable as reason:
                reasons[f"reference {name}"] = str(reason)
                continue
            found[name] = Reference(values, np.empty((0, *values.shape[1:])), note)
        return found, reasons

    def _moved(self, evidence: Evidence) -> Evidence:
        if self.explainer is None:
            return evidence
        return replace(evidence, moved=tuple(self._at(moves) for moves in self.needs.moves))

    def _no_moves(self) -> dict[str, str]:
        moves = self.needs.moves if self.explainer is None else ()
        return {f"moves {one}": NO_MOVES for one in moves}

    def _at(self, moves: Moves) -> Any:
        """What the explainer says of moved rows beside what it says of the rows, at one seed."""
        points = moved_points(self.table, self.x, moves, self.seed)
        said = [
            self.explained(1, self.table.decode(points[:, p].copy())) for p in range(moves.size)
        ]
        arrays = {name: np.stack([getattr(one, name) for one in said], axis=1) for name in MOVED}
        arrays["declined"] = np.stack([one.declined for one in said], axis=1)
        at = gather.AtMoves(moves, points, asked(self.box, self.table, points))
        return gather.moved_of(at, arrays, said_by(self.explained(1)))

    def _truth(self) -> Truth | str | None:
        if not self.needs.truth:
            return None
        question = NO_TRUTH if self.explainer is None else question_of(self.explainer)
        if isinstance(question, str):
            return question
        try:
            return Truth(exact_coef(question, self.box, self.table, self.rows))
        except NotApplicable as reason:
            return str(reason)

    @property
    def known(self) -> Array:
        """Background rows that stand for the data."""
        order = generator(self.seed, "reference rows").permutation(len(self.table.background))
        return np.asarray(self.table.background[np.sort(order[:REFERENCE_ROWS])])


def _prediction(bench: _Bench) -> Array:
    rng = generator(bench.seed, "reference")
    return prediction_importance(
        bench.box, bench.table, bench.known, repeats=REFERENCE_REPEATS, rng=rng
    )


def _conditional(bench: _Bench) -> Array:
    rng = generator(bench.seed, "conditional")
    return conditional_importance(
        bench.box, bench.table, bench.known, repeats=REFERENCE_REPEATS, rng=rng
    )


def _label(bench: _Bench) -> Array:
    if bench.table.target is None:
        raise NotApplicable(NO_TARGETS)
    own = child(bench.seed, "reference") % 2**31
    return label_importance(
        bench.whole, bench.table, bench.table.background, bench.table.target,
        repeats=REFERENCE_REPEATS, seed=own,
    )  # fmt: skip


def _impurity(bench: _Bench) -> Array:
    return impurity_importance(bench.whole.model, bench.table)


def _drop_column(bench: _Bench) -> Array:
    raise NotApplicable(NO_REFITS)


_FINDERS: dict[str, Callable[[_Bench], Array]] = {
    "prediction": _prediction,
    "label": _label,
    "conditional": _conditional,
    "impurity": _impurity,
    "drop_column": _drop_column,
}


def _with_probes(
    metrics: Sequence[Metric], evidence: Evidence, bench: _Bench
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
    elif output in whole.outputs:
        kept = whole.outputs.index(output)
    elif isinstance(output, int) and 0 <= output < len(whole.outputs):
        kept = output
    else:
        raise BadInput(f"output={output!r}; expected one of {list(whole.outputs)} or a position")
    if kept is None or len(whole.outputs) == 1:
        return whole
    return replace(whole, outputs=(whole.outputs[kept],), kept=kept)


def _asked(table: Table, box: BlackBox, rows: Any, x: Array, *, named: bool) -> Asked:
    return Asked(
        labels=table.labels(rows),
        features=table.names,
        outputs=box.outputs,
        values=table.values(x),
        f=box.ask(table.decode(x.copy())),
        named=named,
    )
