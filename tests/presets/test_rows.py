"""MAPLE's and DLIME's weights are their formulas."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.linear_model import LinearRegression

from limelab.lime import as_blackbox
from limelab.presets import Dlime, Maple
from limelab.types import BadInput, NotApplicable
from tests.parts import curve, mixed, numbers, people

X = numbers().background


def test_maple_weighs_by_leaves() -> None:
    table = numbers()
    y = curve(table.frame)
    weights = Maple(7, 5).row_weights(table, X[:3], y, 0)
    assert np.allclose(weights.sum(axis=1), 7)
    assert (weights[np.arange(3), np.arange(3)] == weights.max(axis=1)).all()
    assert weights.max() <= 7 / 5
    assert np.array_equal(weights, Maple(7, 5).row_weights(table, X[:3], y, 0))


def test_maple_is_weighted_least_squares_on_the_background() -> None:
    table = numbers()
    y = curve(table.frame)
    weights = Maple(20).row_weights(table, X[:1], y, 3)
    found = Maple(20).explain(curve, table, table.frame.iloc[:1], seed=3)
    line = LinearRegression().fit(X / X.std(axis=0), y, sample_weight=weights[0])
    assert found.coef is not None
    assert np.allclose(found.coef[0].T, line.coef_)
    assert found.record.startswith("Maple(trees=20")


def test_dlime_takes_the_cluster_and_asks_nothing_else() -> None:
    table = numbers()
    scaled = X / X.std(axis=0)
    label = AgglomerativeClustering(2).fit_predict(scaled)
    own = label == label[4]
    box = as_blackbox(curve, table)
    before = box.queries
    found = Dlime().explain(box, table, table.frame.iloc[[4]], seed=1)
    assert box.queries - before == len(X) + 1
    line = LinearRegression().fit(scaled[own], curve(table.frame[own]))
    assert found.coef is not None
    assert np.allclose(found.coef[0].T, line.coef_)
    assert found.n_effective[0] == own.sum()


def test_maple_sees_what_single_precision_would_blur() -> None:
    """Numbers far from 0, far apart, and a row far out."""
    data = np.random.default_rng(0).normal(size=(80, 2))
    plain = Maple(10).explain(lambda x: np.sign(x[:, 0]), data, data[:2])
    far = data * [1e-3, 1e290] + [1e6, 0]
    moved = Maple(10).explain(lambda x: np.sign(x[:, 0] - 1e6), far, far[:2])
    assert moved.n_effective == pytest.approx(plain.n_effective, rel=1e-6)
    assert np.isfinite(Maple(3).explain(lambda x: np.sign(x[:, 0]), data, data[:1] * 1e60).r2).all()


def test_more_clusters_than_rows_are_declined() -> None:
    table = numbers()
    with pytest.raises(NotApplicable, match="no more clusters than rows"):
        Dlime(1000).explain(curve, table, table.frame.iloc[:1])


@pytest.mark.parametrize("part", [Maple(5), Dlime()])
def test_categories_are_understood(part: Maple | Dlime) -> None:
    table = mixed()
    found = part.explain(people, table, table.frame.iloc[:2])
    assert np.isfinite(found.effect).all()


def test_refusals() -> None:
    with pytest.raises(BadInput, match="trees=0"):
        Maple(0)
    with pytest.raises(BadInput, match="clusters=0"):
        Dlime(0)
