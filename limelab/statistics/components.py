"""How much of a variance each cause holds: crossed effects with intervals; it asks no model.

Estimates are those of restricted maximum likelihood. Intervals are generalized
confidence intervals: the sums of squares of the analysis of variance are redrawn from their
chi-square laws, which holds with few levels too, where a refit's percentiles do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from limelab.statistics.outcomes import check_level
from limelab.statistics.reml import MixedModel
from limelab.statistics.terms import Term, terms_of
from limelab.types import Array, BadInput

COMPONENT_COLUMNS = (
    *("cause", "levels", "variance", "low", "high"),
    *("share", "share_low", "share_high", "note", "sentence"),
)
RESIDUAL = "residual"


def variance_components(
    table: pd.DataFrame,
    value: str,
    factors: Sequence[str],
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    n_draws: int = 9999,
) -> pd.DataFrame:
    """How much of the variance of a column each cause holds.

    The causes are crossed random effects with a common mean: value = mean + one effect for each
    level of each factor + what is left.

    Parameters
    ----------
    table : DataFrame
        Tidy, one value a row; rows without a value are left out and counted.
    value : str
        A numeric column, such as `importance`.
    factors : sequence of str
        Columns, or `"instance:seed"` for what a pair of them does beyond each alone. A cause that
        is not named here goes to `residual`.
    rng : Generator
        Of the intervals.
    level : float
    n_draws : int

    Returns
    -------
    DataFrame
        One row a cause and one for `residual`: cause, levels, variance, low, high (squared units
        of the value), share, share_low, share_high (of the sum), note, sentence. A cause for which
        the least possible variance fits best has variance 0, and its note says so.

    Notes
    -----
    Patterson and Thompson 1971 (REML); Henderson 1953, method III; Weerahandi 1993 (generalized
    intervals). With cells missing the sums of squares are only nearly independent chi-squares.
    Where no cause is shown to hold anything, the share of `residual` reaches up to 1. At 95 % the
    intervals held the truth in 93 to 99 % of simulations with 8 levels by 6, whole or with a
    quarter of the cells missing.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> table = pd.MultiIndex.from_product([range(8), range(6)], names=["row", "seed"])
    >>> table = table.to_frame(index=False)
    >>> table["value"] = 3.0 * rng.normal(size=8)[table["row"]] + rng.normal(size=48)
    >>> found = variance_components(table, "value", ["row", "seed"], rng=rng)
    >>> found["cause"].tolist(), bool(found["share"][0] > 0.6)
    (['row', 'seed', 'residual'], True)
    """
    check_level(level, "variance_components")
    values, terms, n_missing = terms_of(table, value, factors)
    scale = float(values.std())
    if scale == 0:
        raise BadInput(f"column {value!r} does not vary; there is no variance to split.")
    standard = (values - values.mean()) / scale
    squares = mean_squares(standard, terms)
    drawn = drawn_variances(squares, rng, n_draws) * scale**2
    estimate, note = _reml(standard, terms)
    return shares_table(terms, estimate * scale**2, drawn, level, _notes(n_missing, note))


@dataclass(frozen=True, eq=False)
class Squares:
    """Mean squares (K + 1,), their degrees of freedom, and what they expect of the variances."""

    mean: Array
    dof: Array
    expected: Array


def mean_squares(values: Array, terms: Sequence[Term]) -> Squares:
    """Henderson's method III: each cause adjusted for all that do not contain it.

    Its expectation then holds its own variance, those of causes that contain it, and the residual.
    """
    k = len(terms)
    means, dofs, expected = np.empty(k + 1), np.empty(k + 1), np.zeros((k + 1, k + 1))
    for place, term in enumerate(terms):
        others = [one for one in terms if one is not term and not term.parts < one.parts]
        base, whole = _basis(others, len(values)), _basis([*others, term], len(values))
        dofs[place] = whole.shape[1] - base.shape[1]
        if dofs[place] == 0:
            raise BadInput(
                f"the levels of {term.name!r} follow from those of the other factors; their "
                "variances cannot be told apart. Leave one out."
            )
        means[place] = (_length(whole, values) - _length(base, values)) / dofs[place]
        expected[place] = [
            *((_length(whole, z) - _length(base, z)) / dofs[place] for z in _indicators(terms)), 1.0
        ]  # fmt: skip
    basis = _basis(terms, len(values))
    dofs[k] = len(values) - basis.shape[1]
    if dofs[k] == 0:
        raise BadInput("the factors explain every row; nothing is left for the residual. Drop one.")
    means[k] = ((values**2).sum() - _length(basis, values)) / dofs[k]
    expected[k, k] = 1.0
    return Squares(means, dofs, expected)


def _indicators(terms: Sequence[Term]) -> list[Array]:
    return [term.indicator for term in terms]


def _basis(terms: Sequence[Term], n: int) -> Array:
    """An orthonormal basis of the constant and the indicators of the terms."""
    columns = np.hstack([np.full((n, 1), 1.0), *_indicators(terms)])
    left, size, _ = np.linalg.svd(columns, full_matrices=False)
    basis: Array = left[:, size > 1e-10 * size[0]]
    return basis


def _length(basis: Array, columns: Array) -> float:
    """Squared length of the projections of columns."""
    return float(((basis.T @ columns) ** 2).sum())


def drawn_variances(squares: Squares, rng: np.random.Generator, n_draws: int) -> Array:
    """Variances (B, K + 1) under redrawn mean squares; those below 0 are 0."""
    chi = rng.chisquare(squares.dof, size=(n_draws, squares.dof.size))
    redrawn = squares.mean * squares.dof / chi
    solved = np.linalg.solve(squares.expected, redrawn.T).T
    variances: Array = np.maximum(solved, 0.0)
    return variances


def _reml(values: Array, terms: Sequence[Term]) -> tuple[Array, str]:
    """Variances (K + 1,) by restricted maximum likelihood, and a note where it did not converge."""
    fit = MixedModel(values, np.ones((len(values), 1)), [term.indicator for term in terms]).fit()
    return fit.variances, "" if fit.converged else "the likelihood did not converge"


def _notes(n_missing: int, note: str) -> str:
    missing = f"{n_missing} rows without a value left out" if n_missing else ""
    return "; ".join(filter(None, [missing, note]))


def _intervals(drawn: Array, level: float) -> tuple[Array, Array]:
    """Ends (2, K + 1) of the variances and of their shares."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    ends = np.quantile(drawn, tails, axis=0)
    shares = np.quantile(drawn / drawn.sum(axis=1, keepdims=True), tails, axis=0)
    if not ends[0, :-1].any():  # every cause may hold nothing, and then the residual holds all
        shares[1, -1] = 1.0
    return ends, shares


def shares_table(
    terms: Sequence[Term], estimate: Array, drawn: Array, level: float, note: str = ""
) -> pd.DataFrame:
    """Variances (K + 1,) and redrawn ones (B, K + 1) as rows, the residual last."""
    ends, shares = _intervals(drawn, level)
    rows = []
    for place, cause in enumerate([*(term.name for term in terms), RESIDUAL]):
        levels = terms[place].levels if place < len(terms) else 0
        variance, share = estimate[place], estimate[place] / estimate.sum()
        zero = "no variance beyond what the others explain: 0 fits best" if variance == 0 else ""
        told = "; ".join(filter(None, [zero, note]))
        between = (share, shares[0, place], shares[1, place])
        sentence = _sentence(cause, between, told)
        rows.append((cause, levels, variance, *ends[:, place], *between, told, sentence))
    return pd.DataFrame(rows, columns=list(COMPONENT_COLUMNS))


def _sentence(cause: str, share: tuple[float, float, float], note: str) -> str:
    middle, low, high = (f"{100 * part:.0f}" for part in share)
    who = "What no named cause explains" if cause == RESIDUAL else f"The {cause}"
    told = f" ({note})" if note else ""
    return f"{who} holds {middle} % of the variance, interval {low} to {high} %{told}."
