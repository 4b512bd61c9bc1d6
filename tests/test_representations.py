"""What the surrogate sees: steps from x in background deviations, and sameness of categories."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.perturbations import Gaussian, Marginals, Neighbours
from limelab.representations import Standardized
from limelab.sampling import points
from limelab.types import Cloud
from tests.parts import mixed, numbers, uniforms

EVERY = slice(None)


@pytest.mark.parametrize("part", [Gaussian(), Marginals(), Neighbours()], ids=repr)
def test_z_is_what_the_points_say(part: Gaussian | Marginals | Neighbours) -> None:
    table = mixed()
    x, codes = table.background[:3], table.categorical
    cloud = part.cloud(uniforms(part, table, 50), x, table)
    z = np.broadcast_to(Standardized().interpret(cloud, table).z, (3, 50, 6))
    for i in range(3):
        found = points(cloud, slice(i, i + 1), EVERY)
        found = found[:50]
        scale = np.where(table.scale > 0, table.scale, 1.0)
        numeric = (found - x[i]) / scale * (table.scale > 0)
        assert z[i][:, ~codes] == pytest.approx(numeric[:, ~codes])
        assert (z[i][:, codes] == (found == x[i])[:, codes]).all()


def test_shared_moves_give_shared_features() -> None:
    table = numbers()
    part = Gaussian()
    cloud = part.cloud(uniforms(part, table, 8), table.background[:5], table)
    assert Standardized().interpret(cloud, table).z.shape == (1, 8, 4)


def test_x_is_zero_and_the_same_as_itself() -> None:
    table = mixed()
    x = table.background[:4]
    still = np.where(table.categorical, x, 0.0)[:, None, :]
    seen = Standardized().interpret(Cloud(x, still, ~table.categorical), table)
    assert (seen.z == seen.at_x).all()
    assert seen.at_x.tolist() == table.categorical.astype(float).tolist()


def test_gap_and_spread_are_those_of_the_background() -> None:
    table = mixed()
    x = table.background[:4]
    cloud = Cloud(x, np.zeros((1, 1, 6)), np.ones(6, dtype=bool))
    seen = Standardized().interpret(cloud, table)
    assert seen.baseline == "background mean"
    for i, j in np.ndindex(4, 6):
        if table.categorical[j]:
            whole = (table.background[:, j] == x[i, j]).astype(float)
            at_x = 1.0
        else:
            unit = table.scale[j] or np.inf
            whole = (table.background[:, j] - x[i, j]) / unit
            at_x = 0.0
        assert seen.gap[i, j] == pytest.approx(at_x - whole.mean())
        assert np.broadcast_to(seen.spread, (4, 6))[i, j] == pytest.approx(whole.std())


def test_units_are_named() -> None:
    table = mixed()
    cloud = Cloud(table.background[:1], np.zeros((1, 1, 6)), np.ones(6, dtype=bool))
    seen = Standardized().interpret(cloud, table)
    assert seen.names == table.names
    assert seen.units == ("background sd",) + ("same as x",) * 3 + ("background sd",) * 2
