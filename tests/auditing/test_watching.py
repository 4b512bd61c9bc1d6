"""A bar shows every question where somebody looks on, and nothing changes where nobody does."""

from __future__ import annotations

import io
import sys

import numpy as np

import limelab as ll
from limelab.auditing.costing import Cost
from limelab.auditing.subject import JUDGE, read
from limelab.auditing.watching import watched

X = np.random.default_rng(0).normal(size=(60, 2))


class Terminal(io.StringIO):
    def isatty(self):
        return True


def subject():
    return read(lambda rows: rows[:, 0], X, X[:1], ll.Lime(n_samples=64), JUDGE, 0)


def test_questions_are_shown_and_counted_as_ever(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    plain = subject()
    before = plain.box.queries
    with watched(plain, Cost(60, 2000)) as seen:
        assert seen.box.queries == before
        seen.box.ask(X)
    assert seen.box.queries == before + 60
    assert "60 of at most 2,000 questions" in screen.getvalue()


def test_nobody_looks_on(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    plain = subject()
    with watched(plain, Cost(60, 2000)) as seen:
        assert seen is plain
    assert sys.stderr.getvalue() == ""
