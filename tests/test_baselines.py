"""Baselines: repeatable by seed, blind to the row where they say so, and true where they know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import limelab as ll
from limelab.domains import Table
from tests.parts import mixed

BASELINES = (ll.RandomImportance(), ll.ConstantImportance(), ll.GlobalPermutation())


def two(rows: Any) -> Any:
    numbers = rows.select_dtypes("number").to_numpy(float)
    return np.column_stack([numbers.sum(axis=1), numbers[:, 0] ** 2])


@pytest.mark.parametrize("explainer", BASELINES, ids=repr)
def test_same_seed_same_numbers_and_the_shape_of_the_task(explainer: Any) -> None:
    table = mixed()
    rows = table.frame.iloc[:3]
    first, again = (ll.explain(two, None, rows, domain=table, explainer=explainer) for _ in "ab")
    assert first.importance.shape == (3, len(table.names), 2)
    np.testing.assert_array_equal(first.effect, again.effect)
    assert (first.declined == "").all()


@pytest.mark.parametrize("explainer", BASELINES, ids=repr)
def test_a_batch_equals_its_rows(explainer: Any) -> None:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 3)), columns=list("abc"))
    whole = ll.explain(two, frame, frame.iloc[:4], explainer=explainer, seed=5)
    alone = ll.explain(two, frame, frame.iloc[2:3], explainer=explainer, seed=5)
    np.testing.assert_array_equal(whole.effect[2:3], alone.effect)


def test_random_numbers_are_standard_normal_and_change_with_the_seed() -> None:
    x = np.random.default_rng(1).normal(size=(400, 10))
    found = ll.RandomImportance().explain(lambda rows: rows[:, 0], x, x, seed=0)
    other = ll.RandomImportance().explain(lambda rows: rows[:, 0], x, x, seed=1)
    assert abs(found.mean()) < 4 / np.sqrt(found.size)
    assert abs(found.std() - 1) < 4 / np.sqrt(2 * found.size)
    assert abs(np.corrcoef(found.ravel(), other.ravel())[0, 1]) < 4 / np.sqrt(found.size)


def test_global_permutation_knows_a_line() -> None:
    x = np.random.default_rng(2).normal(size=(3000, 3)) * [1.0, 2.0, 5.0]
    explainer = ll.GlobalPermutation(repeats=20, size=3000)
    found = explainer.explain(lambda rows: rows @ [3.0, -1.0, 0.0], x, x[:2], seed=0)
    wanted = [3 * x[:, 0].std(), x[:, 1].std(), 0.0]
    np.testing.assert_allclose(found[0, :, 0], wanted, rtol=0.05)
    np.testing.assert_array_equal(found[0], found[1])


def test_what_is_no_table_is_declined() -> None:
    with pytest.raises(ll.NotApplicable, match="no table"):
        ll.ConstantImportance().explain(lambda x: np.zeros(len(x)), Odd(), [1], seed=0)


class Odd:
    """Some other domain."""

    frame = fingerprint = None

    def encode(self, rows: Any) -> Any:
        raise AssertionError

    labels = views = encode


def test_a_table_may_be_handed() -> None:
    table = Table(np.eye(3))
    assert ll.ConstantImportance().explain(lambda x: x[:, 0], table, np.eye(3), 0).shape == (
        3,
        3,
        1,
    )
