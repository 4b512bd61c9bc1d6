"""Arrays to Axes: the marks that explanations and reports share; it computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from limelab.types import Array, Bools

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RAISES, LOWERS, UNSURE, INK = "#1b6ca8", "#c8553d", "#b8bcc2", "#333333"
_MEANING = {RAISES: "raises it", LOWERS: "lowers it", UNSURE: "sign undetermined"}


def own_axes(ax: Axes | None, *, height: float) -> Axes:
    """The caller's axes, or new ones on a figure that pyplot does not manage."""
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    return Figure(figsize=(8.0, height), layout="constrained").add_subplot()


def effect_bars(
    ax: Axes, names: Sequence[str], effect: Array, error: Array | None, determined: Bools
) -> Axes:
    """Signed bars, the first on top, with 95 % intervals; grey where the sign is undetermined."""
    colours = [
        UNSURE if not sure else RAISES if value > 0 else LOWERS
        for value, sure in zip(effect, determined, strict=True)
    ]
    place = np.arange(len(names))[::-1]
    whiskers: dict[str, Any] = {} if error is None else {"xerr": 1.96 * error, "ecolor": INK}
    ax.barh(place, effect, height=0.7, color=colours, error_kw={"elinewidth": 1}, **whiskers)
    ax.set_yticks(place, [literal(name) for name in names])
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color="#e6e6e6", linewidth=0.8)
    ax.set_axisbelow(True)
    _legend(ax, set(colours), with_interval=error is not None)
    return ax


def literal(text: str) -> str:
    r"""Text that is drawn as it stands: a dollar opens no formula.

    Examples
    --------
    >>> print(literal("US$ and AU$"))
    US\$ and AU\$
    """
    return text.replace("$", r"\$")


def _legend(ax: Axes, colours: set[str], *, with_interval: bool) -> None:
    """Between title and bars, where it covers none."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks: list[Any] = [
        Patch(color=colour, label=meaning)
        for colour, meaning in _MEANING.items()
        if colour in colours
    ]
    if with_interval:
        marks.append(Line2D([], [], color=INK, linewidth=1, label="95 % interval"))
    ax.legend(
        handles=marks, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(marks), frameon=False,
        borderaxespad=0.1, fontsize="small", handlelength=1.2, handletextpad=0.5, columnspacing=1.2,
    )  # fmt: skip
