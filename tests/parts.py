"""A library of parts and tables that the laws run over; a new part is one entry here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor

from limelab.distances import Cosine, Gower
from limelab.domains import Table
from limelab.kernels import Ball, EffectiveSize, Exponential, Flat
from limelab.perturbations import (
    Antithetic,
    BinFrequencies,
    Copula,
    Gaussian,
    GlobalGaussian,
    Iid,
    KernelDensity,
    LocalPCA,
    Marginals,
    Mixup,
    Neighbours,
    Rows,
    Sobol,
    Uniform,
)
from limelab.representations import Binned, EntropyBins, Standardized
from limelab.surrogates import (
    AbsoluteRidge,
    BayesianRidge,
    Forward,
    FromSklearn,
    HighestWeights,
    Lasso,
    LassoPath,
    LeastSquares,
    Polynomial,
    Ridge,
    Tree,
)
from limelab.types import Array, Design, Kernel, Perturbation, Representation, Surrogate

DESIGNS: tuple[Design, ...] = (Iid(), Sobol(), Antithetic())
PERTURBATIONS: tuple[Callable[..., Perturbation], ...] = (
    Gaussian,
    Marginals,
    Neighbours,
    Uniform,
    GlobalGaussian,
    BinFrequencies,
    Rows,
    Copula,
    Mixup,
    LocalPCA,
    KernelDensity,
)
# one uniform a column, so columns can be permuted with them
BY_COLUMN = (Gaussian, Marginals, Uniform, GlobalGaussian, BinFrequencies)
KERNELS: tuple[Kernel, ...] = (
    Flat(),
    Exponential(0.5),
    Exponential(3),
    Exponential(0.5, Cosine()),
    Exponential(0.25, Gower()),
    EffectiveSize(0.2),
    EffectiveSize(0.5, Gower()),
)
BALLS: tuple[Kernel, ...] = (Ball(0.7), Ball(0.3, Gower()))  # they alone say 0 on purpose
REPRESENTATIONS: tuple[Representation, ...] = (Standardized(), Binned(), Binned(10), EntropyBins(2))
LINES: tuple[Surrogate, ...] = (
    LeastSquares(),
    LeastSquares(Forward(2)),
    Ridge(),
    Ridge(0.1, Forward(2)),
    Ridge(1, HighestWeights(2)),
    LeastSquares(LassoPath(2)),
    BayesianRidge(),
)
TREES: tuple[Surrogate, ...] = (
    Tree(),
    Tree(max_depth=None, max_splits=4),
    Tree(max_depth=5, min_share=0.0),
)
OTHERS: tuple[Surrogate, ...] = (
    FromSklearn(LinearRegression()),
    FromSklearn(DecisionTreeRegressor(max_depth=1)),
)
SURROGATES = LINES + TREES + OTHERS
# What they hold is in the units of the weights or of the output: tests/surrogates/test_laws.py
# runs the laws over them, and shows which of the two laws of scale each breaks.
BY_WEIGHT: tuple[Surrogate, ...] = (AbsoluteRidge(), AbsoluteRidge(0.1, Forward(2)))
# Fits the models below exactly, so its R squared is 1 for every seed; laws as above.
QUADRATIC = Polynomial(2)
BY_OUTPUT: tuple[Surrogate, ...] = (
    Lasso(0.1),
    BayesianRidge(noise_precision=0.5, weight_precision=2, prior_mean=[0, 1, 0, -1]),
)

NAMES = ("a", "b", "c", "d")


@cache
def numbers(n: int = 120) -> Table:
    """Four numeric columns of different units; the first two correlate at .8."""
    rng = np.random.default_rng(11)
    z = rng.normal(size=(n, 4))
    z[:, 1] = 0.8 * z[:, 0] + 0.6 * z[:, 1]
    frame = pd.DataFrame(z * [1.0, 10.0, 0.01, 300.0] + [0.0, 5.0, 2.0, -1e4], columns=NAMES)
    return Table(frame, target=np.where(z[:, 0] + z[:, 2] > 0, "up", "down"))


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
        target=np.arange(n) % 3,
    )


@cache
def codes(n: int = 60) -> Table:
    """Categories alone."""
    rng = np.random.default_rng(13)
    frame = pd.DataFrame({"job": rng.choice(["clerk", "smith"], n), "city": rng.random(n) < 0.3})
    return Table(frame, target=rng.integers(0, 2, n))


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
    found.pop("fitted", None)  # estimators: compared by what they predict
    return {name: value for name, value in found.items() if isinstance(value, np.ndarray)}


def samplers() -> list[Perturbation]:
    """Every perturbation with independent draws, and with one of the other designs in turn."""
    turns = enumerate(PERTURBATIONS)
    return [law(design=d) for i, law in turns for d in (DESIGNS[0], DESIGNS[1 + i % 2])]


def name_of(part: Any) -> str:
    """A part in the id of a test."""
    return part.__name__ if isinstance(part, type) else repr(part)
