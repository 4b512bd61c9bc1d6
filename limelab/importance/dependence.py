"""How well each feature is told by the others, before any is permuted; it fits forests."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from limelab.seeds import child
from limelab.types import BadInput

FEWEST_TREES = 30  # with fewer some rows are in every bootstrap and have no prediction
FEWEST_ROWS = 10


def dependence(X: pd.DataFrame, *, trees: int = 50, seed: int = 0) -> pd.DataFrame:
    """Out-of-bag R squared of a forest that predicts each column from all the others.

    The dependence table of Parr, Turgutlu, Csiszar and Howard 2018. Near 1 the column says what
    others say too: permuting it asks the model about rows that cannot be, and hides what they
    share. At or below 0 the others tell nothing of it.

    Parameters
    ----------
    X : DataFrame of numbers, shape (n, d)
        Categories as codes; a column of codes is predicted as a number.
    trees : int
    seed : int

    Returns
    -------
    DataFrame, one row a column, most dependent first
        Index `feature`; `dependence`, `told_by` (the other column with the largest impurity
        importance) and `share` (that importance, of 1). NaN and "" for a constant column.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(200, 2))
    >>> X = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "twin of a": x[:, 0]})
    >>> table = dependence(X, trees=30)
    >>> table["dependence"].round(1).to_dict()["a"], table["told_by"]["a"]
    (1.0, 'twin of a')
    """
    _check(X, trees)
    rows = [_of(X, name, trees, child(seed, "dependence", j) % 2**31) for j, name in enumerate(X)]
    columns = ["feature", "dependence", "told_by", "share"]
    table = pd.DataFrame(rows, columns=columns).set_index("feature")
    return table.sort_values("dependence", ascending=False, kind="stable", na_position="last")


def _check(X: pd.DataFrame, trees: int) -> None:
    text = [name for name in X if not pd.api.types.is_numeric_dtype(X[name])]
    if text:
        raise BadInput(f"column {text[0]!r} holds {X[text[0]].dtype}; give numbers, or codes")
    if X.shape[1] < 2 or len(X) < FEWEST_ROWS:
        raise BadInput(f"got {X.shape}; wanted at least 2 columns and {FEWEST_ROWS} rows")
    if trees < FEWEST_TREES:
        raise BadInput(f"trees={trees!r} came; wanted at least {FEWEST_TREES}")


def _of(
    X: pd.DataFrame, name: object, trees: int, seed: int
) -> tuple[object, float, object, float]:
    rest, y = X.drop(columns=[name]), X[name].to_numpy(dtype=float)
    if np.ptp(y) == 0:
        return name, float("nan"), "", float("nan")
    # all columns at every split: with a share of them the published figures are not met
    forest = RandomForestRegressor(
        n_estimators=trees, max_features=1.0, oob_score=True, random_state=seed, n_jobs=1
    ).fit(rest.to_numpy(dtype=float), y)
    best = int(np.argmax(forest.feature_importances_))
    return name, forest.oob_score_, rest.columns[best], float(forest.feature_importances_[best])
