"""Relative stabilities over moves: formulas of each cell, and which moves count."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from limelab import metrics
from limelab.types import Coordinates, Moved, Moves

MOVES = Moves(0.1, 7)
FORMULAS = {
    "RelativeInputStability": metrics.relative_input_stability,
    "RelativeInputStabilityNorm": metrics.relative_input_stability_norm,
    "RelativeOutputStability": metrics.relative_output_stability,
    "RelativeOutputStabilityNorm": metrics.relative_output_stability_norm,
}


def with_moves(evidence, shape=(4, 3, 6, 2)):
    """Evidence with moves of rows of two numbers, a constant and a category."""
    rng = np.random.default_rng(2)
    _, n, k, outputs = shape
    x = np.column_stack([rng.normal(3, 1, (n, 2)), np.full(n, 5.0), rng.integers(0, 3, n)])
    points = np.repeat(x[:, None], MOVES.size, axis=1)
    points[..., :2] += rng.uniform(-0.2, 0.2, (n, MOVES.size, 2))
    points[:, ::3, 3] = (points[:, ::3, 3] + 1) % 3
    codes = np.array([False, False, False, True])
    at = Coordinates(x, x, x, codes, codes, x.mean(0), np.array([2.0, 0.5, 0.0, 0.0]))
    effect = rng.normal(size=(n, MOVES.size, k, outputs))
    made = evidence(shape, coordinates=at)
    moved = Moved(
        MOVES, points, f=rng.normal(size=(n, MOVES.size, outputs)),
        at_x=made.importance[0], effect_at_x=made.effect[0], importance=np.abs(effect),
        effect=effect, declined=np.full((n, MOVES.size), "", dtype=object),
    )  # fmt: skip
    return replace(made, moved=(moved,))


def rows_of(made, i):
    """The row and its moves in deviations, a category as 1 that a change makes 0."""
    at, points = made.coordinates, made.moved[0].points[i]
    x = np.array([*(at.x[i, :2] / at.scale[:2]), 0.0, 1.0])
    moved = np.column_stack(
        [points[:, :2] / at.scale[:2], np.zeros(len(points)), points[:, 3] == at.x[i, 3]]
    )
    return x, moved


@pytest.mark.parametrize("name", FORMULAS)
def test_values_are_the_formulas_of_the_moves_that_keep_the_label(name, evidence):
    made = with_moves(evidence)
    moved = made.moved[0]
    (score,) = getattr(metrics, name)(MOVES).score(made)
    for i, c in itertools.product(range(3), range(2)):
        same = moved.f[i].argmax(axis=1) == made.f_at_x[i].argmax()
        assert 0 < same.sum() < 7
        of_input = "Input" in name
        x, xs = rows_of(made, i) if of_input else (made.f_at_x[i], moved.f[i])
        wanted = FORMULAS[name](
            x, xs[same], moved.effect_at_x[i, :, c], moved.effect[i, same, :, c]
        )
        assert score.values[0, i, c] == pytest.approx(float(wanted))
        assert score.columns["n_moves"][0, i, c] == same.sum()
    assert score.columns["moves_used"] == "same label"


def test_with_one_output_every_move_counts(evidence):
    made = with_moves(evidence, (4, 3, 6, 1))
    for name in FORMULAS:
        (score,) = getattr(metrics, name)(MOVES).score(made)
        assert (score.columns["n_moves"] == 7).all()
        assert score.columns["moves_used"] == "all"


def test_moves_that_all_change_the_label_leave_nothing(evidence):
    made = with_moves(evidence)
    moved = made.moved[0]
    other = np.broadcast_to(made.f_at_x[:, None, ::-1], moved.f.shape)
    made = replace(made, moved=(replace(moved, f=other),))
    (score,) = metrics.RelativeOutputStability(MOVES).score(made)
    assert set(score.note.ravel()) == {"no move of x counts"}
