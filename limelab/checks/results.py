"""What a round of checks found: a list of results that is also a table and a page; it runs none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, overload

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["passed", "failed", "xfail", "skipped"]
Level = Literal["contract", "axiom", "stability"]
STALE = "expected to fail, and passed: take it off the list"


class CheckFailed(AssertionError):
    """What a check found wrong; `example` is code that shows it again.

    Examples
    --------
    >>> CheckFailed("the background was changed", example="case = ...").example
    'case = ...'
    """

    def __init__(self, message: str, *, example: str = "") -> None:
        super().__init__(message)
        self.example = example


@dataclass(frozen=True)
class Result:
    """One check on one subject.

    Attributes
    ----------
    check : str
    level : {"contract", "axiom", "stability"}
    status : {"passed", "failed", "xfail", "skipped"}
        "xfail": it failed as expected. One that was expected to fail and passed has "failed".
    reason : str
        What was found, or why it was skipped; "" where it passed.
    example : str
        Code to paste that shows a failure again, or "".
    says : str
        The rule, in one sentence.
    seconds : float
    """

    check: str
    level: Level
    status: Status
    reason: str = ""
    example: str = ""
    says: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Report(Sequence[Result]):
    """Results of all checks on one subject, in the order in which they ran.

    Examples
    --------
    >>> report = Report("Lime()", (Result("check_pickle", "contract", "passed"),))
    >>> len(report), report.ok, report["check_pickle"].status
    (1, True, 'passed')
    """

    subject: str
    results: tuple[Result, ...]

    @overload
    def __getitem__(self, key: int | str) -> Result: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Result, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Result | tuple[Result, ...]:
        if not isinstance(key, str):
            return self.results[key]
        for result in self.results:
            if result.check == key:
                return result
        raise KeyError(key)

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    @property
    def ok(self) -> bool:
        """Whether nothing failed that was not expected to."""
        return not self.failed

    @property
    def failed(self) -> tuple[Result, ...]:
        """Results of status "failed"."""
        return tuple(result for result in self.results if result.status == "failed")

    def to_frame(self) -> pd.DataFrame:
        """One row a check: check, level, status, reason, example, says, seconds."""
        import pandas as pd

        columns = ["check", "level", "status", "reason", "example", "says", "seconds"]
        rows = [[getattr(result, name) for name in columns] for result in self.results]
        return pd.DataFrame(rows, columns=columns)

    def __str__(self) -> str:
        """The verdict table as text."""
        width = max((len(result.check) for result in self.results), default=0)
        lines = [
            f"{result.status:8s}{result.level:10s}{result.check:{width}s}  {_first(result.reason)}"
            for result in self.results
        ]
        counts = ", ".join(f"{n} {status}" for status, n in self._counts().items() if n)
        return "\n".join([self.subject, *(line.rstrip() for line in lines), counts])

    def _repr_html_(self) -> str:
        from limelab.checks.page import body

        return body(self)

    def page(self) -> str:
        """A whole HTML page, self-contained."""
        from limelab.checks.page import page

        return page(self)

    def _counts(self) -> Mapping[str, int]:
        known: tuple[Status, ...] = ("passed", "failed", "xfail", "skipped")
        return {s: sum(result.status == s for result in self.results) for s in known}


def _first(text: str) -> str:
    """The first line of a reason, as it fits a table."""
    line = text.partition("\n")[0]
    return line if len(line) <= 110 else line[:107] + "..."
