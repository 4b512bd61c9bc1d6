"""All that is measured of some explanations before anybody judges them; it holds no thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from limelab.auditing.fidelity import Fit, judged
from limelab.auditing.holding import Held, held
from limelab.auditing.nearby import Nearby
from limelab.auditing.others import Other, others
from limelab.auditing.overall import overall
from limelab.auditing.realism import off_the_data
from limelab.auditing.runs import Runs, runs
from limelab.auditing.settings import representation_of
from limelab.auditing.stability import UNKNOWN, Steady, by_cause, known
from limelab.auditing.subject import Subject
from limelab.importance import (
    Effects,
    Region,
    local_effects,
)
from limelab.metrics.ranks import spearman
from limelab.representations import Standardized
from limelab.types import Array, BadInput, Bools, Representation

CLOUDS, POINTS, AGAIN = 8, 128, 512  # AGAIN: points of a cloud where the first did not tell
REAL_CLOUDS, REAL_POINTS = 8, 64


@dataclass(frozen=True, eq=False)
class Bar:
    """What counts as a tie and as sure enough, while measuring.

    Attributes
    ----------
    tie : float
        Share of the largest importance.
    top : int
        How many features are compared.
    real_tie : float
        The same as `tie`, at real rows.
    sure, contradicted : float
        Chances outside of which nothing more is asked.
    """

    tie: float
    top: int
    real_tie: float
    sure: float
    contradicted: float


@dataclass(frozen=True, eq=False)
class Measured:
    """What was found of each row and output; axes I rows, k features, C outputs.

    A text stands where something is not known, and says why.

    Attributes
    ----------
    subject : Subject
    runs : Runs
        The repeats.
    model, real : Effects
        The model itself in the judge's region, and at the real rows nearest to x.
    held, held_real : Held
    signs : str
        Why signs cannot be compared, or "".
    fits : mapping of radius to Fit, or str
    fit_real : Fit or str
        At the real rows nearest to x.
    causes : mapping of str to Steady or str
    others : mapping of str to Other or str
    off_data : array of shape (I,), or str
    whole : mapping of str to array of shape (k, C) or (k, 1)
        Global importances, for comparison only.
    unscored : str
        Why there is none by labels although labels came, or "".
    like_local, like_whole : arrays of shape (I, C)
        Rank correlation of the explanation with `model` and with the global importance.
    queries : int
    """

    subject: Subject
    runs: Runs
    model: Effects
    real: Effects | str
    held: Held
    held_real: Held | str
    signs: str
    fits: Mapping[float, Fit] | str
    fit_real: Fit | str
    causes: Mapping[str, Steady | str]
    others: Mapping[str, Other | str]
    off_data: Array | str
    whole: Mapping[str, Array]
    unscored: str
    like_local: Array
    like_whole: Array
    queries: int


def measure(subject: Subject, repeats: int, bar: Bar, y: Any = None) -> Measured:
    """Ask all that an audit asks.

    Raises
    ------
    BadInput
        An explainer whose features are not the table's, or that explains no row.
    """
    before = subject.box.queries
    base = runs(subject, subject.explainer, [subject.seed_of("repeat", r) for r in range(repeats)])
    _check(subject, base)
    told = known(lambda: representation_of(subject.explainer, base.found[0].units))
    read = Standardized() if isinstance(told, str) else told
    signs = told.removeprefix(UNKNOWN) if isinstance(told, str) else ""
    size, effect = base.mean("importance"), base.mean("effect")
    model = _model(subject, base, read, bar)
    real = known(lambda: _real(subject, read))
    causes = by_cause(subject, base, top=bar.top, tie=bar.tie)
    whole, unscored = overall(subject, y)
    return Measured(
        subject=subject,
        runs=base,
        model=model,
        real=real,
        held=held(size, effect, model, tie=bar.tie, top=bar.top),
        held_real=real
        if isinstance(real, str)
        else held(size, effect, real, tie=bar.real_tie, top=bar.top),
        signs=signs,
        fits=f"{UNKNOWN}{signs}" if signs else known(lambda: _fits(subject, base, read)),
        fit_real=f"{UNKNOWN}{signs}"
        if signs
        else known(lambda: judged(subject, base, read, Nearby(), subject.seed_of("near"))),
        causes=causes,
        others=others(subject, base, model, causes, top=bar.top, tie=bar.tie),
        off_data=known(lambda: off_the_data(subject, subject.explainer)),
        whole=whole,
        unscored=unscored,
        like_local=_alike(size, np.sqrt((model.importance**2).mean(axis=0))),
        like_whole=_alike(size, whole["prediction"][None]),
        queries=subject.box.queries - before,
    )


def _check(subject: Subject, base: Runs) -> None:
    names = base.found[0].features
    if tuple(names) != subject.table.names:
        raise BadInput(
            f"{base.found[0].record} explains by {list(names)[:5]}; an audit compares with the "
            f"columns of the table, {list(subject.table.names)[:5]}: expected the same features"
        )


def _model(subject: Subject, base: Runs, read: Representation, bar: Bar) -> Effects:
    """The model in the region; rows of which a few points do not tell are asked about again."""
    law, box, table = subject.region, subject.box, subject.table
    size, effect = base.mean("importance"), base.mean("effect")
    few, many = Region(law, POINTS, read), Region(law, AGAIN, read)
    seeds = subject.seed_of("model"), subject.seed_of("model", "again")
    model = local_effects(box, table, subject.x, few, repeats=CLOUDS, seed=seeds[0])
    first = held(size, effect, model, tie=bar.tie, top=bar.top)
    lead = _open(first.lead_chance, first.lead_doubt, bar)
    sign = _open(first.sign_chance, first.sign_doubt, bar)
    own = subject.f.argmax(axis=1)[:, None]
    rows = np.flatnonzero(np.take_along_axis((lead | sign) & ~np.asarray(first.flat), own, 1))
    if len(rows):
        more = local_effects(box, table, subject.x[rows], many, repeats=CLOUDS, seed=seeds[1])
        for kept, new in zip(model, more, strict=True):
            kept[:, rows] = new
    return model


def _open(chance: Array, doubt: Array, bar: Bar) -> Bools:
    """Where a chance neither confirms nor contradicts (I, C)."""
    return np.asarray((chance < bar.sure) & (doubt > bar.contradicted))


def _real(subject: Subject, read: Representation) -> Effects:
    near = Region(Nearby(), REAL_POINTS, read)
    seed = subject.seed_of("real")
    box, table = subject.box, subject.table
    return local_effects(box, table, subject.x, near, repeats=REAL_CLOUDS, seed=seed)


def _fits(subject: Subject, base: Runs, read: Representation) -> dict[float, Fit]:
    judge = subject.judge
    return {
        radius: judged(subject, base, read, judge.law.at(radius), subject.seed_of("judge", n))
        for n, radius in enumerate(judge.radii)
    }


def _alike(size: Array, other: Array) -> Array:
    """Spearman's rank correlation over features (I, C)."""
    rows = (np.moveaxis(np.broadcast_to(a, size.shape), 1, -1) for a in (size, other))
    return spearman(*rows)
