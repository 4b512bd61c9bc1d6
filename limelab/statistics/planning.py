"""How many data sets, instances and repeats a study needs, from a pilot; it runs none.

The difference of one cell is taken as truth + data set + instance + repeat + cell, each with a
variance of its own; instances and repeats are crossed within a data set.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from limelab.statistics.estimates import FEWEST_CLUSTERS, IN_GENERAL, ON_THESE
from limelab.types import Array, BadInput

MOST = 200  # more data sets than that are not looked for
PLAN_COLUMNS = (
    *("instances", "repeats", "data_sets", "half_width", "power", "explanations"),
    *("scope", "sentence"),
)


@dataclass(frozen=True)
class Variances:
    """Variances of a paired difference, in squared units of the metric.

    Attributes
    ----------
    data_set, instance, repeat, cell : float
        Of the truth from set to set; of instances and of repeats within a set; of single cells.
    note : str
        Such as which of them a pilot put at 0.
    """

    data_set: float
    instance: float
    repeat: float
    cell: float
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no variance."""
        parts = (self.data_set, self.instance, self.repeat, self.cell)
        if not all(math.isfinite(part) and part >= 0 for part in parts):
            raise BadInput(f"{self!r}; expected finite variances of at least 0")


@dataclass(frozen=True)
class Size:
    """How large a study is: so many data sets, with so many instances and repeats in each."""

    data_sets: int
    instances: int
    repeats: int

    def __post_init__(self) -> None:
        """Refuse what is no count."""
        if min(self.data_sets, self.instances, self.repeats) < 1:
            raise BadInput(f"{self!r}; expected whole numbers of at least 1")


def pilot(grids: Mapping[Any, tuple[Any, Array]]) -> Variances:
    """Variances from the matched differences of a small study, as `differences` gives them.

    Mean squares solved for the variances, averaged over tasks; what comes out below 0 is 0 and
    is named in the note. Tasks of one data set are averaged before sets are compared.

    Parameters
    ----------
    grids : mapping of task to (dataset, array of shape (I, R))
        Whole tasks of at least 2 instances by 2 repeats; 2 data sets or more.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> grids = {n: (n, rng.normal() + rng.normal(size=(8, 1)) + np.zeros((8, 4)))
    ...          for n in range(40)}
    >>> found = pilot(grids)
    >>> round(found.repeat, 9), round(found.instance, 1)
    (0.0, 1.0)
    """
    tasks = [(dataset, np.asarray(cells, dtype=float)) for dataset, cells in grids.values()]
    small = [cells.shape for _, cells in tasks if min(cells.shape) < 2 or np.isnan(cells).any()]
    sets = pd.factorize(pd.Series([dataset for dataset, _ in tasks], dtype=object))[0]
    if small or len(set(sets)) < 2:
        raise BadInput(
            f"pilot: {len(set(sets))} data sets came, with {len(small)} tasks that have missing "
            "cells or fewer than 2 instances or repeats; wanted 2 data sets or more of whole "
            "tasks. Filter the pilot."
        )
    within = np.array([_within(cells) for _, cells in tasks]).mean(axis=0)
    means = np.array([cells.mean() for _, cells in tasks])
    errors = np.array([_error(within, cells.shape) for _, cells in tasks])
    counts = np.bincount(sets)
    centres, noise = np.bincount(sets, means) / counts, np.bincount(sets, errors) / counts**2
    parts = np.array([centres.var(ddof=1) - noise.mean(), *within])
    names = np.array(["data set", "instance", "repeat", "cell"])
    below = ", ".join(names[parts < 0])
    note = f"variance of {below} put at 0: the pilot shows none" if below else ""
    between, instance, repeat, cell = np.maximum(parts, 0.0).tolist()
    return Variances(between, instance, repeat, cell, note)


def half_width(
    variances: Variances, size: Size, *, scope: str = IN_GENERAL, level: float = 0.95
) -> float:
    """Root mean square half-width of the interval that such a study would give.

    NaN in general below six data sets, where there is no interval.

    Examples
    --------
    >>> round(half_width(Variances(1.0, 0, 0, 0), Size(9, 10, 10)), 3)
    0.769
    """
    error, dof = _expected(variances, size, scope)
    return float(stats.t.isf((1 - level) / 2, dof)) * error if dof > 0 else math.nan


def power(
    variances: Variances,
    size: Size,
    effect: float,
    *,
    scope: str = IN_GENERAL,
    level: float = 0.95,
) -> float:
    """Chance that the interval of such a study leaves out 0 when the difference is `effect`.

    Examples
    --------
    >>> round(power(Variances(1.0, 0, 0, 0), Size(10, 5, 5), effect=1.0), 3)
    0.803
    """
    error, dof = _expected(variances, size, scope)
    if dof <= 0:
        return 0.0
    if error == 0:
        return float(effect != 0)
    border = float(stats.t.isf((1 - level) / 2, dof))
    law = stats.nct(dof, abs(effect) / error)
    return float(law.sf(border) + law.cdf(-border))


def plan_for_width(
    variances: Variances,
    target: float,
    *,
    instances: Sequence[int] = (5, 10, 20, 50),
    repeats: Sequence[int] = (2, 5, 10, 20),
    scope: str = IN_GENERAL,
) -> pd.DataFrame:
    """The fewest data sets that reach a half-width, for each number of instances and repeats.

    Parameters
    ----------
    variances : Variances
    target : float
        Half-width, in units of the metric.
    instances, repeats : sequences of int
    scope : {"on these tasks", "in general"}

    Returns
    -------
    DataFrame
        instances, repeats, data_sets (missing where 200 do not reach it), half_width, power
        (NaN), explanations (of one condition), scope, sentence; the cheapest first.

    Examples
    --------
    >>> plan = plan_for_width(Variances(0.1, 1.0, 0.1, 1.0), 0.5)
    >>> plan[["instances", "repeats", "data_sets"]].iloc[0].tolist()
    [5, 2, 10]
    """
    _positive(target, "target half-width")

    def reached(size: Size) -> bool:
        return half_width(variances, size, scope=scope) <= target

    sizes = _sizes(reached, instances, repeats)
    wanted = f"a half-width of {target:.3g}"
    return _table(variances, sizes, math.nan, scope, wanted)


