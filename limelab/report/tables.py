"""The tables of a study's page: tasks, summaries, limits, what is missing, how it was made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from limelab.report.found import Found
from limelab.report.glossary import link, span
from limelab.report.markup import csv_box, details, folded, listed, table
from limelab.report.names import escape, metric_title, number
from limelab.report.summary import Summary

MOST_ROWS = 2000
SIMPLE: tuple[str, ...] = ("started", "seconds", "workers", "seed", "repeats", "quick")
_LONG = {"low": "lower quartile", "high": "upper quartile", "n": "instances",
         "n_effective": "effective sample size"}  # fmt: skip
_LIMITS = {"says_not": "what this number does not say", "declines": "declined for",
           "better": "better is"}  # fmt: skip


def tasks(found: Found) -> str:
    """Data, models and the test scores of the models."""
    if found.tasks.empty:
        return ""
    return (
        "<h4>Tasks and the test scores of their models</h4>"
        "<p>An explanation of a model that predicts badly explains a bad model.</p>"
        f"{table(_as_numbers(found.tasks))}{csv_box('tasks.csv, to copy', found.tasks)}"
    )


def _as_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Text columns that hold numbers only, as numbers; what is empty stays absent."""
    made = frame.copy()
    for name in frame:
        values = pd.to_numeric(frame[name].replace("", None), errors="coerce")
        if values.notna().sum() == (frame[name] != "").sum() and values.notna().any():
            made[name] = values
    return made


def by_condition(summary: Summary) -> str:
    """Median, quartiles, counts of every condition, one table a metric."""
    whole = summary.by_condition
    if whole.empty:
        return ""
    parts = [
        folded(f"{metric_title(name)} ({name})", _slim(whole[whole["metric"] == name]), _see(name))
        for name in summary.metrics
    ]
    return (
        "<h4>Every condition in numbers</h4><p>Medians and quartiles over instances, each with "
        "its median over repeats and outputs (over tasks where a metric has one value a task). "
        "<i>scores</i> counts rows of scores.csv, <i>declined</i> those of them "
        "without a value.</p>"
        f"{''.join(parts)}{csv_box('All of it as CSV, to copy', whole)}"
    )


def _see(metric: str) -> str:
    """Where it stands what a metric means."""
    return f'<p class="small"><a href="{link(metric)}">What this number means</a></p>'


def _slim(rows: pd.DataFrame) -> pd.DataFrame:
    """Without columns that say nothing here."""
    empty = [name for name in ("judge", "radius", "n_effective") if not _says(rows[name])]
    return rows.drop(columns=["metric", *empty]).rename(columns=_LONG)


def _says(column: pd.Series[Any]) -> bool:
    return bool((column.notna() & (column.astype(str) != "")).any())


def measures(found: Found) -> str:
    """What was measured beside the conditions."""
    parts = [
        folded(f"Measure {name}", _as_numbers(frame.head(MOST_ROWS)))
        for name, frame in found.measures.items()
        if not frame.empty
    ]
    return f"<h4>Measures</h4>{''.join(parts)}" if parts else ""


def limits(summary: Summary) -> str:
    """What each metric does not say."""
    told = summary.found.manifest.get("metrics", {})
    names = list(dict.fromkeys([*(m for m in summary.metrics if m in told), *told]))
    if not names:
        return "<p>The manifest names no metric.</p>"
    facts = {name: summary.found.metric(name) for name in names}
    rows = [
        {"metric": metric_title(name), "name": name, "range": span(told), **told}
        for name, told in facts.items()
    ]
    frame = pd.DataFrame(rows)[["metric", "name", *_LIMITS, "unit", "range", "source"]]
    return table(frame, titles=_LIMITS, links={"name": {name: link(name) for name in names}})


def missing(summary: Summary) -> str:
    """Everything that is not there or to be read with care, with its reason."""
    found = summary.found
    parts = [_declined(summary), _floors(found), _cautions(summary), _failures(found)]
    texts = [str(text) for text in found.manifest.get("damaged", [])]
    if texts:
        items = "".join(f"<li>{escape(text)}</li>" for text in dict.fromkeys(texts))
        parts.append(f"<h4>Damaged files</h4><ul>{items}</ul>")
    return "".join(filter(None, parts))


