"""The tables of a run, put together from its blocks in the order of the plan; no numbers made."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from limelab.study.entries import Block, Entry
from limelab.study.files import write_atomically
from limelab.study.gathering import Condition
from limelab.study.plan import Plan
from limelab.study.results import (
    CLAIMS,
    EXPLANATIONS,
    MANIFEST,
    MEASURE,
    RANKING,
    SCORES,
    TASKS,
    VARIANCE,
)
from limelab.study.rows import LEAD, explanation_columns, score_columns, to_csv
from limelab.study.spec import Study, Summary, Task
from limelab.types import Metric

Read = Callable[[str], Block | None]


@dataclass(frozen=True, eq=False)
class Scored:
    """Conditions of a task with the block that tells of them, or the reason why there is none."""

    task: Task
    conditions: tuple[Condition, ...]
    block: Entry | None
    reason: str
    metrics: tuple[Metric, ...] = ()


def begin(folder: Path) -> None:
    """Make room for the tables of a run: the folder is unfinished until its manifest is written.

    The old manifest goes first, so that nobody takes a mixture of two runs for either of them, and
    the tables of measures with it, since this run may have other measures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for path in folder.glob(f"{MEASURE}*.csv"):
        if path.stem.removeprefix(MEASURE).isidentifier():  # as a measure is called
            path.unlink()


def write_scores(folder: Path, study: Study, scored: Sequence[Scored], read: Read) -> None:
    """Scores and explanations of all blocks, each table under one header."""
    factors = study.conditions.factor_names
    header = _header(factors, [one.block for one in scored if one.block is not None])
    write_atomically(folder / SCORES, _scores(header, scored, read))
    write_atomically(folder / EXPLANATIONS, _explanations(factors, scored, read))


def _scores(header: list[str], scored: Sequence[Scored], read: Read) -> Iterator[bytes]:
    """The table of scores in pieces; what chunks of a task say in the same words, once."""
    yield _head(header)
    said: set[bytes] = set()
    for one in scored:
        block = None if one.block is None else read(one.block.key)
        if block is None:
            yield _failed_rows(one, header)
            continue
        columns = block.meta["columns"]
        yield _under(header, bytes(block.arrays["scores"]), columns)
        if "over" in block.arrays:
            lines = _under(header, bytes(block.arrays["over"]), columns).splitlines(keepends=True)
            yield b"".join(line for line in lines if line not in said)
            said.update(lines)


def _explanations(factors: Sequence[str], scored: Sequence[Scored], read: Read) -> Iterator[bytes]:
    """The table of explanations in pieces, each a member of one gzip file."""
    yield gzip.compress(_head(explanation_columns(factors)), 4, mtime=0)
    for one in scored:
        block = None if one.block is None else read(one.block.key)
        if block is not None and "told" in block.arrays:
            yield bytes(block.arrays["told"])


def write_tasks(folder: Path, facts: Sequence[Scored]) -> None:
    """One row a task: data, model, test scores."""
    rows = [_task_row(one) for one in facts]
    columns = list(dict.fromkeys(name for row in rows for name in row if name != "note"))
    write_atomically(folder / TASKS, to_csv(pd.DataFrame(rows, columns=[*columns, "note"])))


def write_measures(folder: Path, plan: Plan, read: Read) -> None:
    """One table a measure, all tasks in it; text stays as the measure wrote it."""
    tables: dict[str, list[pd.DataFrame]] = {}
    for planned in (measure for task in plan.tasks for measure in task.measures):
        block = read(planned.key)
        if block is not None:
            text = io.BytesIO(bytes(block.arrays["csv"]))
            frame = pd.read_csv(text, dtype=str, keep_default_na=False)
            tables.setdefault(planned.label["what"], []).append(frame)
    for name, frames in tables.items():
        write_atomically(folder / f"{MEASURE}{name}.csv", to_csv(pd.concat(frames)))


