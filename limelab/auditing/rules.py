"""The rules that turn measurements into trust, caution or reject; they measure nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from limelab.auditing.case import Case
from limelab.auditing.measuring import Bar, Measured
from limelab.auditing.remedies import another_explainer, more_samples
from limelab.numbers import count
from limelab.types import BadInput

Word = Literal["trust", "caution", "reject"]
MEANINGS: dict[Word, str] = {
    "trust": "faithful to the model in this region, for these features",
    "caution": "not confirmed in this region: read it with what stands below",
    "reject": "says something else than the model in this region, or on real rows near it",
}
CAUSES = ("small moves of the row", "another background")


@dataclass(frozen=True)
class Rules:
    """Every threshold of a verdict; each may be overridden.

    An explanation is rejected where the model itself contradicts it beyond the error of the
    measurement, trusted where the model confirms it and it is stable, and held with caution else.
    The defaults were fitted on other data sets than those on which they are scored: how often a
    trusted explanation is wrong, and how many right ones are trusted, is what
    ``experiments/audit_calibration.py`` asks. What there was to choose from:
    ``python -m tests.benchmarks.audit_rules``.

    Parameters
    ----------
    top : int
        How many features must have the right sign.
    tie : float
        A feature within this share of the model's largest importance is as good as the largest;
        an effect below it has no sign that could be wrong.
    sure : float
        Least chance, of lead and of signs, that confirms.
    contradicted : float
        Largest chance, corrected for the number of rivals or of signs, that contradicts.
    same_lead : float
        Least share of repeats that name the same leading feature, beyond ties.
    same_signs : float
        Least share of the top features' signs that repeats keep.
    steady_lead : float
        Least share of runs that keep the leading feature as the row moves a little, and as the
        background is drawn again.
    least_r2 : float
        Of the local model at points of the region that it was not fitted on. Low, because order
        and signs are held against the model directly; below one half a trusted explanation is told
        to have rough sizes.
    real_tie : float
        On real rows near x another feature may move the model more, up to 1 / (1 - real_tie) as
        much, for there the region is another one.
    real_size : float
        Least size of what the model does on real rows, in shares of what it does in the region,
        before real rows count: where the model hardly moves among them they tell nothing.
    off_data : float
        Share of what the explainer looks at that may lie off the data, before a contradiction on
        real rows rejects.

    Examples
    --------
    >>> Rules(sure=0.99).sure, Rules().top
    (0.99, 3)
    """

    top: int = 3
    tie: float = 0.05
    sure: float = 0.95
    contradicted: float = 0.01
    same_lead: float = 0.8
    same_signs: float = 0.8
    steady_lead: float = 0.5
    least_r2: float = 0.1
    real_tie: float = 0.5
    real_size: float = 0.25
    off_data: float = 0.5

    def __post_init__(self) -> None:
        count(self, "top")
        for name in (field.name for field in fields(self) if field.name != "top"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or isinstance(value, bool) or not _fits(value):
                raise BadInput(f"Rules({name}={value!r}); expected a number from 0 to 1")

    @property
    def bar(self) -> Bar:
        """What the measurement needs to know."""
        return Bar(self.tie, self.top, self.real_tie, self.sure, self.contradicted)


def _fits(value: float) -> bool:
    return 0.0 <= value <= 1.0


@dataclass(frozen=True)
class Finding:
    """One rule that was broken: how grave, why in plain words, and what to do.

    Attributes
    ----------
    rule : str
    word : {"caution", "reject"}
    reason, remedy : str
    """

    rule: str
    word: Word
    reason: str
    remedy: str


@dataclass(frozen=True, eq=False)
class Verdict:
    """What an audit says of one row and output.

    Attributes
    ----------
    case : Case
        What was measured of it.
    word : {"trust", "caution", "reject"}
    confidence : float
        From 0 to 1, the weakest of its supports: the chances that lead and signs hold, the share
        of repeats with that lead, and, where real rows contradict it, the chance that it holds
        there.
    findings : tuple of Finding
        The gravest first.
    """

    case: Case
    word: Word
    confidence: float
    findings: tuple[Finding, ...]

    @property
    def reasons(self) -> str:
        """In plain words."""
        return " ".join(one.reason for one in self.findings) or self.case.confirmed()

    @property
    def remedy(self) -> str:
        """What to do."""
        return " ".join(self.remedies)

    @property
    def remedies(self) -> tuple[str, ...]:
        """What to do, each once, about the gravest first."""
        return tuple(dict.fromkeys(one.remedy for one in self.findings if one.remedy))


def verdicts(measured: Measured, rules: Rules) -> list[Verdict]:
    """A verdict for each row and output, row by row."""
    instances, outputs = measured.subject.f.shape
    return [_verdict(Case(measured, i, c), rules) for i in range(instances) for c in range(outputs)]


def _verdict(case: Case, rules: Rules) -> Verdict:
    if not case.there:
        reason = f"There is no explanation: {case.declined}."
        return Verdict(case, "reject", 0.0, (Finding("none", "reject", reason, ""),))
    found = [finding for rule in RULES for finding in rule(case, rules)]
    found.sort(key=lambda finding: finding.word != "reject")
    word = found[0].word if found else "trust"
    return Verdict(case, word, _confidence(case, rules), tuple(found))


def _confidence(case: Case, rules: Rules) -> float:
    held, real = case.held, case.held_real
    parts = [held.lead_chance, held.sign_chance, case.lead_share("seed")]
    parts += [real.lead_doubt] if real is not None and _contradicts(case, rules) else []
    known = [part for part in parts if np.isfinite(part)]
    return 0.0 if held.flat or not known else float(min(known))


# --- one function a rule --------------------------------------------------------------------------


def lead(case: Case, rules: Rules) -> Iterator[Finding]:
    """The leading feature is the model's own, within ties."""
    held = case.held
    if held.flat:
        yield Finding(
            "flat",
            "caution",
            "The model gives the same answer everywhere in this region: no feature matters here.",
            "Ask about a wider region.",
        )
    elif held.lead_doubt <= rules.contradicted:
        yield Finding("lead", "reject", case.lead_contradicted(), another_explainer(case, rules))
    elif held.lead_chance < rules.sure:
        remedy = "Read the two as equals, or the model's own importances, which stand beside."
        yield Finding("lead open", "caution", case.lead_open(), remedy)


