"""Baselines: repeatable by seed, blind to the row where they say so, and true where they know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import limelab as ll
from limelab.domains import Grid, Positions, Table
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


TEXTS = ["not a good film", "so very good", "not a good film"]
PICTURES = np.random.default_rng(3).random((2, 12, 12, 3))


def lengths(texts: Any) -> Any:
    return np.array([[len(one), one.count("o")] for one in texts], dtype=float)


@pytest.mark.parametrize("explainer", BASELINES[:2], ids=repr)
def test_words_and_superpixels_are_features_of_their_own(explainer: Any) -> None:
    said = ll.explain(lengths, None, TEXTS, explainer=explainer, seed=4)
    assert [said[i].importance.shape for i in range(3)] == [(1, 4, 2), (1, 3, 2), (1, 4, 2)]
    assert said[1].features == ("so", "very", "good")
    np.testing.assert_array_equal(said[0].effect, said[2].effect)  # of the same document
    alone = ll.explain(lengths, None, TEXTS[1:2], explainer=explainer, seed=4)
    np.testing.assert_array_equal(said[1].effect, alone.effect)
    grid = ll.Image(Grid(2, 3))
    shown = ll.explain(
        lambda some: np.mean(some, axis=(1, 2, 3)), None, PICTURES, domain=grid, explainer=explainer
    )
    assert shown.importance.shape == (2, 6, 1)
    assert (shown.declined == "").all()
    constant = isinstance(explainer, ll.ConstantImportance)
    assert (shown.effect[0] == shown.effect[1]).all() == constant
    assert (said[0].effect == 1).all() == constant


def test_chance_in_documents_changes_with_the_seed_and_the_way_they_are_cut() -> None:
    texts = [" ".join(f"{a}{b}" for a in "abcdefgh" for b in range(50))]
    first, other = (ll.RandomImportance().explain(lengths, None, texts, s)[0] for s in (0, 1))
    pieces = ll.Text(units=Positions())
    cut = ll.RandomImportance().explain(lengths, pieces, texts, 0)[0]
    assert first.shape == other.shape == cut.shape == (400, 2)
    for one in (other, cut):
        assert abs(np.corrcoef(first.ravel(), one.ravel())[0, 1]) < 4 / np.sqrt(first.size)


@pytest.mark.parametrize("explainer", [ll.GlobalPermutation(), ll.ExactLime()], ids=repr)
def test_documents_have_no_permutation_importance_and_no_exact_answer(explainer: Any) -> None:
    with pytest.raises(ll.NotApplicable):
        ll.explain(lengths, None, TEXTS, explainer=explainer)
    with pytest.raises(ll.NotApplicable, match=r"Text.* is no table"):
        ll.GlobalPermutation().explain(lengths, ll.Text(), TEXTS)


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


@pytest.mark.parametrize("explainer", BASELINES, ids=repr)
@pytest.mark.parametrize("seed", ["x", 1.5, None, -1, True])
def test_a_seed_is_a_whole_number(explainer: Any, seed: Any) -> None:
    rows = np.eye(3)
    with pytest.raises(ll.BadInput, match=r"seed=.*; expected a whole number of at least 0"):
        explainer.explain(lambda x: x[:, 0], rows, rows, seed)
