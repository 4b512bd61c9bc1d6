"""Finished studies in a folder, read from their tables; it may not write or compute."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from limelab.report.glossary import FIELDS
from limelab.study.results import CLAIMS, MANIFEST, RANKING, SCORES, TASKS, VARIANCE
from limelab.types import BadInput

TEXT = (
    *("task", "dataset", "model", "condition", "cause", "variant", "repeat"),
    *("instance", "output", "metric", "judge", "note"),
)
NUMBERS = ("radius", "value", "n_effective", "zero_share", "null", "ceiling")
TOLD_NUMBERS = (
    *("rank", "mean", "n", "n_missing", "p", "distance", "levels", "variance", "low", "high"),
    *("share", "share_low", "share_high", "n_profiles", "n_left_out"),
)
RESERVED = frozenset({*TEXT, *NUMBERS, "label", "series", "scores", "declined", "fidelity"})


@dataclass(frozen=True, eq=False)
class Found:
    """A finished study: its tables as they stand in its folder.

    Attributes
    ----------
    stem : str
        Name of its folder within the results.
    manifest : dict
    claims, tasks : DataFrame of text
        As written; empty where there is none.
    scores : DataFrame
        Text columns and factors as categories in order of appearance, numbers as floats.
    measures : mapping of name to DataFrame of text
    ranking, variance : DataFrame
        Average ranks, and shares of variance by cause; empty where there is none.
    baselines : DataFrame
        As `scores`, of the conditions that stand beside the others as floor or ceiling; `scores`
        holds none of them.
    """

    stem: str
    manifest: dict[str, Any]
    claims: pd.DataFrame
    tasks: pd.DataFrame
    scores: pd.DataFrame
    measures: dict[str, pd.DataFrame] = field(default_factory=dict)
    ranking: pd.DataFrame = field(default_factory=pd.DataFrame)
    variance: pd.DataFrame = field(default_factory=pd.DataFrame)
    baselines: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def question(self) -> str:
        """The question of the study, or the name of its folder."""
        return str(self.manifest.get("question") or self.stem)

    @property
    def quick(self) -> bool:
        """Whether it was a quick run."""
        return bool(self.manifest.get("quick"))

    @property
    def factors(self) -> list[str]:
        """Factors that stand in the scores, under a name that no column of a page has."""
        given = self.manifest.get("factors", [])
        return [name for name in given if name in self.scores and name not in RESERVED]

    def metric(self, name: str) -> dict[str, str]:
        """What a metric says of itself, as in the glossary; empty text where unknown."""
        told = self.manifest.get("metrics", {}).get(name, {})
        return {key: str(told.get(key, "")) for key in FIELDS}


def find(out: Path) -> list[Path]:
    """Folders of finished studies: the folder itself, then those in it by name."""
    if not out.is_dir():
        raise BadInput(f"{out} is not a folder; give the folder of `limelab run --out DIR`")
    folders = [out, *sorted(path for path in out.iterdir() if path.is_dir())]
    found = [folder for folder in folders if (folder / MANIFEST).is_file()]
    if not found:
        raise BadInput(
            f"{out} holds no results: there is no {MANIFEST} in it or in a folder of it; "
            "run a study into it first, such as `limelab run --quick`, or again what was cut off"
        )
    return found


def load(folder: Path) -> Found:
    """One study; BadInput says what cannot be read."""
    told = load_tables(folder)
    try:
        scores, baselines = apart(
            read_scores(folder / SCORES, told.manifest.get("factors", [])),
            told.manifest.get("baselines", []),
        )
    except (OSError, ValueError) as error:
        raise BadInput(f"{folder} cannot be read: {error}") from error
    return replace(told, scores=scores, baselines=baselines)


def load_tables(folder: Path) -> Found:
    """One study without its scores, which published copies do not hold."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(manifest, dict):
            raise BadInput(f"{MANIFEST} holds no mapping")
        return Found(
            stem=folder.name,
            manifest=manifest,
            claims=_as_text(folder / CLAIMS),
            tasks=_as_text(folder / TASKS),
            scores=pd.DataFrame(),
            measures=dict(_measures(folder)),
            ranking=_with_numbers(folder / RANKING),
            variance=_with_numbers(folder / VARIANCE),
        )
    except (OSError, ValueError) as error:
        raise BadInput(f"{folder} cannot be read: {error}") from error


