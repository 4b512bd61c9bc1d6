"""Small moves of the rows: where they are, whose draws they use, what they cost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab import models
from limelab.datasets import Dataset, load
from limelab.study.moving import MovedAnswers, moved_points
from limelab.study.plan import make_plan
from limelab.study.ready import fitted, split
from limelab.types import Moves
from tests.study.spies import MOVES, Moving, Sampling, seen
from tests.study.world import DIABETES, LIME, Attributing, Declining, small


def numbers() -> Dataset:
    data = load("diabetes")
    return replace(data, X=data.X[["age", "bmi", "bp", "ltg"]])


LINE = ll.Task(numbers, models.linear(), instances=3, background=80)
STUDY: dict[str, Any] = {"tasks": [LINE], "judge": [], "claims": [], "metrics": [Moving()]}


def test_a_line_says_the_same_at_every_move_as_its_draws_are_those_of_the_row(out: Path) -> None:
    conditions = ll.vary(LIME, draws=["own", "shared"])
    results = small(conditions=conditions, **STUDY).run(out)
    scale = results.explanations["importance"].max()
    assert results.scores["value"].max() < 1e-9 * scale
    for evidence in seen("moving"):
        assert evidence.importance.std(axis=0).max() > 1e-3 * scale  # other seeds say otherwise


def test_moved_rows_are_in_the_box_and_the_model_is_asked_there(out: Path) -> None:
    small(conditions={"lime": LIME}, **STUDY).run(out)
    (evidence,) = seen("moving")
    (moved,) = evidence.moved
    data, model = split(LINE, 0), fitted(LINE, 0)
    assert moved.points.shape == (3, MOVES.size, 4)
    steps = np.abs(moved.points - data.x[:, None]) / data.table.scale
    assert 0 < steps.min() < steps.max() <= MOVES.radius
    wanted = model.box.ask(data.table.decode(moved.points.reshape(-1, 4))).reshape(3, MOVES.size, 1)
    np.testing.assert_array_equal(moved.f, wanted)
    np.testing.assert_array_equal(moved.at_x, evidence.importance[0])
    np.testing.assert_array_equal(moved.effect_at_x, evidence.effect[0])


def test_moves_of_a_row_do_not_depend_on_the_rows_beside_it() -> None:
    data = split(LINE, 0)
    whole = moved_points(data.table, data.x, MOVES, 0)
    np.testing.assert_array_equal(whole[1:2], moved_points(data.table, data.x[1:2], MOVES, 0))
    assert (moved_points(data.table, data.x, MOVES, 1) != whole).all()


@pytest.mark.parametrize("draws", ["own", "shared"])
def test_moves_cost_what_the_plan_says_and_a_law_free_of_x_costs_none(
    out: Path, draws: str
) -> None:
    laws = [ll.Gaussian(), ll.Neighbours(), ll.Marginals()]
    study = small(conditions=ll.vary(replace(LIME, draws=draws), perturbation=laws), **STUDY)
    queries = study.run(out).manifest["queries"]
    assert queries["moves"] == 3 * MOVES.size * (1 + 2 * LIME.n_samples)
    assert make_plan(study).queries()["moves"] == queries["moves"]
    moved = [evidence.moved[0] for evidence in seen("moving")]
    assert all((one.importance != one.at_x[:, None]).any() for one in moved[1:])


def test_a_law_free_of_x_meets_the_answers_that_asking_would_give(out: Path) -> None:
    small(conditions=ll.vary(LIME, perturbation=[ll.Marginals()]), **STUDY).run(out)
    (evidence,) = seen("moving")
    spec = MovedAnswers(LINE, 0, ll.Marginals(), 64, "own", MOVES, (0, 3))
    data, model = split(LINE, 0), fitted(LINE, 0)
    for i, cloud in enumerate(spec.clouds()):
        y = model.box.ask(data.table.decode(cloud.moves[0]))[None]
        found = ll.lime.fit(
            replace(LIME, perturbation=ll.Marginals()), data.table, cloud, y,
            evidence.moved[0].f[i], [0, 1, 2], ("output",),
        )  # fmt: skip
        np.testing.assert_allclose(evidence.moved[0].importance[i], found.importance, rtol=1e-12)


def test_an_explainer_from_elsewhere_is_called_at_every_move(out: Path) -> None:
    results = small(conditions={"array": Attributing()}, **STUDY).run(out)
    (evidence,) = seen("moving")
    (moved,) = evidence.moved
    data, model = split(LINE, 0), fitted(LINE, 0)
    seed = np.abs(evidence.effect[0]).max()
    for p in range(MOVES.size):
        rows = data.table.decode(moved.points[:, p])
        found = np.stack([Attributing().explain(model.box.ask, None, rows, s) for s in range(3)])
        assert np.isclose(found, moved.effect[:, p]).all(axis=(1, 2, 3)).any()
    assert seed > 0
    assert results.manifest["queries"]["moves"] > 3 * MOVES.size


def test_categories_move_and_a_law_that_declines_says_so(out: Path) -> None:
    conditions = {"lime": LIME, "no": replace(LIME, perturbation=Declining())}
    results = small(**{**STUDY, "tasks": [LINE]}, conditions=conditions).run(out)
    assert set(results.scores.query("condition == 'no'")["note"]) == {
        "four columns (or fewer) are too few"
    }
    table = split(replace(DIABETES, instances=40), 0)
    points = moved_points(table.table, table.x, Moves(0.9, 5), 0)
    codes = table.table.categorical
    assert codes.any()
    assert 0 < (points[..., codes] != table.x[:, None, codes]).mean() < 0.9


def test_samples_are_the_first_points_with_their_weights(out: Path) -> None:
    kernels = [ll.Flat(), ll.Exponential(0.5)]
    conditions = ll.vary(replace(LIME, n_samples=512), kernel=kernels) | {"other": Attributing()}
    results = small(**{**STUDY, "metrics": [Sampling()]}, conditions=conditions).run(out)
    flat, near = (evidence.sampled for evidence in seen("sampling"))
    assert flat is not None
    assert near is not None
    assert flat.points.shape == (3, 256, 4)
    np.testing.assert_array_equal(flat.points, near.points)
    data = split(LINE, 0)
    z = (near.points - data.x[:, None]) / data.table.scale
    wanted = np.exp(-((z**2).sum(axis=2)) / (2 * 0.5**2 * 4))
    np.testing.assert_allclose(near.weights, wanted, rtol=1e-9)
    assert (flat.weights == 1).all()
    assert set(results.scores.query("condition == 'other'")["note"]) == {
        "the explainer shows no points"
    }
