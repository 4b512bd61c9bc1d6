"""Pieces of HTML: tables, boxes to copy from, figures; it escapes all text and reads no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from limelab.report.names import escape, number, setting

MARKS = dict(zip("os^DvPXp", "●■▲◆▼✚✖⬟", strict=True))
LONG_TABLE, LONG_TEXT = 12, 44
CHOSEN = ("radius", "margin")


@dataclass(frozen=True, eq=False)
class Shown:
    """One figure of the page.

    Attributes
    ----------
    title : str
        A question in plain words.
    panels : sequence of (name, svg or html)
    caption : str
        What is seen, what the band is, over how many.
    numbers : DataFrame
        What is drawn; printed under the figure.
    legend : mapping of name to (colour, marker)
    layout : {"", "wide", "full"}
        How much room a panel needs.
    fold : bool
        Whether the panels are so tall that they are shown when asked for.
    """

    title: str
    panels: Sequence[tuple[str, str]]
    caption: str
    numbers: pd.DataFrame
    legend: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    layout: str = ""
    fold: bool = False


def figure(shown: Shown) -> str:
    """A figure with its legend, panels, caption and numbers."""
    panels = "".join(
        f'<div class="panel">{f"<h5>{escape(name)}</h5>" if name else ""}{body}</div>'
        for name, body in shown.panels
    )
    drawn = f'<div class="panels {shown.layout}">{panels}</div>'
    if shown.fold:
        drawn = details(f"Show {len(shown.panels)} tall panels", drawn)
    return (
        f"<figure><h4>{escape(shown.title)}</h4>{_legend(shown.legend)}"
        f"{drawn}"
        f"<figcaption>{escape(shown.caption)}</figcaption>"
        f"{csv_box('The numbers of this figure, to copy', shown.numbers)}</figure>\n"
    )


def _legend(legend: Mapping[str, tuple[str, str]]) -> str:
    items = "".join(
        f'<li><span style="color:{colour}" aria-hidden="true">{MARKS[mark]}</span> '
        f"{escape(name)}</li>"
        for name, (colour, mark) in legend.items()
    )
    return f'<ul class="legend">{items}</ul>' if items else ""


def table(
    frame: pd.DataFrame,
    caption: str = "",
    *,
    titles: Mapping[str, str] | None = None,
    links: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """A table in a box of its own that scrolls sideways; numbers stand to the right.

    `links` holds, by column, the address that each text leads to.
    """
    kinds = {name: _kind(frame[name]) for name in frame}
    head = "".join(
        f'<th scope="col"{_class(kinds[name])}>{escape((titles or {}).get(str(name), name))}</th>'
        for name in frame
    )
    leads = links or {}
    columns = [
        [
            _cell(_chosen(name, v), kind, leads.get(str(name), {}).get(str(v), ""))
            for v in frame[name]
        ]
        for name, kind in kinds.items()
    ]
    rows = "\n".join(f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns, strict=True))
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll" tabindex="0"><table>{said}<thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>\n"
    )


def _chosen(name: Any, value: Any) -> Any:
    """Radii and margins as they were chosen, for nobody measured them."""
    return setting(value) if name in CHOSEN and isinstance(value, float) else value


def _cell(value: Any, kind: str, address: str = "") -> str:
    text = escape(number(value) if isinstance(value, (int, float, str)) else number(str(value)))
    told = f'<a href="{address}">{text}</a>' if address else text
    return f"<td{_class(kind)}>{told}</td>"


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _kind(column: pd.Series[Any]) -> str:
    """`n` for numbers, which stand to the right; `long` for sentences, which need room."""
    if _is_number(column):
        return "n"
    return "long" if column.astype(str).str.len().max() > LONG_TEXT else ""


def _is_number(column: pd.Series[Any]) -> bool:
    """Whether a column is of numbers, or of text that is written as numbers."""
    if pd.api.types.is_numeric_dtype(column):
        return True
    told = column.astype(str)
    told = told[told != ""]
    return bool(len(told)) and bool(pd.to_numeric(told, errors="coerce").notna().all())


def csv_box(title: str, frame: pd.DataFrame) -> str:
    """The table as CSV text, folded, to copy."""
    text = frame.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    lines = "\n".join(escape(line) for line in text.splitlines())
    return details(title, f'<pre class="scroll" tabindex="0">{lines}</pre>')


def details(title: str, body: str, *, opened: bool = False) -> str:
    """Something folded under its title."""
    return (
        f"<details{' open' if opened else ''}><summary>{escape(title)}</summary>{body}</details>\n"
    )


def folded(title: str, frame: pd.DataFrame, before: str = "") -> str:
    """A table with what is to be said before it, folded where it is long."""
    made = before + table(frame)
    rows = "1 row" if len(frame) == 1 else f"{len(frame):,} rows"
    return details(f"{title} ({rows})", made, opened=len(frame) <= LONG_TABLE)


def listed(pairs: Iterable[tuple[str, Any]]) -> str:
    """Names with values."""
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
    return f"<dl>{items}</dl>\n"
