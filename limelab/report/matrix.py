"""Where the surrogate looked against where it is judged: numbers on colours; it computes none."""

from __future__ import annotations

import math
from collections.abc import Iterator

import matplotlib as mpl
import pandas as pd
from matplotlib.colors import LogNorm, Normalize, to_hex

from limelab.report.canvas import INK
from limelab.report.lines import better, counts, pooled
from limelab.report.markup import Shown
from limelab.report.names import ALL, escape, head, metric_title, number, setting, short_labels
from limelab.report.summary import Summary, spread

SIDE_BY_SIDE = 4
HOME = " A frame and a house mark homes: the surrogate was fitted by the judge's own law."


def by_law(summary: Summary, stem: str) -> Iterator[Shown]:
    """One matrix for each series: rows are fitted laws, columns judging laws and radii."""
    del stem  # a table has no ids
    cells = summary.of(summary.fidelity)
    if "perturbation" not in summary.found.factors or cells["perturbation"].nunique() < 2:
        return
    apart = summary.compared not in ("perturbation", "condition")
    cells = cells[cells["value"].notna()].assign(series=cells["series"] if apart else ALL)
    if cells.empty:
        return
    numbers = spread(cells, ["metric", "series", "perturbation", "judge", "radius"])
    side = summary.found.metric(summary.fidelity)["better"]
    scale = _scale(numbers["median"])
    panels = [
        ("" if name == ALL else str(name), _matrix(rows, scale, side))
        for name, rows in numbers.groupby("series", sort=False)
    ]
    homes = numbers["judge"] == numbers["perturbation"].astype(str).map(head)
    caption = (
        f"{metric_title(summary.fidelity)}: median over instances, each with its median over "
        f"repeats and outputs; {counts(numbers)}, {pooled(summary, 'perturbation')}. "
        f"Darker is larger; bold is the best of a column.{HOME if homes.any() else ''}"
    )
    title = "Does the explanation hold where somebody else looks?"
    yield Shown(title, panels, caption + better(summary, numbers), numbers, layout=_layout(numbers))


def _layout(numbers: pd.DataFrame) -> str:
    """Matrices of few columns stand side by side."""
    few = len(numbers[["judge", "radius"]].drop_duplicates()) <= SIDE_BY_SIDE
    return "wide" if few else "full"


def _scale(values: pd.Series) -> Normalize:
    low, high = float(values.min()), float(values.max())
    if low > 0 and high > 10 * low:
        return LogNorm(low, high)
    return Normalize(low, high if high > low else low + 1)


def _matrix(rows: pd.DataFrame, scale: Normalize, side: str) -> str:
    places = list(rows[["judge", "radius"]].drop_duplicates().itertuples(index=False, name=None))
    judges = list(dict.fromkeys(judge for judge, _ in places))
    places = [(judge, radius) for name in judges for judge, radius in places if judge == name]
    grid = rows.set_index(["perturbation", "judge", "radius"])["median"]
    best = {place: _best(rows, place, side) for place in places}
    laws = short_labels([str(law) for law in rows["perturbation"].unique()])
    body = "".join(
        f'<tr><th scope="row">{escape(short)}</th>'
        + "".join(
            _cell(grid.get((law, *place)), scale, home=place[0] == head(law), best=best[place])
            for place in places
        )
        + "</tr>"
        for law, short in laws.items()
    )
    wide = {name: sum(judge == name for judge, _ in places) for name in judges}
    top = "".join(
        f'<th colspan="{n}" scope="colgroup">{escape(name)}</th>' for name, n in wide.items()
    )
    radii = "".join(f'<th scope="col">{setting(radius)}</th>' for _, radius in places)
    return (
        '<div class="scroll" tabindex="0"><table class="matrix"><thead>'
        f'<tr><th scope="col">judged by</th>{top}</tr>'
        f'<tr><th scope="col">fitted by &darr; radius &rarr;</th>{radii}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _best(rows: pd.DataFrame, place: tuple[str, float], side: str) -> float | None:
    mine = rows[(rows["judge"] == place[0]) & (rows["radius"] == place[1])]["median"]
    if side not in ("lower", "higher") or len(mine) < 2:
        return None
    return float(mine.min() if side == "lower" else mine.max())


def _cell(value: float | None, scale: Normalize, *, home: bool, best: float | None) -> str:
    if value is None or math.isnan(value):
        return f'<td class="n">{number(None)}</td>'
    share = float(scale(value))
    colour = to_hex(mpl.colormaps["Blues"](0.05 + 0.8 * share))
    ink = "#ffffff" if share > 0.75 else INK
    text = f"<b>{number(value)}</b>" if value == best else number(value)
    mark = ' <span title="home: fitted and judged by the same law">&#8962;</span>' if home else ""
    look = f'class="n{" home" if home else ""}" style="background:{colour};color:{ink}"'
    return f"<td {look}>{text}{mark}</td>"
