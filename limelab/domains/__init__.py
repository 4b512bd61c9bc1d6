"""The rooms of the data, one a modality; they know their raw objects and nothing of the lab."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from limelab.domains.changes import Brightness, Cast, GaussianBlur, Sepia
from limelab.domains.choices import AsImage, AsText
from limelab.domains.fills import Blur, Colour, Mean, Noise
from limelab.domains.image import Image
from limelab.domains.replacing import FromCorpus, Mask, Remove
from limelab.domains.segmenters import Felzenszwalb, Grid, Quickshift, Slic
from limelab.domains.table import Table
from limelab.domains.text import Text
from limelab.domains.tokens import Pattern, Positions, Sentences, Words
from limelab.types import BadInput, Domain

__all__ = [
    "AsImage",
    "AsText",
    "Blur",
    "Brightness",
    "Cast",
    "Colour",
    "Felzenszwalb",
    "FromCorpus",
    "GaussianBlur",
    "Grid",
    "Image",
    "Mask",
    "Mean",
    "Noise",
    "Pattern",
    "Positions",
    "Quickshift",
    "Remove",
    "Sentences",
    "Sepia",
    "Slic",
    "Table",
    "Text",
    "Words",
    "infer",
]


def infer(background: Any, rows: Any = None) -> Domain:
    """The domain of raw data: a Domain as it is; texts, pictures, or else a Table.

    Without a background the rows say what they are, as only texts and pictures may.

    Examples
    --------
    >>> infer([[1.0, 2.0], [3.0, 5.0]])
    Table(2 rows, 2 features, 0 categorical)
    >>> infer(None, ["not good"])
    Text(units=Words(case='as written'), fill=Remove())
    >>> infer(np.zeros((2, 8, 8, 3)))
    Image(Slic(n_segments=50, compactness=10.0), Mean())
    """
    verbs = hasattr(background, "encode") and hasattr(background, "views")
    if verbs and not isinstance(background, pd.DataFrame):  # whose columns are attributes too
        return background  # type: ignore[no-any-return]  # it has the verbs of a Domain
    seen = rows if background is None else background
    if _are_texts(seen):
        return Text(background)
    if _are_pictures(seen):
        _check_alike(seen, rows)
        return Image()
    if background is None and rows is not None:
        raise BadInput(
            f"the background is None and the rows came as {_came(rows)}; expected a table as "
            "background, or rows that need none: a list of strings or of pictures"
        )
    return Table(background)


def _came(rows: Any) -> str:
    """What rows are, and what the first of a list is."""
    kind = type(rows).__name__
    return (
        f"{kind} of {type(rows[0]).__name__}" if isinstance(rows, list | tuple) and rows else kind
    )


def _check_alike(pictures: Any, rows: Any) -> None:
    """Refuse a table of rows beside pictures: a table with an axis too many looks like them."""
    if getattr(rows, "ndim", 0) == 2 and not _are_pictures(rows):
        raise BadInput(
            f"the background came as pictures of shape {np.shape(pictures)} and the rows with "
            f"shape {np.shape(rows)}; expected two tables (rows, columns), or pictures as rows as "
            "well: [picture] or picture[None]"
        )


def _are_texts(raw: Any) -> bool:
    """A row of strings, in a list or the like; one string is none."""
    listed = isinstance(raw, list | tuple | pd.Series) or np.ndim(raw) == 1
    return listed and len(raw) > 0 and isinstance(next(iter(raw)), str)


def _are_pictures(raw: Any) -> bool:
    """A stack of more than two axes, or a list of arrays of at least two."""
    if isinstance(raw, np.ndarray) and raw.dtype != object:
        return raw.ndim > 2
    listed = isinstance(raw, list | tuple | np.ndarray) and len(raw) > 0
    return listed and isinstance(raw[0], np.ndarray) and raw[0].ndim > 1
