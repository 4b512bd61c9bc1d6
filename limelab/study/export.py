"""What a store holds, as tables: blocks, failures, claims; it reads and never writes the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from limelab.study.explaining import explained
from limelab.study.files import write_atomically
from limelab.study.store import Store


def overview(store: Store) -> pd.DataFrame:
    """Finished and failed blocks by kind, with queries, seconds and bytes."""
    blocks = _blocks(store)
    failed = pd.Series([failure.kind for failure in store.failures()], dtype=str).value_counts()
    if blocks.empty:
        return pd.DataFrame({"kind": failed.index, "blocks": 0, "failed": failed.to_numpy()})
    table = blocks.groupby("kind").agg(
        blocks=("key", "size"), queries=("queries", "sum"), seconds=("seconds", "sum"),
        bytes=("bytes", "sum"),
    )  # fmt: skip
    table["failed"] = failed.reindex(table.index, fill_value=0)
    return table.reset_index().round({"seconds": 2})


def export_store(out: Path, to: Path) -> Iterator[Path]:
    """Write blocks.csv, failures.csv and claims.csv (which claim was declared before its data).

    Yields
    ------
    path : Path
        Each file, as it is written.
    """
    with Store.read(out) as store, explained(to):
        to.mkdir(parents=True, exist_ok=True)
        failures = [vars(failure) for failure in store.failures()]
        columns = ["key", "kind", "label", "error"]
        tables = {
            "blocks.csv": _blocks(store),
            "failures.csv": pd.DataFrame(failures, columns=columns),
            "claims.csv": pd.DataFrame(store.all_claims(), columns=["study", "claim", "declared"]),
        }
        for name, table in tables.items():
            write_atomically(to / name, table.to_csv(index=False).encode())
            yield to / name


def _blocks(store: Store) -> pd.DataFrame:
    rows = [
        {
            "key": entry.key,
            "kind": entry.kind,
            **{str(name): value for name, value in entry.label.items()},
            "queries": sum(entry.queries.values()),
            "seconds": entry.seconds,
            "bytes": entry.size,
            "file": f"blocks/{entry.digest[:2]}/{entry.digest}.npz" if entry.digest else "",
        }
        for entry in store.blocks()
    ]
    return pd.DataFrame(rows)
