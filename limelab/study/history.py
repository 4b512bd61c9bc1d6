"""Claims, first data and manifests of the studies of a store; it knows no block."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from limelab.study.entries import Failure, Status, as_json
from limelab.study.explaining import explained

EVERY = "*"  # the stem that stands for all studies, where nobody knows which had data


class History:
    """What is known of the studies of one folder.

    Attributes
    ----------
    folder : Path
    """

    def __init__(self, folder: Path, database: sqlite3.Connection) -> None:
        self.folder = folder
        self._database = database

    # Claims

    def register_claims(self, study: str, hashes: Sequence[str]) -> dict[str, Status]:
        """Say of each claim whether it was there before the study's first data; for good.

        Parameters
        ----------
        study : str
            Stem of the study.
        hashes : sequence of str
            A claim that was edited has another hash and is another claim.

        Returns
        -------
        status : dict of hash to "declared" or "post hoc"
        """
        with explained(self.folder), self._transaction() as database:
            seen = database.execute(
                "SELECT 1 FROM studies WHERE stem IN (?, ?)", (study, EVERY)
            ).fetchone()
            status: Status = "declared" if seen is None else "post hoc"
            database.executemany(
                "INSERT OR IGNORE INTO claims VALUES (?, ?, ?, ?)",
                [(study, each, status, now()) for each in hashes],
            )
        known = self.claims(study)
        return {each: known[each] for each in hashes}

    def claims(self, study: str) -> dict[str, Status]:
        """The status of every claim that was ever registered for a study."""
        with explained(self.folder):
            rows = self._database.execute(
                "SELECT hash, status FROM claims WHERE study = ? ORDER BY rowid", (study,)
            )
            return dict(rows.fetchall())

    def all_claims(self) -> list[tuple[str, str, str]]:
        """Study, hash and status of every claim of every study."""
        with explained(self.folder):
            rows = self._database.execute("SELECT study, hash, status FROM claims ORDER BY rowid")
            return rows.fetchall()

    def mark_data(self, study: str) -> None:
        """Note that a study has data: claims that come from now on are post hoc."""
        with explained(self.folder), self._transaction() as database:
            database.execute("INSERT OR IGNORE INTO studies VALUES (?, ?)", (study, now()))

    # Manifest

    def write_manifest(self, study: str, values: Mapping[str, Any]) -> None:
        """Set these entries of a study's manifest (JSON) and leave its other entries."""
        rows = [
            (study, key, as_json(value, f"manifest of {study}")) for key, value in values.items()
        ]
        with explained(self.folder), self._transaction() as database:
            database.executemany("INSERT OR REPLACE INTO manifest VALUES (?, ?, ?)", rows)

    def manifest(self, study: str) -> dict[str, Any]:
        """The manifest of a study, empty where there is none."""
        with explained(self.folder):
            rows = self._database.execute(
                "SELECT key, value FROM manifest WHERE study = ? ORDER BY key", (study,)
            ).fetchall()
        return {key: json.loads(value) for key, value in rows}

    # Between stores

    def history(self) -> tuple[list[Any], list[Any], list[Any]]:
        """Rows of studies, claims and manifests, for another store."""
        with explained(self.folder):
            found = [
                self._database.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()
                for table in ("studies", "claims", "manifest")
            ]
        return found[0], found[1], found[2]

    def adopt(
        self, history: tuple[list[Any], list[Any], list[Any]], failures: Sequence[Failure]
    ) -> None:
        """Join the history of another store, and its failures of blocks that are not done here.

        Studies have their earliest data, claims their earliest registration; one that came after
        the earliest data is post hoc. Manifests of ours stay.
        """
        studies, claims, manifests = history
        with explained(self.folder), self._transaction() as database:
            for row in studies:
                database.execute(
                    "INSERT INTO studies VALUES (?, ?) ON CONFLICT (stem) "
                    "DO UPDATE SET first_data = min(first_data, excluded.first_data)",
                    row,
                )
            for row in claims:
                database.execute(
                    "INSERT INTO claims VALUES (?, ?, ?, ?) ON CONFLICT (study, hash) DO UPDATE "
                    "SET status = excluded.status, seen = excluded.seen WHERE "
                    "(excluded.seen, excluded.status = 'declared') < (seen, status = 'declared')",
                    row,
                )
            database.execute(
                "UPDATE claims SET status = 'post hoc' WHERE EXISTS (SELECT 1 FROM studies "
                "WHERE studies.stem = claims.study AND studies.first_data < claims.seen)"
            )
            database.executemany("INSERT OR IGNORE INTO manifest VALUES (?, ?, ?)", manifests)
            for one in failures:
                database.execute(
                    "INSERT OR IGNORE INTO failures SELECT ?, ?, ?, ? "
                    "WHERE NOT EXISTS (SELECT 1 FROM blocks WHERE key = ?)",
                    (one.key, one.kind, json.dumps(one.label), one.error, one.key),
                )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise


def now() -> str:
    """The time, as the store says it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
