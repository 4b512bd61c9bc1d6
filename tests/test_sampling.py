"""Drawing and asking: what a prefix is, whose draws are whose, and how often the model is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limelab import sampling
from limelab.blackbox import BlackBox, blackbox
from limelab.domains import Table
from limelab.perturbations import Gaussian, Iid, Marginals, Neighbours, Sobol
from limelab.types import Array, Cloud, Perturbation
from tests.parts import PERTURBATIONS, curve, mixed, numbers, people

EVERY = slice(None)


def box() -> BlackBox:
    return blackbox(curve, numbers().decode(numbers().background[:4].copy()))


def test_shared_uniforms_serve_all_and_own_ones_follow_the_row() -> None:
    x = numbers().background[:3]
    assert sampling.uniforms(Iid(), 4, 8, None, 0).shape == (1, 8, 4)
    own = sampling.uniforms(Iid(), 4, 8, x, 0)
    assert own.shape == (3, 8, 4)
    assert not (own[0] == own[1]).any()
    turned = sampling.uniforms(Iid(), 4, 8, x[[2, 0]], 0)
    assert (turned == own[[2, 0]]).all()


def test_minus_zero_is_zero() -> None:
    zeros = np.zeros((1, 2))
    assert (
        sampling.uniforms(Iid(), 2, 4, zeros, 0) == sampling.uniforms(Iid(), 2, 4, -zeros, 0)
    ).all()


@pytest.mark.parametrize("draws", ["shared", "own"])
@pytest.mark.parametrize("part", [Gaussian(), Marginals(design=Sobol()), Neighbours()], ids=repr)
def test_a_prefix_is_the_draw_of_that_length(part: Perturbation, draws: str) -> None:
    table = mixed()
    x = table.background[:2]
    long = sampling.sample(part, table, x, 64, draws, 3)
    short = sampling.sample(part, table, x, 16, draws, 3)
    assert (sampling.prefix(long, 16).moves == short.moves).all()


def test_points_add_moves_to_x_or_replace_it() -> None:
    x = np.array([[1.0, 10.0], [2.0, 20.0]])
    moves = np.array([[[0.5, 7.0], [0.25, 8.0]]])
    cloud = Cloud(x, moves, np.array([True, False]))
    found = sampling.points(cloud, EVERY, EVERY)
    assert found.tolist() == [[1.5, 7.0], [1.25, 8.0], [2.5, 7.0], [2.25, 8.0]]
    assert sampling.points(cloud, slice(1, 2), slice(1, 2)).tolist() == [[2.25, 8.0]]


def test_points_are_the_callers_own() -> None:
    """A model that writes into its input spoils no sample."""
    for relative in (True, False):
        cloud = Cloud(np.zeros((1, 2)), np.ones((1, 3, 2)), np.full(2, relative))
        sampling.points(cloud, EVERY, EVERY)[:] = 99
        assert (cloud.moves == 1).all()


@pytest.mark.parametrize(
    ("part", "draws", "shape"),
    [
        (Gaussian(), "shared", (5, 32, 2)),
        (Marginals(), "shared", (1, 32, 2)),
        (Marginals(), "own", (5, 32, 2)),
        (Neighbours(), "shared", (5, 32, 2)),
    ],
    ids=repr,
)
def test_a_law_free_of_x_is_asked_once_for_all(
    part: Perturbation, draws: str, shape: tuple[int, int, int]
) -> None:
    asked, table = box(), numbers()
    before = asked.queries
    cloud = sampling.sample(part, table, table.background[:5], 32, draws, 0)
    assert sampling.answers(asked, table, cloud).shape == shape
    assert asked.queries - before == shape[0] * 32


@pytest.mark.parametrize("most", [1, 7, 32, 100])
@pytest.mark.parametrize("part", [Gaussian(), Marginals(), Neighbours()], ids=repr)
def test_the_length_of_calls_changes_nothing(part: Perturbation, most: int) -> None:
    table = numbers()
    cloud = sampling.sample(part, table, table.background[:3], 32, "shared", 0)
    whole = sampling.answers(box(), table, cloud)
    assert (sampling.answers(replace(box(), call=most), table, cloud) == whole).all()


def test_no_call_is_longer_than_the_bound() -> None:
    lengths: list[int] = []

    def model(rows: pd.DataFrame) -> Array:
        lengths.append(len(rows))
        return people(rows)

    table = mixed()
    asked = replace(blackbox(model, table.decode(table.background[:4].copy())), call=50)
    cloud = sampling.sample(Gaussian(), table, table.background[:3], 32, "shared", 0)
    sampling.answers(asked, table, cloud)
    assert max(lengths) <= 50
    assert sum(lengths[-3:]) == 96


def test_a_model_may_keep_its_rows_or_a_part_of_them() -> None:
    """Memory of a call is used again only where nobody holds it."""
    x = numbers().background
    table = Table(x)
    kept: list[Array] = []
    copies: list[Array] = []

    def model(rows: Array) -> Array:
        kept.extend([rows[:3], rows.T] if len(kept) < 4 else [])
        copies.extend([rows[:3].copy(), rows.T.copy()] if len(copies) < 4 else [])
        return rows[:, 0]

    asked = blackbox(model, x[:4])
    kept.clear()
    copies.clear()
    cloud = sampling.sample(Gaussian(), table, x[:5], 2**14, "shared", 0)
    y = sampling.answers(asked, table, cloud)
    assert all((a == b).all() for a, b in zip(kept, copies, strict=True))
    assert (y[..., 0] == cloud.x[:, None, 0] + cloud.moves[..., 0]).all()


def test_calls_are_shorter_where_rows_are_long() -> None:
    assert sampling.rows_of_a_call(2**12, 10, 2**15) == 2**15
    assert sampling.rows_of_a_call(2**12, 1024, 2**15) == 2**12
    assert sampling.rows_of_a_call(2**14, 1024, 2**15) == 2**12
    assert sampling.rows_of_a_call(3, 10**9, 2**15) == 1


def test_answers_lie_where_their_points_do() -> None:
    table: Any = numbers()
    cloud = sampling.sample(Gaussian(), table, table.background[:3], 16, "own", 0)
    y = sampling.answers(box(), table, cloud)
    for i in range(3):
        alone = curve(table.decode(sampling.points(cloud, slice(i, i + 1), EVERY)))
        assert (y[i] == alone).all()


@pytest.mark.parametrize("law", PERTURBATIONS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("draws", ["shared", "own"])
def test_a_constant_number_stays_at_xs_own_value(law: Any, draws: str) -> None:
    """Also where x lies off the background's constant; a batch is still its rows."""
    table = mixed()
    x = table.background[:3].copy()
    x[1, 4] = 99.0
    cloud = sampling.sample(law(), table, x, 16, draws, 0)
    found = sampling.points(cloud, EVERY, EVERY).reshape(-1, 16, 6)
    assert (found[..., 4] == x[:, None, 4]).all()
    for i in range(3):
        alone = sampling.sample(law(), table, x[i : i + 1], 16, draws, 0)
        assert (sampling.points(alone, EVERY, EVERY) == found[i]).all()


