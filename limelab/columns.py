"""The columns that a model names, found among those of a table; it asks no model, reads no file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from limelab.types import BadInput

# What some estimators hold, whose names they repeat: the first of those that are there.
_INSIDE = ("best_estimator_", "estimator")
_LISTS = ("steps", "estimators_")
_UNNAMED = re.compile(r"Column_\d+")  # what LightGBM calls the columns of an array


def names_of(model: Any) -> tuple[str, ...] | None:
    """Names of the columns that a model was fitted on, as it spells them; None where it has none.

    Estimators say them as ``feature_names_in_``, boosters of LightGBM and xgboost in their own way.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> import pandas as pd
    >>> names_of(LinearRegression().fit(pd.DataFrame({"b": [1.0], "a": [2.0]}), [1.0]))
    ('b', 'a')
    >>> names_of(abs) is None
    True
    """
    names = getattr(model, "feature_names_in_", None)
    if names is None and _made_by(model, "lightgbm") and hasattr(model, "feature_name"):
        names = model.feature_name()
    if names is None and _made_by(model, "xgboost"):
        names = getattr(model, "feature_names", None)
    if names is None or all(_UNNAMED.fullmatch(str(name)) for name in names):
        return None
    return tuple(map(str, names))


def places_of(model: Any, columns: Iterable[Any]) -> list[list[Any]] | None:
    """For each name of a model the columns that it may mean, most often one; None without names.

    LightGBM writes "_" for a space, so that its "my_age" may mean two columns.
    """
    names, there = names_of(model), list(columns)
    if names is None:
        return None
    exact = {str(column): [column] for column in there}
    spelled: dict[str, list[Any]] = {}
    for column in there:
        spelled.setdefault(str(column).replace(" ", "_"), []).append(column)
    first, second = (spelled, exact) if _writes_underscores(model) else (exact, spelled)
    return [first.get(name) or second.get(name, []) for name in names]


def in_order(model: Any, columns: Iterable[Any]) -> list[Any] | None:
    """Columns of a table in the order of the model; None where they stay as they are.

    LightGBM and xgboost's own boosters answer whatever comes, by position: they are the ones for
    which columns are also left out, and a missing one is refused. Others look for themselves.

    Raises
    ------
    BadInput
        A booster lacks a column, or a name may mean several.
    """
    there = list(columns)
    places = places_of(model, there)
    blind = _made_by(model, "lightgbm") or _made_by(model, "xgboost")
    if places is None or not (blind or (all(places) and len(places) == len(there))):
        return None
    found = one_each(model, places, f"the table (columns {some(there)})")
    return None if found == there else found


def one_each(model: Any, places: Sequence[Sequence[Any]], where: str) -> list[Any]:
    """The one column that each name of a model means.

    Raises
    ------
    BadInput
        Names without a column, or with several.
    """
    names = names_of(model) or ()
    missing = [name for name, found in zip(names, places, strict=True) if not found]
    if missing:
        raise BadInput(f"{where} lacks {some(missing)}, on which the model was fitted")
    for name, found in zip(names, places, strict=True):
        if len(found) > 1:
            raise BadInput(
                f"the model was fitted on {name!r}, which may be any of {some(found)} of {where}: "
                'LightGBM writes "_" for a space; leave out or rename those that are not meant'
            )
    return [found[0] for found in places]


def some(names: Iterable[Any], most: int = 8) -> str:
    """The first few of many names, and how many there are more.

    Examples
    --------
    >>> some(["a", "b", "c"], most=2)
    "'a', 'b' and 1 more"
    """
    told = [repr(str(name)) for name in names]
    more = f" and {len(told) - most} more" if len(told) > most else ""
    return ", ".join(told[:most]) + more


def _writes_underscores(model: Any) -> bool:
    """Whether its names are LightGBM's, of a model or of one inside."""
    while not _made_by(model, "lightgbm"):
        inner = _inner(model)
        if inner is None:
            return False
        model = inner
    return True


def _inner(model: Any) -> Any:
    """The estimator inside another one, or None."""
    for name in _LISTS:
        held = getattr(model, name, None)
        if isinstance(held, list) and held:
            return held[0][1] if isinstance(held[0], tuple) else held[0]
    return next((getattr(model, n) for n in _INSIDE if getattr(model, n, None) is not None), None)


def _made_by(model: Any, package: str) -> bool:
    """Whether a model is of a class of the package, or derives from one."""
    return any(kind.__module__.partition(".")[0] == package for kind in type(model).__mro__)
