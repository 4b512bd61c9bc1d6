"""Real data that ship with installed packages, by name: no network, fits nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from limelab.datasets.aside import ASIDE
from limelab.datasets.base import BASE
from limelab.datasets.dataset import Dataset
from limelab.datasets.extra import EXTRA
from limelab.types import BadInput

_SETS: Final[Mapping[str, Callable[[str], Dataset]]] = {**BASE, **EXTRA, **ASIDE}


def names() -> tuple[str, ...]:
    """Names of all data sets, those of the extra `data` and of the side folder last.

    Examples
    --------
    >>> names()[:3]
    ('breast_cancer', 'wine', 'iris')
    """
    return tuple(_SETS)


def load(name: str) -> Dataset:
    """The data set of that name; each call returns its own copy of the values.

    Parameters
    ----------
    name : str
        One of `names()`.

    Returns
    -------
    dataset : Dataset

    Examples
    --------
    >>> grunfeld = load("grunfeld")
    >>> grunfeld.X.shape, grunfeld.categorical, grunfeld.kind
    ((220, 4), ('firm',), 'regression')
    """
    if name not in _SETS:
        known = ", ".join(names())
        raise BadInput(f"Got data set {name!r}, but expected one of: {known}.")
    kept = _load(name)
    return replace(kept, X=kept.X.copy(), y=kept.y.copy())


@cache
def _load(name: str) -> Dataset:
    return _SETS[name](name)
