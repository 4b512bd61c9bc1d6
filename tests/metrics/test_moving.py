"""Metrics over moves: the formulas of each cell, what is left out and told, what is declined."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from limelab import metrics
from limelab.metrics import AvgSensitivity, Lipschitz, MaxSensitivity
from limelab.metrics.sensitivity import expected_at_half
from limelab.types import Moves
from tests.metrics.test_relative import with_moves

MOVES = Moves(0.1, 7)
OF_E = {
    "MaxSensitivity": metrics.max_sensitivity,
    "MaxSensitivityRelative": metrics.max_sensitivity_relative,
    "MaxSensitivityCaptum": metrics.max_sensitivity_captum,
    "AvgSensitivity": metrics.avg_sensitivity,
    "AvgSensitivityRelative": metrics.avg_sensitivity_relative,
}


@pytest.mark.parametrize("name", OF_E)
def test_values_are_the_formulas_of_each_cell(name, evidence):
    made = with_moves(evidence)
    (score,) = getattr(metrics, name)(MOVES).score(made)
    moved = made.moved[0]
    assert score.values.shape == (1, 3, 2)
    for i, c in itertools.product(range(3), range(2)):
        wanted = OF_E[name](moved.effect_at_x[i, :, c], moved.effect[i, :, :, c])
        assert score.values[0, i, c] == pytest.approx(float(wanted))
    assert score.columns["radius"] == 0.1
    assert (score.columns["n_moves"] == 7).all()


def test_lipschitz_counts_numbers_in_deviations_and_a_category_as_one(evidence):
    made = with_moves(evidence)
    moved, at = made.moved[0], made.coordinates
    (score,) = Lipschitz(MOVES).score(made)
    for i, c in itertools.product(range(3), range(2)):
        slopes = []
        for p in range(7):
            step = (moved.points[i, p] - at.x[i]) / np.where(at.scale > 0, at.scale, 1)
            step[at.categorical] = moved.points[i, p, at.categorical] != at.x[i, at.categorical]
            change = moved.effect[i, p, :, c] - moved.effect_at_x[i, :, c]
            slopes.append(np.linalg.norm(change) / np.linalg.norm(step))
        assert score.values[0, i, c] == pytest.approx(max(slopes))
        assert score.columns["at_half"][0, i, c] == pytest.approx(
            float(expected_at_half(np.array(slopes)))
        )


def test_an_average_has_its_error(evidence):
    made = with_moves(evidence)
    moved = made.moved[0]
    (score,) = AvgSensitivity(MOVES).score(made)
    changes = np.linalg.norm(moved.effect[1, :, :, 0] - moved.effect_at_x[1, :, 0], axis=1)
    assert score.columns["stderr"][0, 1, 0] == pytest.approx(changes.std(ddof=1) / np.sqrt(7))
    assert "at_half" not in score.columns


def test_what_another_seed_changes_stands_beside(evidence):
    made = with_moves(evidence)
    (score,) = MaxSensitivity(MOVES).score(made)
    runs = made.effect[:, 2, :, 1]
    apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(runs, 2)]
    assert score.columns["seed_change"][0, 2, 1] == pytest.approx(np.mean(apart))
    moved = made.moved[0]
    changes = np.linalg.norm(moved.effect[2, :, :, 1] - moved.effect_at_x[2, :, 1], axis=1)
    assert score.columns["change"][0, 2, 1] == pytest.approx(changes.mean())


def test_moves_without_an_explanation_are_left_out_and_told(evidence):
    made = with_moves(evidence)
    moved = made.moved[0]
    effect, declined = moved.effect.copy(), moved.declined.copy()
    effect[0, 2:], declined[0, 2:] = np.nan, "too few samples"
    effect[1], declined[1] = np.nan, "too few samples"
    holed = replace(made, moved=(replace(moved, effect=effect, declined=declined),))
    for metric in (MaxSensitivity(MOVES), Lipschitz(MOVES), AvgSensitivity(MOVES)):
        (score,) = metric.score(holed)
        assert score.columns["n_moves"][0, :, 0].tolist() == [2, 0, 7]
        assert score.note[0, :, 0].tolist() == [
            "5 of 7 moves without an explanation", "no move of x counts", "",
        ]  # fmt: skip
        assert np.isnan(score.values[0, :, 0]).tolist() == [False, True, False]


def test_a_missing_explanation_at_x_says_why(evidence, with_hole):
    made = with_hole(with_moves(evidence), 0, 1)
    (score,) = MaxSensitivity(MOVES).score(made)
    assert score.note[0, 1, 0] == "too few samples"


def test_an_explanation_that_stays_is_the_optimum(evidence):
    made = with_moves(evidence)
    moved = made.moved[0]
    still = np.broadcast_to(moved.effect_at_x[:, None], moved.effect.shape)
    made = replace(made, moved=(replace(moved, effect=still),))
    for name in (*OF_E, "Lipschitz"):
        assert (getattr(metrics, name)(MOVES).score(made)[0].values == 0).all()


def test_what_is_declined(evidence):
    made = with_moves(evidence)
    assert "Moves(radius=0.2, size=7)" in MaxSensitivity(Moves(0.2, 7)).score(made)[0].note
    assert "do not share" in Lipschitz(MOVES).score(replace(made, coordinates=None))[0].note
    assert np.isfinite(MaxSensitivity(MOVES).score(replace(made, coordinates=None))[0].values).all()
