"""Whether a run has anything to do: tables that stand for a study as it is are not made again.

A finished run notes a stamp of all that its tables follow from, its blocks, and what its tables
are. The next run that finds the same stamp, the tables as they were written, and the blocks in the
store with files that nobody has written to since, ends there; their content is read by whoever
needs it, and by `limelab store verify`. Failures leave no note, so that they are tried again.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from limelab.study.bounds import Bound
from limelab.study.entries import Entry
from limelab.study.filing import path_of
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
from limelab.study.sources import code_hash, record
from limelab.study.spec import Study
from limelab.study.store import Store

_NOTE = "done"
_ALWAYS = (SCORES, EXPLANATIONS, CLAIMS, TASKS)
_MAYBE = (RANKING, VARIANCE)


def stamp_of(plan: Plan, study: Study, declared: Mapping[str, str]) -> str:
    """A hash of all that the tables of a study follow from.

    That is: its blocks that ask, its conditions and metrics with their code, its claims and
    whether they were declared, its words, its tier, and the code that makes tables.
    """
    conditions = study.conditions
    reads = [claim.read for claim in study.claims if isinstance(claim, Bound)]
    parts = [*study.metrics, *conditions.values(), *study.measures, *study.summaries, *reads]
    said = [
        sorted(block.key for block in plan.asking()),
        [(name, record(one), conditions.factors[name]) for name, one in conditions.items()],
        conditions.baselines,
        [(metric.name, record(metric)) for metric in study.metrics],
        [(claim.digest, declared.get(claim.digest, "")) for claim in study.claims],
        [record(judge) for judge in study.judge],
        [task.name for task in study.tasks],
        (study.question, study.remedy, study.budget, study.tier, study.seed, study.repeats),
        code_hash([sys.modules["limelab.study.run"], *parts]),
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def note_done(
    store: Store, name: str, folder: Path, stamp: str, blocks: Mapping[str, Entry]
) -> None:
    """Note a finished run; one in which something failed is not finished."""
    told = store.manifest(name)
    note: dict[str, Any] = {}
    if not told["failures"]:
        note = {
            "stamp": stamp,
            "blocks": {key: entry.digest for key, entry in sorted(blocks.items())},
            "tables": {path.name: _hash(path) for path in _tables(folder)},
            "noted": time.time_ns(),
        }
    store.write_manifest(name, {_NOTE: note})


def unchanged(
    store: Store, name: str, folder: Path, stamp: str, began: float
) -> dict[str, Any] | None:
    """The manifest of a run that has nothing to do, or None where there is something.

    Parameters
    ----------
    store : Store
    name : str
        Of the study.
    folder : Path
        Of its tables.
    stamp : str
        From `stamp_of`.
    began : float
        Seconds since the epoch.
    """
    told = store.manifest(name)
    note = told.pop(_NOTE, None)
    if not note or note["stamp"] != stamp or not _whole(folder, note["tables"]):
        return None
    blocks = note["blocks"]
    if store.has(blocks) != {*blocks} or not _untouched(store, blocks.values(), note["noted"]):
        return None
    return {
        **told,
        "blocks": {"total": len(blocks), "made": 0, "reused": len(blocks)},
        "queries_now": {},
        "seconds_storing": 0.0,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
        "seconds": round(time.time() - began, 3),
        "unchanged": True,
    }


def _untouched(store: Store, digests: Iterable[str], noted: int) -> bool:
    """Whether no file of these blocks was written to after a time."""
    files = (path_of(store.folder, digest) for digest in digests if digest)
    return all(file.stat().st_mtime_ns <= noted for file in files)


def _tables(folder: Path) -> list[Path]:
    """The tables of a study that there are."""
    named = [folder / name for name in (*_ALWAYS, *_MAYBE)]
    return [path for path in (*named, *sorted(folder.glob(f"{MEASURE}*.csv"))) if path.is_file()]


def _whole(folder: Path, tables: Mapping[str, str]) -> bool:
    """Whether all tables are there as they were written, and no others, under a manifest."""
    there = _tables(folder)
    return (
        (folder / MANIFEST).is_file()
        and {path.name for path in there} == {*tables}
        and all(_hash(path) == tables[path.name] for path in there)
    )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