def _declined(summary: Summary) -> str:
    table_of, n = summary.declined, len(summary.found.scores)
    if table_of.empty:
        return f"<p>Every one of the {n:,} scores has a value: nothing was declined.</p>"
    total = int(table_of["scores"].sum())
    short = _totals(table_of, "reason")
    return (
        f"<p>{total:,} of {n:,} scores ({total / n:.1%}) have no value. A score that would mislead "
        "is declined with its reason and never counted as a zero.</p>"
        f"{_capped('By metric and reason', short)}"
        f"{_capped('By metric, condition and reason', table_of)}"
    )


def _floors(found: Found) -> str:
    """What baselines decline, in one line: it is what makes them baselines."""
    scores = found.baselines
    gone = scores[scores["value"].isna()] if not scores.empty else scores
    if gone.empty:
        return ""
    names = ", ".join(escape(name) for name in scores["condition"].unique())
    grouped = gone.groupby(["metric", "condition", "note"], observed=True, sort=False).size()
    rows = grouped.rename("scores").reset_index().rename(columns={"note": "reason"})
    return (
        f"<p>The baselines ({names}) decline what needs a local model or points of their own: "
        f"{len(gone):,} of their {len(scores):,} scores have no value.</p>"
        f"{_capped('Of baselines, by metric and reason', rows)}"
    )


def _cautions(summary: Summary) -> str:
    if summary.cautions.empty:
        return ""
    return _capped("Values to be read with care", _totals(summary.cautions, "note"))


def _totals(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    grouped = frame.groupby(["metric", name], observed=True, sort=False)["scores"].sum()
    return grouped.reset_index().sort_values("scores", ascending=False, kind="stable")


def _capped(title: str, frame: pd.DataFrame) -> str:
    """A table, folded where it is long, cut where it would be a book."""
    few = frame.sort_values("scores", ascending=False, kind="stable").head(MOST_ROWS)
    cut = f"<p>The {MOST_ROWS:,} most frequent of {len(frame):,}; scores.csv holds all.</p>"
    return folded(title, few) + (cut if len(frame) > MOST_ROWS else "")


def _failures(found: Found) -> str:
    failures = found.manifest.get("failures", [])
    if not failures:
        return "<p>No block of the run failed.</p>"
    frame = pd.DataFrame(failures, dtype=object).fillna("").astype(str)
    last = [name for name in ("kind", "error") if name in frame]
    frame = frame[[*(name for name in frame if name not in last), *last]]
    return folded("Blocks that failed", frame.head(MOST_ROWS))


def how_made(summary: Summary) -> str:
    """The manifest, in the order in which somebody who repeats the run asks."""
    manifest = summary.found.manifest
    blocks = manifest.get("blocks", {})
    simple = [(name, _told(manifest[name])) for name in SIMPLE if name in manifest]
    simple += [(f"blocks {name}", number(count)) for name, count in blocks.items()]
    parts = [listed(simple), "".join(_mappings(manifest))]
    parts.append(_conditions(summary))
    judges = manifest.get("judges", [])
    if judges:
        items = "".join(f"<li><code>{escape(judge)}</code></li>" for judge in judges)
        parts.append(f"<h5>Judges</h5><ul>{items}</ul>")
    return details("Versions, seeds, data, time, queries, conditions", "".join(parts))


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, (int, float)) else str(value)


def _mappings(manifest: dict[str, Any]) -> Iterator[str]:
    titles = {
        "queries": ("Model queries behind these results", "asked for", "rows predicted"),
        "queries_now": (
            "Model queries of this run (the rest was stored)",
            "asked for",
            "rows predicted",
        ),
        "seconds_by_kind": ("Seconds of work by kind of block", "kind", "seconds"),
        "data": ("Fingerprints of the data", "data set", "SHA-256"),
        "versions": ("Versions", "package", "version"),
    }
    for key, (title, *columns) in titles.items():
        rows = [(name, value) for name, value in manifest.get(key, {}).items()]
        if rows:
            yield f"<h5>{title}</h5>{table(pd.DataFrame(rows, columns=columns))}"


def _conditions(summary: Summary) -> str:
    reprs = summary.found.manifest.get("conditions", {})
    known = dict(zip(summary.conditions["condition"], summary.conditions["label"], strict=True))
    rows = [(known.get(name, name), text) for name, text in reprs.items()]
    if not rows:
        return ""
    frame = pd.DataFrame(rows, columns=["called here", "explainer"])
    return f"<h5>Conditions</h5>{table(frame)}"