def signs(case: Case, rules: Rules) -> Iterator[Finding]:
    """No sign of the top features is the opposite of the model's mean effect."""
    if case.held.flat:
        return
    if case.signs_unknown:
        yield Finding(
            "signs unknown",
            "caution",
            f"Signs cannot be compared: {case.signs_unknown}.",
            "Explain with Lime(), whose signs are directions.",
        )
    elif case.held.sign_doubt <= rules.contradicted:
        yield Finding("sign", "reject", case.sign_contradicted(), another_explainer(case, rules))
    elif case.held.sign_chance < rules.sure:
        yield Finding("sign open", "caution", case.sign_open(), "Leave this direction out.")


def repeats(case: Case, rules: Rules) -> Iterator[Finding]:
    """Asked again, it says the same."""
    if case.lead_share("seed") < rules.same_lead:
        yield Finding("repeats", "caution", case.other_leads(), more_samples(case))
    elif case.sign_share("seed") < rules.same_signs:
        reason = "Signs of its first features change from run to run."
        remedy = "Leave the directions of the smaller ones out, or take four times the samples."
        yield Finding("repeats", "caution", reason, remedy)


def causes(case: Case, rules: Rules) -> Iterator[Finding]:
    """It stays as the row moves a little, and as the background is drawn again."""
    for cause in CAUSES:
        share = case.lead_share(cause)
        if share < rules.steady_lead:
            yield Finding(
                cause,
                "caution",
                f"Another feature leads under {cause}.",
                "Say it of this row and this background only.",
            )


def fidelity(case: Case, rules: Rules) -> Iterator[Finding]:
    """The local model follows the model at points that it was not fitted on."""
    if case.r2 < rules.least_r2:
        remedy = another_explainer(case, rules, above=case.r2)
        yield Finding("fidelity", "caution", case.misses(rules.least_r2), remedy)


def real_rows(case: Case, rules: Rules) -> Iterator[Finding]:
    """On real rows near x the model does not follow quite another feature."""
    if not _contradicts(case, rules):
        return
    off = case.off_data >= rules.off_data
    yield Finding(
        "real rows",
        "reject" if off else "caution",
        case.real_contradicted(),
        "Look where the data are: Lime(Neighbours()) or Lime(KernelDensity()), and ask of the "
        "model why it treats made-up rows otherwise.",
    )


def _contradicts(case: Case, rules: Rules) -> bool:
    """Whether real rows, where the model moves enough on them to say anything, name another."""
    if case.held_real is None or case.held_real.lead_doubt > rules.contradicted:
        return False
    return case.real_size >= rules.real_size * case.size and case.real_size > 0


RULES: tuple[Callable[[Case, Rules], Iterator[Finding]], ...] = (
    lead,
    signs,
    repeats,
    causes,
    fidelity,
    real_rows,
)
