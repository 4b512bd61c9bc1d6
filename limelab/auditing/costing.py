"""What an audit will cost, before it does: it counts questions and tries the model's pace."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from limelab.auditing import measuring, others, overall, stability
from limelab.auditing.settings import halved, lime_of
from limelab.auditing.subject import MODEL_ROWS, Subject
from limelab.study.progress import clock

_LONG = 0.5  # seconds of a call in which its fixed cost no longer counts
_OWN = 1e-6  # seconds of limelab's own work for a question, on a machine of 2024
_LARGEST = 2**14  # rows of the largest trial: calls of an audit are about as large


class Cost(NamedTuple):
    """Questions that an audit asks; of rows that a first look does not settle it asks more.

    Attributes
    ----------
    least, most : int
        Where a first look settles every row, and where it settles none.
    """

    least: int
    most: int

    def told(self, pace: float) -> str:
        """The cost in words, of a model that answers so many rows a second.

        Examples
        --------
        >>> Cost(1400, 2000).told(100.0)
        'the model will be asked 1,400 to 2,000 questions; at 100 a second: about 14 s to 20 s'
        """
        ends = [clock(max(1.0, n * (1.0 / pace + _OWN))) for n in self]
        return (
            f"the model will be asked {self.least:,} to {self.most:,} questions; at {pace:,.0f} "
            f"a second: about {' to '.join(dict.fromkeys(ends))}"
        )


def cost(subject: Subject, repeats: int, *, labelled: bool) -> Cost:
    """Questions of an audit whose explainer is made of limelab's parts.

    Raises
    ------
    NotApplicable
        It is not.
    """
    rows, d = subject.x.shape
    n, size = len(subject.table.background), subject.judge.size
    samples, half = (
        lime_of(e).n_samples + 1 for e in (subject.explainer, halved(subject.explainer))
    )
    explained = (
        (repeats + 2 + 2 * stability.RUNS) * samples  # widths; moves and backgrounds
        + stability.RUNS * half
        + samples  # a tree
        + 2 * (others.SAMPLES + 1)
    )
    judged = (len(subject.judge.radii) + 1 + 5) * size  # radii, near rows, five others
    first = measuring.CLOUDS * measuring.POINTS + measuring.REAL_CLOUDS * measuring.REAL_POINTS
    least = rows * (explained + judged + first * (d + 1) + 1)
    whole = min(n, overall.ROWS) * (1 + overall.REPEATS * d) * (2 if labelled else 1)
    least += whole + min(n, MODEL_ROWS)
    return Cost(least, least + rows * measuring.CLOUDS * measuring.AGAIN * (d + 1))


def pace(subject: Subject) -> float:
    """Rows that the model answers in a second, in calls as large as it takes to tell."""
    subject.box.ask(subject.table.decode(subject.x[:1].copy()))  # what is made at a first call
    n, spent = 1, 0.0
    while True:
        rows = subject.table.background[np.arange(n) % len(subject.table.background)]
        began = time.perf_counter()
        subject.box.ask(subject.table.decode(rows))
        spent = time.perf_counter() - began
        if spent >= _LONG or n >= _LARGEST:
            return n / max(spent, 1e-9)
        n = min(8 * n, _LARGEST)
