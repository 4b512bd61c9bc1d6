"""A table whose rows were drawn again from its own, with the same columns and codes; no model."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from limelab.domains import Table
from limelab.types import Array, Bools, Ints, Objects

T = TypeVar("T")


class Resampled:
    """A bootstrap of a background, with all that parts ask of a table.

    Categories keep their codes where a level is no longer among the rows, and declared groups stay
    declared, so that the rows to be explained can be encoded as before.

    Parameters
    ----------
    table : Table
    order : int array of shape (n,)
        Which rows it is made of.

    Examples
    --------
    >>> again = Resampled(Table(np.array([[1.0], [2.0], [9.0]])), np.array([1, 1, 2]))
    >>> again.background.ravel().tolist(), float(again.mean[0].round(2))
    ([2.0, 2.0, 9.0], 4.33)
    """

    def __init__(self, table: Table, order: Ints) -> None:
        self._table, self._order = table, order
        self._known: dict[Hashable, Any] = {}
        self.background: Array = table.background[order]
        constant = (self.background == self.background[:1]).all(axis=0)
        number = ~table.categorical
        self.mean: Array = np.where(number, self.background.mean(axis=0), 0.0)
        deviation = np.where(constant, 0.0, self.background.std(axis=0))
        self.scale: Array = np.where(number, deviation, 0.0)

    @property
    def names(self) -> tuple[str, ...]:
        """Those of the table."""
        return self._table.names

    @property
    def categorical(self) -> Bools:
        """Those of the table."""
        return self._table.categorical

    @property
    def target(self) -> Any:
        """The target of each row that was drawn, or None."""
        known = self._table.target
        return None if known is None else known[self._order]

    @property
    def frame(self) -> Any:
        """The rows as they came."""
        whole = self._table.frame
        return whole.iloc[self._order] if isinstance(whole, pd.DataFrame) else whole[self._order]

    @property
    def fingerprint(self) -> str:
        """That of the table and the order."""
        return f"{self._table.fingerprint} {self._order.tolist()}"

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` returns, computed at the first call under this key and kept."""
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]  # type: ignore[no-any-return]  # what is kept is what came

    def encode(self, rows: Any) -> Array:
        """Raw rows as points, by the table's codes."""
        return self._table.encode(rows)

    def labels(self, rows: Any) -> tuple[Any, ...]:
        """Those of the table."""
        return self._table.labels(rows)

    def views(self, rows: Any) -> list[tuple[Resampled, list[int]]]:
        """It is its own view."""
        return [(self, list(range(len(rows))))]

    def decode(self, points: Array) -> Any:
        """Points as the model's input."""
        return self._table.decode(points)

    def values(self, x: Array) -> Objects:
        """Encoded rows as numbers and labels."""
        return self._table.values(x)
