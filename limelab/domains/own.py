"""What views of one document or picture share: columns of their own and no background rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar, TypeVar

import numpy as np

from limelab.types import Array, BadInput, Bools, NotApplicable

T = TypeVar("T")


class OwnColumns:
    """A view of one row; what a `View` says of a background declines with the reason.

    Parameters
    ----------
    names : sequence of str, length d
    key : bytes
        A hash of the row and of how it is cut into parts.
    """

    holds: ClassVar[str] = "presence"
    remedy: ClassVar[str] = "Dropout() or UniformCount() with Presence()"
    draws_fill: bool = False

    def __init__(self, names: Sequence[str], key: bytes) -> None:
        self._names, self._key = tuple(names), key
        self._known: dict[Hashable, Any] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parts or changes, length d."""
        return self._names

    @property
    def key(self) -> bytes:
        """A hash of the row and of how it is cut."""
        return self._key

    @property
    def categorical(self) -> Bools:
        """No column is a quantity of the data: all True, shape (d,)."""
        return np.ones(len(self.names), dtype=bool)

    @property
    def background(self) -> Array:
        """Declines: no other row has these columns."""
        raise self._declined()

    @property
    def mean(self) -> Array:
        """Declines, as `background`."""
        raise self._declined()

    @property
    def scale(self) -> Array:
        """Declines, as `background`."""
        raise self._declined()

    @property
    def ranges(self) -> Array:
        """From gone to there, (2, d)."""
        return np.repeat([[0.0], [1.0]], len(self.names), axis=1)

    @property
    def x(self) -> Array:
        """Everything is there, (1, d)."""
        return np.ones((1, len(self.names)))

    @property
    def examples(self) -> Array:
        """The row itself, and twice with every second part gone, (3, d)."""
        odd = np.arange(len(self.names)) % 2
        return np.stack([np.ones(len(odd)), odd, 1.0 - odd])

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` returns, computed at the first call under this key and kept."""
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]  # type: ignore[no-any-return]  # what is kept is what came

    def _declined(self) -> NotApplicable:
        what = "its parts, there or gone" if self.holds == "presence" else "strengths of changes"
        return NotApplicable(
            f"the columns of one document or picture are {what}: they have no background rows, "
            f"mean or scale; expected parts that need none; take {self.remedy}"
        )


def apart(names: Sequence[str]) -> tuple[str, ...]:
    """Names told apart by their place where one comes twice.

    Examples
    --------
    >>> apart(["so", "it", "so"])
    ('so [1]', 'it [2]', 'so [3]')
    >>> apart(["so", "it"])
    ('so', 'it')
    """
    if len(set(names)) == len(names):
        return tuple(names)
    return tuple(f"{name} [{place}]" for place, name in enumerate(names, start=1))


def numbered(rows: Any) -> tuple[Any, ...]:
    """Index labels of a pandas object, else 0, 1, ..."""
    index = getattr(rows, "index", None)
    return tuple(range(len(rows))) if index is None or callable(index) else tuple(index)


def refuse_alone(rows: Any, what: str, hint: str) -> None:
    """Refuse what has no length."""
    if not hasattr(rows, "__len__"):
        raise BadInput(f"rows came as {type(rows).__name__}; expected a list of {what}; {hint}")
