"""The page of an audit, for a reader from outside the lab; it computes nothing and asks nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from string import Template
from typing import NamedTuple

import pandas as pd

from limelab.auditing import frames
from limelab.auditing.bars import bars
from limelab.auditing.case import Case
from limelab.auditing.measuring import Measured
from limelab.auditing.nearby import Nearby
from limelab.auditing.rules import MEANINGS, Rules, Verdict
from limelab.perturbations import Gaussian
from limelab.report.markup import details, listed, table
from limelab.report.names import escape, number
from limelab.types import Perturbation

_BADGES = {"trust": "yes", "caution": "warned", "reject": "no"}
_SAYS_NOT = (
    "That the model is right, fair or fit for its use: a faithful explanation of a bad model is "
    "still an explanation of a bad model.",
    "That a feature causes anything in the world: it is the model that is explained.",
    "Anything outside the region that was looked at, or of another row.",
    "That features of equal size are told apart: within ties their order is luck.",
)
_TITLES = {
    "cause": "What changed",
    "same_top": "Same top features",
    "same_signs": "Same signs",
    "same_lead": "Same first feature",
    "note": "Note",
    "points": "Points",
    "radius": "Radius",
    "r2": "R2",
    "rmse": "Error (model's deviations)",
    "explainer": "Explainer",
    "lead": "Names first",
    "lead_chance": "Model confirms it",
    "record": "To be typed",
}


class Told(NamedTuple):
    """What the page tells: the verdicts shown, how many of which, what is not known, notes."""

    shown: Sequence[Verdict]
    sentence: str
    unknown: Mapping[str, str]
    notes: Sequence[str]


def page(told: Told, measured: Measured, rules: Rules) -> str:
    """A whole HTML page, self-contained."""
    here = files("limelab.auditing")
    style = files("limelab.report").joinpath("style.css").read_text(encoding="utf-8")
    shell = Template(here.joinpath("page.html").read_text(encoding="utf-8"))
    own = here.joinpath("style.css").read_text(encoding="utf-8")
    return shell.substitute(style=style + own, body=body(told, measured, rules))


def body(told: Told, measured: Measured, rules: Rules) -> str:
    """The page without its head, as a notebook shows it."""
    cards = "".join(card(one) for one in told.shown)
    return (
        "<h1>Can these explanations be relied on?</h1>"
        f"{_lead(told, measured)}{_overview(told.shown, rules.tie)}"
        f"<h2>Row by row</h2>{cards}{_closing(told, measured, rules)}"
    )


def _lead(told: Told, measured: Measured) -> str:
    subject = measured.subject
    meanings = "".join(
        f"<li>{badge(word)} {escape(meaning)}</li>" for word, meaning in MEANINGS.items()
    )
    notes = "".join(f'<p class="warn">{escape(note)}</p>' for note in told.notes)
    return (
        f'<p class="lead">{len(told.shown)} rows: {escape(told.sentence)}. Each explanation was '
        "asked for again and again and held against the model itself, which was asked what it "
        "does when each feature changes inside a region round the row: "
        f"{escape(_region(subject.region))}.</p>"
        f'<ul class="meanings">{meanings}</ul>{notes}'
    )


def _region(law: Perturbation) -> str:
    """Where a verdict speaks, in words."""
    if isinstance(law, Gaussian):
        redrawn = min(1.0, law.scale)
        return (
            f"every number changes by about {law.scale:g} standard deviations of the data, every "
            f"category is drawn anew with a chance of {redrawn:.0%}"
        )
    if isinstance(law, Nearby):
        return f"the nearest {law.share:.0%} of the real rows"
    return repr(law)


def _overview(shown: Sequence[Verdict], tie: float) -> str:
    rows = "".join(
        f'<tr><td><a href="#{_place(one.case)}">{escape(one.case.instance)}</a></td>'
        f"<td>{escape(one.case.output)}</td><td>{badge(one.word)}</td>"
        f"<td>{one.confidence:.2f}</td>"
        f"<td>{escape(frames.leads(one)['lead'])}</td>"
        f"<td>{escape(frames.leads(one)['model_lead'] or 'nothing')}</td></tr>"
        for one in shown
    )
    heads = ("Row", "Answer", "Verdict", "Confidence", "Explanation names first", "Model follows")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        '<p class="small">Confidence is the smallest of the chances that the first feature and the '
        "signs are the model's, and the share of repeats that name that feature. Features that "
        f"the model follows within {tie:.0%} of each other are ties: either may be named first.</p>"
    )


def card(one: Verdict) -> str:
    """One row of the audit: verdict, reasons, remedy, bars, and what else was measured."""
    case = one.case
    several = len(case.measured.subject.box.outputs) > 1
    of = f" to “{escape(case.output)}”" if several else ""
    title = f"Row {escape(case.instance)}: the model gives {number(case.f)}{of}"
    remedies = "".join(f"<li>{escape(remedy)}</li>" for remedy in one.remedies)
    remedy = f'<div class="remedy"><b>What to do</b><ul>{remedies}</ul></div>' if remedies else ""
    shown = bars(case) if case.there else ""
    return (
        f'<section class="audit" id="{_place(case)}"><h3>{title}</h3>'
        f"<p>{badge(one.word)} <b>{escape(MEANINGS[one.word])}</b></p>"
        f"{_reasons(one)}{remedy}{shown}{_facts(case)}</section>"
    )


def _reasons(one: Verdict) -> str:
    if not one.findings:
        return f"<p>{escape(one.reasons)}</p>"
    items = "".join(
        f'<li class="{finding.word}">{escape(finding.reason)}</li>' for finding in one.findings
    )
    return f'<ul class="reasons">{items}</ul>'


def _facts(case: Case) -> str:
    found, at = case.measured, (case.i, case.c)
    effective = float(found.runs.found[0].n_effective[case.i])
    pairs = [
        ("Rank agreement with the model in the region", number(float(found.like_local[at]))),
        ("Looked at off the data", number(case.off_data)),
        ("Effective samples", number(effective)),
        (
            "Rank agreement with the global importance (it never moves a verdict)",
            number(float(found.like_whole[at])),
        ),
    ]
    tables = (
        ("Fidelity: points that nothing was fitted on", frames.fidelity(case)),
        ("Stability, cause by cause (1: all the same)", frames.stability(case)),
        ("What other explainers say", frames.others(case)),
    )
    inside = "".join(
        f"<h5>{title}</h5>{table(_short(one), titles=_TITLES)}" for title, one in tables
    )
    return details("All that was measured of this row", listed(pairs) + inside)


def _short(frame: pd.DataFrame) -> pd.DataFrame:
    """Without a column that says nothing, chances to three digits."""
    told = frame.drop(columns=[name for name in frame if (frame[name] == "").all()])
    return told.round({"lead_chance": 3})


def _closing(told: Told, measured: Measured, rules: Rules) -> str:
    unknown = [f"{name}: {reason}" for name, reason in told.unknown.items()]
    missing = f"<h2>What is not known</h2>{_list(unknown)}" if unknown else ""
    subject = measured.subject
    record = (
        ("Explainer", repr(subject.explainer)),
        ("Region", repr(subject.region)),
        ("Rules", repr(rules)),
        ("Repeats", len(measured.runs.found)),
        ("Seed", subject.seed),
        ("Background", repr(subject.table)),
        ("Questions to the model", f"{measured.queries:,}"),
    )
    return (
        f"<h2>What a verdict does not say</h2>{_list(_SAYS_NOT)}{missing}"
        f"<h2>How it was made</h2>{listed(record)}"
    )


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"


def badge(word: str) -> str:
    """A verdict as a badge, told by shape and word as well as by colour."""
    return f'<span class="badge {_BADGES[word]}">{word}</span>'


def _place(case: Case) -> str:
    return f"row-{case.i}"
