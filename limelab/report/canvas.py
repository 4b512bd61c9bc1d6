"""A small picture as SVG text: axes, colours, marks; it is handed numbers and computes none."""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from limelab.report.names import escape, head, plain

INK, GREY, PALE = "#24292f", "#6b7280", "#e5e7eb"
WIDTH, HEIGHT = 360, 270
# Okabe and Ito's colours, which people with colour blindness tell apart; yellow is darkened.
_OWN = {
    "Ridge": "#0072B2",
    "Tree": "#D55E00",
    "LeastSquares": "#009E73",
    "Lasso": "#CC79A7",
    "BayesianRidge": "#56B4E9",
    "Polynomial": "#A67C00",
}
MARKERS = "os^DvPXp"
Draw = Callable[[Axes], None]
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 10.5,
    "font.family": ["sans-serif"],
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.useoffset": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": PALE,
    "grid.linewidth": 0.8,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 2.0,
    "lines.solid_capstyle": "round",
}


def colours(series: Sequence[str]) -> dict[str, str]:
    """A colour for each series; a surrogate has the same one in every study."""
    given: dict[str, str] = {}
    for name in series:
        own = _OWN.get(head(name))
        if own is not None and own not in given.values():
            given[name] = own
    free = [colour for colour in (*_OWN.values(), INK, GREY) if colour not in given.values()]
    for name in series:
        if name not in given:
            given[name] = free.pop(0) if free else GREY
    return given


def markers(series: Sequence[str]) -> dict[str, str]:
    """A mark for each series, for who prints in grey."""
    return {name: MARKERS[n % len(MARKERS)] for n, name in enumerate(series)}


@contextmanager
def _drawing(stem: str) -> Iterator[None]:
    """Settings of one picture: names are never formulas, equal numbers give equal bytes."""
    with warnings.catch_warnings(), mpl.rc_context({**_SETTINGS, "svg.hashsalt": stem}):
        # Letters that matplotlib's own font lacks: the reader's browser has them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        warnings.filterwarnings("ignore", message="constrained_layout not applied")
        yield


def picture(
    stem: str, title: str, draw: Callable[[Axes], Any], *, width: int = WIDTH, height: int = HEIGHT
) -> str:
    """What `draw` does to fresh axes, as an inline <svg> with a title."""
    with _drawing(stem):
        figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
        draw(figure.add_subplot())
        text = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(text, format="svg", metadata=nothing, transparent=True)
    return _inline(text.getvalue(), stem, title, width)


def label_x(ax: Axes, text: str, *, wide: int = 52) -> None:
    """The name of the x axis, wrapped."""
    ax.set_xlabel("\n".join(textwrap.wrap(plain(text), wide)), linespacing=1.15)


def label_y(ax: Axes, text: str, *, wide: int = 46) -> None:
    """The name of the y axis, wrapped."""
    ax.set_ylabel("\n".join(textwrap.wrap(plain(text), wide)), linespacing=1.15, fontsize=9.5)


def row_name(ax: Axes, y: float, name: str) -> None:
    """The name of a row, in the picture above its marks, so that narrow pictures stay wide."""
    place = ax.get_yaxis_transform()
    ax.text(0, y, clipped(name, 58), fontsize=9, color=INK, va="center", transform=place)


def clipped(text: str, most: int) -> str:
    """A name that fits; the tables hold it whole."""
    text = plain(text)
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def _inline(svg: str, stem: str, title: str, width: int) -> str:
    """The <svg> element alone: no prolog, no name spaces, ids that are unique in a page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<style.*?</style>|<metadata.*?</metadata>", "", svg, flags=re.DOTALL)
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', svg))
    svg = re.sub(r"<[^>]+>", lambda tag: _own_ids(tag[0], stem, used), svg)
    box = re.search(r'viewBox="([^"]*)"', svg)
    opening = (
        f'<svg viewBox="{box[1] if box else ""}" style="max-width:{width * 1.15:.0f}px" role="img" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>'
    )
    svg = opening + svg[svg.index(">") + 1 :]
    return re.sub(r"\s*\n\s*", " ", svg).strip()


def _own_ids(tag: str, stem: str, used: set[str]) -> str:
    tag = re.sub(
        r' id="([^"]*)"', lambda found: f' id="{stem}-{found[1]}"' if found[1] in used else "", tag
    )
    tag = re.sub(r"font-family: [^;\"]*(; )?", "", tag)
    return re.sub(r'(url\(|href=")#', rf"\g<1>#{stem}-", tag)
