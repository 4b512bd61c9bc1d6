"""The kit for explainers: which checks there are, and the three ways to run them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from limelab.checks.axioms import AXIOMS
from limelab.checks.cases import Case
from limelab.checks.contract import CONTRACT
from limelab.checks.kit import Check, OnFail, run, settle
from limelab.checks.results import CheckFailed, Report
from limelab.checks.stability import STABILITY
from limelab.checks.subject import Subject
from limelab.checks.text_cases import TextCase
from limelab.checks.text_rules import TEXTS
from limelab.types import BadInput, NotApplicable

LEVELS = ("contract", "axiom", "stability")
ExpectedFor = Callable[[Any], Mapping[str, str]]


def explainer_checks(level: str | Sequence[str] = LEVELS) -> list[Check]:
    """The checks of some levels, in the order in which they run.

    Examples
    --------
    >>> [check.name for check in explainer_checks("contract")][:2]
    ['check_shapes_and_names', 'check_finite']
    """
    wanted = checked_levels(level)
    every = [*CONTRACT.checks, *AXIOMS.checks, *STABILITY.checks]
    return [check for check in every if check.level in wanted]


def checked_levels(level: str | Sequence[str]) -> tuple[str, ...]:
    """One level or several as a tuple; refuses unknown ones."""
    wanted = (level,) if isinstance(level, str) else tuple(level)
    unknown = [one for one in wanted if one not in LEVELS]
    if unknown:
        raise BadInput(f"level={unknown[0]!r}; expected one or more of {LEVELS}")
    return wanted


def check_explainer(
    explainer: Any,
    *,
    level: str | Sequence[str] = LEVELS,
    expected_failed_checks: Mapping[str, str] | None = None,
    n_examples: int = 10,
    seed: int = 0,
    on_fail: OnFail = "raise",
) -> Report:
    """Check an explainer: its contract, its axioms, its stability. It needs no pytest.

    Parameters
    ----------
    explainer : Explainer
        Anything with ``explain(predict, background, rows, seed)`` that returns an Explanation or
        an array (rows, features[, outputs]).
    level : str or sequence of str, default all three
        "contract": exact rules that hold for any method. "axiom": what must be said of functions
        whose attribution is known; some methods break some on purpose. "stability": statistical,
        with fixed draws; a correct explainer fails any statistical check with a chance of 1 % in
        all.
    expected_failed_checks : mapping of check name to reason
        They count as "xfail"; one that passes is a failure, so that the list does not go stale.
    n_examples : int, default 10
        Generated cases of each exact check.
    seed : int, default 0
    on_fail : {"raise", "warn", None}, default "raise"

    Returns
    -------
    report : Report
        A list of results, with ``to_frame()`` and ``page()``.

    Raises
    ------
    CheckFailed
        Something failed that was not expected to, and `on_fail` is "raise".

    Examples
    --------
    >>> import limelab as ll
    >>> report = check_explainer(ll.Lime(n_samples=64), level="contract", n_examples=2)
    >>> report.ok
    True
    """
    subject = named(explainer)
    report = run(
        explainer_checks(level),
        subject,
        subject.title,
        expected_failed_checks=expected_failed_checks,
        n_examples=n_examples,
        seed=seed,
    )
    return settle(report, on_fail)


def named(explainer: Any) -> Subject:
    """An explainer as a subject.

    Raises
    ------
    BadInput
        A class, or something without `explain`.
    """
    if isinstance(explainer, type) or not callable(getattr(explainer, "explain", None)):
        raise BadInput(
            f"explainer={explainer!r}; expected a value with explain(predict, background, rows, "
            "seed), such as limelab.Lime()"
        )
    return Subject(explainer)


def parametrize_with_checks(
    explainers: Iterable[Any],
    *,
    level: str | Sequence[str] = LEVELS,
    expected_failed_checks: ExpectedFor | None = None,
    n_examples: int = 10,
    seed: int = 0,
) -> Any:
    """A pytest decorator: one test for each explainer and check, named by both.

    Parameters
    ----------
    explainers : iterable of Explainer
        Values, not classes.
    level, n_examples, seed
        As in `check_explainer`.
    expected_failed_checks : function of an explainer to a mapping of check name to reason
        Those tests are strict xfails.

    Examples
    --------
    A test file of ten lines::

        from limelab.checks import parametrize_with_checks
        from mine import MyExplainer

        @parametrize_with_checks([MyExplainer()])
        def test_my_explainer(explainer, check):
            check(explainer)
    """
    import pytest

    given = expected_failed_checks or _nothing_expected
    rows = []
    for explainer in explainers:
        title = named(explainer).title
        expected = given(explainer)
        for check in explainer_checks(level):
            marks = (
                [pytest.mark.xfail(reason=expected[check.name], strict=True)]
                if check.name in expected
                else []
            )
            bound = Bound(check, n_examples, seed)
            name = f"{title}-{check.name}"
            rows.append(pytest.param(explainer, bound, marks=marks, id=name))
    return pytest.mark.parametrize(("explainer", "check"), rows)


def _nothing_expected(explainer: Any) -> Mapping[str, str]:
    return {}


class Bound:
    """A check with its budget: call it with the explainer; it raises, or skips by its reason."""

    def __init__(self, check: Check, n_examples: int, seed: int) -> None:
        self.check = check
        self.limelab_examples = n_examples  # limelab/pytest_plugin.py sets it by an option
        self.seed = seed

    def __repr__(self) -> str:
        return self.check.name

    def __call__(self, explainer: Any) -> None:
        import pytest

        subject = named(explainer)
        report = run(
            [self.check],
            subject,
            subject.title,
            n_examples=self.limelab_examples,
            seed=self.seed,
        )
        (result,) = report
        if result.status == "skipped":
            pytest.skip(result.reason)
        if result.status == "failed":
            raise CheckFailed(f"{result.says} {result.reason}", example=result.example)


def replay(check: str, explainer: Any, case: Case | TextCase | int) -> None:
    """Run one check on one case, or with one seed, as a printed example does.

    Parameters
    ----------
    check : str
    explainer : Explainer
    case : Case, TextCase or int
        A seed for a check with fixed draws.

    Raises
    ------
    CheckFailed
        The case still fails.

    Examples
    --------
    >>> import limelab as ll
    >>> from limelab.checks.vocabulary import *
    >>> replay("check_constant_model", ll.Lime(n_samples=64), Case((Column(),), Constant(1.0)))
    """
    every = [] if isinstance(case, TextCase) else explainer_checks()
    every += [] if isinstance(case, Case) else TEXTS.checks
    fixed = isinstance(case, int)
    known = {one.name: one for one in every if (one.cases is None) == fixed}
    if check not in known:
        of = "with fixed draws" if fixed else "over cases"
        raise BadInput(f"{check!r} is no check {of}; expected one of {sorted(known)}")
    try:
        known[check].body(named(explainer), case)
    except NotApplicable as reason:
        raise NotApplicable(f"{check} does not apply: {reason}") from reason
