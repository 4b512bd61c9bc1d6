"""Why values are missing: notes that fit a score; it may not compute values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from limelab.types import Array, Evidence, Objects, Score

UNDEFINED = "undefined: a value that it needs is missing or not finite"


def declined(reason: str, **columns: Any) -> Score:
    """One missing value for all repeats, instances and outputs, with its reason.

    Examples
    --------
    >>> declined("no local model").values.shape
    (1, 1, 1)
    """
    return Score(np.full((1, 1, 1), np.nan), columns, reason)


def explained(
    values: Array, columns: Mapping[str, Any], reasons: Mapping[str, npt.ArrayLike], text: Any = ""
) -> Score:
    """A score whose values are NaN exactly where a reason, or no number, is found.

    Parameters
    ----------
    values : array of shape (R or 1, I or 1, C or 1)
    columns : mapping
    reasons : mapping of note to bool array that broadcasts
        The first that holds is the note.
    text : str or object array
        Note of the values that are there.

    Examples
    --------
    >>> made = explained(np.ones((2, 1, 1)), {}, {"flat": [[[True]], [[False]]]})
    >>> made.values.ravel().tolist(), made.note.ravel().tolist()
    ([nan, 1.0], ['flat', ''])
    """
    note: Objects = np.full(values.shape, "", dtype=object)
    note[...] = text
    kept = values.copy()
    for reason, holds in reversed(list(reasons.items())):
        here = np.broadcast_to(np.asarray(holds, dtype=bool), values.shape)
        note[here], kept[here] = reason, np.nan
    bad = ~np.isfinite(kept)
    kept[bad] = np.nan
    silent = bad & ((note == "") | (note == text))
    note[silent] = UNDEFINED
    return Score(kept, columns, note if (note != "").any() else "")


def missing_explanations(evidence: Evidence) -> Mapping[str, npt.ArrayLike]:
    """The reasons for which explanations were declined, as masks (R, I, 1)."""
    declined_for = np.asarray(evidence.declined, dtype=object)
    reasons = sorted({str(reason) for reason in declined_for.ravel()} - {""})
    return {reason: (declined_for == reason)[..., None] for reason in reasons}
