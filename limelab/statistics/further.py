"""Further columns for a comparison, each under a name of its own; it changes none of the others.

Tests and sizes of effects take data sets as independent units, so they stand in rows of the scope
"in general" alone: instances explained from one block of draws are not independent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from limelab.statistics.data_sets import Clusters
from limelab.statistics.effects import Effect, rank_biserial, standardized, superiority
from limelab.statistics.estimates import IN_GENERAL, Intervals
from limelab.statistics.multiplicity import holm
from limelab.statistics.paired import sign_flip, wilcoxon
from limelab.statistics.reachable import reach, smallest_p
from limelab.statistics.tost import equivalence
from limelab.types import Array, BadInput

EFFECTS: dict[str, Callable[..., Effect]] = {
    "standardized": standardized,
    "superiority": superiority,
    "rank_biserial": rank_biserial,
}
TESTS = ("sign_flip", "wilcoxon")
FURTHER = (*TESTS, *EFFECTS, "equivalence")


@dataclass(frozen=True)
class Asked:
    """Which further columns, and what they need.

    Attributes
    ----------
    names : tuple of str
        Any of `FURTHER`.
    margin : float, optional
        Of equivalence, fixed beforehand.
    level : float
    rng : Generator
        Of the signs, above 16 data sets.
    """

    names: tuple[str, ...]
    margin: float | None
    level: float
    rng: np.random.Generator

    def __post_init__(self) -> None:
        """Refuse names that are unknown, and a margin that is missing or serves nothing."""
        unknown = [name for name in self.names if name not in FURTHER]
        if unknown:
            raise BadInput(f"further={self.names!r} came; wanted any of {', '.join(FURTHER)}.")
        if ("equivalence" in self.names) != (self.margin is not None):
            raise BadInput(
                f"margin={self.margin!r} came with further={self.names!r}; equivalence takes a "
                "margin in the units of the metric, and nothing else does. Give both or neither."
            )


def with_further(rows: pd.DataFrame, members: Sequence[Intervals], asked: Asked) -> pd.DataFrame:
    """The rows of a comparison with the columns asked for, their sentences longer by what they say.

    Parameters
    ----------
    rows : DataFrame
        With `scope` and `sentence`, one row for each member.
    members : sequence of Crossed or Clusters
    asked : Asked

    Returns
    -------
    DataFrame
        Added by name: p_sign_flip and p_sign_flip_holm; p_wilcoxon and p_wilcoxon_holm;
        standardized, superiority, rank_biserial, each with ..._low and ..._high; p_equivalence.
    """
    if rows.empty:  # fewer than two conditions
        return rows
    made = [_columns(member, asked) for member in members]
    found = pd.concat([rows, pd.DataFrame([one for one, _ in made], index=rows.index)], axis=1)
    in_general = (found["scope"] == IN_GENERAL).to_numpy()
    for test in (name for name in TESTS if name in asked.names):
        corrected = np.full(len(found), np.nan)
        corrected[in_general] = holm(found.loc[in_general, f"p_{test}"].to_numpy(float))
        found.insert(list(found).index(f"p_{test}") + 1, f"p_{test}_holm", corrected)
    pairs = int(in_general.sum())
    told = [_told(one, said, asked, pairs) for one, (_, said) in zip(members, made, strict=True)]
    whole = zip(found["sentence"], told, strict=True)
    return found.assign(sentence=[" ".join([first, *more]) for first, more in whole])


def _columns(member: Intervals, asked: Asked) -> tuple[dict[str, float], list[str]]:
    """Values by column, and sentences, of one row."""
    values: dict[str, float] = {}
    sentences: list[str] = []
    means = member.means if isinstance(member, Clusters) else np.empty(0)
    for name in asked.names:
        if name in TESTS:
            values[f"p_{name}"] = _test(name, means, asked.rng)
        elif name in EFFECTS:
            effect = EFFECTS[name](means, level=asked.level)
            ends = {name: effect.estimate, f"{name}_low": effect.low, f"{name}_high": effect.high}
            values |= ends
            sentences += [effect.sentence] if isinstance(member, Clusters) else []
        elif asked.margin is not None:
            equal = equivalence(member, asked.margin, alpha=1 - asked.level)
            values["p_equivalence"] = equal.p
            sentences.append(equal.sentence)
    return values, sentences


def _test(name: str, means: Array, rng: np.random.Generator) -> float:
    return (sign_flip(means, rng=rng) if name == "sign_flip" else wilcoxon(means)).p


def _told(member: Intervals, sentences: list[str], asked: Asked, pairs: int) -> list[str]:
    """What a reader must know of a row beside its sentences."""
    named = [name for name in asked.names if name != "equivalence"]
    if not isinstance(member, Clusters):
        notes = [f"For {', '.join(named)} see the row in general."] if named else []
        return [*notes, *sentences]
    n, alpha = member.means.size, 1 - asked.level
    blunt = smallest_p(n) * pairs > alpha and set(TESTS) & set(named)
    return [*([reach(n, comparisons=pairs, alpha=alpha)] if blunt else []), *sentences]
