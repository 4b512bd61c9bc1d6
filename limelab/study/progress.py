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
            spent = max(now - self._began, 1e-9)
            left = spent / self._done * (self._total - self._done)
            _say(
                f"{self._what}: {self._done}/{self._total} blocks, {_asked(self._asked, spent)}, "
                f"{self._failed} failed, {clock(left)} left"
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
        self._began = time.monotonic()
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
        asked = _asked(self._asked, max(time.monotonic() - self._began, 1e-9))
        self._bar.update(self._task, advance=1, told=asked + failures)

    def stop(self) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def watch() -> Watch:
    """A bar where a person looks on, silence where not."""
    return Bar() if sys.stderr.isatty() else Quiet()


def _asked(queries: int, seconds: float) -> str:
    """Queries and their rate; a phase that asks nothing says nothing of it.

    Examples
    --------
    >>> _asked(3000, 1.5), _asked(0, 1.5)
    ('3,000 queries (2,000/s)', 'no queries')
    """
    return f"{queries:,} queries ({queries / seconds:,.0f}/s)" if queries else "no queries"


def clock(seconds: float) -> str:
    """A time in words.

    Examples
    --------
    >>> clock(59.4), clock(125), clock(7300)
    ('59 s', '2 min 5 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
