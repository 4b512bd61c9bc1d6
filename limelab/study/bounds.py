"""Claims about what a measure tells over all tasks: at most, or at least so much; it runs nothing.

A share of rows, or an area under a curve, is no difference of two conditions. A `Bound` reads such
a number from the table of a measure, see `limelab.study.holding`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from limelab.statistics import Estimate, Intervals
from limelab.study.sources import record
from limelab.types import BadInput

if TYPE_CHECKING:
    import pandas as pd

Read = Callable[["pd.DataFrame", Any], Intervals]


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
        top of a module, or a frozen dataclass with a `name`. It is handed a copy of the rows. One
        that raises leaves its claim without a verdict; `NotApplicable` is a reason, all else a
        failure of the run.
    at_most, at_least : float
        One of the two.
    unit : str

    Raises
    ------
    BadInput
        A statement or a measure that is no text, no finite number or two, or a `read` that cannot
        be called.

    Examples
    --------
    >>> from limelab.statistics import clustered_share
    >>> def misses(rows, cluster):
    ...     return clustered_share(rows["missed"], cluster)
    >>> Bound("Few rows are missed.", "missed_rows", misses, at_most=0.05).limit
    'at most 0.05'
    """

    statement: str
    measure: str
    read: Read
    at_most: float | None = None
    at_least: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        for name in ("statement", "measure"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value.strip():
                raise BadInput(f"Bound({name}={value!r}); expected text that is not empty")
        if not isinstance(self.unit, str):
            raise BadInput(f"bound {self.statement!r} has unit={self.unit!r}; expected text")
        given = [one for one in (self.at_most, self.at_least) if one is not None]
        if len(given) != 1 or not _finite(given[0]):
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
    def limit(self) -> str:
        """The bound in words."""
        most = self.at_most is not None
        return f"at most {self.at_most:.6g}" if most else f"at least {self.at_least:.6g}"

    def number(self, distance: Estimate) -> tuple[float, float, float]:
        """The number itself and its interval, from how far on the right side it lies."""
        side, mark = self.side
        low, high = sorted((mark + side * distance.low, mark + side * distance.high))
        return mark + side * distance.estimate, low, high

    @property
    def side(self) -> tuple[float, float]:
        """Which way is better, as a sign, and the bound."""
        if self.at_most is not None:
            return -1.0, self.at_most
        assert self.at_least is not None
        return 1.0, self.at_least

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


def _finite(value: Any) -> bool:
    number = isinstance(value, Real) and not isinstance(value, (bool, np.bool_))
    return number and bool(np.isfinite(float(value)))
