"""How often the verdict errs when the truths are equal, in one table, with power and coverage.

    python tests/benchmarks/type_one_error.py [--quick]

Run by hand: 1000 simulations a row, 8 minutes of one core (`--quick`: 100 a row, a
minute). Each simulation makes matched differences, truth 0, and reads them as a study does.

One task: 20 instances x 10 repeats, intraclass correlation .8, read "on these tasks". With own
draws the other .2 belongs to single cells; with shared draws 69 % of it is common to all instances
of a repeat. In the third row nothing but shared draws vary, where a t test on instance means
errs in most cases.

Data sets: 6 to 12 of 1 to 3 models each, 10 instances x 5 repeats, read "in general". Homogeneous:
the truth is the same on every set. Heterogeneous: it varies from set to set round 0, and less so
from model to model. Uneven: so too, with scales that differ between sets (log sd .7). "on these"
is the other scope on the same data: how often its interval misses the mean truth of these tasks
(499 resamples). With 4 sets the general scope must decline, and its error is 0 by that alone.

Columns: error of the default verdict at .05 (it must be at most .065), of Student's t on all cells
pooled (naive), of the exact sign-flip and signed-rank tests on data-set means; the other scope;
then, on fresh data with a difference added, power of the default and how often its interval holds
the truth. The standard error of an error of .05 is .007 at 1000 simulations.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from limelab.seeds import generator
from limelab.statistics import (
    FEWEST_CLUSTERS,
    TOO_FEW,
    Estimate,
    in_general,
    on_these,
    sign_flip,
    verdict,
    wilcoxon,
)
from limelab.types import Array

TIMES, QUICK = 1000, 100
ALPHA, BOUND = 0.05, 0.065
COLUMNS = ("error", "naive t", "sign-flip", "signed-rank", "on these", "power", "coverage")
Tasks = list[tuple[int, Array]]


@dataclass(frozen=True)
class World:
    """Where matched differences come from: sds of each cause, and how many of each."""

    title: str
    data_sets: int = 1
    models: int = 1
    instances: int = 20
    repeats: int = 10
    between: float = 0.0  # of the truth from set to set; models of a set vary by half of it
    uneven: float = 0.0  # log sd of the scales of sets
    instance: float = 0.8**0.5
    repeat: float = 0.0
    cell: float = 0.2**0.5
    effect: float = 0.5  # the difference added for power
    n_resamples: int = 9999

    def draw(self, rng: np.random.Generator, effect: float) -> tuple[Tasks, float]:
        """Tasks as (data set, cells), and the mean of the true differences of these tasks."""
        tasks, truths = [], []
        scales = np.exp(self.uneven * rng.normal(size=self.data_sets))
        for place, scale in enumerate(scales):
            centre = self.between * rng.normal()
            for _ in range(self.models):
                truth = effect + scale * (centre + self.between / 2 * rng.normal())
                truths.append(truth)
                tasks.append((place, truth + scale * self._noise(rng)))
        return tasks, float(np.mean(truths))

    def _noise(self, rng: np.random.Generator) -> Array:
        n, m = self.instances, self.repeats
        rows, columns = self.instance * rng.normal(size=(n, 1)), self.repeat * rng.normal(size=m)
        noise: Array = rows + columns + self.cell * rng.normal(size=(n, m))
        return noise


def one_task() -> list[World]:
    """The rows that are read on these tasks."""
    common, alone = (0.2 * 0.69) ** 0.5, (0.2 * 0.31) ** 0.5
    return [
        World("1 task, own draws, ICC .8"),
        World("1 task, shared draws, ICC .8", repeat=common, cell=alone),
        World("1 task, shared draws alone", instance=0, repeat=0.69**0.5, cell=0.31**0.5),
    ]


def many_sets() -> list[World]:
    """The rows that are read in general."""
    kinds = {"homogeneous": (0.0, 0.0), "heterogeneous": (0.5, 0.0), "uneven": (0.5, 0.7)}
    small: dict[str, Any] = {"instances": 10, "repeats": 5, "n_resamples": 499}
    counts = [(4, 3), *itertools.product((6, 8, 12), (1, 2, 3))]
    return [
        World(f"{n} sets x {models}, {kind}", n, models, **small, between=between, uneven=uneven)
        for n, models in counts
        for kind, (between, uneven) in kinds.items()
    ]


def simulated(world: World, times: int) -> dict[str, float]:
    """The columns of one row, each a share of the simulations."""
    rng = generator(0, "type one error", world.title)
    null = [_read_null(world, rng) for _ in range(times)]
    shifted = [_read_shifted(world, rng) for _ in range(times)]
    return {
        name: float(np.mean([one[name] for one in rows]))
        for rows in (null, shifted)
        for name in rows[0]
    }


def default(world: World, tasks: Tasks, rng: np.random.Generator) -> Estimate:
    """What a study reads: on these tasks for one task, else data-set means in general."""
    if world.data_sets == 1:
        return on_these([cells for _, cells in tasks], rng=rng, n_resamples=world.n_resamples)
    return in_general(means_of_sets(tasks))


def means_of_sets(tasks: Tasks) -> Array:
    """Means of data sets over the means of their models."""
    sets = np.array([place for place, _ in tasks])
    means = np.array([cells.mean() for _, cells in tasks])
    return np.bincount(sets, means) / np.bincount(sets)


def _read_null(world: World, rng: np.random.Generator) -> dict[str, float]:
    tasks, truth = world.draw(rng, 0.0)
    pooled = np.concatenate([cells.ravel() for _, cells in tasks])
    said = verdict(default(world, tasks, rng), 0.0)
    row = {
        "error": float(said not in ("inconclusive", TOO_FEW)),
        "declined": float(said == TOO_FEW),
        "naive t": float(stats.ttest_1samp(pooled, 0).pvalue <= ALPHA),
    }
    if world.data_sets == 1:
        return row
    means = means_of_sets(tasks)
    row["sign-flip"] = float(sign_flip(means).p <= ALPHA)
    row["signed-rank"] = float(wilcoxon(means).p <= ALPHA)
    found = on_these([cells for _, cells in tasks], rng=rng, n_resamples=world.n_resamples)
    return row | {"on these": float(not found.low <= truth <= found.high)}


def _read_shifted(world: World, rng: np.random.Generator) -> dict[str, float]:
    tasks, truth = world.draw(rng, world.effect)
    found = default(world, tasks, rng)
    wanted = truth if world.data_sets == 1 else world.effect
    if np.isnan(found.low):
        return {"power": 0.0, "coverage": np.nan}
    holds = found.low <= wanted <= found.high
    return {"power": float(verdict(found, 0.0) == "supported"), "coverage": float(holds)}


def lines(times: int) -> Iterator[str]:
    """The table, a line at a time; the last says whether every row held."""
    yield f"{'':32s}" + "".join(f"{name:>12s}" for name in COLUMNS)
    bound = BOUND if times >= TIMES else BOUND + 2.6 * (BOUND * (1 - BOUND) / times) ** 0.5
    held = True
    for world in [*one_task(), *many_sets()]:
        row = simulated(world, times)
        yield f"{world.title:32s}" + "".join(_cell(row, name) for name in COLUMNS)
        few = 1 < world.data_sets < FEWEST_CLUSTERS
        held &= row["declined"] == 1 if few else row["error"] <= bound
    room = "" if times >= TIMES else f" (so few simulations are allowed {bound:.1%})"
    said = "yes" if held else "NO"
    yield f"the default verdict errs in at most {BOUND:.1%} of every row: {said}{room}"


def _cell(row: dict[str, float], name: str) -> str:
    if name == "error" and row["declined"] == 1:
        return f"{'declines':>12s}"
    value = row.get(name, np.nan)
    return f"{'-' if np.isnan(value) else format(value, '.3f'):>12s}"


if __name__ == "__main__":
    for line in lines(QUICK if "--quick" in sys.argv else TIMES):
        print(line, flush=True)
