"""What bounds are read from: rows of measures, in both scopes and without each data set; no files.

The clusters of a number are tasks (on these tasks) or data sets (in general). How far on the right
side of its bound the number lies is what the table of claims holds. A reader is somebody's own
function: it is handed copies, and one that breaks costs its own claim and no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from limelab.statistics import (
    FEWEST_CLUSTERS,
    IN_GENERAL,
    ON_THESE,
    TOO_FEW,
    Estimate,
    Intervals,
    verdict,
)
from limelab.study.bounds import Bound
from limelab.study.steady import FALLEN, FIRM, STABLE, UNSTABLE, UNTRIED, Stood
from limelab.types import NotApplicable

if TYPE_CHECKING:
    import pandas as pd

MOST_NAMED = 3  # data sets without which a verdict falls


@dataclass(frozen=True, eq=False)
class Beyond:
    """How far on the right side of a bound a number lies, at any level."""

    number: Intervals
    bound: Bound

    def at(self, level: float) -> Estimate:
        """The distance, positive where the number keeps the bound."""
        found, (side, mark) = self.number.at(level), self.bound.side
        low, high = sorted((side * (found.low - mark), side * (found.high - mark)))
        counts = (found.n_units, found.n_clusters, found.n_missing)
        middle = side * (found.estimate - mark)
        return Estimate(middle, low, high, self.against(0.0), *counts, note=found.note)

    def against(self, value: float) -> float:
        """Two-sided p of the hypothesis that the distance is `value`."""
        side, mark = self.bound.side
        return self.number.against(mark + side * value)


@dataclass(frozen=True, eq=False)
class TooFew:
    """A number over fewer data sets than a statement in general needs: no interval, no p."""

    number: Intervals
    data_sets: int

    def at(self, level: float) -> Estimate:
        """The number alone."""
        note = f"{TOO_FEW}: {self.data_sets} of at least {FEWEST_CLUSTERS}"
        middle, n = self.number.at(level).estimate, self.data_sets
        return Estimate(middle, np.nan, np.nan, np.nan, n, n, note=note)

    def against(self, value: float) -> float:
        """Not known."""
        return np.nan


@dataclass(frozen=True, eq=False)
class Held:
    """A bound with the rows that it is read from.

    Attributes
    ----------
    bound : Bound
    rows : DataFrame
        Of all tasks, with the columns task and dataset.
    """

    bound: Bound
    rows: pd.DataFrame

    @property
    def data_sets(self) -> list[str]:
        """Names, sorted."""
        return sorted(map(str, self.rows["dataset"].unique()))

    def read(self, scope: str, fewest: int = FEWEST_CLUSTERS) -> Intervals:
        """The distance from the bound in one scope."""
        cluster = self.rows["dataset" if scope == IN_GENERAL else "task"].to_numpy(copy=True)
        number, sets = self._number(cluster), self.rows["dataset"].nunique()
        few = scope == IN_GENERAL and sets < fewest
        return Beyond(TooFew(number, sets) if few else number, self.bound)

    def _number(self, cluster: Any) -> Intervals:
        """What the reader makes of a copy of the rows."""
        number = self.bound.read(self.rows.copy(), cluster)
        if not all(callable(getattr(number, name, None)) for name in ("at", "against")):
            raise TypeError(
                f"{self.bound.metric} returned {number!r:.100}; expected a number with its "
                "interval, such as limelab.statistics.clustered_share gives"
            )
        return number

    def without(self, name: str) -> Held:
        """The same without a data set."""
        return Held(self.bound, self.rows[self.rows["dataset"] != name].reset_index(drop=True))


class Broken(str):
    """The error of a `read` that raised, or that gave no number with an interval."""


def hold(
    claims: Iterable[Any], tables: Mapping[str, pd.DataFrame], sets: Mapping[str, str]
) -> dict[str, Held | str]:
    """All bounds among the claims by their digests, each as `held` returns it."""
    bounds = [claim for claim in claims if isinstance(claim, Bound)]
    return {bound.digest: held(bound, tables, sets) for bound in bounds}


def broken(claims: Iterable[Any], found: Mapping[str, Held | str]) -> Iterator[dict[str, Any]]:
    """Bounds whose `read` broke, as failures of the run."""
    for claim in claims:
        reason = found.get(claim.digest)
        if isinstance(reason, Broken):
            what = f"{claim.metric} of bound {claim.statement!r}"
            yield {"task": "", "what": what, "kind": "bound", "error": str(reason)}


def held(bound: Bound, tables: Mapping[str, pd.DataFrame], sets: Mapping[str, str]) -> Held | str:
    """A bound with its rows, or the reason why it cannot be read.

    Parameters
    ----------
    bound : Bound
    tables : mapping of measure to DataFrame
        With the column task.
    sets : mapping of task to data set
        For a measure that has no column `dataset` of its own.
    """
    rows = tables.get(bound.measure)
    if rows is None or rows.empty:
        return f"the measure {bound.measure} tells nothing"
    named = rows if "dataset" in rows else rows.assign(dataset=rows["task"].map(sets))
    found = Held(bound, named)
    try:
        for scope in (ON_THESE, IN_GENERAL):
            _ask(found.read(scope))
    except Exception as error:  # whoever wrote the reader: the other claims stand
        return _reason(error)
    return found


def _ask(number: Intervals) -> None:
    """Ask for all that a claim asks for, so that what breaks, breaks here."""
    number.at(0.95)
    number.against(0.0)


def _reason(error: Exception) -> str:
    """The words of a reader that declines, or the error of one that broke."""
    if isinstance(error, NotApplicable):
        return str(error) or "the number is declined without a reason"
    return Broken(f"{type(error).__name__}: {error}")


def stood(held: Held, found: Estimate, scope: str, level: float) -> Stood:
    """The verdict of a bound in one scope, and whether it stands without each data set."""
    whole = verdict(found, 0.0)
    names = held.data_sets
    if whole not in FIRM:
        return Stood(whole, whole=whole)
    if len(names) < 2:
        return Stood(whole, f"{UNTRIED}: one data set, so none could be left out", whole=whole)
    falls = list(_falls(whole, held, scope, level))
    if falls:
        more = f" and {len(falls) - MOST_NAMED} more" if len(falls) > MOST_NAMED else ""
        said = f"{whole} over all of the data, but not without {' or '.join(falls[:MOST_NAMED])}"
        return Stood(FALLEN, f"{UNSTABLE}: {said}{more}", whole=whole)
    return Stood(whole, f"{STABLE}: the same without any one of {len(names)} sets", whole=whole)


def _falls(whole: str, held: Held, scope: str, level: float) -> Iterator[str]:
    """Data sets without which the verdict is another, or cannot be read."""
    for name in held.data_sets:
        try:
            said = verdict(held.without(name).read(scope, FEWEST_CLUSTERS - 1).at(level), 0.0)
        except Exception as error:  # as in `held`: a verdict that cannot be tried does not stand
            said = _reason(error)
        if said != whole:
            yield f"{name} ({said})"
