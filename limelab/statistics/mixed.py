"""Conditions compared by a mixed model with crossed random effects; it averages nothing away.

Each factor may shift all conditions alike and each condition by itself, so that a difference is
measured against what varies with instances and with repeats, not against single cells.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from limelab.statistics.data_sets import t_p
from limelab.statistics.estimates import Estimate
from limelab.statistics.multiplicity import holm, simultaneous
from limelab.statistics.outcomes import check_level
from limelab.statistics.reml import Fit, MixedModel
from limelab.statistics.terms import Term, terms_of
from limelab.types import Array

MIXED_COLUMNS = ("a", "b", "difference", "low", "high", "p", "p_holm", "dof", "note", "sentence")


@dataclass(frozen=True)
class Studentized:
    """An estimate over its standard error, read by Student's t at any level."""

    estimate: float
    error: float
    dof: int
    note: str = ""

    def at(self, level: float) -> Estimate:
        """The estimate with its t interval of this level."""
        width = float(stats.t.isf((1 - level) / 2, self.dof)) * self.error
        low, high = self.estimate - width, self.estimate + width
        return Estimate(self.estimate, low, high, self.against(0.0), note=self.note)

    def against(self, value: float) -> float:
        """Two-sided p of the hypothesis that the difference is `value`."""
        return t_p(self.estimate - value, self.error, self.dof)


def mixed_model(
    table: pd.DataFrame,
    value: str,
    *,
    condition: str = "condition",
    factors: Sequence[str] = ("instance", "repeat"),
    level: float = 0.95,
) -> pd.DataFrame:
    """All pairs of conditions on one task, whatever cells are missing.

    value = condition + for each factor (level + level within condition) + residual, fitted by
    restricted maximum likelihood. Student's t has one degree of freedom less than the fewest
    levels of a factor that acts on the difference.

    Parameters
    ----------
    table : DataFrame
        Tidy, one value a row, of one task: scope "on these tasks". Rows without a value are left
        out and counted.
    value, condition : str
        Columns.
    factors : sequence of str
        Crossed random factors, such as instance and repeat.
    level : float
        Of the family of pairs: intervals and p_holm carry Holm's correction, p does not.

    Returns
    -------
    DataFrame
        a, b, difference (a less b), low, high, p, p_holm, dof, note, sentence.

    Notes
    -----
    Barr, Levy, Scheepers and Tily 2013 on random effects of each factor within conditions.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> table = pd.MultiIndex.from_product([range(9), range(5), list("AB")],
    ...                                    names=["instance", "repeat", "condition"])
    >>> table = table.to_frame(index=False)
    >>> table["value"] = (table["condition"] == "B") + 0.3 * rng.normal(size=90)
    >>> found = mixed_model(table, "value")
    >>> bool(found["low"][0] < -1 < found["high"][0])
    True
    """
    check_level(level, "mixed_model")
    crossed = [f"{factor}:{condition}" for factor in factors]
    values, terms, n_missing = terms_of(table, value, [condition, *factors, *crossed])
    fixed, mains, acting = terms[0], terms[1 : len(factors) + 1], terms[len(factors) + 1 :]
    scale = float(values.std()) or 1.0
    blocks = [term.indicator for term in [*mains, *acting]]
    fit = MixedModel((values - values.mean()) / scale, fixed.indicator, blocks).fit()
    note = "; ".join(
        filter(None, [
            f"{n_missing} rows without a value left out" if n_missing else "",
            "" if fit.converged else "the likelihood did not converge",
        ])
    )  # fmt: skip
    dof = _degrees(fit, mains, len(values) - len(fit.coef))
    pairs = list(itertools.combinations(range(fixed.levels), 2))
    family = [_pair(fit, pair, scale, dof, note) for pair in pairs]
    names = list(pd.unique(table.loc[table[value].notna(), condition]))
    return _table(family, [(names[i], names[j]) for i, j in pairs], value, level)


def _degrees(fit: Fit, mains: Sequence[Term], residual: int) -> int:
    """One less than the fewest levels of a factor that acts on differences; else the residual's."""
    acting = fit.variances[len(mains) : 2 * len(mains)]
    levels = [main.levels - 1 for main, variance in zip(mains, acting, strict=True) if variance > 0]
    return min(levels, default=residual)


def _pair(fit: Fit, pair: tuple[int, int], scale: float, dof: int, note: str) -> Studentized:
    contrast: Array = np.zeros(len(fit.coef))
    contrast[list(pair)] = 1.0, -1.0
    variance = float(contrast @ fit.covariance @ contrast)
    return Studentized(float(contrast @ fit.coef) * scale, scale * variance**0.5, dof, note)


def _table(
    family: Sequence[Studentized], labels: Sequence[tuple[Any, Any]], value: str, level: float
) -> pd.DataFrame:
    found = simultaneous(family, level=level)
    corrected = holm(np.array([one.p for one in found]))
    rows = [
        (*pair, one.estimate, one.low, one.high, one.p, p, made.dof, one.note,
         _sentence(one, pair, value))
        for pair, one, p, made in zip(labels, found, corrected, family, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(MIXED_COLUMNS))


def _sentence(one: Estimate, pair: tuple[Any, Any], value: str) -> str:
    a, b = pair
    told = f"difference {one.estimate:.3g}, interval {one.low:.3g} to {one.high:.3g}"
    told = "; ".join(filter(None, [told, one.note]))
    if one.low <= 0 <= one.high:
        return f"On this task, no difference in {value} between {a} and {b} was shown ({told})."
    word = "lower" if one.estimate < 0 else "higher"
    return f"On this task, {a} has a {word} {value} than {b} ({told})."
