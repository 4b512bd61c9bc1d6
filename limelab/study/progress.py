"""Progress of a run, to a person or to a log; it computes nothing and keeps nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any, Protocol


class Watch(Protocol):
    """What a run tells about itself."""

    def start(self, what: str, total: int, reused: int) -> None: ...
    def step(self, queries: Mapping[str, int], *, failed: bool) -> None: ...
    def stop(self) -> None: ...


class Quiet:
    """Says nothing."""

    def start(self, what: str, total: int, reused: int) -> None:
        """Nothing."""

    def step(self, queries: Mapping[str, int], *, failed: bool) -> None:
        """Nothing."""

    def stop(self) -> None:
        """Nothing."""


class Log:
    """Plain lines on standard error, at most one every few seconds."""

    def __init__(self, every: float = 5.0) -> None:
        self._every = every

    def start(self, what: str, total: int, reused: int) -> None:
        """A line that says what begins."""
        self._what, self._total, self._done, self._failed, self._asked = what, total, 0, 0, 0
        self._began = self._last = time.monotonic()
        _say(f"{what}: {total} blocks to do, {reused} reused")

    def step(self, queries: Mapping[str, int], *, failed: bool) -> None:
        """Count, and speak when it is time."""
        self._done += 1
        self._failed += failed
        self._asked += sum(queries.values())
        now = time.monotonic()
        if now - self._last >= self._every or self._done == self._total:
            self._last = now
            rate = self._done / max(now - self._began, 1e-9)
            left = (self._total - self._done) / rate
            _say(
                f"{self._what}: {self._done}/{self._total} blocks, {self._asked} queries, "
                f"{self._failed} failed, {left:.0f} s left"
            )

    def stop(self) -> None:
        """Nothing more to say."""


class Bar:
    """A bar in the terminal: blocks, queries, failures, time left."""

    def __init__(self) -> None:
        self._bar: Any = None

    def start(self, what: str, total: int, reused: int) -> None:
        """Open the bar."""
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self.stop()
        told = f"{what} ({reused} reused)"
        self._asked = self._failed = 0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task(told, total=total, told="")
        self._bar.start()

    def step(self, queries: Mapping[str, int], *, failed: bool) -> None:
        """Move the bar."""
        self._asked += sum(queries.values())
        self._failed += failed
        failures = f", {self._failed} failed" if self._failed else ""
        self._bar.update(self._task, advance=1, told=f"{self._asked:,} queries{failures}")

    def stop(self) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def watch() -> Watch:
    """A bar where a person looks on, silence where not."""
    return Bar() if sys.stderr.isatty() else Quiet()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
