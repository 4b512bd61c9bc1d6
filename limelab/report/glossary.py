"""The glossary: what each metric reads, means and does not say, from the metrics themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from limelab import metrics
from limelab.report.names import escape, metric_title

PAGE = "glossary.html"
FIELDS = ("better", "best", "unit", "reads", "low", "high", "source", "declines", "says_not")
_LABELS = {"reads": "Reads", "unit": "Unit", "declines": "Declined for", "source": "Source"}
_SIDES = {"lower": "Lower is better", "higher": "Higher is better", "neither": "No better side"}


def anchor(metric: str) -> str:
    """The id of a metric in the glossary.

    Examples
    --------
    >>> anchor("top_3_jaccard"), anchor('my "own"')
    ('m-top_3_jaccard', 'm-my--own-')
    """
    return "m-" + re.sub(r"[^\w.-]", "-", metric)


def link(metric: str) -> str:
    """The address of a metric's entry, from any page of the report."""
    return f"{PAGE}#{anchor(metric)}"


def known() -> dict[str, dict[str, str]]:
    """What every metric of limelab says of itself, by name."""
    found = [getattr(metrics, name) for name in metrics.__all__]
    kinds: list[Any] = [one for one in found if inspect.isclass(one) and hasattr(one, "score")]
    return {one.name: said(one) for one in (kind() for kind in kinds)}


def said(metric: Any) -> dict[str, str]:
    """What a metric says of itself, and the first words of its docstring."""
    low, high = getattr(metric, "bounds", ("", ""))
    told = {name: getattr(metric, name, "") for name in FIELDS}
    told |= {"low": low, "high": high, "what": (inspect.getdoc(type(metric)) or "").split("\n")[0]}
    return {name: "" if value is None else str(value) for name, value in told.items()}


def body(
    studies: Mapping[str, Mapping[str, Mapping[str, str]]], links: Mapping[str, tuple[str, str]]
) -> str:
    """The glossary without its frame: metrics of these studies first, then all others.

    Parameters
    ----------
    studies : mapping of stem to mapping of metric to what the study says of it
    links : mapping of stem to (address, question)
    """
    entries = known()
    used: dict[str, list[str]] = {}
    for stem, told in studies.items():
        for name, facts in told.items():
            used.setdefault(name, []).append(stem)
            entries[name] = {**entries.get(name, {}), **{k: str(v) for k, v in facts.items()}}
    rest = sorted(set(entries) - set(used))
    return (
        "<h1>What the metrics mean, and what they do not say</h1>"
        '<p class="lead">Every number of the report is one of these. None of them says that an '
        "explanation is right: read what each does not say.</p>"
        f"{_section('In these studies', sorted(used), entries, used, links)}"
        f"{_section('Further metrics of limelab', rest, entries, used, links)}"
    )


def _section(
    title: str,
    names: Sequence[str],
    entries: Mapping[str, Mapping[str, str]],
    used: Mapping[str, Sequence[str]],
    links: Mapping[str, tuple[str, str]],
) -> str:
    if not names:
        return ""
    where = {name: [links[stem] for stem in used.get(name, ())] for name in names}
    made = "".join(_entry(name, entries[name], where[name]) for name in names)
    return f'<section class="glossary"><h2>{title}</h2>{made}</section>\n'


def _entry(name: str, told: Mapping[str, str], where: Sequence[tuple[str, str]]) -> str:
    title = metric_title(name)
    code = f" <code>{escape(name)}</code>" if title != name else ""
    what = f"<p>{escape(told['what'])}</p>" if told.get("what") else ""
    warning = f'<p class="warn"><b>Does not say:</b> {escape(told.get("says_not", ""))}</p>'
    rows = "".join(f"<dt>{label}</dt><dd>{escape(text)}</dd>" for label, text in _facts(told))
    if where:
        told_in = ", ".join(f'<a href="{href}">{escape(text)}</a>' for href, text in where)
        rows += f"<dt>Used in</dt><dd>{told_in}</dd>"
    return (
        f'<article class="metric" id="{anchor(name)}"><h3>{escape(title)}{code}</h3>{what}'
        f"{warning if told.get('says_not') else ''}<dl>{rows}</dl></article>\n"
    )


def _facts(told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What there is to say, in the order in which people ask."""
    side = _SIDES.get(told.get("better", ""), "")
    best = told.get("best", "")
    if side:
        yield "Direction", f"{side}; the best is {_end(best)}" if best else side
    if span(told):
        yield "Range", span(told)
    for name, label in _LABELS.items():
        if told.get(name):
            yield label, told[name]


def span(told: Mapping[str, str]) -> str:
    """The range of a metric, or nothing where it does not say.

    Examples
    --------
    >>> span({"low": "0.0", "high": "inf"})
    '0 to ∞'
    """
    if not (told.get("low") and told.get("high")):
        return ""
    return f"{_end(told['low'])} to {_end(told['high'])}"


def _end(text: str) -> str:
    """An end of a range as people write it."""
    endless = {"inf": "\N{INFINITY}", "-inf": "\N{MINUS SIGN}\N{INFINITY}"}
    return endless.get(text, text.removesuffix(".0"))
