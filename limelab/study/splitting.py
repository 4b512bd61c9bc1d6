"""What makes explanations change, by cause: shares of variance from the blocks of variants."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from limelab.seeds import generator
from limelab.statistics import profile_components
from limelab.statistics.components import COMPONENT_COLUMNS
from limelab.study.entries import Block
from limelab.study.ranking import level_name, subjects
from limelab.study.rows import explanation_columns
from limelab.study.spec import Study, Task
from limelab.study.tables import Scored
from limelab.types import BadInput

Read = Callable[[str], Block | None]
COLUMNS = (
    *("task", "subject", "level", "cause", "levels", "variance", "low", "high"),
    *("share", "share_low", "share_high", "n_profiles", "n_left_out", "sentence", "note"),
)
_RUN = ("cause", "variant", "repeat")
_CELL = ("condition", "instance", "output", "feature")


def splits(study: Study, scored: Sequence[Scored], read: Read) -> pd.DataFrame:
    """One row a cause: how much of the variance of importances it holds, task by task.

    For each task with variants (`refits`), importances of each explanation are divided by their
    sum. What they do round their mean, at the same instance, output, feature and condition, is
    split into the causes of variants, the repeats, and what is left: repeats that act on one
    variant alone. Levels are those of `ranking.subjects`; all conditions of a level are pooled.

    Parameters
    ----------
    study : Study
    scored : sequence of Scored
    read : function from key to Block

    Returns
    -------
    variance : DataFrame
        task, subject, level, cause, levels (of the cause), variance, low, high (of a share of the
        sum, squared, averaged over features), share, share_low, share_high, n_profiles (instances
        times outputs times features times conditions), n_left_out (of them without a value
        somewhere), sentence, note (why nothing is said).
    """
    split = dict.fromkeys(replace(t, cause="", variant=0) for t in study.tasks if t.cause)
    found = [row for task in split for row in _of_task(study, task, scored, read)]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _of_task(
    study: Study, task: Task, scored: Sequence[Scored], read: Read
) -> Iterator[dict[str, Any]]:
    """Rows of a task: its explanations and those of its variants are held together."""
    mine = [one for one in scored if replace(one.task, cause="", variant=0) == task]
    told = [frame for one in mine if (frame := _told(study, one, read)) is not None]
    if not told:
        return
    table = _unit_sum(pd.concat(told, ignore_index=True))
    wide = table.pivot(index=list(_RUN), columns=list(_CELL), values="importance")
    causes = _causes(study, wide.index)
    for subject in subjects(study):
        for level, conditions in _levels(study, subject).items():
            here = wide.loc[:, wide.columns.get_level_values("condition").isin(conditions)]
            place = {"task": task.name, "subject": ", ".join(subject), "level": level}
            yield from ({**place, **row} for row in _split(study, here, causes))


def _told(study: Study, one: Scored, read: Read) -> pd.DataFrame | None:
    """Importances of a scoring block, as its explanations were written."""
    block = None if one.block is None else read(one.block.key)
    if block is None or "told" not in block.arrays:
        return None
    text = gzip.decompress(bytes(block.arrays["told"]))
    wanted = [*_RUN, *_CELL, "importance"]
    return pd.read_csv(
        io.BytesIO(text),
        names=explanation_columns(study.conditions.factor_names),
        usecols=wanted,
        dtype=dict.fromkeys([*_RUN, *_CELL], "category") | {"importance": float},
        keep_default_na=False,
        na_values={"importance": [""]},
    ).astype(dict.fromkeys([*_RUN, *_CELL], str))


def _unit_sum(table: pd.DataFrame) -> pd.DataFrame:
    """Importances as shares of their explanation's sum; NaN where all are 0."""
    keys = [*_RUN, "condition", "instance", "output"]
    total = table.groupby(keys, sort=False)["importance"].transform("sum", min_count=1)
    return table.assign(importance=table["importance"] / total.where(total > 0))


def _causes(study: Study, runs: pd.Index) -> pd.DataFrame:
    """The level of every cause in each run: the task itself is the first level of all."""
    frame = runs.to_frame(index=False)
    told = set(frame["cause"])
    names = [n for n in dict.fromkeys(task.cause for task in study.tasks) if n and n in told]
    levels = {name: frame["variant"].where(frame["cause"] == name, "") for name in names}
    return pd.DataFrame({**levels, "repeat": frame["repeat"]})


def _levels(study: Study, subject: tuple[str, ...]) -> dict[str, list[str]]:
    """Conditions of each level of a subject."""
    found: dict[str, list[str]] = {}
    for name, factors in study.conditions.levels.items():
        level = level_name(subject, [str(factors.get(one, "")) for one in subject])
        found.setdefault(level, []).append(name)
    return found


def _split(study: Study, wide: pd.DataFrame, causes: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of the causes at one level, or one that says why there are none."""
    profiles = wide.to_numpy(float)
    whole = np.isfinite(profiles).all(axis=0)
    counts = {"n_profiles": int(whole.sum()), "n_left_out": int((~whole).sum())}
    try:
        found = profile_components(
            profiles[:, whole],
            causes,
            [str(name) for name in causes if causes[name].nunique() > 1],
            rng=generator(study.seed, "variance"),
        )
    except BadInput as reason:
        return [{**counts, "cause": "", "note": str(reason)}]
    return [
        {**dict(zip(COMPONENT_COLUMNS, row, strict=True)), **counts}
        for row in found.to_numpy(object)
    ]
