"""Models of other packages as a function of rows; it loads nothing and imports none of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from limelab.columns import in_order
from limelab.types import BadInput


def ready(model: Any) -> Any:
    """A model as the lab asks it: an estimator or a function of rows.

    Results of statsmodels get the columns that they were fitted on. A formula reads a frame by
    itself. Results of arrays or frames name their columns, of which "const" is made of ones where
    the data have none. A booster of xgboost's own interface is asked for its predictions, with the
    columns that it names.

    Examples
    --------
    >>> ready(abs) is abs
    True
    """
    if _is(model, "xgboost", "Booster"):
        return _Booster(model)
    names = getattr(getattr(model, "model", None), "exog_names", None)
    if names is None or not type(model).__module__.startswith("statsmodels."):
        return model
    if getattr(model.model, "formula", None) is not None:
        return _Formula(model)
    return _Columns(model, tuple(map(str, names)))


def _is(model: Any, package: str, name: str) -> bool:
    kind = type(model)
    return kind.__module__.partition(".")[0] == package and kind.__name__ == name


@dataclass(frozen=True, eq=False)
class _Booster:
    """A booster, which wants numbers in the order that it was fitted on."""

    booster: Any

    def __call__(self, rows: Any) -> Any:
        if isinstance(rows, pd.DataFrame):
            order = in_order(self.booster, rows.columns)
            rows = rows if order is None else rows[order]
        return self.booster.inplace_predict(np.asarray(rows), validate_features=False)


@dataclass(frozen=True, eq=False)
class _Formula:
    """Results of a formula: they make their own columns of a frame."""

    results: Any

    def __call__(self, rows: Any) -> Any:
        return np.asarray(self.results.predict(rows))


@dataclass(frozen=True, eq=False)
class _Columns:
    """Results that want the columns they were fitted on, in their order."""

    results: Any
    names: tuple[str, ...]

    def __call__(self, rows: pd.DataFrame) -> Any:
        whole = rows if "const" in rows.columns else rows.assign(const=1.0)
        missing = [name for name in self.names if name not in whole.columns]
        if missing:
            raise BadInput(
                f"the results were fitted on {list(self.names)}, and the data lack {missing}"
            )
        return np.asarray(self.results.predict(whole[list(self.names)]))
