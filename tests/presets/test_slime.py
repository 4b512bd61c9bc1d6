"""S-LIME: draws go on, and what is called sure is so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from limelab.kernels import Exponential, Flat
from limelab.lime import Lime, as_blackbox
from limelab.perturbations import Gaussian, Marginals, Sobol
from limelab.presets import Entering, SLime, lime_tabular
from limelab.surrogates import Forward, LeastSquares, Tree
from limelab.types import Array, BadInput, LocalFitWarning
from tests.parts import curve, mixed, numbers, people

ROWS = np.random.default_rng(1).choice([-1.0, 1.0], size=(64, 4))
ROWS = np.vstack([ROWS, -ROWS])  # every column has mean 0 and deviation 1


def pair(x: Array) -> Array:
    """The first two features matter alike, the third less."""
    return np.asarray(np.tanh(x[:, 0]) + np.tanh(x[:, 1]) + 0.3 * x[:, 2] ** 2 + 0.3 * x[:, 2])


def test_equals_are_not_called_sure() -> None:
    slime = SLime(Lime(Gaussian(1), n_samples=64, draws="own"), k=1, level=0.2, most=1024)
    at = np.random.default_rng(2).normal(size=(300, 1)) * [1e-6, 0, 0, 0]  # draws of their own
    found = slime.explain(pair, ROWS, at)
    sure = np.array(["are sure" in note for note in found.notes])
    for j in (0, 1):  # neither is the true first, and each is called it at most so often
        called = (sure & found.selected[:, j, 0]).mean()
        assert 0.02 < called <= 0.2
    assert np.all(np.broadcast_to(found.n_samples, (300,))[~sure] == 1024)
    assert found.selected[:, :2].any(axis=(1, 2)).all()
    assert "whether x0 or x1 enters at step 1" in found.notes[~sure][0].replace(
        "x1 or x0", "x0 or x1"
    )


def test_only_further_samples_are_asked_and_the_answer_is_limes_own() -> None:
    table, lime = numbers(), Lime(Gaussian(1), kernel=Exponential(), n_samples=128)
    slime = SLime(lime, k=1, most=2048)
    box = as_blackbox(curve, table)
    before = box.queries
    found = slime.explain(box, table, table.frame[:3], seed=4)
    taken = np.asarray(found.n_samples)
    assert box.queries - before == 3 + taken.sum()
    assert len(set(taken)) > 1
    for i, n in enumerate(taken):
        plain = replace(lime, surrogate=LeastSquares(Entering(1)), n_samples=int(n))
        alone: Any = plain.explain(curve, table, table.frame[i : i + 1], seed=4)
        again: Any = slime.explain(curve, table, table.frame[i : i + 1], seed=4)
        assert found.coef is not None
        assert found.coef[i] == pytest.approx(alone.coef[0], rel=1e-9)
        assert found.coef[i] == pytest.approx(again.coef[0], rel=1e-9)
        assert again.n_samples[0] == n
    assert "standard errors are conditional on the selection" in found.notes[0]


def test_one_query_set_serves_all_where_the_law_is_free_of_x() -> None:
    table = numbers()
    box = as_blackbox(curve, table)
    before = box.queries
    lime = Lime(Marginals(), kernel=Exponential(), n_samples=64)
    found = SLime(lime, k=2, most=512).explain(box, table, table.frame[:5])
    assert box.queries - before == 5 + np.max(found.n_samples)


def test_a_sure_choice_is_the_same_with_other_draws() -> None:
    line = np.array([4.0, 3.0, 2.0, 0.0])
    for k in (1, 2, 3):
        for seed in range(10):
            found = SLime(k=k).explain(lambda x: np.sinh(x @ line / 4), ROWS, ROWS[:1], seed=seed)
            assert f"the first {k} to enter are sure at level 0.05" in found.notes[0]
            assert found.selected[0, :, 0].tolist() == [j < k for j in range(4)]


def test_fewer_features_than_asked_are_no_error() -> None:
    found = SLime(k=4).explain(lambda x: 2 * x[:, 1], ROWS, ROWS[:1])
    assert found.selected[0, :, 0].tolist() == [False, True, False, False]
    assert np.all(found.n_samples == 1000)
    flat = SLime(k=4).explain(lambda x: np.ones(len(x)), ROWS, ROWS[:1])
    assert not flat.importance.any()
    assert "R2 is undefined" in flat.notes[0]


def test_other_laws_bins_and_categories_serve() -> None:
    table = mixed()
    lime = replace(lime_tabular(standard_errors=False, feature_selection="none"), n_samples=256)
    for one in (lime, Lime(Gaussian(1), n_samples=256)):
        found = SLime(one, k=2, most=512).explain(people, table, table.frame[:3])
        assert (found.selected.sum(axis=1) <= 2).all()
        assert np.isfinite(found.importance).all()


def test_a_kernel_that_leaves_nothing_asks_no_more() -> None:
    table = numbers()
    box = as_blackbox(curve, table)
    before = box.queries
    lime = Lime(Gaussian(1), kernel=Exponential(1e-3), n_samples=64)
    with pytest.warns(LocalFitWarning, match="widen the kernel"):
        found = SLime(lime, k=2).explain(box, table, table.frame[:1])
    assert box.queries - before == 65
    assert "sure" not in found.notes[0]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"lime": "lime"}, "a Lime whose surrogate has a select of None"),
        ({"lime": Lime(surrogate=Tree())}, "a select of None"),
        ({"lime": Lime(surrogate=LeastSquares(Forward(2)))}, "a select of None"),
        ({"lime": Lime(Gaussian(design=Sobol()))}, "expected Iid"),
        ({"k": 0}, "k=0"),
        ({"level": 0.7}, "level=0.7"),
        ({"most": 10}, "most=10"),
        ({"lime": Lime(kernel=Flat(), n_samples=20_000)}, "most=10000"),
    ],
)
def test_refusals(fields: dict[str, Any], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        SLime(**fields)
