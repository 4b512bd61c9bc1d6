"""How much each cause moves whole profiles of numbers, all columns together; it asks no model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from limelab.statistics.components import drawn_variances, mean_squares, shares_table
from limelab.statistics.outcomes import check_level
from limelab.statistics.terms import terms_of
from limelab.types import Array, BadInput


def profile_components(
    profiles: Array,
    levels: pd.DataFrame,
    factors: Sequence[str],
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    n_draws: int = 9999,
) -> pd.DataFrame:
    """Variance components of many columns that the same causes move, averaged over the columns.

    Each column is split as in `variance_components` (its own mean, one effect for each level of
    each factor, what is left), all with the same design.

    Parameters
    ----------
    profiles : array of shape (n, m)
        One profile a row, such as the importances of all features in one explanation.
    levels : DataFrame of n rows
        The level of every factor in each.
    factors : sequence of str
        Columns of `levels`.
    rng : Generator
        Of the intervals.
    level : float
    n_draws : int

    Returns
    -------
    DataFrame
        As `variance_components` gives it; variances are means over columns.

    Notes
    -----
    Mean squares (Henderson 1953, method III) are averaged over columns and solved for variances,
    those below 0 set to 0. Columns are not independent, for one refitted model moves all of them,
    so intervals take the degrees of freedom of a single column: they are too wide where columns
    move independently, never too narrow for their number.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> levels = pd.MultiIndex.from_product([range(6), range(5)], names=["model", "draw"])
    >>> levels = levels.to_frame(index=False)
    >>> profiles = rng.normal(size=(6, 40))[levels["model"]] + 0.1 * rng.normal(size=(30, 40))
    >>> found = profile_components(profiles, levels, ["model", "draw"], rng=rng)
    >>> found["share"].round(2).tolist()
    [0.99, 0.0, 0.01]
    """
    check_level(level, "profile_components")
    profiles = np.asarray(profiles, dtype=float)
    if profiles.ndim != 2 or profiles.shape[0] != len(levels) or not profiles.size:
        raise BadInput(
            f"profiles of shape {profiles.shape} came with levels of {len(levels)} rows; wanted "
            "one row of numbers for each row of levels."
        )
    if not np.isfinite(profiles).all():
        raise BadInput("a profile holds NaN or infinity; leave out the columns that have any.")
    rows = levels[list(factors)].assign(**{_PLACE: np.arange(len(levels), dtype=float)})
    _, terms, _ = terms_of(rows, _PLACE, factors)
    size = float(np.sqrt(profiles.var(axis=0).mean()))
    if size == 0:
        raise BadInput("no column of the profiles varies; there is no variance to split.")
    standard = (profiles - profiles.mean(axis=0)) / (size * np.sqrt(profiles.shape[1]))
    squares = mean_squares(standard, terms)
    estimate = np.maximum(np.linalg.solve(squares.expected, squares.mean), 0.0)
    drawn = drawn_variances(squares, rng, n_draws)
    return shares_table(terms, estimate * size**2, drawn * size**2, level)


_PLACE = "place of the row"
