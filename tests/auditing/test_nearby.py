"""The nearest real rows against a sort by distance."""

from __future__ import annotations

import numpy as np

from limelab import Table
from limelab.auditing import Nearby
from limelab.sampling import sample, spread_out
from tests.parts import mixed


def test_every_point_is_a_real_row_among_the_nearest():
    table = mixed()
    x = table.background[:3]
    law = Nearby(0.1, least=5)
    points = spread_out(sample(law, table, x, 500, "own", 0))
    steps = np.where(table.scale > 0, table.scale, 1.0)
    for row, cloud in zip(x, points, strict=True):
        numbers = ((table.background - row) / steps)[:, ~table.categorical]
        near = table.background[np.argsort((numbers**2).sum(axis=1), kind="stable")[:12]]
        assert {tuple(p) for p in cloud} == {tuple(r) for r in near}


def test_its_size_is_its_share_and_it_holds_at_least_some():
    table = mixed()
    assert Nearby().at(0.5) == Nearby(0.5)
    few = spread_out(sample(Nearby(0.001, least=7), table, table.background[:1], 500, "own", 0))
    assert len({tuple(p) for p in few[0]}) == 7


def test_of_categories_alone_it_counts_those_that_differ():
    frame = [["a", "x"], ["a", "y"], ["b", "y"], ["a", "x"]]
    table = Table(np.array(frame))
    points = spread_out(sample(Nearby(0.75, least=1), table, table.background[:1], 200, "own", 0))
    assert {tuple(p) for p in table.values(points[0])} == {("a", "x"), ("a", "y")}
