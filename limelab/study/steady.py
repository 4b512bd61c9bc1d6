"""Whether a verdict stands on thirds of the data and without each data set; it gives none itself.

Three verdicts have a direction and are looked at: supported, contradicted, negligible. One that
does not stand is reported as inconclusive, with the reason:

- **Thirds.** Every task's cells are cut into three parts that share no instance and no repeat.
  A third holds a ninth of the cells, too few for an interval of use, so only its estimate is
  read, as if it were the whole interval: a verdict falls where a third's estimate says the
  opposite. That is below 0 against "supported", above the margin against "contradicted", outside
  the margin on either side against "negligible".
- **Data sets.** Each data set is left out in turn, with all of its models. The interval over the
  rest, at the level that the whole claim was read at, must give the same verdict (against
  "negligible": must lie within the margin). In general, five data sets are enough for this check:
  the rule of six is about claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from limelab.statistics import (
    ON_THESE,
    Clusters,
    Estimate,
    Intervals,
    divisible,
    mean_of_means,
    thirds,
    verdict,
    without_each,
)
from limelab.types import Array

FIRM = ("supported", "contradicted", "negligible")
FALLEN = "inconclusive"
STABLE, UNSTABLE, UNTRIED = "stable", "unstable", "not tried"
_OPPOSITE = {"supported": ("contradicted",), "contradicted": ("supported",)}

Grids = Mapping[Any, tuple[Any, Array]]


@dataclass(frozen=True)
class Stood:
    """What became of a verdict.

    Attributes
    ----------
    verdict : str
        The verdict to report.
    stability : str
        "" where there was nothing to try, else "stable", "unstable" or "not tried", and why.
    third_low, third_high : float
        The least and the largest estimate of the thirds; NaN where there are none.
    whole : str
        The verdict over all of the data; "" where there is none.
    """

    verdict: str
    stability: str = ""
    third_low: float = float("nan")
    third_high: float = float("nan")
    whole: str = ""

    @property
    def fallen(self) -> bool:
        """Whether the verdict did not stand."""
        return self.stability.startswith(UNSTABLE)


def stood(
    found: str, grids: Grids, scope: str, read: tuple[float, float], rng: np.random.Generator
) -> Stood:
    """Try a verdict on parts of the data.

    Parameters
    ----------
    found : str
        The verdict over all of the data.
    grids : mapping of task to (data set, array of shape (I, R))
        The differences that it was found on.
    scope : {"on these tasks", "in general"}
    read : (margin, level)
        The margin of the claim and the level of its interval, as corrected.
    rng : Generator

    Examples
    --------
    >>> cells = np.array([[0.9, 1.0, 1.1]] * 6) + np.arange(6)[:, None] / 10
    >>> grids = {"wine / forest": ("wine", cells)}
    >>> stood("supported", grids, ON_THESE, (0.0, 0.95), np.random.default_rng(0)).stability
    'stable: thirds 1.05 to 1.45; one data set, so none could be left out'
    """
    if found not in FIRM:
        return Stood(found, whole=found)
    sets, cells = [str(name) for name, _ in grids.values()], [part for _, part in grids.values()]
    margin, level = read
    parts = thirds(cells) if divisible(cells) else []
    estimates = [mean_of_means(part, None if scope == ON_THESE else sets) for part in parts]
    known = [estimate for estimate in estimates if np.isfinite(estimate)]
    rest = _without(scope, cells, sets, rng)
    left = {name: _again(found, one.at(level), margin) for name, one in rest.items()}
    reasons = [*_thirds_against(found, known, margin), *_sets_against(found, left)]
    said = _said(known, left)
    low, high = (min(known), max(known)) if known else (float("nan"), float("nan"))
    if reasons:
        whole = f"{found} over all of the data, but {' and '.join(reasons)}"
        return Stood(FALLEN, f"{UNSTABLE}: {whole}", low, high, found)
    state = STABLE if known or left else UNTRIED
    return Stood(found, f"{state}: {'; '.join(said)}", low, high, found)


def _without(
    scope: str, cells: Sequence[Array], sets: Sequence[str], rng: np.random.Generator
) -> Mapping[Any, Intervals]:
    """What gives the interval over the rest, by the data set that is left out."""
    if scope == ON_THESE:
        return without_each(cells, sets, rng=rng)
    names = list(dict.fromkeys(sets))
    own = [[c for c, s in zip(cells, sets, strict=True) if s == name] for name in names]
    means = np.array([mean_of_means(some) for some in own])
    there = np.isfinite(means)
    return {
        name: Clusters(means[there & (np.arange(len(names)) != n)], 0, fewest=2)
        for n, name in enumerate(names)
        if there[n] and there.sum() > 2
    }


def _thirds_against(found: str, estimates: Sequence[float], margin: float) -> Iterator[str]:
    against = [one for one in estimates if _opposite(found, one, margin)]
    if against:
        told = ", ".join(f"{one:.3g}" for one in against)
        say = "says" if len(against) == 1 else "say"
        yield f"{len(against)} of 3 thirds of instances and repeats {say} otherwise ({told})"


def _opposite(found: str, estimate: float, margin: float) -> bool:
    """Whether an estimate, taken for an interval without width, says the opposite."""
    if found == "negligible":
        return abs(estimate) > margin
    alone = verdict(Estimate(estimate, estimate, estimate, np.nan), margin)
    return alone in _OPPOSITE[found]


def _again(found: str, rest: Estimate, margin: float) -> str:
    """The verdict over the rest; an interval within the margin is negligible whatever its sign."""
    if found == "negligible" and -margin <= rest.low and rest.high <= margin:
        return found
    return verdict(rest, margin)


def _sets_against(found: str, left: Mapping[str, str]) -> Iterator[str]:
    against = [f"{name} ({said})" for name, said in left.items() if said != found]
    if against:
        more = f" and {len(against) - 3} more" if len(against) > 3 else ""
        yield f"not without {' or '.join(against[:3])}{more}"


def _said(estimates: Sequence[float], left: Mapping[str, str]) -> Iterator[str]:
    """What was tried, for a verdict that stands."""
    if estimates:
        yield f"thirds {min(estimates):.3g} to {max(estimates):.3g}"
    else:
        yield "fewer than three instances and repeats, so no thirds"
    if left:
        yield f"the same without any one of {len(left)} data sets"
    else:
        yield "one data set, so none could be left out"
