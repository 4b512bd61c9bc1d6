"""How a check is run: over cases by Hypothesis, or once with fixed draws; it holds no rule."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from unittest import SkipTest

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy

from limelab.checks.results import STALE, CheckFailed, Level, Report, Result
from limelab.types import BadInput, NotApplicable

OnFail = Literal["raise", "warn"] | None
_REFUSALS = 20  # in a row from the first case on, after which no more are asked
_SHRINKS = 30  # calls that a shrink may take: explainers are slow, and the first case is small
ALPHA = 0.01  # false alarms of all statistical checks of one kit together


Code = Callable[[str, str, str], str]


def plain_code(check: str, what: str, case: str) -> str:
    """What failed, where nothing is there to run it again.

    Examples
    --------
    >>> print(plain_code("check_prefix", "case", "Neighbourhood()"))
    # check_prefix fails with this case
    Neighbourhood()
    """
    return f"# {check} fails with this {what}\n{case}"


def replay_code(check: str, what: str, case: str) -> str:
    """Code that runs a check of an explainer again.

    Examples
    --------
    >>> print(replay_code("check_units", "seed", "0"))
    from limelab.checks import replay
    from limelab.checks.vocabulary import *
    replay("check_units", EXPLAINER, 0)
    """
    head = "from limelab.checks import replay\nfrom limelab.checks.vocabulary import *\n"
    return f'{head}replay("{check}", EXPLAINER, {case})'


@dataclass(frozen=True)
class Check:
    """One rule.

    Attributes
    ----------
    name : str
        ``check_...``.
    level : {"contract", "axiom", "stability"}
    says : str
        The rule in one sentence.
    body : function (subject, case) or (subject, seed)
        Raises CheckFailed, or NotApplicable where the subject has nothing to be checked for.
    cases : SearchStrategy or None
        Where cases come from; None for a check with fixed draws, which gets the seed.
    code : function (check name, what, case as code) -> str
        Code to paste that shows a failure again.
    """

    name: str
    level: Level
    says: str
    body: Callable[[Any, Any], None]
    cases: SearchStrategy[Any] | None = None
    code: Code = plain_code


@dataclass
class Kit:
    """The checks of one kind of subject, in order; filled by decorators.

    Examples
    --------
    >>> kit = Kit()
    >>> @kit.once("contract")
    ... def check_callable(subject, seed):
    ...     '''It can be called.'''
    ...     if not callable(subject):
    ...         raise CheckFailed("it cannot be called")
    >>> [result.status for result in run(kit.checks, len, "len")]
    ['passed']
    """

    checks: list[Check] = field(default_factory=list)
    code: Code = plain_code

    def over(self, level: Level, cases: SearchStrategy[Any]) -> Callable[[Any], Any]:
        """A decorator: a check that must hold for every case."""
        return self._keep(level, cases)

    def once(self, level: Level) -> Callable[[Any], Any]:
        """A decorator: a check with fixed draws, made from the seed."""
        return self._keep(level, None)

    def _keep(self, level: Level, cases: SearchStrategy[Any] | None) -> Callable[[Any], Any]:
        def keep(body: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
            says = (body.__doc__ or "").strip().partition("\n")[0]
            self.checks.append(Check(body.__name__, level, says, body, cases, self.code))
            return body

        return keep


def run(
    checks: Iterable[Check],
    subject: Any,
    name: str,
    *,
    expected_failed_checks: Mapping[str, str] | None = None,
    n_examples: int = 10,
    seed: int = 0,
) -> Report:
    """Run checks on a subject; what breaks is a result, never an exception.

    Parameters
    ----------
    checks : iterable of Check
    subject : object
    name : str
        What the report calls it.
    expected_failed_checks : mapping of check name to reason
        Names that match no check are refused.
    n_examples : int
        Cases of each check that runs over cases.
    seed : int

    Returns
    -------
    report : Report
    """
    chosen, expected = list(checks), _mapping(expected_failed_checks or {})
    if isinstance(n_examples, bool) or not isinstance(n_examples, int) or n_examples < 1:
        raise BadInput(f"n_examples={n_examples!r}; expected a whole number of at least 1")
    refuse_unknown(expected, chosen)
    return Report(name, tuple(_result(c, subject, n_examples, seed, expected) for c in chosen))


def refuse_unknown(expected: Mapping[str, str], checks: Iterable[Check]) -> None:
    """Refuse expected failures of checks that there are not."""
    known = [check.name for check in checks]
    unknown = sorted(set(expected) - set(known))
    if unknown:
        raise BadInput(f"expected_failed_checks names {unknown[0]!r}; the checks are {known}")


def _mapping(expected: Any) -> dict[str, str]:
    if not isinstance(expected, Mapping):
        raise BadInput(
            f"expected_failed_checks={expected!r}; expected a mapping of check names to reasons, "
            'such as {"check_units": "slopes are per unit"}'
        )
    return dict(expected)


def _result(
    check: Check, subject: Any, n_examples: int, seed: int, expected: Mapping[str, str]
) -> Result:
    began = time.perf_counter()
    status, reason, example = _outcome(check, subject, n_examples, seed)
    if check.name in expected:
        status, reason = _as_expected(status, reason, expected[check.name])
    seconds = time.perf_counter() - began
    return Result(check.name, check.level, status, reason, example, check.says, seconds)


def _as_expected(status: Any, reason: str, why: str) -> tuple[Any, str]:
    if status == "failed":
        return "xfail", f"{why} ({reason})"
    return ("failed", STALE) if status == "passed" else (status, reason)


def _outcome(check: Check, subject: Any, n_examples: int, seed: int) -> tuple[Any, str, str]:
    """Status, reason and example."""
    try:
        if check.cases is None:
            over_draws(check, subject, seed)
        else:
            over_cases(check, subject, n_examples, seed)
    except NotApplicable as reason:
        return "skipped", str(reason), ""
    except CheckFailed as failure:
        return "failed", str(failure), failure.example
    except Exception as error:
        return "failed", f"raised {type(error).__name__}: {error}", ""
    return "passed", "", ""


def over_draws(check: Check, subject: Any, seed: int) -> None:
    """Run a check with fixed draws.

    Raises
    ------
    CheckFailed
        With code that replays it.
    """
    try:
        check.body(subject, seed)
    except CheckFailed as failure:
        code = failure.example or check.code(check.name, "seed", repr(seed))
        raise CheckFailed(str(failure), example=code) from failure


def over_cases(check: Check, subject: Any, n_examples: int, seed: int) -> None:
    """Run a check over cases; the failure that comes out is that of the smallest case found.

    Raises
    ------
    CheckFailed
        With code that replays it.
    NotApplicable
        The subject declined every case; the reason is its last.
    """
    assert check.cases is not None
    search = _Search(check, subject)

    @hypothesis.seed(seed)
    @settings(
        max_examples=n_examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
    )
    @hypothesis.given(check.cases)
    def holds(case: Any) -> None:
        search.ask(case)

    try:
        holds()
    except (Unsatisfiable, _DeclinesAll):
        pass  # every case was declined: said below
    except BaseException as error:
        if search.smallest is None:
            raise
        raise search.told() from error
    if not search.held and search.declined:
        raise NotApplicable(search.declined)


class _DeclinesAll(SkipTest):
    """Hypothesis ends a search at once on a skip, where it would go on for a thousand cases."""


@dataclass(eq=False)
class _Search:
    """What a search over cases has met; a failing case is not asked twice."""

    check: Check
    subject: Any
    held: int = 0
    declined: str = ""
    refusals: int = 0
    smallest: Any = None
    failures: dict[str, Exception] = field(default_factory=dict)
    shrinks: int = 0

    def ask(self, case: Any) -> None:
        key = repr(case)
        if key in self.failures:
            self.smallest = case
            raise self.failures[key]
        if self.failures:
            self.shrinks += 1
            if self.shrinks > _SHRINKS:
                return
        try:
            self.check.body(self.subject, case)
        except NotApplicable as reason:
            self._decline(str(reason))
        except Exception as error:
            self.failures[key], self.smallest = error, case
            raise
        self.held += 1

    def _decline(self, reason: str) -> None:
        """Leave the case out; end the search where there is nothing but refusals."""
        self.declined, self.refusals = reason, self.refusals + 1
        if not self.held and self.refusals >= _REFUSALS:
            raise _DeclinesAll(reason)
        hypothesis.reject()

    def told(self) -> CheckFailed:
        """The failure of the smallest case, with its code."""
        error = self.failures[repr(self.smallest)]
        said = str(error) if isinstance(error, CheckFailed) else f"{type(error).__name__}: {error}"
        return CheckFailed(
            said, example=self.check.code(self.check.name, "case", repr(self.smallest))
        )


def settle(report: Report, on_fail: OnFail) -> Report:
    """Raise or warn where a report holds failures, as asked; return it otherwise.

    Raises
    ------
    CheckFailed
        `on_fail` is "raise" and something failed that was not expected to.
    """
    if report.ok or on_fail is None:
        return report
    lines = [f"{result.check}: {result.reason}" for result in report.failed]
    told = f"{report.subject} fails {len(lines)} of {len(report)} checks\n" + "\n".join(lines)
    if on_fail == "raise":
        raise CheckFailed(told, example=report.failed[0].example)
    import warnings

    warnings.warn(told, CheckWarning, stacklevel=3)
    return report


class CheckWarning(UserWarning):
    """A subject fails checks, and the caller asked for a warning."""
