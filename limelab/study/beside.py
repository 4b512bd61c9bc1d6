"""Scores beside what baselines score in their place, and why some do not; it scores nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from limelab.study.rows import SCORE_AXES
from limelab.types import Array, BadInput, Evidence, NotApplicable, Score

NOTE = "baseline_note"
KEY = ("repeat", "instance", "output", "metric", "judge", "radius")
BY_ROW = "it is scored row by row, and the attributions are declined as a whole"
OTHER_ROWS = "its scores are of other rows than these"
NO_SCORES = "the metric returned no scores"
_FREE = frozenset({"judge", "radius"})  # axes that are a metric's own to fill


@dataclass(frozen=True, eq=False)
class Watched:
    """A metric whose own columns are remembered; one that returns nothing says so."""

    metric: Any
    columns: dict[str, None] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.metric, name)

    def score(self, evidence: Evidence) -> list[Score]:
        """As the metric scores; NotApplicable where it returns nothing."""
        found = list(self.metric.score(evidence))
        if not found:
            raise NotApplicable(NO_SCORES)
        self.columns.update(dict.fromkeys(str(name) for score in found for name in score.columns))
        return found


def refuse_taken(metrics: Iterable[Watched], baselines: Iterable[str]) -> None:
    """Refuse columns of metrics that the table has already.

    Raises
    ------
    BadInput
        With the metric and its column.
    """
    taken = {*SCORE_AXES, "note", NOTE, *baselines} - _FREE
    for metric in metrics:
        for column in taken.intersection(metric.columns):
            raise BadInput(
                f"metric {metric.name!r} adds a column {column!r}, which the table has already; "
                "give it another name"
            )


def beside(frame: pd.DataFrame, baselines: Mapping[str, pd.DataFrame | str]) -> pd.DataFrame:
    """The scores with a column for each baseline, and `baseline_note`.

    Parameters
    ----------
    frame : DataFrame
        Scores as of ``rows.score_rows``.
    baselines : mapping of name to DataFrame or str
        The same of each baseline, or why it has none at all.
    """
    columns: dict[str, Any] = {}
    why = pd.Series("", index=frame.index)
    for name, found in baselines.items():
        columns[name], reasons = _in_place(frame, found)
        told = ~np.isfinite(columns[name]) & (reasons != frame["note"])
        why = why.where(~told, why + f"; {name}: " + reasons)
    return frame.assign(**columns, **{NOTE: why.str.removeprefix("; ")})


def _in_place(frame: pd.DataFrame, found: pd.DataFrame | str) -> tuple[Array, pd.Series[str]]:
    """What a baseline scores in each row, and why it does not."""
    if isinstance(found, str):
        return np.full(len(frame), np.nan), pd.Series(found, index=frame.index)
    place = _keys(found).get_indexer(_keys(frame))
    values = np.where(place < 0, np.nan, found["value"].to_numpy(dtype=np.float64)[place])
    elsewhere = _reasons(found)
    reasons = [
        _word(found, int(at)) if at >= 0 else elsewhere[metric] or _apart(instance)
        for at, metric, instance in zip(place, frame["metric"], frame["instance"], strict=True)
    ]
    return values, pd.Series(reasons, index=frame.index, dtype=object)


def _reasons(found: pd.DataFrame) -> dict[str, str]:
    """Of each metric why it scores nothing anywhere, "" where it scores."""
    return {
        str(metric): "" if np.isfinite(rows["value"]).any() else _word(rows, 0)
        for metric, rows in found.groupby("metric")
    }


def _word(found: pd.DataFrame, at: int) -> str:
    """Why a value is not there, or what it is."""
    return str(found["note"].iloc[at] or f"its score is {found['value'].iloc[at]}")


def _apart(instance: Any) -> str:
    return BY_ROW if isinstance(instance, str) and not instance else OTHER_ROWS


def _keys(frame: pd.DataFrame) -> pd.MultiIndex:
    """What tells scores apart; those that only a metric's own columns tell apart are counted."""
    nth = frame.groupby(list(KEY), dropna=False, sort=False).cumcount()
    return pd.MultiIndex.from_frame(frame[list(KEY)].assign(nth=nth))


def watched(metrics: Sequence[Any]) -> tuple[Watched, ...]:
    """Metrics whose own columns are remembered."""
    return tuple(Watched(metric) for metric in metrics)
