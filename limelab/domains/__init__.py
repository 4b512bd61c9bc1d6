"""The rooms of the data, one a modality; they know their raw objects and nothing of the lab."""

from __future__ import annotations

from typing import Any

import pandas as pd

from limelab.domains.table import Table
from limelab.types import Domain

__all__ = ["Table", "infer"]


def infer(background: Any) -> Domain:
    """The domain of raw data: a Domain as it is, a DataFrame or a 2-D array as a Table.

    Examples
    --------
    >>> infer([[1.0, 2.0], [3.0, 5.0]])
    Table(2 rows, 2 features, 0 categorical)
    """
    verbs = hasattr(background, "encode") and hasattr(background, "views")
    if verbs and not isinstance(background, pd.DataFrame):  # whose columns are attributes too
        return background  # type: ignore[no-any-return]  # it has the verbs of a Domain
    return Table(background)
