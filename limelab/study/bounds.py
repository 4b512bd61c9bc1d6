"""Claims about what a measure tells over all tasks: at most, or at least so much; it runs nothing.

A share of rows, or an area under a curve, is no difference of two conditions. A `Bound` reads such
a number from the table of a measure; its clusters are tasks (on these tasks) or data sets (in
general). How far on the right side of the bound the number lies is what the table of claims holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from limelab.statistics import FEWEST_CLUSTERS, IN_GENERAL, TOO_FEW, Estimate, Intervals, verdict
from limelab.study.sources import record
from limelab.study.steady import FALLEN, FIRM, STABLE, UNSTABLE, UNTRIED, Stood
from limelab.types import BadInput

if TYPE_CHECKING:
    import pandas as pd

Read = Callable[["pd.DataFrame", Any], Intervals]
MOST_NAMED = 3  # data sets without which a verdict falls


@dataclass(frozen=True)
class Bound:
    """What a study expects of a number that one of its measures tells, said before it runs.

    Parameters
    ----------
    statement : str
        In plain words.
    measure : str
        Name of a measure of the study.
    read : function (rows, cluster) -> Intervals
        From the measure's rows of all tasks, as a DataFrame, and a label for each row, to a number
        with its interval, such as `limelab.statistics.clustered_share` gives. A function at the
        top of a module, or a frozen dataclass with a `name`.
    at_most, at_least : float
        One of the two.
    unit : str
    """

    statement: str
    measure: str
    read: Read
    at_most: float | None = None
    at_least: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        given = [one for one in (self.at_most, self.at_least) if one is not None]
        if len(given) != 1 or not np.isfinite(given[0]):
            raise BadInput(
                f"bound {self.statement!r} has at_most={self.at_most!r} and "
                f"at_least={self.at_least!r}; give one of them as a number"
            )
        if not callable(self.read):
            raise BadInput(
                f"bound {self.statement!r} has read={self.read!r}; expected a function of rows and "
                "clusters"
            )

    @property
    def metric(self) -> str:
        """What stands in the `metric` column of claims."""
        return str(getattr(self.read, "name", "") or getattr(self.read, "__name__", self.measure))

    @property
    def margin(self) -> float:
        """The bound itself is the margin."""
        return 0.0

    @property
    def digest(self) -> str:
        """A hash of all that it says."""
        said = (self.statement, self.measure, record(self.read), self.at_most, self.at_least)
        return hashlib.sha256(repr(said).encode()).hexdigest()

    def told(self) -> dict[str, str]:
        """What the manifest says of the number, as of a metric."""
        better = "higher" if self.at_most is None else "lower"
        says_not = f"It is read from the measure {self.measure}, over all tasks at once."
        return {"better": better, "unit": self.unit, "says_not": says_not}


@dataclass(frozen=True, eq=False)
class Beyond:
    """How far on the right side of a bound a number lies, at any level."""

    number: Intervals
    bound: Bound

    def at(self, level: float) -> Estimate:
        """The distance, positive where the number keeps the bound."""
        found, side, mark = self.number.at(level), *self._side
        low, high = sorted((side * (found.low - mark), side * (found.high - mark)))
        counts = (found.n_units, found.n_clusters, found.n_missing)
        middle = side * (found.estimate - mark)
        return Estimate(middle, low, high, self.against(0.0), *counts, note=found.note)

    def against(self, value: float) -> float:
        """Two-sided p of the hypothesis that the distance is `value`."""
        side, mark = self._side
        return self.number.against(mark + side * value)

    @property
    def _side(self) -> tuple[float, float]:
        """Which way is better, and the bound."""
        if self.bound.at_most is not None:
            return -1.0, self.bound.at_most
        assert self.bound.at_least is not None
        return 1.0, self.bound.at_least


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

    def read(self, scope: str, fewest: int = FEWEST_CLUSTERS) -> Intervals:
        """The distance from the bound in one scope."""
        cluster = self.rows["dataset" if scope == IN_GENERAL else "task"].to_numpy()
        number, sets = self.bound.read(self.rows, cluster), self.rows["dataset"].nunique()
        few = scope == IN_GENERAL and sets < fewest
        return Beyond(TooFew(number, sets) if few else number, self.bound)

    def without(self, name: str) -> Held:
        """The same without a data set."""
        return Held(self.bound, self.rows[self.rows["dataset"] != name].reset_index(drop=True))


def held(bound: Bound, tables: Mapping[str, pd.DataFrame], sets: Mapping[str, str]) -> Held | str:
    """A bound with its rows, or the reason why there are none.

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
    return Held(bound, named)


def stood(held: Held, found: Estimate, scope: str, level: float) -> Stood:
    """The verdict of a bound in one scope, and whether it stands without each data set."""
    whole = verdict(found, 0.0)
    names = sorted(map(str, held.rows["dataset"].unique()))
    if whole not in FIRM:
        return Stood(whole, whole=whole)
    if len(names) < 2:
        return Stood(whole, f"{UNTRIED}: one data set, so none could be left out", whole=whole)
    rest = {name: held.without(name).read(scope, FEWEST_CLUSTERS - 1).at(level) for name in names}
    falls = list(_falls(whole, rest))
    if falls:
        more = f" and {len(falls) - MOST_NAMED} more" if len(falls) > MOST_NAMED else ""
        said = f"{whole} over all of the data, but not without {' or '.join(falls[:MOST_NAMED])}"
        return Stood(FALLEN, f"{UNSTABLE}: {said}{more}", whole=whole)
    return Stood(whole, f"{STABLE}: the same without any one of {len(names)} sets", whole=whole)


def _falls(whole: str, rest: Mapping[str, Estimate]) -> Iterable[str]:
    for name, found in rest.items():
        said = verdict(found, 0.0)
        if said != whole:
            yield f"{name} ({said})"
