"""Exact LIME for trees: against closed forms, and laws of units, columns and widths."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier
from sklearn.tree import DecisionTreeRegressor

from limelab.exact import Normal, step_gaussian, trees
from limelab.exact.boxes import boxes
from limelab.exact.ensembles import lines
from limelab.exact.fitted import read
from limelab.kernels import Exponential, Flat
from limelab.perturbations import Gaussian, Marginals
from limelab.types import BadInput, NotApplicable

RNG = np.random.default_rng(4)
X = RNG.normal(size=(200, 4))
Y = X[:, 0] + X[:, 1] * X[:, 2]
FOREST = ExtraTreesRegressor(10, max_depth=6, random_state=0).fit(X, Y)
SCALE = np.array([1.0, 0.7, 2.0, 0.3])


@pytest.mark.parametrize("x", [-2.0, 0.0, 0.4, 5.0])
@pytest.mark.parametrize("kernel", [Flat(), Exponential(0.5)])
def test_a_stump_is_a_step(x: float, kernel: Flat | Exponential) -> None:
    stump = DecisionTreeRegressor().fit([[0.0], [0.75]], [0.0, 1.0])
    line = trees(stump, [x], Gaussian(0.8), kernel, scale=[1.5])
    noise = Normal([x], [[(0.8 * 1.5) ** 2]])
    if isinstance(kernel, Exponential):
        noise = noise.tilted([x], [[(0.5 * 1.5) ** -2]])
    step = step_gaussian([1.0], 0.375, noise)
    assert line.coef[0, 0, 0] == pytest.approx(step.coef[0] * 1.5, rel=1e-6, abs=1e-15)
    assert line.mean[0, 0] == pytest.approx(step.mean, rel=1e-6)
    assert line.r2[0, 0] == pytest.approx(step.r2, rel=1e-6)


def test_units_of_the_columns_do_not_matter() -> None:
    power = 2.0 ** np.array([10, -7, 3, 0])
    other = ExtraTreesRegressor(10, max_depth=6, random_state=0).fit(X * power, Y)
    plain = trees(FOREST, X[:3], Gaussian(), Exponential(), scale=SCALE)
    scaled = trees(other, X[:3] * power, Gaussian(), Exponential(), scale=SCALE * power)
    assert np.allclose(plain.coef, scaled.coef, rtol=1e-9, atol=1e-14)
    assert np.allclose(plain.mean, scaled.mean, rtol=1e-12)


def test_the_order_of_the_columns_does_not_matter() -> None:
    order = np.array([2, 0, 3, 1])
    forest = read(FOREST)
    moved = replace(forest, feature=np.argsort(order)[forest.feature])
    plain = lines(boxes(forest), X[:3], 0.5, SCALE)
    permuted = lines(boxes(moved), X[:3][:, order], 0.5, SCALE[order])
    assert np.allclose(permuted.coef, plain.coef[:, order], rtol=1e-12, atol=1e-15)


def test_shares_of_classes_add_to_one() -> None:
    model = RandomForestClassifier(8, random_state=0).fit(X, np.digitize(Y, [-0.5, 0.5]))
    line = trees(model, X[:4], Gaussian(), Flat(), scale=SCALE)
    assert np.allclose(line.mean.sum(axis=1), 1)
    assert np.allclose(line.coef.sum(axis=2), 0, atol=1e-13)


def test_a_tiny_neighbourhood_is_the_model_at_x() -> None:
    line = trees(FOREST, X[:5], Gaussian(1e-9), Flat(), scale=SCALE)
    assert np.allclose(line.mean[:, 0], FOREST.predict(X[:5]), rtol=1e-9)


def test_a_column_that_stands_still_has_no_coefficient_and_stays_at_x() -> None:
    scale = SCALE * [1, 0, 1, 1]
    line = trees(FOREST, X[:2], Gaussian(), Flat(), scale=scale)
    narrow = trees(FOREST, X[:2], Gaussian(), Flat(), scale=np.where(scale > 0, scale, 1e-12))
    assert (line.coef[:, 1] == 0).all()
    assert np.allclose(line.coef[:, [0, 2, 3]], narrow.coef[:, [0, 2, 3]], rtol=1e-9, atol=1e-14)


def test_a_stack_is_its_rows() -> None:
    stack = trees(FOREST, X[:3], Gaussian(), Flat(), scale=SCALE)
    rows = [trees(FOREST, x, Gaussian(), Flat(), scale=SCALE) for x in X[:3]]
    assert np.array_equal(stack.coef, np.concatenate([row.coef for row in rows]))


def test_other_parts_and_widths_are_refused() -> None:
    with pytest.raises(NotApplicable, match="Marginals"):
        trees(FOREST, X[0], Marginals(), Flat())
    with pytest.raises(BadInput, match="fitted on 4 columns"):
        trees(FOREST, X[0, :3], Gaussian(), Flat())
    with pytest.raises(BadInput, match="finite"):
        trees(FOREST, X[0] * np.nan, Gaussian(), Flat())
    with pytest.raises(BadInput, match="at least 0"):
        trees(FOREST, X[0], Gaussian(), Flat(), scale=-1.0)


def test_a_hundred_trees_of_depth_eight_take_less_than_a_second() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1000, 30))
    forest = ExtraTreesRegressor(100, max_depth=8, random_state=0)
    forest.fit(x, x[:, :10].sum(axis=1) + x[:, 10] * x[:, 11])
    took = []
    for i in range(3):  # the machine may be busy with something else
        start = perf_counter()
        trees(forest, x[i], Gaussian(1), Exponential(0.75))
        took.append(perf_counter() - start)
    assert min(took) < 1