def _measures(folder: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    for path in sorted(folder.glob("measure_*.csv")):
        yield path.stem.removeprefix("measure_"), _as_text(path)


def _as_text(path: Path) -> pd.DataFrame:
    """A small table, every cell as it was written; empty where there is no file."""
    if not path.is_file() or not path.read_bytes().strip():
        return pd.DataFrame()
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _with_numbers(path: Path) -> pd.DataFrame:
    """A small table of text and numbers; what is empty is NaN in a column of numbers."""
    told = _as_text(path)
    numbers = [name for name in TOLD_NUMBERS if name in told]
    return told.assign(**{name: pd.to_numeric(told[name], errors="coerce") for name in numbers})


def read_scores(path: Path, factors: list[str]) -> pd.DataFrame:
    """Scores with the columns that a page reads; text as categories, so that a million rows fit.

    Columns that a table lacks come as empty text or NaN; an infinite value is a missing one.
    """
    head = list(pd.read_csv(path, nrows=0).columns)
    text = [name for name in (*TEXT, *factors) if name in head and name not in NUMBERS]
    numbers = [name for name in NUMBERS if name in head]
    scores = pd.read_csv(
        path,
        usecols=[*text, *numbers],
        dtype=dict.fromkeys(text, "category") | dict.fromkeys(numbers, "float64"),
        keep_default_na=False,
        na_values={name: [""] for name in numbers},
    )
    scores = _without_variants(scores)
    made = {name: _in_order(scores[name]) for name in text}
    made |= {name: scores[name].where(np.isfinite(scores[name])) for name in numbers}
    made |= {name: _constant(scores, "") for name in TEXT if name not in text}
    made |= {name: pd.Series(np.nan, scores.index) for name in NUMBERS if name not in numbers}
    return pd.DataFrame(made, index=scores.index)


def apart(scores: pd.DataFrame, baselines: Collection[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores of the conditions that are compared, and of the baselines beside them.

    Where there is nothing but baselines, it is they that are compared.
    """
    mine = scores["condition"].astype(str).isin(list(baselines))
    if not mine.any() or mine.all():
        return scores, scores.iloc[:0]
    sides = (scores[rows].reset_index(drop=True) for rows in (~mine, mine))
    own, beside = (pd.DataFrame({name: _used(side[name]) for name in side}) for side in sides)
    return own, beside


def _without_variants(scores: pd.DataFrame) -> pd.DataFrame:
    """Rows of the tasks themselves: variants of a task are no further tasks."""
    own = scores["variant"].eq("") if "variant" in scores else pd.Series(data=False)
    if not own.any() or own.all():
        return scores
    kept = scores[own].reset_index(drop=True)
    return pd.DataFrame({name: _used(kept[name]) for name in kept})


def _used(column: pd.Series[Any]) -> pd.Series[Any]:
    """Without categories that no row is of."""
    return column.cat.remove_unused_categories() if column.dtype == "category" else column


def _in_order(column: pd.Series[Any]) -> pd.Series[Any]:
    """Categories as text, in order of appearance."""
    seen = list(column.unique())
    return column.cat.reorder_categories(seen).cat.rename_categories([str(name) for name in seen])


def _constant(frame: pd.DataFrame, value: str) -> pd.Series[Any]:
    codes = np.zeros(len(frame), dtype=np.int8)
    return pd.Series(pd.Categorical.from_codes(codes, categories=[value]), frame.index)  # type: ignore[call-overload]
