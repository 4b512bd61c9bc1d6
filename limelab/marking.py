"""Documents and pictures marked by the effects of their parts; it computes no effect."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np

from limelab.drawing import INK, LOWERS, RAISES, UNSURE
from limelab.types import Array, Bools, Ints, Pieces, Pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DEEPEST = 0.75  # opacity of the strongest mark: what lies below stays legible
_FAINTEST = 0.12


def coloured_words(picture: Pieces, effect: Array, determined: Bools) -> str:
    """A document as HTML, words on blue where they raise the output, on red where they lower it.

    Parameters
    ----------
    picture : Pieces
    effect : array of shape (k,)
    determined : bool array of shape (k,)
        Words whose sign cannot be told stay uncoloured, with a dotted line below.

    Returns
    -------
    html : str
        All text escaped; it needs no style sheet.

    Examples
    --------
    >>> shown = coloured_words(Pieces(("a<b", "!"), (0, -1)), np.array([0.5]), np.array([True]))
    >>> "a&lt;b" in shown, "a<b" in shown
    (True, False)
    """
    opacity = _opacity(effect, determined)
    spans = [
        html.escape(text) if j < 0 else _span(text, effect[j], opacity[j], sure=bool(determined[j]))
        for text, j in zip(picture.texts, picture.features, strict=True)
    ]
    legend = (
        f"{_span('raises it', 1.0, _DEEPEST, sure=True)} "
        f"{_span('lowers it', -1.0, _DEEPEST, sure=True)} "
        f"{_span('sign undetermined', 0.0, 0.0, sure=False)}"
    )
    return (
        f'<div style="line-height:1.9;color:{INK};white-space:pre-wrap">{"".join(spans)}</div>'
        f'<div style="font-size:smaller;margin:.4em 0">{legend}</div>'
    )


def overlay(ax: Axes, picture: Pixels, effect: Array, determined: Bools) -> Axes:
    """A picture, its superpixels tinted: blue where they raise the output, red where they lower.

    Parameters
    ----------
    ax : matplotlib Axes
    picture : Pixels
    effect, determined : arrays of shape (k,)
        Superpixels whose sign cannot be told stay untinted.
    """
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Patch

    segments = picture.features
    grey = picture.image.mean(axis=2, keepdims=True)
    ax.imshow(np.repeat(0.25 + 0.75 * grey, 3, axis=2), vmin=0, vmax=1)
    tint = np.empty((len(effect), 4))
    tint[:, :3] = np.where((effect > 0)[:, None], to_rgb(RAISES), to_rgb(LOWERS))
    tint[:, 3] = _opacity(effect, determined)
    ax.imshow(tint[segments], interpolation="nearest")
    ax.imshow(_borders(segments), interpolation="nearest")
    ax.set_axis_off()
    meanings = ((RAISES, "raises it"), (LOWERS, "lowers it"), (UNSURE, "sign undetermined"))
    marks = [Patch(color=colour, label=meaning) for colour, meaning in meanings]
    ax.legend(
        handles=marks, loc="upper left", bbox_to_anchor=(0, 0), ncols=3, frameon=False,
        fontsize="small", handlelength=1.2,
    )  # fmt: skip
    return ax


def _opacity(effect: Array, determined: Bools) -> Array:
    """From faint to deep by size, against the largest; 0 where the sign cannot be told."""
    size = np.where(determined, np.abs(np.nan_to_num(effect)), 0.0)
    largest = size.max(initial=0.0)
    share = size / largest if largest > 0 else size
    return np.where(size > 0, _FAINTEST + (_DEEPEST - _FAINTEST) * share, 0.0)


def _span(text: str, effect: float, opacity: float, *, sure: bool) -> str:
    shown = html.escape(text)
    if not sure or opacity <= 0:
        return (
            f'<span style="border-bottom:1px dotted {UNSURE}" title="{effect:+.3g}">{shown}</span>'
        )
    red, green, blue = (int(hex_, 16) for hex_ in _channels(RAISES if effect > 0 else LOWERS))
    colour = f"rgba({red},{green},{blue},{opacity:.2f})"
    return (
        f'<span style="background:{colour};border-radius:3px;padding:1px 2px" '
        f'title="{effect:+.3g}">{shown}</span>'
    )


def _channels(colour: str) -> tuple[str, str, str]:
    return colour[1:3], colour[3:5], colour[5:7]


def _borders(segments: Ints) -> Array:
    """Thin lines between superpixels (H, W, 4)."""
    edge = np.zeros(segments.shape, dtype=bool)
    edge[:-1] |= segments[:-1] != segments[1:]
    edge[:, :-1] |= segments[:, :-1] != segments[:, 1:]
    lines = np.ones((*segments.shape, 4))
    lines[..., 3] = np.where(edge, 0.55, 0.0)
    return lines
