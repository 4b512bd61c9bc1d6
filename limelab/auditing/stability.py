"""How much of an explanation stays when what should not matter changes; cause by cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from limelab.auditing.resampling import Resampled
from limelab.auditing.runs import Runs, asked, mean_known, runs
from limelab.auditing.settings import halved, resized
from limelab.auditing.subject import Subject
from limelab.domains import Table
from limelab.explanation import Explanation
from limelab.lime import Sampler
from limelab.metrics.ranks import top_k_jaccard
from limelab.perturbations import Uniform
from limelab.sampling import sample, spread_out
from limelab.seeds import generator
from limelab.types import Array, BadInput, Bools, NotApplicable

T = TypeVar("T")
RUNS = 3  # of every cause but the seed
UNKNOWN = "not known: "
MOVE = 0.1  # background standard deviations that a row moves either way


@dataclass(frozen=True, eq=False)
class Steady:
    """How far runs agree with the mean of all repeats, (I, C); a text where it is not known.

    Attributes
    ----------
    overlap : array
        Jaccard index of the top features, ties shared.
    signs : array
        Share of the top features with the same sign; what is smaller than a tie has none.
    lead : array
        Share of runs in which the leading feature still leads, beyond ties.
    runs : Runs
    """

    overlap: Array
    signs: Array
    lead: Array
    runs: Runs


def steady(found: Runs, base: Runs, *, top: int, tie: float) -> Steady:
    """Compare runs with the mean of others."""
    size, effect = base.mean("importance"), base.mean("effect")
    importance, signed = found.importance, found.effect
    rows = np.moveaxis(importance, 2, -1), np.moveaxis(size, 1, -1)[None]
    order = np.argsort(-np.nan_to_num(size), axis=1, kind="stable")
    first = order[None, :, :top]
    same = np.sign(np.take_along_axis(signed, first, 2)) == np.sign(
        np.take_along_axis(effect[None], first, 2)
    )
    counts = np.take_along_axis(size[None], first, 2) > tie * size.max(axis=1)[None, :, None]
    lead = np.take_along_axis(importance, order[None, :, :1], 2)[:, :, 0]
    leads = lead >= (1.0 - tie) * importance.max(axis=2)
    gone = np.isnan(importance).any(axis=2)
    return Steady(
        overlap=mean_known(top_k_jaccard(*rows, top)),
        signs=mean_known(np.where(gone, np.nan, _share(same, counts))),
        lead=mean_known(np.where(gone, np.nan, leads)),
        runs=found,
    )


def _share(same: Bools, counts: Bools) -> Array:
    """Share (R, I, C) of what counts (1, I, top, C) that is the same; 1 where nothing does."""
    number = counts.sum(axis=2)
    kept = (same & counts).sum(axis=2)
    share: Array = np.divide(kept, number, out=np.ones(kept.shape), where=number > 0)
    return share


def by_cause(subject: Subject, base: Runs, *, top: int, tie: float) -> dict[str, Steady | str]:
    """Each cause with what it does, or the reason why that is not known."""
    seeds = [subject.seed_of("cause", r) for r in range(RUNS)]
    explainer = subject.explainer
    causes: dict[str, Callable[[], Runs]] = {
        "seed": lambda: base,
        "half the samples": lambda: runs(subject, halved(explainer), seeds),
        "half the width": lambda: runs(subject, resized(explainer, 0.5), seeds[:1]),
        "twice the width": lambda: runs(subject, resized(explainer, 2.0), seeds[:1]),
        "small moves of the row": lambda: _moved(subject, seeds),
        "another background": lambda: _resampled(subject, seeds),
    }

    def of(make: Callable[[], Runs]) -> Steady | str:
        return known(lambda: steady(make(), base, top=top, tie=tie))

    return {name: of(make) for name, make in causes.items()}


def known(make: Callable[[], T]) -> T | str:
    """What is made, or the reason why it cannot be."""
    try:
        return make()
    except (NotApplicable, BadInput) as reason:
        return f"{UNKNOWN}{reason}"


def _moved(subject: Subject, seeds: list[int]) -> Runs:
    """Runs at rows that each moved a little, by another step in every run."""
    law, table = Uniform(MOVE), subject.table
    steps = sample(law, table, subject.x, len(seeds), "own", subject.seed_of("moves"))
    points = spread_out(steps)
    return Runs(
        tuple(
            asked(subject, subject.explainer, table, table.decode(points[:, r].copy()), seed)
            for r, seed in enumerate(seeds)
        )
    )


def _resampled(subject: Subject, seeds: list[int]) -> Runs:
    """Runs by bootstraps of the background."""
    n = len(subject.table.background)
    found: list[Explanation] = []
    for seed in seeds:
        order = generator(seed, "bootstrap").integers(n, size=n)
        again = Resampled(subject.table, order)
        # explainers of another make know a table and no more
        held = again if isinstance(subject.explainer, Sampler) else Table(again.frame)
        found.append(asked(subject, subject.explainer, held, subject.rows, seed))
    return Runs(tuple(found))
