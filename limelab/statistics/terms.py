"""Causes as the levels of each row of a tidy table; it estimates nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from limelab.statistics.cells import listed, require
from limelab.types import Array, BadInput, Ints


@dataclass(frozen=True)
class Term:
    """One cause: the columns whose levels it combines, and the level of each row."""

    name: str
    parts: frozenset[str]
    codes: Ints

    @property
    def levels(self) -> int:
        """How many there are."""
        return int(self.codes.max()) + 1

    @property
    def indicator(self) -> Array:
        """Rows by levels: 1 where the row has the level."""
        made: Array = np.eye(self.levels)[self.codes]
        return made


def terms_of(
    table: pd.DataFrame, value: str, factors: Sequence[str]
) -> tuple[Array, list[Term], int]:
    """Values that are there, the causes of each, and how many rows had none."""
    if isinstance(factors, str) or not factors or len(set(factors)) < len(factors):
        raise BadInput(f"factors={factors!r} came; wanted distinct columns, such as ['instance'].")
    require(table, [value, *(part for name in factors for part in name.split(":"))])
    values = pd.to_numeric(table[value], errors="coerce").to_numpy(float)
    if np.isinf(values).any() or (np.isnan(values) & table[value].notna().to_numpy()).any():
        raise BadInput(f"column {value!r} holds {listed(table[value], 4)}; wanted finite numbers.")
    present = ~np.isnan(values)
    rows = table[present]
    terms = [_term(rows, name) for name in factors]
    for one in terms:
        if one.levels < 2 or one.levels >= len(rows):
            raise BadInput(
                f"factor {one.name!r} has {one.levels} levels in {len(rows)} rows; wanted at least "
                "2 levels, and several rows of some. Leave it out."
            )
    return values[present], terms, int((~present).sum())


def _term(rows: pd.DataFrame, name: str) -> Term:
    parts = name.split(":")
    codes = rows.groupby(parts, sort=False, dropna=False).ngroup().to_numpy()
    return Term(name, frozenset(parts), codes.astype(np.intp))
