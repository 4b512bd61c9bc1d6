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
    """The caller's axes, or new ones on a figure of pyplot's, which notebooks and windows show."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(8.0, height), layout="constrained")[1]


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


def forest_plot(
    names: Sequence[str],
    estimate: Array,
    low: Array,
    high: Array,
    *,
    margin: float = 0.0,
    ax: Axes | None = None,
) -> Axes:
    """Estimates with their intervals, the first on top; dark where they hold 0.

    Parameters
    ----------
    names : sequence of length n
    estimate, low, high : arrays of shape (n,)
        A line without an interval (NaN) shows its estimate alone, hollow.
    margin : float
        Half-width of a shaded band round 0; none at 0.
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = forest_plot(["a - b"], np.array([1.0]), np.array([0.5]), np.array([1.5]))
    >>> [line.get_xdata().tolist() for line in ax.lines[:1]]
    [[0.5, 1.5]]
    """
    ax = own_axes(ax, height=1.2 + 0.35 * len(names))
    place = np.arange(len(names), dtype=float)[::-1]
    if margin > 0:
        ax.axvspan(-margin, margin, color="#eef1f4", linewidth=0)
    for y, middle, left, right in zip(place, estimate, low, high, strict=True):
        known = bool(np.isfinite(left) and np.isfinite(right))
        colour = RAISES if known and not left <= 0 <= right else INK
        if known:
            ax.plot([left, right], [y, y], color=colour, linewidth=1.8, solid_capstyle="butt")
        face = colour if known else "white"
        ax.plot([middle], [y], "o", color=colour, markerfacecolor=face, markersize=5)
    ax.axvline(0, color=INK, linewidth=0.8, linestyle=":")
    ax.set_yticks(place, [literal(str(name)) for name in names])
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return ax


def critical_difference_diagram(
    names: Sequence[str],
    ranks: Array,
    groups: Sequence[tuple[int, int]],
    *,
    distance: float = float("nan"),
    ax: Axes | None = None,
) -> Axes:
    """Average ranks on a line, best on the left, with a bar under those not told apart.

    Parameters
    ----------
    names : sequence of length k, best first
    ranks : array of shape (k,), increasing
    groups : sequence of (first, last) places in `names`
    distance : float
        Nemenyi's critical difference, drawn above the line; none where NaN.
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = critical_difference_diagram("ABC", np.array([1.2, 2.0, 2.8]), [(0, 1)])
    >>> [text.get_text() for text in ax.texts[3:]]
    ['A (1.20)', 'B (2.00)', 'C (2.80)']
    """
    k = len(names)
    left, right = 1.0, float(max(k, 2))
    depth = 0.3 * len(groups)
    ax = own_axes(ax, height=1.2 + 0.3 * (k + len(groups)))
    ax.plot([left, right], [0, 0], color=INK, linewidth=1)
    for rank in range(1, int(right) + 1):
        ax.plot([rank, rank], [0, 0.12], color=INK, linewidth=1)
        ax.annotate(f"{rank}", (rank, 0.15), ha="center", va="bottom", fontsize="small")
    for n, (first, last) in enumerate(groups):
        y = -0.2 - 0.3 * n
        ends = [float(ranks[first]) - 0.02, float(ranks[last]) + 0.02]
        ax.plot(ends, [y, y], color=RAISES, linewidth=4, solid_capstyle="butt")
    for place, (name, rank) in enumerate(zip(names, ranks, strict=True)):
        _rank_label(ax, place, k, (name, float(rank), depth), (left, right))
    half = (k + 1) // 2
    ax.set_xlim(left - 0.8 * (right - left), right + 0.8 * (right - left))
    ax.set_ylim(-0.9 - depth - 0.4 * (half - 1), 1.2 if np.isfinite(distance) else 0.6)
    if np.isfinite(distance):
        ax.plot([left, left + distance], [0.75, 0.75], color=LOWERS, linewidth=2)
        ax.annotate(
            f"critical difference {distance:.2f}", (left, 0.8), va="bottom", fontsize="small"
        )
    ax.set_axis_off()
    return ax


def _rank_label(
    ax: Axes, place: int, k: int, what: tuple[str, float, float], ends: tuple[float, float]
) -> None:
    """A name in the margin, joined to its rank: the better half on the left, the rest right."""
    (name, rank, depth), (left, right) = what, ends
    on_left = place < (k + 1) // 2
    step = place if on_left else k - 1 - place
    y = -0.5 - depth - 0.4 * step
    side = left - 0.05 * (right - left) if on_left else right + 0.05 * (right - left)
    ax.plot([rank, rank, side], [0, y, y], color=INK, linewidth=0.8)
    text = f"{literal(str(name))} ({rank:.2f})"
    ax.text(side, y, text, ha="right" if on_left else "left", va="center")


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
