"""A law for the auditor: the real rows nearest to x, as they are; no model, no state."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from limelab.numbers import count, positive
from limelab.perturbations import Iid
from limelab.types import Array, Cloud, Design, View


@dataclass(frozen=True)
class Nearby:
    """Whole rows of the background among those nearest to x; every point is real.

    Nearness is Euclidean in background standard deviations of the numbers; categories come as they
    are, so that they vary here as they do in a region of noise. Where all columns are categories,
    nearness counts those that differ.

    A model that behaves where points look made up, and not where they look real (Slack et al.
    2020), is seen as it is here.

    Parameters
    ----------
    share : float, default 0.1
        Share of the background that counts as near, in (0, 1].
    least : int, default 30
        Rows that it holds at least.
    design : Design, default Iid()

    Examples
    --------
    >>> from limelab.domains import Table
    >>> rows = np.arange(10.0)[:, None]
    >>> u = np.array([[[0.1], [0.9]]])
    >>> Nearby(0.2, least=1).cloud(u, rows[:1], Table(rows)).moves.tolist()
    [[[0.0], [1.0]]]
    """

    share: float = 0.1
    least: int = 30
    design: Design = field(default_factory=Iid)
    family: ClassVar[str] = "data-driven"

    def __post_init__(self) -> None:
        positive(self, "share", most=1.0)
        count(self, "least")

    def dims(self, view: View) -> int:
        """Which row."""
        return 1

    def at(self, radius: float) -> Nearby:
        """The same law with `radius` as its share."""
        return replace(self, share=radius)

    def cloud(self, u: Array, x: Array, view: View) -> Cloud:
        """Near rows, each as likely as another."""
        u = np.broadcast_to(u, (len(x), *u.shape[1:]))
        moves = np.empty((len(x), u.shape[1], x.shape[1]))
        for i, row in enumerate(x):
            near = self._near(row, view)
            moves[i] = near[(u[i, :, 0] * len(near)).astype(np.intp)]
        return Cloud(x, moves, np.zeros(x.shape[1], dtype=bool))

    def _near(self, row: Array, view: View) -> Array:
        """The nearest rows (m, d), nearest first, ties by lowest row."""
        rows, numbers = view.background, ~view.categorical
        if numbers.any():
            away = (rows - row)[:, numbers] / np.where(view.scale > 0, view.scale, 1.0)[numbers]
            distance = (away**2).sum(axis=1)
        else:
            distance = (rows != row).sum(axis=1)
        wanted = min(max(self.least, math.ceil(self.share * len(rows))), len(rows))
        return np.asarray(rows[np.argsort(distance, kind="stable")[:wanted]])
