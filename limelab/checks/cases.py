"""Cases: a table in a few words, rows of it, a model and a seed; small, frozen, written as code.

A case says how its table is made and not what it holds, so that it shrinks and reads well. `save`
writes down the numbers as well: a case replays from them whatever a later numpy draws.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from limelab.checks import blackboxes
from limelab.checks.blackboxes import YES, Model
from limelab.seeds import generator
from limelab.types import Array, BadInput

VERSION = 1
Kind = Literal["number", "skewed", "whole", "constant", "code"]


@dataclass(frozen=True)
class Column:
    """One column of a case's table.

    Parameters
    ----------
    kind : {"number", "skewed", "whole", "constant", "code"}
        Normal; log-normal; whole numbers -2 to 2; always `mean`; "yes" or "no".
    mean, scale : float
        Of the column, but for codes.
    follows : int, default -1
        The column in front that it correlates with by `rho`; -1 for none. Normal columns only.
    rho : float, default 0
    """

    kind: Kind = "number"
    mean: float = 0.0
    scale: float = 1.0
    follows: int = -1
    rho: float = 0.0


@dataclass(frozen=True)
class Case:
    """Everything that an explainer is asked with.

    Parameters
    ----------
    columns : tuple of Column
    model : Model
    n : int, default 40
        Background rows.
    rows : int, default 1
        How many rows are explained: the first of the background.
    seed : int, default 0
        Of the explanation.
    data : int, default 0
        Of the table.
    labelled : bool, default True
        A frame with names; False for an array.
    given : tuple of tuples, default ()
        The table itself, where it was read from a file.

    Examples
    --------
    >>> from limelab.checks.blackboxes import Linear
    >>> case = Case((Column(), Column("code")), Linear((1.0, 2.0)), n=20)
    >>> case.background.shape, case.background.columns.tolist()
    ((20, 2), ['x0', 'x1'])
    >>> case.explained.equals(case.background.iloc[:1])
    True
    """

    columns: tuple[Column, ...]
    model: Model
    n: int = 40
    rows: int = 1
    seed: int = 0
    data: int = 0
    labelled: bool = True
    given: tuple[tuple[float | str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns: x0, x1, ..."""
        return tuple(f"x{j}" for j in range(len(self.columns)))

    @property
    def background(self) -> Any:
        """A fresh frame, or an array where the case is not labelled."""
        frame = self.frame
        return frame if self.labelled else frame.to_numpy()

    @property
    def frame(self) -> pd.DataFrame:
        """A fresh frame."""
        if self.given:
            held = pd.DataFrame(list(map(list, self.given)), columns=list(self.names))
            return held.astype({n: float for n, c in self._named() if c.kind != "code"})
        return pd.DataFrame(dict(zip(self.names, self._drawn(), strict=True)))

    @property
    def explained(self) -> Any:
        """The rows to explain."""
        return self.background[: self.rows]

    def _named(self) -> list[tuple[str, Column]]:
        return list(zip(self.names, self.columns, strict=True))

    def _drawn(self) -> list[npt.NDArray[Any]]:
        plain: list[Array] = []
        for j, column in enumerate(self.columns):
            noise = generator(self.data, "case", j).normal(size=self.n)
            held = 0 <= column.follows < j
            own = np.sqrt(1 - column.rho**2) if held else 1.0
            plain.append(own * noise + (column.rho * plain[column.follows] if held else 0.0))
        return [_shaped(c, z) for c, z in zip(self.columns, plain, strict=True)]


def _shaped(column: Column, z: Array) -> npt.NDArray[Any]:
    """Standard normal draws as a column of its kind."""
    if column.kind == "code":
        return np.where(z > 0, YES, "no").astype(object)
    if column.kind == "constant":
        return np.full(len(z), column.mean)
    shapes = {"number": z, "skewed": np.exp(z), "whole": np.clip(np.round(z), -2, 2)}
    return np.asarray(column.mean + column.scale * shapes[column.kind])


def save(path: str | Path, check: str, case: Case) -> None:
    """Write a case with its numbers as JSON, to be replayed by `load`.

    Parameters
    ----------
    path : path
    check : str
        The check, or the search, that it belongs to.
    case : Case

    Examples
    --------
    >>> import tempfile
    >>> from limelab.checks.blackboxes import Linear
    >>> case = Case((Column(),), Linear((1.0,)), n=3)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/case.json", "check_pickle", case)
    ...     name, again = load(f"{folder}/case.json")
    >>> name, again.frame.equals(case.frame), again.model
    ('check_pickle', True, Linear(weights=(1.0,), shift=0.0))
    """
    values = [list(row) for row in case.frame.itertuples(index=False)]
    told = {"limelab case": VERSION, "check": check, "case": _plain(case), "table": values}
    Path(path).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def load(path: str | Path) -> tuple[str, Case]:
    """The check's name and the case of a file that `save` wrote; nothing in it is run as code.

    Raises
    ------
    BadInput
        The file is no saved case.
    """
    try:
        told = json.loads(Path(path).read_text(encoding="utf-8"))
        if told["limelab case"] != VERSION:
            raise BadInput(f"{path} is a case of version {told['limelab case']}, not {VERSION}")
        held = _value(told["case"])
        given = tuple(tuple(row) for row in told["table"])
        parts = {entry.name: getattr(held, entry.name) for entry in fields(Case)}
        return str(told["check"]), Case(**{**parts, "given": given})
    except (OSError, KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise BadInput(f"{path} is no saved case ({type(error).__name__}: {error})") from error


def _plain(value: Any) -> Any:
    """A value of a case as JSON: dataclasses by their name and fields."""
    if is_dataclass(value) and not isinstance(value, type):
        held = {entry.name: _plain(getattr(value, entry.name)) for entry in fields(value)}
        return {"is": type(value).__name__, **{k: v for k, v in held.items() if k != "given"}}
    if isinstance(value, (tuple, list)):
        return [_plain(entry) for entry in value]
    return value


def _value(told: Any) -> Any:
    """What `_plain` wrote; only names of this file and of `blackboxes` are known."""
    if isinstance(told, list):
        return tuple(_value(entry) for entry in told)
    if not isinstance(told, dict):
        return told
    name = told["is"]
    known = {"Case": Case, "Column": Column}.get(name) or getattr(blackboxes, str(name), None)
    if not (isinstance(known, type) and is_dataclass(known)):
        raise BadInput(f"a saved case names {name!r}; expected a column or a black box of limelab")
    return known(**{key: _value(entry) for key, entry in told.items() if key != "is"})
