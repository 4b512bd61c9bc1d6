"""The tables of a finished run, read from its folder when asked for; nothing is computed."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SCORES, EXPLANATIONS, CLAIMS = "scores.csv", "explanations.csv.gz", "claims.csv"
TASKS, MANIFEST = "tasks.csv", "manifest.json"
RANKING, VARIANCE = "ranking.csv", "variance.csv"
MEASURE = "measure_"  # and a measure's or a summary's name, and .csv

_TEXT = frozenset(
    {"task", "dataset", "model", "condition", "draws", "output", "metric", "judge", "note"}
    | {"feature", "statement", "scope", "verdict", "declared", "sentence", "kind", "outputs"}
    | {"whole", "stability"}
)
_NUMBERS = frozenset(
    {"radius", "value", "coef", "stderr", "importance", "effect", "n_effective", "ties"}
    | {"zero_share", "null", "ceiling", "low", "high", "difference", "p", "p_holm", "margin"}
    | {"third_low", "third_high"}
)
_PART = 200_000
_LABELS = frozenset({"repeat", "instance"})


@dataclass(frozen=True)
class Results:
    """What a run left in its folder.

    Attributes
    ----------
    folder : Path
    now : mapping, optional
        The manifest of a run that had nothing to do, which leaves that of the run before in place.
    """

    folder: Path
    now: Mapping[str, Any] | None = None

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Tidy scores: one row a value.

        task, dataset, model, condition, the factors, draws, repeat, instance, output, metric,
        judge, radius, value, further columns of some metrics, note. An empty repeat or instance
        means "over all of them".
        """
        return read_table(self.folder / SCORES)

    def scores_of(self, metrics: Collection[str]) -> pd.DataFrame:
        """The scores of some metrics; of the others a part at a time is read and let go."""
        return read_table(self.folder / SCORES, {"metric": frozenset(metrics)})

    @cached_property
    def explanations(self) -> pd.DataFrame:
        """Tidy explanations of all repeats: one row a feature."""
        return read_table(self.folder / EXPLANATIONS)

    @cached_property
    def claims(self) -> pd.DataFrame:
        """Claims with their estimates and verdicts, two rows each: both scopes."""
        return read_table(self.folder / CLAIMS)

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """Average ranks of the levels of each factor; no rows where nothing could be ranked."""
        return self._table_or_none(RANKING)

    @cached_property
    def variance(self) -> pd.DataFrame:
        """Shares of variance by cause; no rows where no task has variants."""
        return self._table_or_none(VARIANCE)

    def _table_or_none(self, name: str) -> pd.DataFrame:
        path = self.folder / name
        return read_table(path) if path.is_file() else pd.DataFrame()

    def measure(self, name: str) -> pd.DataFrame:
        """What a measure told of all tasks; no rows where it told nothing."""
        return self._table_or_none(f"{MEASURE}{name}.csv")

    @cached_property
    def tasks(self) -> pd.DataFrame:
        """Tasks with their data, models and test scores."""
        return read_table(self.folder / TASKS)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Versions, seeds, fingerprints, queries by kind, times, failures."""
        if self.now is not None:
            return dict(self.now)
        found: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text())
        return found

    def __repr__(self) -> str:
        return f"Results({str(self.folder)!r})"


def read_table(path: Path, only: Mapping[str, Collection[str]] | None = None) -> pd.DataFrame:
    """A table as it was written, or those of its rows whose columns hold one of some values.

    Text stays text, and empty text stays "". A repeat or an instance is a whole number where all
    of them are, missing where empty. Of other columns, factors among them, one becomes numbers or
    truth values where every entry says again what it said: "64" does, "007" does not.
    """
    head = pd.read_csv(path, nrows=0).columns
    kinds = {name: "str" for name in head if name not in _NUMBERS}
    empty = {name: [""] for name in _NUMBERS}
    options: dict[str, Any] = {"dtype": kinds, "keep_default_na": False, "na_values": empty}
    raw = _some(path, only, options) if only else pd.DataFrame(pd.read_csv(path, **options))
    columns = {
        name: _typed(name, raw[name]) if name in kinds else raw[name].astype(float) for name in head
    }
    return pd.DataFrame(columns)


def _some(
    path: Path, only: Mapping[str, Collection[str]], options: Mapping[str, Any]
) -> pd.DataFrame:
    """Rows with one of the values in each column, read in parts."""
    kept = []
    with pd.read_csv(path, chunksize=_PART, **options) as parts:
        for part in parts:
            chosen = [part[name].isin(list(values)) for name, values in only.items()]
            kept.append(part[np.logical_and.reduce(chosen)].apply(_shared))
    return pd.concat(kept, ignore_index=True)


def _shared(column: pd.Series[Any]) -> pd.Series[Any]:
    """Equal texts of a column as one object."""
    if column.dtype.kind == "f":
        return column
    codes, found = pd.factorize(column)
    return pd.Series(found.take(codes), index=column.index, name=column.name)


def _typed(name: str, column: pd.Series[Any]) -> pd.Series[Any]:
    """A column of text as what it says; a million entries have few levels."""
    if name in _TEXT:
        return column
    codes, found = pd.factorize(column)
    levels = [str(level) for level in found]
    values = _whole(levels) if name in _LABELS else _plain(levels)
    if values is None:
        return column
    kind = "Int64" if name in _LABELS and "" in levels else None
    return pd.Series(pd.Series(values, dtype=kind).array.take(codes))


def _whole(levels: list[str]) -> list[Any] | None:
    """Whole numbers, missing where empty; None where one of them is something else."""
    if not _all_say_again([level for level in levels if level], int):
        return None
    return [int(level) if level else None for level in levels]


def _plain(levels: list[str]) -> list[Any] | None:
    """Truth values or numbers, missing where empty; None where one of them is text."""
    there = [level for level in levels if level]
    if there and set(there) <= {"True", "False"}:
        return [level == "True" if level else None for level in levels]
    if there == levels and _all_say_again(levels, int):
        return [int(level) for level in levels]
    if not there or not _all_say_again(there, float):
        return None
    return [float(level) if level else float("nan") for level in levels]


def _all_say_again(levels: list[str], kind: Callable[[str], Any]) -> bool:
    try:
        numbers = [kind(level) for level in levels]
    except ValueError:
        return False
    pairs = zip(levels, numbers, strict=True)
    return all(n - n == 0 and level in (str(n), f"{n:.9g}") for level, n in pairs)
