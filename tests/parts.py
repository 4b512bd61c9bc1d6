"""A library of parts and tables that the laws run over; a new part is one entry here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from limelab.domains import Table
from limelab.kernels import Exponential, Flat
from limelab.perturbations import Gaussian, Iid, Marginals, Neighbours, Sobol
from limelab.representations import Standardized
from limelab.surrogates import Forward, LeastSquares, Ridge, Tree
from limelab.types import Array, Design, Kernel, Perturbation, Representation, Surrogate

DESIGNS: tuple[Design, ...] = (Iid(), Sobol())
PERTURBATIONS: tuple[Callable[..., Perturbation], ...] = (Gaussian, Marginals, Neighbours)
BY_COLUMN = (Gaussian, Marginals)  # one uniform a column, so columns can be permuted with them
KERNELS: tuple[Kernel, ...] = (Flat(), Exponential(0.5), Exponential(3))
REPRESENTATIONS: tuple[Representation, ...] = (Standardized(),)
LINES: tuple[Surrogate, ...] = (
    LeastSquares(),
    LeastSquares(Forward(2)),
    Ridge(),
    Ridge(0.1, Forward(2)),
)
TREES: tuple[Surrogate, ...] = (
    Tree(),
    Tree(max_depth=None, max_splits=4),
    Tree(max_depth=5, min_share=0.0),
)
SURROGATES = LINES + TREES

NAMES = ("a", "b", "c", "d")


@cache
def numbers(n: int = 120) -> Table:
    """Four numeric columns of different units; the first two correlate at .8."""
    rng = np.random.default_rng(11)
    z = rng.normal(size=(n, 4))
    z[:, 1] = 0.8 * z[:, 0] + 0.6 * z[:, 1]
    return Table(pd.DataFrame(z * [1.0, 10.0, 0.01, 300.0] + [0.0, 5.0, 2.0, -1e4], columns=NAMES))


@cache
def mixed(n: int = 120) -> Table:
    """Two numbers, a column of text, one of booleans, a declared code, and a constant."""
    rng = np.random.default_rng(12)
    return Table(
        pd.DataFrame(
            {
                "age": rng.normal(40, 10, n),
                "job": rng.choice(["clerk", "smith", "nurse"], n, p=[0.6, 0.3, 0.1]),
                "city": rng.random(n) < 0.25,
                "code": rng.integers(3, 6, n),
                "same": np.full(n, 7.5),
                "pay": rng.lognormal(size=n),
            }
        ),
        categorical=["code"],
    )


TABLES: dict[str, Callable[[], Table]] = {"numbers": numbers, "mixed": mixed}


def curve(rows: pd.DataFrame) -> Array:
    """A smooth model of `numbers` with two outputs."""
    a, b, c, d = rows.to_numpy(dtype=np.float64).T
    z = [a, (b - 5) / 10, (c - 2) / 0.01, (d + 1e4) / 300]
    return np.column_stack([np.sin(z[0]) + z[1] * z[2], z[3] - 0.5 * z[0] ** 2])


def people(rows: pd.DataFrame) -> Array:
    """A model of `mixed` that reads text, booleans and codes in their own kinds."""
    assert rows["job"].isin(["clerk", "smith", "nurse"]).all()
    assert rows["city"].dtype == bool
    job = rows["job"].map({"clerk": 0.0, "smith": 1.0, "nurse": -2.0}).to_numpy(dtype=np.float64)
    years = rows["age"].to_numpy() / 10
    return np.asarray(job * rows["city"].to_numpy() + years + (rows["code"] == 4) * rows["pay"])


MODELS: dict[str, Callable[[pd.DataFrame], Array]] = {"numbers": curve, "mixed": people}


def uniforms(part: Perturbation, table: Table, n: int, seed: int = 0) -> Array:
    """Shared uniforms (1, n, dims) of a perturbation's own design."""
    return part.design.draw(n, part.dims(table), np.random.default_rng(seed))[None]


def arrays_of(fitted: Any) -> dict[str, Array]:
    """All arrays that a fitted stack or an explanation holds or derives."""
    names = ("coef", "intercept", "stderr", "importance", "effect", "selected", "r2", "r2_out")
    found = {**vars(fitted), **{name: getattr(fitted, name) for name in names}}
    return {name: value for name, value in found.items() if isinstance(value, np.ndarray)}


def name_of(part: Any) -> str:
    """A part in the id of a test."""
    return part.__name__ if isinstance(part, type) else repr(part)
