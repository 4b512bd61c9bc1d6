"""Local permutation importance against closed forms inside the cloud."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from limelab.blackbox import blackbox
from limelab.domains import Table
from limelab.importance import Region, local_effects, local_importance
from limelab.perturbations import Gaussian, Neighbours, Uniform
from limelab.representations import Binned, Standardized
from limelab.types import NotApplicable
from tests.parts import mixed, people

SCALE = np.array([1.0, 3.0, 1.0])
DATA = np.random.default_rng(0).normal(size=(400, 3)) * SCALE
COEF = np.array([2.0, -1.0, 0.0])


@pytest.mark.parametrize(
    ("law", "deviation"), [(Gaussian(0.5), 0.5), (Uniform(0.5), 0.5 / np.sqrt(3))]
)
def test_of_a_line_it_is_the_coefficient_times_the_deviation_in_the_cloud(law, deviation):
    table, box = Table(DATA), blackbox(lambda r: r @ COEF, DATA[:4])
    found = local_importance(box, table, DATA[:3], law, size=2000, repeats=4, seed=0)
    assert found.shape == (4, 3, 3, 1)
    truth = np.abs(COEF) * deviation * table.scale
    assert found.mean(axis=(0, 1))[:, 0] == pytest.approx(truth, rel=0.03)
    assert not found[:, :, 2].any()


def test_of_a_product_it_is_the_total_sobol_variance_round_each_row():
    """f = a b with noise of variance s^2 each: the total effect of a is s_a^2 (m_b^2 + s_b^2)."""
    table, box = Table(DATA), blackbox(lambda r: r[:, 0] * r[:, 1], DATA[:4])
    rows = np.array([[2.0, 0.0, 0.0], [0.0, 9.0, 0.0]])
    found = local_importance(box, table, rows, Gaussian(0.3), size=4000, repeats=4, seed=1)
    s = 0.3 * table.scale[:2]
    truth = s**2 * (rows[:, [1, 0]] ** 2 + s[::-1] ** 2)
    assert (found[..., 0] ** 2).mean(axis=0)[:, :2] == pytest.approx(truth, rel=0.08)


def test_a_batch_is_its_rows_and_a_repeat_does_not_depend_on_how_many():
    table, box = Table(DATA), blackbox(lambda r: r[:, 0] * r[:, 1], DATA[:4])
    ask = {"size": 50, "seed": 3}
    whole = local_importance(box, table, DATA[:3], Gaussian(0.3), repeats=2, **ask)
    alone = local_importance(box, table, DATA[1:2], Gaussian(0.3), repeats=1, **ask)
    assert (whole[:1, 1:2] == alone).all()
    assert (whole[0] != whole[1]).any()


def test_mixed_tables_and_laws_of_the_data():
    table = mixed()
    box = blackbox(people, table.decode(table.background[:4].copy()))
    for law in (Gaussian(0.5), Neighbours()):
        before = box.queries
        found = local_importance(box, table, table.background[:2], law, size=60, repeats=2, seed=0)
        assert found.shape == (2, 2, 6, 1)
        assert np.isfinite(found).all()
        assert not found[:, :, table.names.index("same")].any()
        assert box.queries - before == 2 * 2 * 60 * (1 + 6)


def effects(f, rows, law, representation=None, size=4000):
    table, box = Table(DATA), blackbox(f, DATA[:4])
    region = Region(law, size) if representation is None else Region(law, size, representation)
    return local_effects(box, table, np.array(rows), region, repeats=4, seed=0)


def test_effects_hold_the_importance_from_as_many_queries():
    table, box = Table(DATA), blackbox(lambda r: r[:, 0] * r[:, 1], DATA[:4])
    before = box.queries
    ask = {"repeats": 2, "seed": 3}
    found = local_effects(box, table, DATA[:2], Region(Gaussian(0.3), 50), **ask)
    assert box.queries - before == 2 * 2 * 50 * (1 + 3)
    alone = local_importance(box, table, DATA[:2], Gaussian(0.3), size=50, **ask)
    assert (found.importance == alone).all()
    assert (np.abs(found.effect) <= found.importance * (1 + 1e-12)).all()


def test_of_a_line_the_effect_is_the_importance_with_the_coefficients_sign():
    found = effects(lambda r: r @ COEF, DATA[:3], Gaussian(0.5))
    assert found.effect == pytest.approx(np.sign(COEF)[:, None] * found.importance, abs=1e-12)


def test_of_a_square_the_effect_is_the_mean_slope_and_the_importance_the_whole():
    """f = a^2 round m with variance s^2: Cov(f, a) / s = 2 m s, Var f = 4 m^2 s^2 + 2 s^4."""
    rows = np.array([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [-1.0, 5.0, 0.0]])
    found = effects(lambda r: r[:, 0] ** 2, rows, Gaussian(0.5))
    m, s = rows[:, 0], 0.5 * Table(DATA).scale[0]
    assert found.effect.mean(axis=0)[:, 0, 0] == pytest.approx(2 * m * s, abs=0.02)
    truth = 4 * m**2 * s**2 + 2 * s**4
    assert (found.importance**2).mean(axis=0)[:, 0, 0] == pytest.approx(truth, rel=0.07)
    assert not found.effect[:, :, 1:].any()


def test_of_an_exclusive_or_the_importance_is_all_and_the_effect_nothing():
    """sign(a b) round 0: each feature turns every sign half of the time, E df^2 / 2 = 1."""
    found = effects(lambda r: np.sign(r[:, 0] * r[:, 1]), np.zeros((1, 3)), Gaussian(0.5))
    assert found.importance.mean(axis=0)[0, :2, 0] == pytest.approx([1.0, 1.0], abs=0.03)
    assert found.effect.mean(axis=0)[0, :2, 0] == pytest.approx([0.0, 0.0], abs=0.03)


def test_the_effect_is_read_as_the_representation_reads_the_feature():
    """Of |a| in x's bin round 0 and outside of it: lower inside, whatever the direction of a."""
    middle = np.zeros((1, 3))
    bins = effects(lambda r: np.abs(r[:, 0]), middle, Gaussian(1.0), Binned(3))
    line = effects(lambda r: np.abs(r[:, 0]), middle, Gaussian(1.0))
    assert (bins.effect[:, 0, 0, 0] < -0.3).all()
    assert (np.abs(line.effect[:, 0, 0, 0]) < 0.05).all()
    assert (bins.importance == line.importance).all()


def test_of_a_category_the_effect_is_that_of_being_the_same_as_x():
    table = mixed()
    j = table.names.index("job")
    box = blackbox(lambda rows: 3.0 * (rows["job"] == "clerk"), table.frame[:4])
    rows = table.background[[int(np.argmax(table.values(table.background)[:, j] == "clerk"))]]
    found = local_effects(box, table, rows, Region(Gaussian(1.0), 2000), repeats=2, seed=0)
    share = np.mean(table.background[:, j] == rows[0, j])
    truth = 3 * np.sqrt(share * (1 - share))
    assert found.effect[:, 0, j, 0] == pytest.approx([truth, truth], rel=0.08)


def test_features_that_are_no_columns_are_declined():
    class Pairs:
        def interpret(self, cloud, view):
            seen = Standardized().interpret(cloud, view)
            return replace(seen, z=seen.z[:, :, :2])

    with pytest.raises(NotApplicable, match="2 features of 3 columns"):
        effects(lambda r: r[:, 0], DATA[:1], Gaussian(0.5), Pairs(), size=20)
