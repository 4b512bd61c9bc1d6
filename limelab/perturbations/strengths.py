"""Laws over strengths of changes to a picture; they know uniforms and the view, no picture."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from limelab.numbers import positive
from limelab.perturbations.designs import Iid, check_design
from limelab.types import Array, Cloud, Design, NotApplicable, View


@dataclass(frozen=True)
class Strengths:
    """Each change at a strength of its own, even over a share of its range round none.

    Parameters
    ----------
    share : float, default 1
        How far to go, as a share of each change's range, in (0, 1].
    design : Design, default Iid()

    Examples
    --------
    >>> Strengths(0.5)
    Strengths(share=0.5, design=Iid())
    """

    share: float = 1.0
    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "change"

    def __post_init__(self) -> None:
        positive(self, "share", most=1.0)
        check_design(self)

    def dims(self, view: View) -> int:
        """One uniform a change."""
        only_strengths(self, view)
        return len(view.names)

    def at(self, radius: float) -> Strengths:
        """The same law with `radius` as its share."""
        return replace(self, share=radius)

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Absolute strengths, shared by all instances."""
        low, high = self.share * _ranges(self, view)
        return Cloud(x, low + u * (high - low), np.zeros(len(low), dtype=bool))


def only_strengths(part: Any, view: Any) -> None:
    """Decline a view whose columns are not strengths."""
    if getattr(view, "holds", "") != "strength":
        raise NotApplicable(
            f"{part!r} needs strengths of changes; give ll.Image(changes=[...]), or take another "
            "perturbation: Dropout() for words and superpixels, Gaussian() for tables"
        )


def _ranges(part: Any, view: Any) -> Array:
    only_strengths(part, view)
    return np.asarray(view.ranges)
