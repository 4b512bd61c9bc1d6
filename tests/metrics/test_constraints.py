"""Constraints of the data: one point for each that breaks it, and what is no one-hot group."""

from __future__ import annotations

import numpy as np

from limelab.metrics.constraints import (
    broken_categories,
    broken_integers,
    broken_one_hot,
    broken_ranges,
    one_hot_groups,
)

CODES = np.array([False, True, False])
ROWS = np.array([[0.0, 0, 1], [2.0, 1, 5], [1.0, 1, 3]])


def test_each_constraint_alone():
    points = np.array([[1.0, 0, 3], [2.5, 0, 3], [-0.1, 0, 3], [1.0, 2, 3], [1.0, 0, 3.5]])
    assert broken_ranges(points, ROWS, CODES).tolist() == [False, True, True, False, False]
    assert broken_categories(points, ROWS, CODES).tolist() == [False, False, False, True, False]
    whole = np.array([False, False, True])
    assert broken_integers(points, whole).tolist() == [False, False, False, False, True]
    for rule in (broken_ranges, broken_categories):
        assert not rule(ROWS, ROWS, CODES).any()


def test_one_hot_groups_are_runs_that_add_to_one():
    rng = np.random.default_rng(0)
    kinds, others = np.eye(3)[rng.integers(0, 3, 30)], np.eye(2)[rng.integers(0, 2, 30)]
    lone = rng.integers(0, 2, (30, 1)).astype(float)
    rows = np.concatenate([rng.normal(size=(30, 1)), kinds, others, lone], axis=1)
    nothing = np.zeros(7, dtype=bool)
    assert one_hot_groups(rows, nothing) == ((1, 2, 3), (4, 5))
    coded = nothing.copy()
    coded[2] = True
    assert one_hot_groups(rows, coded) == ((4, 5),)
    assert one_hot_groups(rows[:, [0, 6]], np.zeros(2, dtype=bool)) == ()


def test_broken_groups():
    points = np.array([[1.0, 0, 0], [0, 0, 0], [1, 1, 0], [0.5, 0.5, 0], [0, 0, 1]])
    assert broken_one_hot(points, [(0, 1, 2)]).tolist() == [False, True, True, True, False]
    assert not broken_one_hot(points, []).any()
