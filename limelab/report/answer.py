"""The short answer: claims with their verdicts, intervals and sentences; it adds no finding."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from limelab.report import forest
from limelab.report.found import Found
from limelab.report.glossary import link
from limelab.report.markup import csv_box, table
from limelab.report.names import escape, metric_title, setting

VERDICTS = {
    "supported": "yes",
    "contradicted": "no",
    "negligible": "slight",
    "inconclusive": "open",
    "too few data sets": "few",
}
QUICK = (
    "This is a quick run. It shows that everything works, on few tasks, instances and repeats. "
    "Its estimates carry no verdicts: do not quote them."
)
NO_CLAIMS = "This study makes no claims: it describes, and its figures and tables are the answer."
READING = (
    "Positive differences speak for the claim. Supported: the whole interval lies above the "
    "margin. Contradicted: the whole interval lies below 0. Negligible: it lies within the margin "
    "(shaded) on either side. Inconclusive: anything else, and every verdict that is not "
    "<b>stable</b>: one of three disjoint thirds of instances and repeats says the opposite, or "
    "the verdict is another as soon as some data set is left out. The scope <i>on these tasks</i> "
    "speaks of the tasks that were run; <i>in general</i> takes data sets as the sample. "
    "Intervals, p_holm and verdicts carry Holm's correction within the study, p does not. "
    "Declared: said before the data; post hoc: added or edited later, and corrected as a family "
    "of its own."
)
_TITLES = {"n_units": "instances", "n_clusters": "clusters", "n_missing": "missing"}


def short_answer(found: Found, stem: str) -> str:
    """Claims, one card each, under the banner of a quick run."""
    banner = f'<p class="banner" role="note">{QUICK}</p>' if found.quick else ""
    if found.claims.empty:
        return f"{banner}<p>{NO_CLAIMS}</p>\n"
    groups = list(found.claims.groupby(["statement", "metric"], sort=False))
    ends = {metric: forest.limits(rows) for metric, rows in _by_unit(found).items()}
    cards = "".join(
        _card(found, f"{stem}-claim{n}", rows, ends[str(metric)])
        for n, ((_, metric), rows) in enumerate(groups)
    )
    return f'{banner}<div class="claims">{cards}</div><p class="reading">{READING}</p>\n'


def _by_unit(found: Found) -> dict[str, pd.DataFrame]:
    """For each metric, the claims whose metric has the same unit: they share an axis."""
    claims = found.claims
    units = {str(name): found.metric(str(name))["unit"] for name in claims["metric"].unique()}
    shared = claims["metric"].map(units)
    return {name: claims[shared == unit] for name, unit in units.items()}


def _card(found: Found, stem: str, rows: pd.DataFrame, ends: tuple[float, float]) -> str:
    first = rows.iloc[0]
    metric = str(first["metric"])
    picture = forest.strip(stem, rows, found.metric(metric)["unit"], ends)
    said = "".join(
        f"<li>{badge(row['verdict'])} {escape(_said(row))}{_note(row)}</li>"
        for _, row in rows.iterrows()
    )
    declared = str(first.get("declared", ""))
    mark = f'<span class="badge how">{escape(declared)}</span>' if declared else ""
    return (
        f'<article class="claim"><div><h4>{escape(first["statement"])} {mark}</h4><ul>{said}</ul>'
        f'<p class="small"><a href="{link(metric)}">{escape(metric_title(metric))}</a> '
        f"(<code>{escape(metric)}</code>){_against(first)}</p></div><div>{picture}</div></article>"
    )


def _against(row: pd.Series) -> str:
    """What a claim is held against: a margin, or a bound on what a measure tells."""
    if row.get("bound"):
        measure, bound = escape(str(row["measure"])), escape(str(row["bound"]))
        return f" of <code>{measure}</code>, {bound}; the picture shows the distance from it"
    margin = setting(float(row["margin"])) if row.get("margin") else "0"
    return f", margin {margin}"


def _said(row: pd.Series) -> str:
    """The sentence of a claim without the verdict, which stands in a box before it."""
    scope, verdict = f"{row['scope']}: ", str(row["verdict"])
    rest = str(row["sentence"]).removeprefix(scope)
    if rest.startswith(verdict):
        rest = rest.removeprefix(verdict).lstrip(":;, ")
    return scope + (rest or verdict)


def _note(row: pd.Series) -> str:
    """The note of a claim and whether it is stable, unless its sentence says it."""
    notes = [str(row.get(name, "")) for name in ("note", "stability")]
    told = "; ".join(note for note in notes if note and note not in str(row["sentence"]))
    return f' <span class="small">({escape(told)})</span>' if told else ""


def badge(verdict: str) -> str:
    """A verdict as a word in a box."""
    return f'<span class="badge {VERDICTS.get(verdict, "none")}">{escape(verdict)}</span>'


def counts(found: Found) -> dict[str, dict[str, int]]:
    """How many claims came to which verdict, by scope; nothing of a quick run, which has none."""
    if found.claims.empty or found.quick:
        return {}
    scopes = found.claims.groupby("scope", sort=False)["verdict"]
    return {str(scope): dict(Counter(map(str, mine))) for scope, mine in scopes}


def claims_table(found: Found) -> str:
    """The table of claims as it was written."""
    if found.claims.empty:
        return ""
    numbers = ["difference", "low", "high", "p", "p_holm"]
    shown = found.claims.drop(columns=["sentence"], errors="ignore").copy()
    for name in [name for name in numbers if name in shown]:
        shown[name] = pd.to_numeric(shown[name], errors="coerce")
    made = table(shown, titles=_TITLES)
    return f"<h4>Claims</h4>{made}{csv_box('claims.csv, to copy', found.claims)}"
