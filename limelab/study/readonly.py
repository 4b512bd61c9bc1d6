"""Values whose arrays cannot be written to, for what somebody else's code reads; it copies none."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


def read_only(value: T) -> T:
    """The same value with read-only views of its arrays, also of those inside.

    Dataclasses, tuples and mappings are walked through and made anew; all else is handed on as it
    is. The value and its arrays stay as they were.

    Examples
    --------
    >>> mine = np.ones(3)
    >>> seen = read_only({"importance": mine})["importance"]
    >>> seen.flags.writeable, mine.flags.writeable, np.shares_memory(seen, mine)
    (False, True, True)
    """
    made: Any = value
    if isinstance(value, np.ndarray):
        made = value.view()
        made.flags.writeable = False
    elif type(made) is tuple:
        made = tuple(read_only(one) for one in made)
    elif isinstance(value, Mapping):
        made = {key: read_only(one) for key, one in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        made = copy(value)
        for entry in fields(value):
            object.__setattr__(made, entry.name, read_only(getattr(value, entry.name)))
    return made  # type: ignore[no-any-return]
