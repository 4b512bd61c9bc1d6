"""shap behind our protocol: Shapley values by enumeration, seeds, the global state left alone."""

from __future__ import annotations

from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression

from limelab.external import KernelShap, PermutationShap, TreeShap
from limelab.types import Array, NotApplicable
from tests.parts import mixed, people


def rows() -> Array:
    return np.random.default_rng(0).normal(size=(30, 3))


def product(x: Array) -> Array:
    return np.asarray(x[:, 0] * x[:, 1] + 2 * x[:, 2])


def shapley(f: Any, background: Array, x: Array) -> Array:
    """By the definition: all orders of three features."""
    d = len(x)

    def value(known: tuple[int, ...]) -> float:
        points = background.copy()
        points[:, list(known)] = x[list(known)]
        return float(f(points).mean())

    found = np.zeros(d)
    for j in range(d):
        others = [k for k in range(d) if k != j]
        for size in range(d):
            share = factorial(size) * factorial(d - size - 1) / factorial(d)
            for known in combinations(others, size):
                found[j] += share * (value((*known, j)) - value(known))
    return found


@pytest.mark.parametrize("explainer", [KernelShap(30), PermutationShap(30)], ids=repr)
def test_values_are_those_of_the_definition(explainer: Any) -> None:
    x = rows()
    found = explainer.explain(product, x, x[:2], seed=1)
    exact = np.stack([shapley(product, x, row) for row in x[:2]])
    assert np.allclose(found[:, :, 0], exact, atol=1e-6)


@pytest.mark.parametrize("explainer", [KernelShap(5, 40), PermutationShap(5, 1)], ids=repr)
def test_a_seed_fixes_the_bits_and_leaves_the_global_state_alone(explainer: Any) -> None:
    x = np.random.default_rng(0).normal(size=(30, 14))

    def model(z: Array) -> Array:
        return np.asarray(np.tanh(z.sum(axis=1)) + z[:, 0] * z[:, 1])

    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again, other = (explainer.explain(model, x, x[:1], seed=s) for s in (3, 3, 4))
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_trees_have_both_classes() -> None:
    x = rows()
    forest = RandomForestClassifier(5, random_state=0).fit(x, product(x) > 0)
    found = TreeShap().explain(forest, x, x[:4])
    assert found.shape == (4, 3, 2)
    assert np.allclose(found.sum(axis=2), 0, atol=1e-6)


def test_raw_scores_are_not_passed_off_as_probabilities() -> None:
    x = rows()
    boosting = GradientBoostingClassifier(n_estimators=3).fit(x, product(x) > 0)
    with pytest.raises(NotApplicable, match="raw scores"):
        TreeShap().explain(boosting, x, x[:1])


def test_a_line_is_no_tree() -> None:
    x = rows()
    with pytest.raises(NotApplicable, match="no trees in LinearRegression"):
        TreeShap().explain(LinearRegression().fit(x, product(x)), x, x[:1])


def test_categories_are_codes_to_shap_and_words_to_the_model() -> None:
    table = mixed()
    found = KernelShap(5, 100).explain(people, table, table.frame.iloc[:1])
    assert found.shape == (1, len(table.names), 1)
    assert found[0, table.names.index("same"), 0] == 0
    with pytest.raises(NotApplicable, match="numeric columns"):
        TreeShap().explain(people, table, table.frame.iloc[:1])
