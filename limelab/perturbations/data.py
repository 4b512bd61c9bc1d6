"""Data-driven perturbations: laws read off the background, free of x; no model, no state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from scipy.special import betaincinv

from limelab.numbers import positive
from limelab.perturbations.designs import Iid, check_design
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

    def __post_init__(self) -> None:
        check_design(self)

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


@dataclass(frozen=True)
class Rows:
    """Whole rows of the background: every point is real; a kernel makes it local.

    Parameters
    ----------
    design : Design, default Iid()

    Examples
    --------
    >>> Rows()
    Rows(design=Iid())
    """

    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "data-driven"

    def __post_init__(self) -> None:
        check_design(self)

    def dims(self, view: View) -> int:
        """Which row."""
        return 1

    def at(self, radius: float) -> Rows:
        """It has no size."""
        raise NotApplicable(
            f"Rows() has no radius (asked for {radius:g}): it is as wide as the background; "
            "judge with Gaussian() or Neighbours()"
        )

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Background rows, each as likely as another."""
        moves = view.background[(u[..., 0] * len(view.background)).astype(np.intp)]
        return Cloud(x, moves, np.zeros(len(view.names), dtype=bool))


@dataclass(frozen=True)
class Mixup:
    """Blends of x with random background rows, near or far.

    A sample is t x + (1 - t) row with t from Beta(a, b), the sampler of bLIMEy's tree (Sokol et
    al. 2019), whose Beta(2, 5) lies mostly near the rows. Categories, all of them together, stay
    x's with probability t (in bLIMEy they stay where t is small, the reverse of the numbers).

    Parameters
    ----------
    a, b : float, default 2 and 5
    design : Design, default Iid()

    Examples
    --------
    >>> Mixup()
    Mixup(a=2.0, b=5.0, design=Iid())
    """

    a: float = 2.0
    b: float = 5.0
    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "data-driven"

    def __post_init__(self) -> None:
        positive(self, "a")
        positive(self, "b")
        check_design(self)

    def dims(self, view: View) -> int:
        """Which row, how far, and whether the categories go along."""
        return 3

    def at(self, radius: float) -> Mixup:
        """It has no size."""
        raise NotApplicable(
            f"Mixup() has no radius (asked for {radius:g}): it reaches across the background; "
            "judge with Gaussian() or Neighbours()"
        )

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Blends for each instance; numbers are moves from x, categories are absolute."""
        numeric = ~view.categorical
        row = view.background[(u[..., 0] * len(view.background)).astype(np.intp)]
        t = betaincinv(self.a, self.b, u[..., 1:2])
        here = x[:, None, :]
        category = np.where(u[..., 2:3] < t, here, row)
        return Cloud(x, np.where(numeric, (1.0 - t) * (row - here), category), numeric)
