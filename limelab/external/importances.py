"""scikit-learn's own importance of a tree model, given to every row; it asks nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from limelab.external.asked import asked
from limelab.types import Array, NotApplicable


@dataclass(frozen=True)
class Impurity:
    """A tree model's own ``feature_importances_`` for every row and output; it asks nothing.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> rows = np.array([[-1.0, 0.0], [1.0, 0.0]])
    >>> stump = DecisionTreeRegressor().fit(rows, [0.0, 1.0])
    >>> Impurity().explain(stump, rows, rows[:1]).ravel().tolist()
    [1.0, 0.0]
    """

    takes_domain = True

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        """Mean decrease in impurity, shape (I, k, C), the same in every row.

        Raises
        ------
        NotApplicable
            A model without ``feature_importances_``, or one of other columns than the table's.
        """
        given = asked(predict, background, rows)
        found = getattr(given.model, "feature_importances_", None)
        if found is None:
            raise NotApplicable(f"{type(given.model).__name__} has no feature_importances_")
        if not given.plain or len(found) != given.x.shape[1]:
            raise NotApplicable(
                f"the model has {len(found)} columns of its own; the table has {given.x.shape[1]}"
            )
        shape = (len(given.x), len(found), len(given.box.outputs))
        return np.array(np.broadcast_to(np.asarray(found, float)[None, :, None], shape))
