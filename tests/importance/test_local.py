"""Local permutation importance against closed forms inside the cloud."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.blackbox import blackbox
from limelab.domains import Table
from limelab.importance import local_importance
from limelab.perturbations import Gaussian, Neighbours, Uniform
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
