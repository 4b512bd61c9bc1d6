"""Progress of an audit, for who looks on in a terminal: it counts questions and asks none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from limelab.auditing.costing import Cost
from limelab.auditing.subject import Subject
from limelab.blackbox import Counter


class Told(Counter):
    """A counter that tells a bar of every question."""

    def __init__(self, rows: int, bar: Any, task: Any) -> None:
        self._rows, self._bar, self._task = rows, bar, task

    @property
    def rows(self) -> int:
        """Rows asked so far."""
        return self._rows

    @rows.setter
    def rows(self, value: int) -> None:
        self._bar.advance(self._task, value - self._rows)
        self._rows = value


@contextmanager
def watched(subject: Subject, cost: Cost) -> Iterator[Subject]:
    """The subject, with a bar on standard error where that is a terminal.

    The bar is as long as the most that may be asked; an audit that needs less ends before.
    """
    if not sys.stderr.isatty():
        yield subject
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    asked = TextColumn("{task.completed:,} of at most {task.total:,} questions")
    columns = (BarColumn(), asked, TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        box = subject.box
        counter = Told(box.queries, bar, bar.add_task("audit", total=cost.most))
        yield replace(subject, box=replace(box, counter=counter))
