"""The pages of all finished studies of a folder; it writes into its own folder and nowhere else.

A card a study in ``index.html``, a page a study beside it, and a glossary of metrics. Links are
relative and every page holds its own style and pictures, so that all work from the file system.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from limelab.report import answer, glossary, index, tables
from limelab.report.figures import figures
from limelab.report.found import find, load
from limelab.report.index import Card
from limelab.report.kept import Kept, stamp_of
from limelab.report.markup import figure
from limelab.report.names import escape, number
from limelab.report.summary import Summary
from limelab.study.files import write_atomically
from limelab.types import BadInput

FOLDER, INDEX = "report", "index.html"
_HERE = Path(__file__).parent


def write_report(out: Path) -> Path:
    """Write the pages of every finished study in a folder; pages that would be the same are kept.

    Parameters
    ----------
    out : path
        Where `limelab run --out` put its results: a finished study, or a folder of them.

    Returns
    -------
    page : path
        ``out/report/index.html``, from which all others are reached.
    """
    out = Path(out)
    places = find(out)
    folder = out / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        cards, unread = _write_studies(folder, places)
        if not cards:
            raise BadInput("; ".join(unread))
        told = {card.stem: card.metrics for card in cards}
        _write(folder / glossary.PAGE, _shell("Metrics", glossary.body(told, _links(cards))))
        _write(folder / INDEX, _shell("limelab: results", index.body(cards, unread)))
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error}; give a folder that can") from error
    return folder / INDEX


def _write_studies(folder: Path, places: Sequence[Path]) -> tuple[list[Card], list[str]]:
    """Cards of the studies whose pages are there now, and what is wrong with the others."""
    kept, cards, unread = Kept.read(folder), [], []
    for place, name in zip(places, index.page_names([p.name for p in places]), strict=True):
        stamp = stamp_of(place, sys.modules[__name__])
        card = kept.card(name, stamp)
        if card is None:
            try:
                found = load(place)
            except BadInput as error:
                unread.append(str(error))
                continue
            summary = Summary(found)
            drawn = list(figures(summary, index.prefix(name)))
            card = index.card_of(found, name, drawn)
            _write(folder / name, study_page(summary, drawn, index.prefix(name)))
        kept.keep(name, stamp, card)
        cards.append(card)
    kept.write(folder)
    return cards, unread


def study_page(summary: Summary, drawn: Sequence[Any], stem: str) -> str:
    """The page of one study; ids in it begin with `stem`."""
    found = summary.found
    body = _template("study.html").substitute(
        stem=stem,
        question=escape(found.question),
        facts=_facts(summary),
        remedy=index.remedy(found),
        answer=answer.short_answer(found, stem),
        figures="".join(figure(shown) for shown in drawn)
        or "<p>No score has a value, so there is nothing to draw.</p>",
        tables=_tables(summary),
        limits=tables.limits(summary),
        missing=tables.missing(summary),
        made=tables.how_made(summary),
    )
    return _shell(found.question, body)


def _links(cards: Sequence[Card]) -> Mapping[str, tuple[str, str]]:
    """Address and question of each study."""
    return {card.stem: (index.address(card.page), card.question) for card in cards}


def _shell(title: str, body: str) -> str:
    return _template("page.html").substitute(
        title=escape(title), style=(_HERE / "style.css").read_text(encoding="utf-8"), body=body
    )


def _write(target: Path, text: str) -> None:
    write_atomically(target, text.encode("utf-8", "replace"))


def _facts(summary: Summary) -> str:
    """What was run, in one line."""
    scores, manifest = summary.found.scores, summary.found.manifest
    counts = {
        "task": scores["task"].nunique(),
        "condition": len(summary.conditions),
        "repeat": manifest.get("repeats", 0),
        "score": len(scores),
        "model query": sum(manifest.get("queries", {}).values()),
    }
    plural = {"model query": "model queries"}
    told = (
        f"{number(n)} {name if n == 1 else plural.get(name, name + 's')}"
        for name, n in counts.items()
    )
    return escape(" \N{MIDDLE DOT} ".join((summary.found.stem, *told)))


def _tables(summary: Summary) -> str:
    found = summary.found
    mine = answer.claims_table(found) + tables.tasks(found)
    return mine + tables.by_condition(summary) + tables.measures(found)


def _template(name: str) -> Template:
    return Template((_HERE / name).read_text(encoding="utf-8"))
