"""One self-contained page of all finished studies of a folder; it writes that file and no other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from string import Template

from limelab.report import answer, tables
from limelab.report.figures import figures
from limelab.report.found import Found, find, load
from limelab.report.markup import figure
from limelab.report.names import escape, number
from limelab.report.summary import Summary
from limelab.study.files import write_atomically
from limelab.types import BadInput

PAGE = Path("report") / "index.html"
_HERE = Path(__file__).parent


def write_report(out: Path) -> Path:
    """Write the page of every finished study in a folder.

    Parameters
    ----------
    out : path
        Where `limelab run --out` put its results: a finished study, or a folder of them.

    Returns
    -------
    page : path
        ``out/report/index.html``, one file that needs no other.
    """
    out = Path(out)
    studies, unread = _load_all(find(out))
    target = out / PAGE
    try:
        target.parent.mkdir(exist_ok=True)
        write_atomically(target, page(studies, unread).encode("utf-8", "replace"))
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error}; give a folder that can") from error
    return target


def _load_all(folders: Sequence[Path]) -> tuple[list[Found], list[str]]:
    """Studies that can be read, and what is wrong with the others; BadInput where none can."""
    studies, unread = [], []
    for folder in folders:
        try:
            studies.append(load(folder))
        except BadInput as error:
            unread.append(str(error))
    if not studies:
        raise BadInput("; ".join(unread))
    return studies, unread


def page(studies: Sequence[Found], unread: Sequence[str] = ()) -> str:
    """The whole page as text."""
    several = len(studies) > 1
    title = "limelab: results" if several else studies[0].question
    return _template("page.html").substitute(
        title=escape(title),
        style=(_HERE / "style.css").read_text(encoding="utf-8"),
        overview=_overview(studies) if several else "",
        unread="".join(f'<p class="banner" role="note">{escape(text)}</p>' for text in unread),
        studies="".join(_study(found, f"s{n}") for n, found in enumerate(studies, 1)),
    )


def _overview(studies: Sequence[Found]) -> str:
    items = "".join(
        f'<li><a href="#s{n}">{escape(found.question)}</a> <span class="small">'
        f"{_badge_quick(found)}{answer.counted(found)}</span></li>"
        for n, found in enumerate(studies, 1)
    )
    return f'<nav aria-label="Studies"><h2>{len(studies)} studies</h2><ol>{items}</ol></nav>\n'


def _badge_quick(found: Found) -> str:
    return '<span class="badge few">quick run</span> ' if found.quick else ""


def _study(found: Found, stem: str) -> str:
    summary = Summary(found)
    drawn = "".join(figure(shown) for shown in figures(summary, stem))
    return _template("study.html").substitute(
        stem=stem,
        question=escape(found.question),
        facts=_facts(summary),
        answer=answer.short_answer(found, stem),
        figures=drawn or "<p>No score has a value, so there is nothing to draw.</p>",
        tables=_tables(summary),
        limits=tables.limits(summary),
        missing=tables.missing(summary),
        made=tables.how_made(summary),
    )


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
