"""Models and tables by name, for the shell: callables, files of rows; it opens no model file."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pandas as pd

from limelab.columns import one_each, places_of, some
from limelab.types import BadInput

MISSING = ("refuse", "drop")
FILES = (".joblib", ".pkl", ".pickle")
_FORM = "expected package.module:function, or a file such as model.joblib"


@dataclass(frozen=True, eq=False)
class Data:
    """A table that was read from a file.

    Attributes
    ----------
    X : DataFrame
    y : array of shape (n,), or None
    rows : DataFrame
        Those to be explained.
    notes : tuple of str
        What happened on the way.
    """

    X: pd.DataFrame
    y: npt.NDArray[Any] | None
    rows: pd.DataFrame
    notes: tuple[str, ...] = ()


def is_file(target: str) -> bool:
    """Whether a model is named by a file.

    Examples
    --------
    >>> is_file("model.joblib"), is_file("mine:predict")
    (True, False)
    """
    return target.lower().endswith(FILES)


def must_be_trusted(target: str, *, trusted: bool) -> None:
    """Refuse to open a model file that nobody vouches for.

    Raises
    ------
    BadInput
        It is not trusted, or not there.
    """
    if not trusted:
        raise BadInput(
            f"{target} was not opened: loading a model file runs whatever code is in it; say "
            "--trust-model-file if you know where it comes from"
        )
    if not Path(target).is_file():
        raise BadInput(f"no file {target}; {_FORM}")


def model_from(target: str) -> Any:
    """What an importable name stands for; importing its module runs that module's code.

    Raises
    ------
    BadInput
        No such module or name, or code that fails.

    Examples
    --------
    >>> model_from("math:hypot").__name__
    'hypot'
    """
    module, colon, name = target.partition(":")
    if not (module and colon and name):
        raise BadInput(f"--model {target!r} names no model; {_FORM}")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise BadInput(f"--model {target}: {error}; {_FORM}") from error
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {error}"
        raise BadInput(f"importing {module} failed with {said}; mend the module") from error
    return found


def data_from(path: Path, target: str | None, rows: str, missing: str, model: Any) -> Data:
    """A table from CSV or Parquet: features, target, and the rows to be explained.

    Parameters
    ----------
    path : Path
    target : str or None
        A column that is no feature.
    rows : str
        Positions, such as "0:20", "5" or "0,3,9".
    missing : {"refuse", "drop"}
        What to do about rows with missing values.
    model : estimator or callable
        Where it names the columns that it was fitted on, others are left out.

    Raises
    ------
    BadInput
        A file, a column or rows that are not there, or missing values that are refused.
    """
    if missing not in MISSING:
        raise BadInput(f"--missing {missing}; expected one of {', '.join(MISSING)}")
    frame = _read(path)
    frame, y, notes = _without_target(frame, target, path)
    frame, left = _wanted(frame, model, path)
    kept, gone = _complete(frame, missing, path)
    found = _positions(rows, len(frame))
    chosen = frame.index[found]
    shown = kept.loc[[label for label in chosen if label in kept.index]]
    if shown.empty:
        raise BadInput(f"--rows {rows}: all of them have missing values; choose others")
    labels = None if y is None else y[frame.index.isin(kept.index)]
    lost = len(chosen) - len(shown)
    unseen = [f"{lost} of the {len(chosen)} rows asked for are among them"] if lost else []
    return Data(
        kept, labels, shown, (*notes, *left, *_short(rows, found, len(frame)), *gone, *unseen)
    )


def _read(path: Path) -> pd.DataFrame:
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {
        ".csv": pd.read_csv,
        ".parquet": pd.read_parquet,
        ".pq": pd.read_parquet,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadInput(f"--data {path}: expected a file that ends in .csv or .parquet")
    if not path.is_file():
        raise BadInput(f"--data {path}: there is no such file")
    try:
        frame = reader(path)
    except ImportError as error:
        raise BadInput(
            f"{path}: pandas reads Parquet with pyarrow; install it, or give CSV"
        ) from error
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise BadInput(f"{path} cannot be read ({said}); expected a table") from error
    if len(frame) < 2 or frame.columns.empty:
        raise BadInput(f"{path} holds {frame.shape[0]} rows and {frame.shape[1]} columns; too few")
    return frame.reset_index(drop=True)


def _without_target(
    frame: pd.DataFrame, target: str | None, path: Path
) -> tuple[pd.DataFrame, npt.NDArray[Any] | None, list[str]]:
    if target is None:
        return frame, None, []
    if target not in frame.columns:
        raise BadInput(
            f"--target {target}: {path} has no such column; it has {some(frame.columns)}"
        )
    y = frame[target]
    if y.isna().any():
        note = f"labels are not used: {int(y.isna().sum())} of {len(y)} are missing in {target}"
        return frame.drop(columns=target), None, [note]
    return frame.drop(columns=target), y.to_numpy(), []


def _wanted(frame: pd.DataFrame, model: Any, path: Path) -> tuple[pd.DataFrame, list[str]]:
    """The columns that the model names, in its order."""
    places = places_of(model, frame.columns)
    if places is None:
        return frame, []
    wanted = one_each(model, places, f"{path} (columns {some(frame.columns)})")
    extra = [str(name) for name in frame.columns if name not in set(wanted)]
    note = f"columns that the model was not fitted on are left out: {', '.join(extra)}"
    return frame[wanted], [note] if extra else []


def _complete(frame: pd.DataFrame, missing: str, path: Path) -> tuple[pd.DataFrame, list[str]]:
    """Rows without missing values, and how many went."""
    holes = frame.isna()
    if not holes.to_numpy().any():
        return frame, []
    where = ", ".join(f"{name} {n}" for name, n in holes.sum().items() if n)
    bad = int(holes.any(axis=1).sum())
    if missing == "refuse":
        raise BadInput(
            f"{path}: {bad} of {len(frame)} rows have missing values ({where}); say --missing drop "
            "to leave these rows out, or fill them first"
        )
    kept = frame[~holes.any(axis=1)]
    if len(kept) < 2:
        raise BadInput(f"{path}: {len(kept)} rows have no missing value ({where}); fill them first")
    return kept, [f"{bad} of {len(frame)} rows left out for missing values ({where})"]


def _positions(rows: str, n: int) -> list[int]:
    """Positions of rows, as "0:20", "5" or "0,3,9"."""
    try:
        if ":" in rows:
            start, stop = (int(end) if end.strip() else None for end in rows.split(":"))
            found = list(range(n))[start:stop]
        else:
            found = [range(n)[int(one)] for one in rows.split(",")]
    except (ValueError, IndexError) as error:
        raise BadInput(
            f"--rows {rows!r} of {n} rows; expected positions from 0, such as 0:20 or 0,3,9, or "
            "-1 for the last"
        ) from error
    if not found:
        raise BadInput(f"--rows {rows!r} holds none of the {n} rows; expected such as 0:20")
    return found


def _short(rows: str, found: list[int], n: int) -> list[str]:
    """A note where a range goes past the end of the table."""
    stop = rows.partition(":")[2].strip()
    if not stop or int(stop) <= n:
        return []
    asked = int(stop) - found[0]
    return [f"--rows {rows}: {len(found)} of the {asked} rows asked for are there; {n} rows came"]