def test_what_is_shared_stays_shared_where_nothing_is_off() -> None:
    table = mixed()
    x = table.background[:3].copy()
    assert not sampling.sample(Marginals(), table, x, 8, "shared", 0).relative.any()
    x[1, 4] = 99.0
    off = sampling.sample(Marginals(), table, x, 8, "shared", 0)
    assert off.moves.shape == (1, 8, 6)
    assert off.relative.tolist() == [False] * 4 + [True, False]


@pytest.mark.parametrize("part", [Gaussian(), Marginals()], ids=repr)
@pytest.mark.parametrize("rows", [2**15, 64, 24])
def test_other_points_go_with_the_last_call(part: Perturbation, rows: int) -> None:
    table = numbers()
    asked: list[int] = []
    x = table.background[:3]
    cloud = sampling.sample(part, table, x, 64, "own", 0)

    def model(points: pd.DataFrame) -> Array:
        asked.append(len(points))
        return curve(points)

    looked = blackbox(model, table.decode(table.background[:4].copy()))
    model_box = replace(looked, call=rows)
    asked.clear()
    y, own = sampling.answers_with(model_box, table, cloud, x)
    with_others = asked.copy()
    assert own == pytest.approx(curve(table.decode(x.copy())), rel=1e-12)
    assert y == pytest.approx(sampling.answers(model_box, table, cloud), rel=1e-12)
    alone = asked[len(with_others) :]
    assert with_others == [*alone[:-1], alone[-1] + len(x)]