def write_summaries(
    folder: Path, study: Study, told: Mapping[str, pd.DataFrame]
) -> list[dict[str, Any]]:
    """What measures say together, a table each; nothing where one of them told nothing.

    Returns
    -------
    failures : list of dict
        As in the manifest: the summaries that broke.
    """
    if any(rows.empty for rows in told.values()):
        return []
    failures = []
    for summary in study.summaries:
        try:
            text = _summed(summary, told)
        except Exception as error:  # whoever wrote it: the other tables stand
            place = {"task": "", "what": f"summary {summary.__name__}", "kind": "summary"}
            failures.append({**place, "error": f"{type(error).__name__}: {error}"})
        else:
            write_atomically(folder / f"{MEASURE}{summary.__name__}.csv", text)
    return failures


def _summed(summary: Summary, told: Mapping[str, pd.DataFrame]) -> bytes:
    """The table of a summary, which is handed copies."""
    table = summary({name: rows.copy() for name, rows in told.items()})
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"{summary.__name__} returned {table!r:.100}; expected a DataFrame")
    return to_csv(table)


def write_claims(folder: Path, claims: pd.DataFrame) -> None:
    """Claims with their estimates and verdicts."""
    write_atomically(folder / CLAIMS, to_csv(claims))


def write_found(folder: Path, ranking: pd.DataFrame, variance: pd.DataFrame) -> None:
    """Ranks and shares of variance, where there are any; those of an earlier run go."""
    for name, table in ((RANKING, ranking), (VARIANCE, variance)):
        if table.empty:
            (folder / name).unlink(missing_ok=True)
        else:
            write_atomically(folder / name, to_csv(table))


def write_manifest(folder: Path, told: Mapping[str, Any]) -> None:
    """What was run and what it cost, as JSON."""
    write_atomically(folder / MANIFEST, json.dumps(told, indent=1, sort_keys=True).encode())


def _header(factors: Sequence[str], blocks: Sequence[Entry]) -> list[str]:
    """Columns of all blocks; those that only some metrics have stand by name before the note."""
    known = score_columns(factors)
    found = {name for block in blocks for name in block.meta["columns"]}
    return score_columns(factors, sorted(found - set(known)))


def _head(columns: Sequence[str]) -> bytes:
    return to_csv(pd.DataFrame(columns=list(columns)))


def _under(header: list[str], rows: bytes, columns: list[str]) -> bytes:
    """Rows with their columns in the order of the header."""
    if columns == header:
        return rows
    frame = pd.read_csv(io.BytesIO(rows), names=columns, dtype=str, keep_default_na=False)
    return to_csv(frame.reindex(columns=header, fill_value=""), header=False)


def _failed_rows(one: Scored, header: list[str]) -> bytes:
    """A failed block is one row for each condition and metric, with its error."""
    rows = [
        {
            **dict(zip(LEAD, (*_place(one.task), condition.name), strict=True)),
            **dict(condition.factors),
            "draws": getattr(condition.explainer, "draws", "own"),
            "cause": one.task.cause,
            "variant": one.task.variant_name,
            "metric": metric.name,
            "note": one.reason,
        }
        for condition in one.conditions
        for metric in one.metrics
    ]
    return to_csv(pd.DataFrame(rows, dtype=object).reindex(columns=header), header=False)


def _own(features: Sequence[int]) -> str:
    """How many features rows have that do not share them."""
    low, high = min(features), max(features)
    return f"{low}" if low == high else f"{low} to {high}"


def _place(task: Task) -> tuple[str, str, str]:
    return task.name, task.data_name, task.model.name


def _task_row(one: Scored) -> dict[str, Any]:
    row = {"task": one.task.name, "dataset": one.task.data_name, "model": repr(one.task.model)}
    row |= {"cause": one.task.cause, "variant": one.task.variant_name}
    if one.block is None:
        return {**row, "note": one.reason}
    meta = one.block.meta
    return {
        **row,
        "kind": meta["kind"],
        "rows": meta["rows"],
        "held_out": meta["held_out"],
        "features": len(meta["features"]) or _own(meta["own_features"]),
        "outputs": " ".join(meta["outputs"]),
        **meta["scores"],
        "note": "",
    }
