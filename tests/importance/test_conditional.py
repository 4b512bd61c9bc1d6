"""Conditional importance against its closed form for normal features, copies and independence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from limelab.blackbox import blackbox
from limelab.domains import Table
from limelab.importance import conditional_importance, prediction_importance
from limelab.types import Array, NotApplicable
from tests.parts import mixed, people

COEF = np.array([2.0, -1.0, 0.0, 1.0])
SIGMA = np.array([[1, 0.6, 0.3, 0], [0.6, 1, 0.3, 0], [0.3, 0.3, 1, 0], [0, 0, 0, 4.0]])


def rows(n: int = 2000) -> Array:
    return np.random.default_rng(0).multivariate_normal(np.zeros(4), SIGMA, size=n)


@pytest.mark.parametrize("n", [40, 2000])
def test_of_a_line_it_is_the_coefficient_times_what_the_rest_leaves(n: int) -> None:
    """|b| sqrt(1 / (Sigma^-1)_jj), on average over data, few rows among them."""
    truth = np.abs(COEF) / np.sqrt(np.diag(np.linalg.inv(SIGMA)))
    squares = []
    for seed in range(80 if n < 100 else 1):
        x = np.random.default_rng(seed).multivariate_normal(np.zeros(4), SIGMA, size=n)
        box, rng = blackbox(lambda r: r @ COEF, x[:4]), np.random.default_rng(seed)
        found = conditional_importance(box, Table(x), x, repeats=8, rng=rng)
        squares.append((found[..., 0] ** 2).mean(axis=0))
    error = np.array([0.04, 0.04, 1e-12, 0.04]) * truth**2 * 2 + 1e-12
    assert (np.abs(np.mean(squares, axis=0) - truth**2) <= error).all()


def test_what_is_shared_is_not_counted_and_what_is_alone_is() -> None:
    x = rows()
    box = blackbox(lambda r: r @ COEF, x[:4])
    marginal, conditional = (
        find(box, Table(x), x, repeats=5, rng=np.random.default_rng(1)).mean(axis=(0, 2))
        for find in (prediction_importance, conditional_importance)
    )
    assert (conditional[:2] < 0.85 * marginal[:2]).all()
    assert conditional[3] == pytest.approx(marginal[3], rel=0.03)


def table_of_codes(n: int = 400) -> Table:
    """A city, its copy, and a job that is mostly the city's, sorted so that near rows are alike."""
    rng = np.random.default_rng(2)
    city = np.sort(rng.choice(["north", "south", "west"], n))
    job = np.where((city == "north") == (rng.random(n) < 0.8), "clerk", "smith")
    return Table(pd.DataFrame({"city": city, "copy": city, "job": job}))


def test_a_category_that_another_tells_has_none_and_one_alone_what_is_its_own() -> None:
    """Of 1{clerk} given the city: P(job changes) = 2 p (1 - p), importance^2 half of that."""
    table = table_of_codes()
    x = np.array(table.background)

    def model(frame: pd.DataFrame) -> Array:
        return np.asarray((frame["city"] == "north") + 1.0 * (frame["job"] == "clerk"))

    box = blackbox(model, table.decode(x[:4].copy()))
    marginal, conditional = (
        find(box, table, x, repeats=20, rng=np.random.default_rng(3)).mean(axis=(0, 2))
        for find in (prediction_importance, conditional_importance)
    )
    frame = table.frame
    clerk = (frame["job"] == "clerk").groupby(frame["city"]).transform("mean")
    assert marginal[0] > 0.4
    assert conditional[0] == 0
    assert conditional[2] == pytest.approx(np.sqrt((clerk * (1 - clerk)).mean()), rel=0.04)
    assert marginal[2] > 1.15 * conditional[2]


def test_rows_that_are_as_near_are_taken_evenly() -> None:
    """The first rows of each city are all clerks: who takes the first ten never meets a smith."""
    n = 300
    city = np.repeat(["north", "south", "west"], n // 3)
    job = np.tile(np.repeat(["clerk", "smith"], [80, 20]), 3)
    table = Table(pd.DataFrame({"city": city, "job": job}))
    x = np.array(table.background)
    box = blackbox(lambda f: (f["job"] == "clerk").to_numpy(float), table.decode(x[:4].copy()))
    rng = np.random.default_rng(5)
    found = conditional_importance(box, table, x, repeats=20, rng=rng)[:, 1, 0]
    assert found.mean() == pytest.approx(0.4, abs=0.02)  # sqrt(p (1 - p)), p = .8


def test_a_row_is_not_its_own_neighbour() -> None:
    """Each row has an age of its own, so itself would be one of its ten nearest."""
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"age": rng.normal(size=600), "job": rng.choice(["clerk", "smith"], 600)})
    table = Table(frame)
    x = np.array(table.background)
    box = blackbox(lambda f: (f["job"] == "clerk").to_numpy(float), table.decode(x[:4].copy()))
    found = conditional_importance(box, table, x, repeats=40, rng=rng)[:, 1, 0] ** 2
    assert found.mean() == pytest.approx(0.25, abs=0.0085)  # 0.225 with itself among them


def test_a_mixed_table_and_its_queries() -> None:
    table = mixed()
    box = blackbox(people, table.decode(table.background[:4].copy()))
    before, x = box.queries, table.background
    found = conditional_importance(box, table, x, repeats=2, rng=np.random.default_rng(0))
    assert found.shape == (2, 6, 1)
    assert box.queries - before == len(x) * (1 + 2 * 6)
    names = dict(zip(table.names, found.mean(axis=(0, 2)), strict=True))
    assert names["same"] == 0
    assert all(names[name] > 0 for name in ("age", "job", "city", "code", "pay"))


def test_the_same_generator_gives_the_same_bits_and_nothing_is_changed() -> None:
    x = rows(60)
    x.setflags(write=False)
    box = blackbox(lambda r: r @ COEF, x[:4].copy())
    once, again = (
        conditional_importance(box, Table(x), x, repeats=2, rng=np.random.default_rng(4))
        for _ in range(2)
    )
    assert (once == again).all()


def test_too_few_rows_are_declined() -> None:
    x = np.random.default_rng(0).normal(size=(5, 6))
    box = blackbox(lambda r: r[:, 0], x[:4])
    with pytest.raises(NotApplicable, match="5 rows are too few"):
        conditional_importance(box, Table(x), x, repeats=1, rng=np.random.default_rng(0))
