"""What an explanation says beside what the model does, as bars in a table; it computes nothing."""

from __future__ import annotations

import numpy as np

from limelab.auditing.case import Case
from limelab.auditing.holding import LEAN
from limelab.report.names import escape, number
from limelab.types import Array

SHOWN = 6
_WIDE, _HIGH = 240, 18
_TOLD, _MODEL = "#0072B2", "#6b7280"
_ARROWS = {1: ("↑", "raises"), -1: ("↓", "lowers"), 0: ("·", "neither way")}


def bars(case: Case) -> str:
    """The features that the explanation or the model puts first, each with two bars."""
    runs, model, at = case.measured.runs, case.measured.model, (case.i, slice(None), case.c)
    told, reach = runs.mean("importance")[at], np.nan_to_num(runs.half_width("importance")[at])
    theirs = case.sizes(model)
    error = (
        2
        * model.importance[:, case.i, :, case.c].std(axis=0, ddof=1)
        / np.sqrt(len(model.importance))
    )
    directions = runs.mean("effect")[at], model.effect[:, case.i, :, case.c].mean(axis=0)
    most = float(max((told + reach).max(), (theirs + error).max())) or 1.0
    values = case.measured.subject.table.values(case.measured.subject.x)[case.i]
    rows = "".join(
        f'<tr><th scope="row">{escape(case.names[j])} '
        f'<span class="small">= {escape(_value(values[j]))}</span></th>'
        f"<td>{_bar(told[j], reach[j], most, _TOLD)}</td>"
        f"<td>{_arrow(directions[0][j], told[j])}</td>"
        f"<td>{_bar(theirs[j], error[j], most, _MODEL)}</td>"
        f"<td>{_arrow(directions[1][j], theirs[j])}</td></tr>"
        for j in _first(told, theirs)
    )
    head = (
        '<tr><th scope="col">Feature</th>'
        f'<th scope="col">The explanation says, mean of {len(runs.found)}</th><th></th>'
        '<th scope="col">The model does, in this region</th><th></th></tr>'
    )
    return (
        f'<div class="scroll" tabindex="0"><table class="bars"><thead>{head}</thead>'
        f'<tbody>{rows}</tbody></table></div><p class="small">How much the answer moves as the '
        f"feature changes, up to {number(most)}. Whiskers: where 95 % of repeats of the "
        "explanation fall; twice the standard error of the model's. Arrows: whether a larger value "
        "(or being as it is, of a category or a bin) raises or lowers the answer.</p>"
    )


def _first(told: Array, theirs: Array) -> list[int]:
    """The explanation's first features, and the model's first three if they are not among them."""
    mine = np.argsort(-told, kind="stable")[:SHOWN].tolist()
    more = [j for j in np.argsort(-theirs, kind="stable")[:3].tolist() if j not in mine]
    return [*mine[: SHOWN - len(more)], *more]


def _bar(size: float, reach: float, most: float, colour: str) -> str:
    """A bar from 0, with a whisker."""
    width, half = _WIDE * size / most, _WIDE * reach / most
    low, high, middle = max(width - half, 0.0), width + half, _HIGH / 2
    return (
        f'<svg viewBox="0 0 {_WIDE + 4} {_HIGH}" role="img" aria-label="{number(float(size))}">'
        f'<rect x="0" y="3" width="{width:.1f}" height="{_HIGH - 6}" fill="{colour}"/>'
        f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} 5V{_HIGH - 5}M{high:.1f} 5'
        f'V{_HIGH - 5}" stroke="#24292f" stroke-width="1.3" fill="none"/></svg>'
    )


def _arrow(effect: float, size: float) -> str:
    """The direction of an effect; none where it is small beside its size."""
    way = int(np.sign(effect)) if abs(effect) >= LEAN * size and size > 0 else 0
    sign, word = _ARROWS[way]
    return f'<span class="way" title="{word}">{sign}<span class="sr"> {word}</span></span>'


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)
