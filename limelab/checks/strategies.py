"""Hypothesis strategies of tables, black boxes, cases and what goes with them; they run nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis.strategies import SearchStrategy

from limelab.checks.blackboxes import Bowl, Linear, Model, Product, Step, Wave
from limelab.checks.cases import Case, Column
from limelab.checks.neighbourhoods import neighbourhoods
from limelab.kernels import Exponential, Flat
from limelab.lime import Lime
from limelab.perturbations import Gaussian, Marginals, Neighbours
from limelab.surrogates import LeastSquares, Ridge, Tree

__all__ = [
    "black_boxes",
    "cases",
    "columns",
    "documents",
    "explainers",
    "images",
    "instances",
    "neighbourhoods",
    "tables",
]

_WEIGHTS = st.integers(-3, 3).map(float)
_SEEDS = st.integers(0, 2**16)
_STEEP = 0.6  # a sine below it is steep
_INSIDE = 1.2  # deviations from the mean, in every column


def columns(*, codes: bool = True, constants: bool = True) -> SearchStrategy[Column]:
    """Columns of every kind, one of three correlating with the first.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(columns(), lambda column: column.kind == "whole").scale
    1.0
    """
    kinds = ["number", "skewed", "whole"] + ["constant"] * constants + ["code"] * codes
    free = st.builds(
        Column,
        kind=st.sampled_from(kinds),
        mean=st.sampled_from([0.0, 1.0, -100.0]),
        scale=st.sampled_from([1.0, 0.01, 1000.0]),
    )
    return free | st.builds(Column, follows=st.just(0), rho=st.sampled_from([0.5, -0.9]))


@st.composite
def tables(draw: st.DrawFn, *, codes: bool = True, constants: bool = True) -> tuple[Column, ...]:
    """Two to four columns; the first is a number that varies."""
    first = draw(st.builds(Column, scale=st.sampled_from([1.0, 10.0])))
    rest = draw(st.lists(columns(codes=codes, constants=constants), min_size=1, max_size=3))
    return (first, *rest)


@st.composite
def black_boxes(draw: st.DrawFn, table: tuple[Column, ...]) -> Model:
    """Analytic models of a table, in units of its columns; each has a known attribution."""
    d = len(table)
    sizes = [column.scale if column.kind not in ("code", "constant") else 1.0 for column in table]
    weights = tuple(w / size for w, size in zip(draw(_lists(d)), sizes, strict=True))
    centre = tuple(column.mean for column in table)
    kinds: list[Model] = [
        Linear(weights),
        Wave(tuple(w / 2 for w in weights)),
        Bowl(tuple(abs(w) for w in weights), centre),
        Product(0, d - 1),
        Step(0, table[0].mean),
    ]
    return kinds[draw(st.integers(0, len(kinds) - 1))]


def _lists(d: int) -> SearchStrategy[list[float]]:
    return st.lists(_WEIGHTS, min_size=d, max_size=d)


@st.composite
def cases(
    draw: st.DrawFn, *, rows: int = 1, codes: bool = True, labelled: bool | None = None
) -> Case:
    """Whole cases: a table, a model of it, rows and seeds.

    Parameters
    ----------
    rows : int
        How many rows are explained.
    codes : bool
        Whether there may be categories.
    labelled : bool, optional
        A frame, or an array; either unless said. Categories need a frame.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(cases(rows=2), lambda case: True).rows
    2
    """
    named = draw(st.booleans()) if labelled is None else labelled
    table = draw(tables(codes=codes and named))
    return Case(
        columns=table,
        model=draw(black_boxes(table)),
        n=draw(st.sampled_from([20, 40])),
        rows=rows,
        seed=draw(_SEEDS),
        data=draw(_SEEDS),
        labelled=named,
    )


_WORDS = ("good", "bad", "not", "very", "plot", "film", "dull", "loved", "it", "a")


def instances(case: Case) -> SearchStrategy[Any]:
    """One row of a case's background, as a frame or an array of one row.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(instances(leading(0)), lambda row: row.index[0] == 3).shape
    (1, 4)
    """
    return st.integers(0, case.n - 1).map(lambda i: case.background[i : i + 1])


def explainers(*, n_samples: int = 256) -> SearchStrategy[Lime]:
    """Limes of every family of perturbations, with lines and trees, own draws and shared.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(explainers(n_samples=64), lambda lime: lime.draws == "own").n_samples
    64
    """
    laws = (Gaussian(), Gaussian(0.25), Marginals(), Neighbours(0.3))
    return st.builds(
        Lime,
        perturbation=st.sampled_from(laws),
        kernel=st.sampled_from((Flat(), Exponential(0.75))),
        surrogate=st.sampled_from((LeastSquares(), Ridge(), Tree())),
        n_samples=st.just(n_samples),
        draws=st.sampled_from(("shared", "own")),
    )


def documents(*, max_words: int = 12) -> SearchStrategy[str]:
    """Documents of one word or more, words repeated, with capitals and punctuation.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(documents(), lambda text: len(text.split()) == 2)
    'good good'
    """
    word = st.sampled_from(_WORDS).flatmap(lambda w: st.sampled_from([w, w.upper(), f"{w}!"]))
    return st.lists(word, min_size=1, max_size=max_words).map(" ".join)


@st.composite
def images(draw: st.DrawFn, *, side: int = 12, colours: bool | None = None) -> Any:
    """Small images of blocks: grey (side, side) or colour (side, side, 3), bytes or 0 to 1.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(images(side=4), lambda image: image.dtype == np.uint8).shape
    (4, 4)
    """
    has_colours = draw(st.booleans()) if colours is None else colours
    shape = (2, 2, 3) if has_colours else (2, 2)
    levels = st.lists(st.integers(0, 255), min_size=12, max_size=12)
    blocks = np.resize(np.array(draw(levels), dtype=np.uint8), shape)
    image = blocks.repeat(side // 2, axis=0).repeat(side // 2, axis=1)
    return image if draw(st.booleans()) else image / 255.0


def curved(seed: int) -> Case:
    """A smooth model of three correlated numbers: no sample explains it without error."""
    table = (Column(), Column(follows=0, rho=0.6), Column(mean=5.0, scale=2.0))
    return _sloping(Case(table, Wave((0.6, -0.4, 0.15)), n=60, seed=seed), seed)


def leading(seed: int) -> Case:
    """A smooth model of four numbers, of which the first leads the second by half."""
    table = (Column(), Column(), Column(), Column())
    return _sloping(Case(table, Wave((0.9, 0.45, -0.4, 0.2)), n=80, seed=seed), seed)


def _sloping(case: Case, seed: int) -> Case:
    """The case with the first table from `seed` on whose first row is one to judge by.

    A wave is steep there: where it is flat an explanation is all noise, and that is no fault. And
    it lies among the data, within 1.2 deviations of every mean: at the edge a method that draws
    from the data has few samples nearby, and that is no fault either.
    """
    tables = (replace(case, data=data) for data in count(seed))
    return next(one for one in tables if _is_steep(one) and _is_inside(one))


def _is_steep(case: Case) -> bool:
    return abs(float(case.model(case.explained)[0])) < _STEEP


def _is_inside(case: Case) -> bool:
    x = case.frame.to_numpy()
    return bool((np.abs(x[0] - x.mean(axis=0)) < _INSIDE * x.std(axis=0)).all())


def with_model(case: Case, model: Any) -> Case:
    """The same case of another model."""
    return replace(case, model=model)


def unmet(seed: int) -> Case:
    """A smooth model of a shape and seed that no other check uses: no cache has met it."""
    table = (Column(), *(Column(follows=0, rho=0.5) for _ in range(4)))
    return Case(table, Wave((0.3, -0.2, 0.1, 0.4, 0.2)), n=47, rows=3, seed=seed + 7919, data=seed)


def others(case: Case) -> list[tuple[str, Case]]:
    """Cases of the same shape that differ in one thing, by its name; the model is a wave."""
    assert isinstance(case.model, Wave)
    other = Wave(tuple(reversed(case.model.weights)))
    return [
        ("model", replace(case, model=other)),
        ("background", replace(case, data=case.data + 1)),
        ("seed", replace(case, seed=case.seed + 1)),
    ]
