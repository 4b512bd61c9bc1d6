"""The cost of an audit is said before: its questions are counted, the model's pace is tried."""

from __future__ import annotations

import time

import numpy as np
import pytest

import limelab as ll
from limelab.auditing.costing import Cost, cost, pace
from limelab.auditing.judging import audited
from limelab.auditing.subject import JUDGE, read
from limelab.blackbox import one_thread

RNG = np.random.default_rng(0)


def settled(rows):
    return rows[:, 0].copy()


def even(rows):
    """Two features that matter alike, of which no look tells which one leads."""
    return rows[:, 0] + rows[:, 1]


def subject(model, d, rows, lime=None):
    X = RNG.normal(size=(300, d))
    return read(model, X, X[:rows], ll.Lime() if lime is None else lime, JUDGE, 0)


@pytest.mark.parametrize(("d", "rows", "repeats"), [(4, 2, 5), (15, 1, 5), (3, 1, 9)])
@pytest.mark.parametrize("labelled", [False, True])
def test_what_is_asked_is_what_was_said(d, rows, repeats, labelled):
    seen = subject(settled, d, rows)
    said = cost(seen, repeats, labelled=labelled)
    with one_thread():
        found = audited(seen, repeats, ll.Rules(), np.zeros(300) if labelled else None)
    assert found.measured.queries == said.least


def test_a_second_look_is_at_most_what_was_said():
    seen = subject(even, 4, 2, ll.Lime(n_samples=512))
    said = cost(seen, 5, labelled=False)
    with one_thread():
        found = audited(seen, 5, ll.Rules(tie=0.0), None)
    assert found.measured.queries == said.most


def test_the_pace_is_the_models():
    def slow(rows):
        time.sleep(0.002 * len(rows))
        return rows[:, 0]

    assert 200 < pace(subject(slow, 2, 1)) < 500


def test_a_call_that_costs_whatever_its_length_does_not_count_against_the_model():
    def dear(rows):
        time.sleep(0.02)
        return rows[:, 0]

    assert pace(subject(dear, 2, 1)) > 20_000


def test_hours_are_said():
    assert (
        Cost(200_000, 400_000).told(10.0).endswith("at 10 a second: about 5 h 33 min to 11 h 6 min")
    )
