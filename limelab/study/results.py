"""The tables of a finished run, read from its folder when asked for; nothing is computed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

SCORES, EXPLANATIONS, CLAIMS = "scores.csv", "explanations.csv.gz", "claims.csv"
TASKS, MANIFEST = "tasks.csv", "manifest.json"
_NUMBERS = frozenset(
    {"radius", "value", "coef", "stderr", "importance", "effect", "n_effective", "ties"}
    | {"zero_share", "null", "ceiling", "low", "high", "difference", "p", "p_holm", "margin"}
)


@dataclass(frozen=True)
class Results:
    """What a run left in its folder.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Tidy scores: task, dataset, model, condition, factors, repeat, instance, output, metric, judge, radius, value, ..., note."""
        return read_table(self.folder / SCORES)

    @cached_property
    def explanations(self) -> pd.DataFrame:
        """Tidy explanations of all repeats."""
        return read_table(self.folder / EXPLANATIONS)

    @cached_property
    def claims(self) -> pd.DataFrame:
        """Claims with their estimates and verdicts, two rows each: both scopes."""
        return read_table(self.folder / CLAIMS)

    @cached_property
    def tasks(self) -> pd.DataFrame:
        """Tasks with their data, models and test scores."""
        return read_table(self.folder / TASKS)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Versions, seeds, fingerprints, queries by kind, times, failures."""
        found: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text())
        return found

    def __repr__(self) -> str:
        return f"Results({str(self.folder)!r})"


def read_table(path: Path) -> pd.DataFrame:
    """A table as it was written: empty text stays "", an empty number is NaN."""
    head = pd.read_csv(path, nrows=0).columns
    text = {name: "str" for name in head if name not in _NUMBERS}
    frame = pd.read_csv(
        path, dtype=text, keep_default_na=False, na_values={name: [""] for name in _NUMBERS}
    )
    for name in text:
        frame[name] = _typed(frame[name])
    return frame


def _typed(column: pd.Series) -> pd.Series:
    """Whole numbers and truth values back from text, where the whole column is of that kind."""
    kinds = column.drop_duplicates()
    if set(kinds) <= {"True", "False"}:
        return column == "True"
    try:
        numbers = pd.to_numeric(kinds)
    except (ValueError, TypeError):
        return column
    if "" in set(kinds) or not len(kinds):
        return column
    return column.map(dict(zip(kinds, numbers, strict=True)))
