"""Arrays to Axes: the marks that explanations and reports share; it computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from limelab.types import Array, Bools

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RAISES, LOWERS, UNSURE = "#1b6ca8", "#c8553d", "#9aa0a6"


def own_axes(ax: Axes | None, *, height: float) -> Axes:
    """The caller's axes, or new ones on a figure that pyplot does not manage."""
    if ax is not None:
        return ax
    from matplotlib.figure import Figure  # noqa: PLC0415 -- heavy, only for pictures

    return Figure(figsize=(6.4, height), layout="constrained").add_subplot()


def effect_bars(
    ax: Axes, names: Sequence[str], effect: Array, error: Array | None, determined: Bools
) -> Axes:
    """Signed bars, the first on top, with 95 % intervals; grey where the sign is undetermined."""
    colours = [
        UNSURE if not sure else RAISES if value > 0 else LOWERS
        for value, sure in zip(effect, determined, strict=True)
    ]
    place = np.arange(len(names))[::-1]
    whiskers: dict[str, Any] = {} if error is None else {"xerr": 1.96 * error, "ecolor": "#333333"}
    ax.barh(place, effect, color=colours, error_kw={"elinewidth": 1}, **whiskers)
    ax.set_yticks(place, [name.replace("$", r"\$") for name in names])
    ax.axvline(0, color="#333333", linewidth=0.8)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
