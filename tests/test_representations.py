"""What the surrogate sees: steps from x in deviations, sameness of categories and of bins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from limelab.bins import entropy_cuts, quantile_cuts
from limelab.domains import Table
from limelab.lime import Lime
from limelab.perturbations import BinFrequencies, Gaussian, Marginals, Neighbours
from limelab.representations import Binned, EntropyBins, Standardized
from limelab.sampling import points, sample
from limelab.surrogates import Tree
from limelab.types import BadInput, Cloud, NotApplicable, Representation
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


BINNED: tuple[Representation, ...] = (Binned(), Binned(10), EntropyBins(2))
every_binned = pytest.mark.parametrize("part", BINNED, ids=repr)


def cuts_of(part: Any, table: Any) -> Any:
    if isinstance(part, EntropyBins):
        return entropy_cuts(table, table.target, part.max_depth)
    return quantile_cuts(table, part.bins)


@every_binned
@pytest.mark.parametrize("law", [Gaussian(), Marginals(), Neighbours()], ids=repr)
def test_a_bin_is_on_where_the_point_lies_in_that_of_x(part: Any, law: Any) -> None:
    table = mixed()
    x = table.background[:3]
    cloud = sample(law, table, x, 50, "shared", 0)
    seen = part.interpret(cloud, table)
    assert seen.z.shape == (3, 50, 6)
    assert seen.z.dtype == np.int8
    for i in range(3):
        rows = points(cloud, slice(i, i + 1), EVERY)
        for j, cuts in enumerate(cuts_of(part, table)):
            same = np.searchsorted(cuts, rows[:, j]) == np.searchsorted(cuts, x[i, j])
            if table.categorical[j]:
                same = rows[:, j] == x[i, j]
            assert (seen.z[i, :, j] == same).all()


@every_binned
def test_what_is_said_of_bins_is_that_of_the_background(part: Any) -> None:
    table = mixed()
    x, held = table.background[:4], table.categorical
    whole = Cloud(x, table.background[None], np.zeros(6, dtype=bool))
    seen = part.interpret(whole, table)
    assert seen.names == table.names
    assert seen.units == tuple("same as x" if code else "same bin as x" for code in held)
    assert seen.baseline == "background mean"
    assert (seen.at_x == 1).all()
    assert seen.gap == pytest.approx(1 - seen.z.mean(axis=1))
    assert seen.spread == pytest.approx(seen.z.std(axis=1))
    assert seen.steps == (0.0,) * 6
    assert (seen.extent == 1).all()


def test_bins_say_where_they_end() -> None:
    table = mixed()
    x = table.background[:4]
    seen = Binned().interpret(Cloud(x, x[:1, None], np.zeros(6, dtype=bool)), table)
    assert seen.limits is not None
    assert seen.limits.shape == (4, 6, 2)
    assert np.isnan(seen.limits[:, table.categorical]).all()
    low, high = np.moveaxis(seen.limits[:, [0, 4, 5]], 2, 0)
    assert ((low < x[:, [0, 4, 5]]) & (x[:, [0, 4, 5]] <= high)).all()
    assert set(low[:, 0]) | set(high[:, 0]) <= {*quantile_cuts(table, 4)[0], -np.inf, np.inf}
    assert (
        Standardized().interpret(Cloud(x, x[:1, None], np.zeros(6, dtype=bool)), table).limits
        is None
    )


def test_bins_are_those_of_lime() -> None:
    """lime's own binary features, and 1 for every feature of x."""
    discretize = pytest.importorskip("lime.discretize")
    rows = numbers().background
    cloud = sample(BinFrequencies(), numbers(), rows[:3], 200, "shared", 0)
    theirs = discretize.QuartileDiscretizer(rows, [], list("abcd"), random_state=0)
    here = theirs.discretize(cloud.moves[0])
    for i, at in enumerate(theirs.discretize(rows[:3])):
        assert (Binned().interpret(cloud, numbers()).z[i] == (here == at)).all()


def test_small_integers_are_fitted_as_floats_are() -> None:
    table = numbers()
    seen = Binned().interpret(
        sample(Marginals(), table, table.background[:2], 256, "own", 0), table
    )
    y = np.random.default_rng(0).normal(size=(2, 256, 1)) + seen.z[..., :1]
    for surrogate in (Lime().surrogate, Tree()):
        a, b = (surrogate.fit(z, np.ones((1, 256)), y) for z in (seen.z, seen.z.astype(float)))
        assert (a.importance == b.importance).all()
        assert (a.predict(seen.z) == b.predict(seen.z.astype(float))).all()


def test_entropy_bins_need_classes() -> None:
    rows, y = numbers().background, np.random.default_rng(0).normal(size=120)
    cloud = Cloud(rows[:1], rows[None, :1], np.zeros(4, dtype=bool))
    with pytest.raises(NotApplicable, match=r"give Table\(background, target=y\)"):
        EntropyBins().interpret(cloud, Table(rows))
    with pytest.raises(NotApplicable, match="target holds numbers"):
        EntropyBins().interpret(cloud, Table(rows, target=y))
    for classes in (y > 0, (y > 0) * 1.0, np.where(y > 0, "a", "b").astype(object)):
        assert (EntropyBins().interpret(cloud, Table(rows, target=classes)).z == 1).all()


@pytest.mark.parametrize("bad", [1, 0, 2.5, "4", None, True])
def test_bad_bins_are_refused(bad: Any) -> None:
    with pytest.raises(BadInput, match=r"Binned\(bins=.*at least 2"):
        Binned(bad)


@pytest.mark.parametrize("bad", [0, 1.5, "3", None])
def test_a_bad_depth_is_refused(bad: Any) -> None:
    with pytest.raises(BadInput, match=r"EntropyBins\(max_depth=.*at least 1"):
        EntropyBins(bad)
