"""What failed in a run, one line a cause; it reads the failures of a manifest and judges none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from limelab.study.running import called

MOST_NAMED = 5  # tasks of a cause
FIT_ON_NUMBERS = (
    "the model cannot be fitted on columns of text: encode them in a pipeline, such as "
    "make_pipeline(make_column_transformer((OrdinalEncoder(), columns), remainder='passthrough'), "
    "model) or with OneHotEncoder, or take one of limelab.models, which do"
)
# As numpy and pandas, scikit-learn, XGBoost and LightGBM say it.
_TEXT = re.compile(
    "cannot cast (str|string|object) dtype|could not convert string to float|"
    "dtypes for data must be int|dtypes must be int, float or bool",
    re.IGNORECASE,
)
_AFTER_FITS = frozenset({"scores", "pooled", "summary", "bound"})


def failed_lines(failures: Sequence[Mapping[str, Any]]) -> list[str]:
    r"""A line a cause: how many blocks, of which tasks; and what to do where that is known.

    Parameters
    ----------
    failures : sequence of mapping
        task, what, kind and error, as in a manifest.

    Examples
    --------
    >>> said = "ValueError: no such model (at own.py:7)"
    >>> block = {"task": "iris / own", "what": "facts", "kind": "facts", "error": said}
    >>> failed_lines([block])
    ['failed: iris / own, facts: ValueError: no such model (at own.py:7)']
    >>> failed_lines([block, {**block, "what": "judge"}, {**block, "task": "wine / own"}])
    ['failed: 3 blocks of iris / own, wine / own: ValueError: no such model (at own.py:7)']
    """
    causes: dict[str, list[Mapping[str, Any]]] = {}
    for failure in failures:
        causes.setdefault(str(failure["error"]), []).append(failure)
    lines = []
    for error, alike in causes.items():
        lines.append(f"failed: {_where(alike)}: {error}")
        if _TEXT.search(error) and any(one.get("kind") not in _AFTER_FITS for one in alike):
            lines.append(f"  {FIT_ON_NUMBERS}")
    return lines


def _where(alike: Sequence[Mapping[str, Any]]) -> str:
    """A block by its name, several by their tasks."""
    if len(alike) == 1:
        return called(alike[0])
    tasks = list(dict.fromkeys(str(one.get("task", "")) for one in alike))
    more = f" and {len(tasks) - MOST_NAMED} more" if len(tasks) > MOST_NAMED else ""
    return f"{len(alike)} blocks of {', '.join(tasks[:MOST_NAMED])}{more}"
