"""Data-driven perturbations: laws read off the background, free of x; no model, no state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from limelab.perturbations.designs import Iid
from limelab.perturbations.margins import redraw
from limelab.types import Array, Cloud, Design, NotApplicable, View


@dataclass(frozen=True)
class Marginals:
    """Each column drawn from its own background values, independently of the others.

    Values and categories stay those of the background; correlations are lost. The law does not
    depend on x, so one query set serves every instance; a kernel makes it local.

    Parameters
    ----------
    design : Design, default Iid()

    Examples
    --------
    >>> Marginals()
    Marginals(design=Iid())
    """

    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "data-driven"

    def dims(self, view: View) -> int:
        """One uniform a column."""
        return len(view.names)

    def at(self, radius: float) -> Marginals:
        """It has no size."""
        raise NotApplicable(
            f"Marginals() has no radius (asked for {radius:g}): it is as wide as the background; "
            "judge with Gaussian() or Neighbours()"
        )

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Background values at the quantiles u."""
        return Cloud(x, redraw(u, view), np.zeros(len(view.names), dtype=bool))