def plan_for_power(
    variances: Variances,
    effect: float,
    *,
    target: float = 0.8,
    instances: Sequence[int] = (5, 10, 20, 50),
    repeats: Sequence[int] = (2, 5, 10, 20),
    scope: str = IN_GENERAL,
) -> pd.DataFrame:
    """The fewest data sets that show an effect with a power; see `plan_for_width`.

    Examples
    --------
    >>> plan = plan_for_power(Variances(0.1, 1.0, 0.1, 1.0), 0.5)
    >>> bool((plan["power"] >= 0.8).all())
    True
    """
    _positive(effect, "effect")

    def reached(size: Size) -> bool:
        return power(variances, size, effect, scope=scope) >= target

    sizes = _sizes(reached, instances, repeats)
    wanted = f"a power of {target:.0%} for a difference of {effect:.3g}"
    return _table(variances, sizes, effect, scope, wanted)


def _within(cells: Array) -> tuple[float, float, float]:
    """Variances of instances, repeats and cells of one whole task, by its mean squares."""
    n, m = cells.shape
    rows, columns = cells.mean(axis=1), cells.mean(axis=0)
    alone = cells - rows[:, None] - columns + cells.mean()
    cell = float((alone**2).sum() / ((n - 1) * (m - 1)))
    return float(rows.var(ddof=1) - cell / m), float(columns.var(ddof=1) - cell / n), cell


def _error(within: Array, shape: tuple[int, ...]) -> float:
    """Variance of the mean of (I, R) cells round the truth of their data set."""
    n, m = shape
    return float(within[0] / n + within[1] / m + within[2] / (n * m))


def _expected(variances: Variances, size: Size, scope: str) -> tuple[float, float]:
    """Standard error and degrees of freedom to expect; 0 degrees where the scope declines."""
    n, i, r = size.data_sets, size.instances, size.repeats
    within = np.array([variances.instance, variances.repeat, variances.cell])
    if scope == IN_GENERAL:
        total = (variances.data_set + _error(within, (i, r))) / n
        return math.sqrt(total), float(n - 1 if n >= FEWEST_CLUSTERS else 0)
    if scope != ON_THESE:
        raise BadInput(f"scope={scope!r} came; wanted {ON_THESE!r} or {IN_GENERAL!r}.")
    return _on_these(within / n, i, r, n)


def _on_these(within: Array, i: int, r: int, n: int) -> tuple[float, float]:
    """As the crossed bootstrap is scaled: rows + columns - cells, Satterthwaite's degrees."""
    cell = within[2] / (i * r)
    mean_squares = np.array([within[0] / i + cell, within[1] / r + cell, cell])
    dof = n * np.array([max(i - 1, 1), max(r - 1, 1), max((i - 1) * (r - 1), 1)])
    total = float(mean_squares[0] + mean_squares[1] - cell)
    if i == 1 or r == 1:  # one of them cannot be resampled
        return math.nan, 0.0
    if total == 0:
        return 0.0, float(dof.min())
    return math.sqrt(total), total**2 / float((mean_squares**2 / dof).sum())


def _sizes(
    reached: Callable[[Size], bool], instances: Sequence[int], repeats: Sequence[int]
) -> list[tuple[Size, bool]]:
    """For each instances x repeats the smallest study that reaches it, or the largest looked at."""
    found = []
    for i, r in itertools.product(instances, repeats):
        sizes = (Size(n, i, r) for n in range(1, MOST + 1))
        hit = next((size for size in sizes if reached(size)), None)
        found.append((hit or Size(MOST, i, r), hit is not None))
    return found


def _table(
    variances: Variances,
    sizes: Sequence[tuple[Size, bool]],
    effect: float,
    scope: str,
    wanted: str,
) -> pd.DataFrame:
    rows = []
    for size, reached in sizes:
        width = half_width(variances, size, scope=scope)
        chance = math.nan if math.isnan(effect) else power(variances, size, effect, scope=scope)
        cost = size.data_sets * size.instances * size.repeats
        sentence = _sentence(size, wanted, scope, reached=reached)
        sets = size.data_sets if reached else pd.NA
        rows.append((size.instances, size.repeats, sets, width, chance, cost, scope, sentence))
    table = pd.DataFrame(rows, columns=list(PLAN_COLUMNS)).astype({"data_sets": "Int64"})
    order = table.assign(out=table["data_sets"].isna()).sort_values(["out", "explanations"])
    return table.loc[order.index].reset_index(drop=True)


def _sentence(size: Size, wanted: str, scope: str, *, reached: bool) -> str:
    each = f"{size.instances} instances and {size.repeats} repeats in each"
    what = "data sets" if scope == IN_GENERAL else "tasks"
    if reached:
        return f"For {wanted} {scope}, take {size.data_sets} {what} with {each}."
    return f"With {each}, {size.data_sets} {what} do not give {wanted} {scope}."


def _positive(number: float, name: str) -> None:
    if not (math.isfinite(number) and number > 0):
        raise BadInput(f"{name} {number!r} came; expected a number above 0, in the metric's units.")
