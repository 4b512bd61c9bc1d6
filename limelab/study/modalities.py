"""Tables, texts and pictures as a task's data: rows taken out, domains made; it fits nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from limelab import datasets
from limelab.datasets import Dataset, Images, Texts
from limelab.domains import AsImage, AsText, Image, Table, Text
from limelab.types import BadInput, Ints

if TYPE_CHECKING:
    from limelab.study.spec import Task

Data = Dataset | Texts | Images
KINDS = (Dataset, Texts, Images)
_USUAL: dict[Any, AsText | AsImage] = {Texts: AsText(), Images: AsImage()}


def named(name: str) -> Data:
    """The data set of a name, whichever kind it is.

    Examples
    --------
    >>> type(named("iris")).__name__, type(named("movie_snippets")).__name__
    ('Dataset', 'Texts')
    """
    if name in datasets.text_names():
        return datasets.load_texts(name)
    if name in datasets.image_names():
        return datasets.load_images(name)
    if name in datasets.names():
        return datasets.load(name)
    known = ", ".join([*datasets.names(), *datasets.text_names(), *datasets.image_names()])
    raise BadInput(f"Got data set {name!r}, but expected one of: {known}.")


def choices(task: Task, data: Data) -> AsText | AsImage | None:
    """How the rows of a task are read: as said, or as usual; None of tables.

    Raises
    ------
    BadInput
        What is said is of another kind of data, or resamples what is not there.
    """
    usual = _USUAL.get(type(data))
    if task.cause == "background" and isinstance(usual, AsImage):
        raise BadInput(f"task {task.name!r}: pictures have no background to resample; leave it out")
    if task.domain is None or type(task.domain) is type(usual):
        return task.domain or usual
    wanted = "none" if usual is None else f"{type(usual).__name__}(...)"
    raise BadInput(
        f"task {task.name!r} has domain={task.domain!r} for data of the kind "
        f"{type(data).__name__}; expected {wanted}"
    )


def whole(data: Data) -> Any:
    """All rows as they are split: text columns of tables as categories, labels all different.

    Categories are of the whole set, as a split may not hide a level.
    """
    if not isinstance(data, Dataset):
        return data.X
    frame = _with_all_levels(data.X)
    if not frame.index.is_unique:  # rows are told apart by their labels in every table
        frame = frame.reset_index(drop=True)
    Table(frame)  # missing values are refused wherever they stand, with column and row
    return frame


def taken(rows: Any, positions: Sequence[int] | Ints) -> Any:
    """Some rows, as a model wants them: a frame of a frame, a stack of a stack, a list of a list.

    Examples
    --------
    >>> taken(["a", "b", "c"], [2, 0]), taken(np.arange(3.0), [1]).tolist()
    (['c', 'a'], [1.0])
    """
    if isinstance(rows, pd.DataFrame):
        return rows.iloc[np.asarray(positions)]
    if isinstance(rows, np.ndarray):
        return rows[np.asarray(positions)]
    return [rows[position] for position in positions]


def domain_of(how: AsText | AsImage | None, background: Any) -> Table | Text | Image:
    """The domain of rows that stand for the data."""
    return Table(background) if how is None else how.over(background)


def read_by(domain: Table | Text | Image, rows: Any, positions: Sequence[int]) -> Any:
    """Rows to explain as their domain reads them: texts keep their positions as labels."""
    return pd.Series(list(rows), index=list(positions)) if isinstance(domain, Text) else rows


def _with_all_levels(frame: pd.DataFrame) -> pd.DataFrame:
    text = [
        name
        for name in frame.columns
        if not pd.api.types.is_numeric_dtype(frame[name])
        and not isinstance(frame[name].dtype, pd.CategoricalDtype)
    ]
    return frame.astype(dict.fromkeys(text, "category")) if text else frame
