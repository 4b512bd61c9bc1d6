"""Tidy rows of scores and of explanations, as CSV; it computes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from limelab.study.lines import csv_text
from limelab.study.needs import missing
from limelab.study.readonly import read_only
from limelab.types import BadInput, Evidence, Metric, NotApplicable, Objects, Score

LEAD = ("task", "dataset", "model", "condition")
VARIANT = ("cause", "variant")  # both "" for a task itself
SCORE_AXES = ("repeat", "instance", "output", "metric", "judge", "radius", "value")
TOLD = ("coef", "stderr", "importance", "effect", "selected", "determined")
JUDGE = "judge "  # what is lacking where one of several judges declines
EXPLANATION_AXES = ("repeat", "instance", "output", "feature")
# Whose values are not a metric's to say; its judge and its radius are.
TAKEN = frozenset({*LEAD, "draws", *VARIANT, *SCORE_AXES, "note"}) - {"judge", "radius"}


def score_columns(factor_names: Sequence[str], further: Sequence[str] = ()) -> list[str]:
    """Columns of the table of scores; `further` are those that some metrics add.

    Examples
    --------
    >>> score_columns(["surrogate"], ["ties"])[3:6], score_columns([], ["ties"])[-3:]
    (['condition', 'surrogate', 'draws'], ['value', 'ties', 'note'])
    """
    return [*_lead(factor_names), *SCORE_AXES, *further, "note"]


def explanation_columns(factor_names: Sequence[str]) -> list[str]:
    """Columns of the table of explanations."""
    return [*_lead(factor_names), *EXPLANATION_AXES, *TOLD, "note"]


def score_rows(
    evidence: Evidence,
    metrics: Sequence[Metric],
    labels: Sequence[Any],
    lacks: Mapping[str, str] = MappingProxyType({}),
    factor_names: Collection[str] = (),
) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Tidy rows of every metric; and the metrics that broke with their errors, also as rows.

    Of a metric whose needs are not met, one row says why: `lacks` is as in `needs.missing`. A
    metric is handed views that it cannot write to, and may add no column that the tables have.
    """
    frames, errors = [], []
    for metric in metrics:
        try:
            reason = missing(metric, lacks)
            scores = _scores(metric, read_only(evidence), reason)
            _check_columns(metric.name, scores, factor_names)
            found = [*scores, *_unjudged(metric, lacks, reason)]
            frames += [_of_score(metric.name, score, evidence, labels) for score in found]
        except NotApplicable as reason:
            frames.append(_of_score(metric.name, _nothing(str(reason)), evidence, labels))
        except Exception as error:
            errors.append((metric.name, f"{type(error).__name__}: {error}"))
            frames.append(_of_score(metric.name, _nothing(errors[-1][1]), evidence, labels))
    return pd.concat(frames, ignore_index=True), errors


def _scores(metric: Metric, evidence: Evidence, reason: str) -> Sequence[Score]:
    if reason:
        return [_nothing(reason)]
    return metric.score(evidence)


def _check_columns(name: str, scores: Sequence[Score], factor_names: Collection[str]) -> None:
    for column in (str(column) for score in scores for column in score.columns):
        if column in TAKEN or column in factor_names:
            raise BadInput(
                f"metric {name!r} adds a column {column!r}, which the table of scores has; give it "
                "another name"
            )


def _unjudged(metric: Any, lacks: Mapping[str, str], reason: str) -> Iterator[Score]:
    """Of each judge that does not know these data, one row that says why, where others do."""
    if getattr(metric, "needs_judge", False) and not reason:
        for what, why in lacks.items():
            if what.startswith(JUDGE):
                yield replace(_nothing(why), columns={"judge": what.removeprefix(JUDGE)})


def explanation_rows(evidence: Evidence, labels: Sequence[Any]) -> pd.DataFrame:
    """Tidy rows of all repeats: one for each repeat, instance, output and feature."""
    nothing = np.full(evidence.importance.shape, np.nan)
    arrays = {name: getattr(evidence, name) for name in TOLD}
    arrays = {name: nothing if array is None else array for name, array in arrays.items()}
    repeats = range(len(evidence.importance))
    axes = _spread_out([repeats, labels, evidence.outputs, evidence.names])
    named = dict(zip(EXPLANATION_AXES, axes, strict=True))
    values = {name: np.swapaxes(array, 2, 3).ravel() for name, array in arrays.items()}
    shape = np.swapaxes(evidence.importance, 2, 3).shape
    note = np.broadcast_to(evidence.declined[:, :, None, None], shape)
    return pd.DataFrame({**named, **values, "note": note.ravel()})


def with_lead(lead: Mapping[str, Any], rows: pd.DataFrame) -> pd.DataFrame:
    """The same values in front of every row."""
    front = {name: np.full(len(rows), value, dtype=object) for name, value in lead.items()}
    return pd.concat([pd.DataFrame(front), rows], axis=1)


def to_csv(frame: pd.DataFrame, *, header: bool = True) -> bytes:
    """The bytes of a table: nine digits, the same line ends everywhere."""
    plain = frame.assign(**{str(name): _one_line(frame[name]) for name in _texts(frame)})
    head = plain.iloc[:0].to_csv(index=False, lineterminator="\n") if header else ""
    return (head + csv_text(plain)).encode()


def _texts(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame if frame[name].dtype.kind not in "biuf"]


def _one_line(column: pd.Series[Any]) -> pd.Series[Any]:
    """Text whose carriage returns are written out: a reader would take them for line ends."""
    names = {value: value for value in column.unique() if isinstance(value, str) and "\r" in value}
    return (
        column.replace({value: value.replace("\r", "\\r") for value in names}) if names else column
    )


def _lead(factor_names: Sequence[str]) -> list[str]:
    """Columns that a condition fills; its draws are always told, and may be a factor as well."""
    return [*LEAD, *(name for name in factor_names if name != "draws"), "draws", *VARIANT]


def _nothing(reason: str) -> Score:
    return Score(np.full((1, 1, 1), np.nan), {}, reason)


def _of_score(name: str, score: Score, evidence: Evidence, labels: Sequence[Any]) -> pd.DataFrame:
    """One row a value; an axis that the metric has gone over is left empty."""
    shape = score.values.shape
    axes = (range(len(evidence.importance)), labels, evidence.outputs)
    kept = [a if n > 1 or len(a) == 1 else [""] for a, n in zip(axes, shape, strict=True)]
    repeat, instance, output = _spread_out(kept)
    columns = {
        "repeat": repeat,
        "instance": instance,
        "output": output,
        "metric": name,
        "judge": "",
        "radius": np.nan,
        "value": score.values.ravel(),
    }
    for key, value in {**score.columns, "note": score.note}.items():
        columns[key] = np.broadcast_to(np.asarray(value, dtype=_kind(value)), shape).ravel()
    return pd.DataFrame(columns)


def _kind(value: Any) -> Any:
    return object if isinstance(value, str) else None


def _spread_out(axes: Sequence[Sequence[Any]]) -> list[Objects]:
    """Every combination of the axes' entries, one long array an axis."""
    grids = np.meshgrid(*(np.arange(len(axis)) for axis in axes), indexing="ij")
    return [
        np.array([*axis, None], dtype=object)[:-1][grid.ravel()]
        for axis, grid in zip(axes, grids, strict=True)
    ]
