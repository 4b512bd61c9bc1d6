"""Neighbours: blends with near rows, inside the range of the data and along its correlations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from limelab.domains import Table
from limelab.perturbations import Iid, Marginals, Neighbours
from limelab.perturbations.manifold import squared_distances
from limelab.sampling import points
from limelab.types import Array, BadInput, Cloud, NotApplicable
from tests.parts import mixed, numbers, uniforms

EVERY = slice(None)


def correlation(rows: Array) -> float:
    """Of the first two columns."""
    return float(np.corrcoef(rows[:, 0], rows[:, 1])[0, 1])


def cloud_of(part: Neighbours, table: Table, x: Array, n: int = 2000) -> Cloud:
    return part.cloud(uniforms(part, table, n), x, table)


def test_samples_stay_between_x_and_its_nearest_rows() -> None:
    table = numbers()
    x = table.background[:4]
    cloud = cloud_of(Neighbours(0.05), table, x)
    for i in range(4):
        near = np.argsort(squared_distances(x[i], table), kind="stable")[:7]  # x itself and 6
        corners = table.background[near]
        found = points(cloud, slice(i, i + 1), EVERY)
        assert (found >= corners.min(axis=0) - 1e-9).all()
        assert (found <= corners.max(axis=0) + 1e-9).all()


def test_every_sample_is_a_blend_with_one_row() -> None:
    table = numbers()
    x = table.background[:1]
    moves = cloud_of(Neighbours(0.1), table, x, 64).moves[0] / table.scale
    steps = (table.background[1:] - x) / table.scale
    cosine = (moves / np.linalg.norm(moves, axis=1)[:, None]) @ (
        steps / np.linalg.norm(steps, axis=1)[:, None]
    ).T
    assert cosine.max(axis=1) == pytest.approx(np.ones(64))
    length = np.linalg.norm(moves, axis=1) / np.linalg.norm(steps, axis=1)[cosine.argmax(axis=1)]
    assert ((length > 0) & (length < 1)).all()
    assert len(np.unique(cosine.argmax(axis=1))) == 12  # a tenth of 120 rows


def test_correlations_outlive_neighbours_and_not_marginals() -> None:
    table = numbers()
    truth = correlation(table.background)
    x = table.background[:40]
    blends = points(cloud_of(Neighbours(1.0), table, x, 500), EVERY, EVERY)
    part = Marginals()
    drawn = points(part.cloud(uniforms(part, table, 20000), x, table), EVERY, EVERY)
    assert correlation(blends) == pytest.approx(truth, abs=0.1)
    assert abs(correlation(drawn)) < 0.05


def test_categories_go_over_together_and_to_that_row() -> None:
    table = mixed()
    x = table.background[:1]
    codes = table.categorical
    found = cloud_of(Neighbours(0.5), table, x).moves[0][:, codes]
    rows = {tuple(row) for row in table.background[:, codes]} | {tuple(x[0, codes])}
    assert {tuple(row) for row in found} <= rows
    gone = (found != x[:, codes]).any(axis=1).mean()
    assert 0.2 < gone < 0.6  # half of the blends go over, some of them to the same categories


def test_distance_counts_deviations_and_unlike_categories() -> None:
    table = Table(pd.DataFrame({"a": [0.0, 2.0, 4.0, 6.0], "c": ["p", "q", "p", "q"]}))
    found = squared_distances(np.array([2.0, 0.0]), table)
    assert found == pytest.approx([4 / 5, 0 + 1, 4 / 5, 16 / 5 + 1])


def test_copies_of_x_are_no_neighbours() -> None:
    table = Table(np.array([[0.0, 0.0]] * 8 + [[1.0, 1.0], [3.0, 0.0]]))
    cloud = cloud_of(Neighbours(0.1), table, np.zeros((1, 2)), 256)
    assert (np.abs(cloud.moves[0]).sum(axis=1) > 0).all()
    assert {tuple(np.sign(move)) for move in cloud.moves[0]} == {(1.0, 1.0), (1.0, 0.0)}


def test_no_other_row_is_a_reason_to_decline() -> None:
    table = Table(np.ones((5, 2)))
    with pytest.raises(NotApplicable, match="no neighbour to move to"):
        cloud_of(Neighbours(), table, np.ones((1, 2)))


def test_at_is_the_same_law_at_another_share() -> None:
    assert Neighbours().at(0.3) == Neighbours(share=0.3)


@pytest.mark.parametrize("share", [0, -0.1, 1.1, float("nan"), "0.1", None])
def test_a_bad_share_is_refused(share: Any) -> None:
    with pytest.raises(BadInput, match=r"Neighbours\(share=.*above 0 and at most 1"):
        Neighbours(share)


@pytest.mark.parametrize("design", [Iid, "iid"])
def test_a_bad_design_is_refused(design: Any) -> None:
    with pytest.raises(BadInput, match=r"Neighbours\(design=.*expected a design such as Iid\(\)"):
        Neighbours(design=design)
