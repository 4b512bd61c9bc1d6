"""Permutation importance against closed forms and scikit-learn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression

from limelab.blackbox import blackbox
from limelab.domains import Table
from limelab.importance import label_importance, prediction_importance
from limelab.types import Array
from tests.parts import mixed, people

COEF = np.array([2.0, -1.0, 0.0])


def rows(n: int = 3000) -> Array:
    rng = np.random.default_rng(0)
    z = rng.normal(size=(n, 3)) * [1.0, 3.0, 1.0]
    z[:, 2] += z[:, 0]
    return z


def test_of_a_line_it_is_the_coefficient_times_the_deviation() -> None:
    """E (b x - b x')^2 / 2 = b^2 Var x, whatever the features share; the mean over permutations."""
    x = rows()
    box = blackbox(lambda r: r @ COEF, x[:4])
    rng = np.random.default_rng(1)
    found = prediction_importance(box, Table(x), x, repeats=30, rng=rng)[..., 0]
    truth = (np.abs(COEF) * x.std(axis=0)) ** 2
    error = (found**2).std(axis=0, ddof=1) / np.sqrt(30)
    assert (np.abs((found**2).mean(axis=0) - truth) <= 4 * error + 1e-12).all()
    assert not found[:, 2].any()


def test_of_friedmans_function_it_is_the_total_sobol_variance() -> None:
    """2 x total variance: 12.9727, 12.9727, 4.4444, 16.6667, 4.1667, 0."""
    x = np.random.default_rng(2).random((20000, 6))

    def friedman(r: Array) -> Array:
        bent = 10 * np.sin(np.pi * r[:, 0] * r[:, 1]) + 20 * (r[:, 2] - 0.5) ** 2
        return np.asarray(bent + 10 * r[:, 3] + 5 * r[:, 4])

    box, rng = blackbox(friedman, x[:4]), np.random.default_rng(3)
    found = 2 * prediction_importance(box, Table(x), x, repeats=8, rng=rng)[..., 0] ** 2
    error = 4 * found.std(axis=0, ddof=1) / np.sqrt(8) + 0.02 * found.mean(axis=0)
    truth = np.array([12.9727, 12.9727, 4.4444, 16.6667, 4.1667, 0.0])
    assert (np.abs(found.mean(axis=0) - truth) <= error).all()


def test_of_a_half_space_it_is_an_angle() -> None:
    """The share of labels that change, 2 x importance^2, is acos(1 - a_j^2 / |a|^2) / pi."""
    x = np.random.default_rng(6).normal(size=(20000, 3))
    a = np.array([1.0, 1.0, 0.5])
    box, rng = blackbox(lambda r: (r @ a > 0).astype(float), x[:4]), np.random.default_rng(7)
    found = 2 * prediction_importance(box, Table(x), x, repeats=8, rng=rng)[..., 0] ** 2
    truth = np.arccos(1 - a**2 / (a @ a)) / np.pi
    assert found.mean(axis=0) == pytest.approx(truth, abs=4 * np.sqrt(0.25 / 20000))


def test_labels_of_a_regression_cost_twice_the_squared_effect() -> None:
    x = rows()
    y = x @ COEF + np.random.default_rng(4).normal(size=len(x))
    model = LinearRegression().fit(x, y)
    box = blackbox(model, x[:4])
    found = label_importance(box, Table(x), x, y, repeats=20, seed=0)[..., 0]
    truth = 2 * model.coef_**2 * x.var(axis=0)  # in-sample residuals are orthogonal to x
    error = found.std(axis=0, ddof=1) / np.sqrt(20)
    assert (np.abs(found.mean(axis=0) - truth) <= 4 * error + 1e-9).all()


def test_labels_of_classes_are_scored_by_log_loss_as_in_scikit_learn() -> None:
    x = rows(300)
    y = np.where(x[:, 0] + x[:, 1] > 0, "yes", "no")
    model = LogisticRegression().fit(x, y)
    found = label_importance(blackbox(model, x[:4]), Table(x), x, y, repeats=3, seed=5)
    truth = permutation_importance(model, x, y, scoring="neg_log_loss", n_repeats=3, random_state=5)
    assert found[..., 0] == pytest.approx(truth.importances.T)


def test_every_query_is_counted() -> None:
    x = rows(50)
    box = blackbox(lambda r: r @ COEF, x[:4])
    before = box.queries
    prediction_importance(box, Table(x), x, repeats=2, rng=np.random.default_rng(0))
    assert box.queries - before == 50 * (1 + 2 * 3)


def test_a_mixed_table_is_permuted_in_its_own_kinds() -> None:
    table = mixed()
    box = blackbox(people, table.decode(table.background[:4].copy()))
    rng = np.random.default_rng(0)
    found = prediction_importance(box, table, table.background, repeats=2, rng=rng)
    assert found.shape == (2, 6, 1)
    names = dict(zip(table.names, found.mean(axis=(0, 2)), strict=True))
    assert names["same"] == 0
    assert all(names[name] > 0 for name in ("age", "job", "city", "code", "pay"))


def test_nothing_handed_in_is_changed() -> None:
    x = rows(40)
    frame = pd.DataFrame(x)
    x.setflags(write=False)
    box = blackbox(lambda r: r @ COEF, frame.to_numpy()[:4])
    prediction_importance(box, Table(x), x, repeats=1, rng=np.random.default_rng(0))
    label_importance(box, Table(x), x, x[:, 0], repeats=1, seed=0)
    assert (frame.to_numpy() == x).all()
