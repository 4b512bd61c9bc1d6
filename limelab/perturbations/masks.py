"""Mask laws: which parts of a document or picture are gone; they know uniforms and the view."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from limelab.numbers import positive
from limelab.perturbations.designs import Iid, check_design
from limelab.types import Array, BadInput, Bools, Cloud, Design, NotApplicable, View

_BELOW_ONE = np.nextafter(1.0, 0.0)


@dataclass(frozen=True)
class Dropout:
    """Each part is gone with the same chance, independently of the others.

    With p = 1/2, fair coins: lime's law for images. With p = r / (1 + r), the law into which GLIME
    (Tan, Tian and Li 2023) turns a weight of r for each part that is off.

    Parameters
    ----------
    p : float, default 0.5
        Chance of a part to be gone, above 0 and below 1.
    design : Design, default Iid()

    Examples
    --------
    >>> Dropout(0.1)
    Dropout(p=0.1, design=Iid())
    """

    p: float = 0.5
    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "mask"

    def __post_init__(self) -> None:
        positive(self, "p", most=1.0)
        if self.p == 1:
            raise BadInput("Dropout(p=1.0); expected a chance below 1; then something is left")
        check_design(self)

    def dims(self, view: View) -> int:
        """One uniform a part: what is left of it below p draws the fill."""
        only_presence(self, view)
        return len(view.names)

    def at(self, radius: float) -> Dropout:
        """The same law with `radius` as its chance."""
        return replace(self, p=radius)

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Absolute presences, shared by all instances."""
        only_presence(self, view)
        return _masked(u < self.p, u / self.p, x, view)


@dataclass(frozen=True)
class UniformCount:
    """A number of parts, even from 1 to all, is gone; which ones is even too.

    lime's law for texts (0.2.0.1): half of its samples have lost more than half of the words.
    Presences are not independent under it (Mardaoui and Garreau 2021, "An analysis of LIME for text
    data").

    Parameters
    ----------
    design : Design, default Iid()

    Examples
    --------
    >>> UniformCount()
    UniformCount(design=Iid())
    """

    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "mask"

    def __post_init__(self) -> None:
        check_design(self)

    def dims(self, view: View) -> int:
        """How many are gone, which, and what stands there where that is drawn."""
        only_presence(self, view)
        parts = len(view.names)
        return 1 + parts * (2 if _draws_fill(view) else 1)

    def at(self, radius: float) -> UniformCount:
        """It has no size."""
        raise NotApplicable(
            f"UniformCount() has no radius (asked for {radius:g}): it takes from one part to all; "
            "judge with Dropout()"
        )

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """The parts with the smallest uniforms are gone."""
        only_presence(self, view)
        parts = len(view.names)
        gone = (u[..., 0] * parts).astype(np.intp)  # one less than how many
        keys = u[..., 1 : parts + 1]
        last = np.take_along_axis(np.sort(keys, axis=-1), gone[..., None], axis=-1)
        return _masked(keys <= last, u[..., parts + 1 :], x, view)


def only_presence(part: Any, view: Any) -> None:
    """Decline a view whose columns are not presences."""
    if getattr(view, "holds", "") == "presence":
        return
    table = not hasattr(view, "holds")
    what = "a table's columns are values" if table else "its columns are strengths of changes"
    other = "Gaussian() or Marginals()" if table else "Strengths()"
    raise NotApplicable(
        f"{part!r} takes parts of a document or picture away, and {what}; take {other}"
    )


def _draws_fill(view: Any) -> bool:
    return bool(view.draws_fill)


def _masked(gone: Bools, drawn: Array, x: Array, view: View) -> Cloud:
    """1 where there, else 0, or what draws the fill where it is drawn."""
    moves = (~gone).astype(np.float64)
    if _draws_fill(view):
        moves = np.where(gone, np.minimum(drawn, _BELOW_ONE), moves)
    return Cloud(x, moves, np.zeros(len(view.names), dtype=bool))
