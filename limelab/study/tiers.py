"""The three sizes of a study, and the time that each may take; it knows no study and runs none.

**quick** sees that everything works, **default** is what the claims are read from, **full** takes
the time that it needs. A budget is a promise and no limit: what takes longer is named, not stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limelab.numbers import positive
from limelab.study.progress import clock
from limelab.study.results import MANIFEST

QUICK, DEFAULT, FULL = "quick", "default", "full"
MINUTES = 3.5  # of a study on two cores; all studies together are promised in 75
QUICK_SHARE = 1 / 15  # of that, which a quick run may take: all together five minutes


@dataclass(frozen=True)
class Grow:
    """How many times the instances of each task, and the repeats, a full run takes.

    Parameters
    ----------
    instances : float, default 2
    repeats : float, default 1

    Examples
    --------
    >>> Grow(instances=3).of(12, 20)
    (36, 20)
    """

    instances: float = 2.0
    repeats: float = 1.0

    def __post_init__(self) -> None:
        positive(self, "instances")
        positive(self, "repeats")

    def of(self, instances: int, repeats: int) -> tuple[int, int]:
        """Instances and repeats of a full run, at least one each."""
        return max(1, round(instances * self.instances)), max(1, round(repeats * self.repeats))


def estimated(folders: Iterable[Path], tier: str, workers: int) -> float | None:
    """Seconds that a study took when it was last run from nothing, by the first manifest of a tier.

    Parameters
    ----------
    folders : iterable of Path
        Where earlier runs of the study left their manifests.
    tier : {"quick", "default", "full"}
    workers : int
        Work is taken to be shared evenly.

    Returns
    -------
    seconds : float or None
        None where no folder holds a run of this tier.
    """
    for told in filter(None, map(_manifest, folders)):
        spent = told.get("seconds_by_kind", {})
        if told.get("tier") == tier and spent:
            return float(sum(spent.values())) / max(1, workers)
    return None


def _manifest(folder: Path) -> Mapping[str, Any]:
    """The manifest of a run; empty where there is none that can be read."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def before(budget: float | None, estimate: float | None) -> str:
    """What is promised, and what is to be expected.

    Examples
    --------
    >>> before(4.0, 150.0)
    'budget 4 min 0 s; from nothing about 2 min 30 s'
    >>> before(None, None)
    'no budget: it takes what it needs; no earlier run to estimate by'
    """
    promised = f"budget {clock(60 * budget)}" if budget else "no budget: it takes what it needs"
    known = "no earlier run to estimate by"
    return f"{promised}; {known if estimate is None else f'from nothing about {clock(estimate)}'}"


def after(budget: float | None, seconds: float) -> str:
    """What it took, and whether that kept the promise.

    Examples
    --------
    >>> after(4.0, 200.0), after(4.0, 245.0)
    ('3 min 20 s of 4 min 0 s', '4 min 5 s: OVER the budget of 4 min 0 s')
    """
    took = clock(seconds)
    if budget is None:
        return took
    promised = clock(60 * budget)
    over = seconds > 60 * budget
    return f"{took}: OVER the budget of {promised}" if over else f"{took} of {promised}"
