"""Asks a model clean questions and counts them; knows names and types, changes no model."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from limelab.columns import in_order
from limelab.types import Array, BadInput

Method = Literal["predict_proba", "labels", "predict", "call"]

_SCALERS = frozenset({"StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler"})
_LINES = frozenset({"LinearRegression", "Ridge", "Lasso", "ElasticNet"})
_CALL = 2**15  # rows of one call: a forest's own cost of a call is spread over many
_CALL_OF_A_LINE = 2**14  # a line has next to none, and is faster on rows near the cache
_LARGEST = 1e140  # sums of squares of such answers are still finite


@dataclass(eq=False)
class Counter:
    """How many rows a model was asked; the one thing about a black box that changes."""

    rows: int = 0


@dataclass(frozen=True, eq=False)
class BlackBox:
    """A model reduced to questions; made by `blackbox`.

    Attributes
    ----------
    model : estimator or callable
        As it was handed over, untouched.
    method : {"predict_proba", "labels", "predict", "call"}
        What is asked. "labels" is `predict` of a classifier without probabilities, answered by
        0/1 indicators of its classes.
    outputs : tuple of str, length C
    width : int
        How many columns the model answers, before one is kept.
    kept : int or None
        The column of the model's answers that is kept; None for all.
    notes : tuple of str
        What a reader of the answers should know.
    call : int
        Rows that it is best asked at a time, at most.
    """

    model: Any
    method: Method
    outputs: tuple[str, ...]
    width: int
    kept: int | None = None
    notes: tuple[str, ...] = ()
    call: int = _CALL
    counter: Counter = field(default_factory=Counter)

    @property
    def queries(self) -> int:
        """Rows asked so far, those of the first look included."""
        return self.counter.rows

    def ask(self, inputs: Any) -> Array:
        """The model's answers.

        Parameters
        ----------
        inputs : DataFrame, array or list of m rows
            As the model wants them.

        Returns
        -------
        answers : array of shape (m, C)
        """
        if len(inputs) == 0:
            return np.empty((0, len(self.outputs)))
        answers = _answers(self.model, self.method, inputs, self.counter)
        if answers.shape[1] != self.width:
            raise BadInput(
                f"{_title(self.model)} gave {answers.shape[1]} columns for {len(inputs)} rows, "
                f"but {self.width} at first; it must always give the same outputs."
            )
        return answers if self.kept is None else answers[:, self.kept : self.kept + 1]


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread for BLAS, OpenMP and joblib, whatever `n_jobs` the models inside carry.

    Enter it round a whole piece of work: looking for the libraries that run threads costs
    milliseconds, and is done anew once a module has been imported.

    Examples
    --------
    >>> import joblib
    >>> with one_thread():
    ...     joblib.effective_n_jobs(-1)
    1
    """
    from joblib import parallel_config

    with _libraries(len(sys.modules)).limit(limits=1), parallel_config(backend="sequential"):
        yield


@lru_cache(maxsize=1)
def _libraries(imported: int) -> Any:
    """The libraries that run threads, now that so many modules are imported."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def blackbox(model: Any, sample: Any, *, output: str | int | None = None) -> BlackBox:
    """Look at a model with a first few rows and learn how to ask it.

    Parameters
    ----------
    model : fitted estimator or callable
        An estimator with `predict_proba` or `predict`, or a function of rows that returns (n,),
        (n, 1) or (n, C) numbers.
    sample : DataFrame, array or list of rows
        The first few rows of the background, as the model wants them; it is left as it came.
    output : str, int or None, default=None
        Keep one output, by its name or by its position; None keeps all. An int is a position.

    Returns
    -------
    box : BlackBox

    Examples
    --------
    >>> box = blackbox(lambda rows: rows @ [1.0, 2.0], np.eye(2))
    >>> box.ask(np.array([[3.0, 4.0]])), box.outputs, box.queries
    (array([[11.]]), ('output',), 4)
    """
    method = _method(model)
    if len(sample) == 0:
        raise BadInput("Got an empty sample, but expected at least one row to try the model with.")
    counter = Counter()
    several, one = _first_look(model, method, sample, counter)
    outputs = _outputs(model, method, several.shape[1])
    kept = None if output is None else position(output, outputs)
    notes = _notes(method, several, one)
    chosen = outputs if kept is None else (outputs[kept],)
    return BlackBox(model, method, chosen, len(outputs), kept, notes, _rows_at_best(model), counter)


def known(model: Any) -> BlackBox | None:
    """A fitted forest or line of scikit-learn's own, its outputs read off it; else None.

    Such a model, also a line behind scalers that copy, answers each row by itself and leaves rows
    as they are. A first look costs a forest as much as thousands of rows and would tell no more.

    Examples
    --------
    >>> known(lambda rows: rows) is None
    True
    """
    last = _last_step(model)
    if not _is_forest(last) and not _is_line(last):
        return None
    method = _method(model)
    width = len(model.classes_) if method == "predict_proba" else 1
    outputs = _outputs(model, method, width)
    return BlackBox(model, method, outputs, width, call=_rows_at_best(model))


def _rows_at_best(model: Any) -> int:
    """Rows of a call: a line alone, or behind scalers that copy, takes few."""
    return _CALL_OF_A_LINE if _is_line(_last_step(model)) else _CALL


def _last_step(model: Any) -> Any:
    """The model itself, the one behind scalers that copy, or None."""
    if f"{type(model).__module__}.{type(model).__name__}" != "sklearn.pipeline.Pipeline":
        return model
    *before, last = (step for _, step in model.steps)
    scale = all(
        type(step).__module__ == "sklearn.preprocessing._data"
        and type(step).__name__ in _SCALERS
        and step.copy
        for step in before
    )
    return last if scale else None


def _is_forest(model: Any) -> bool:
    """A fitted forest of scikit-learn's own that has one target."""
    own = type(model).__module__ == "sklearn.ensemble._forest"
    return own and not hasattr(model, "fit_transform") and getattr(model, "n_outputs_", 0) == 1


def _is_line(model: Any) -> bool:
    """A fitted line of scikit-learn's own that has one target."""
    if not type(model).__module__.startswith("sklearn.linear_model."):
        return False
    if type(model).__name__ == "LogisticRegression":
        return isinstance(getattr(model, "classes_", None), np.ndarray)
    return type(model).__name__ in _LINES and getattr(model, "coef_", np.empty((0, 0))).ndim == 1


# --- what to ask, and what the answers are called ------------------------------------------------


def _method(model: Any) -> Method:
    if isinstance(model, type):
        raise BadInput(
            f"Got the class {model.__name__}, but expected a fitted model: "
            f"hand {model.__name__}(...).fit(X, y)."
        )
    if hasattr(model, "predict_proba"):
        return "predict_proba"
    if hasattr(model, "predict"):
        return "labels" if hasattr(model, "classes_") else "predict"
    if callable(model):
        return "call"
    raise BadInput(
        f"Got a {type(model).__name__} as the model, but expected an estimator with predict_proba "
        "or predict, or a function of rows."
    )


def _outputs(model: Any, method: Method, width: int) -> tuple[str, ...]:
    classes = getattr(model, "classes_", None) if method != "call" else None
    if classes is None:
        word = "class" if method == "predict_proba" else "output"
        return ("output",) if width == 1 else tuple(f"{word} {j}" for j in range(width))
    names = tuple(str(label) for label in classes)
    if len(names) != width:
        raise BadInput(
            f"{_title(model)} gave {width} columns, but its classes_ are {len(names)}: "
            f"{_some(names)}. Hand a function that returns one column for each output."
        )
    return names


def position(output: Any, outputs: tuple[str, ...]) -> int:
    """Which output is meant by its name or by its position.

    Raises
    ------
    BadInput
        Neither; or a number that is the position of one output and the label of another.

    Examples
    --------
    >>> position("smith", ("clerk", "smith")), position(0, ("clerk", "smith"))
    (1, 0)
    """
    if isinstance(output, str) and output in outputs:
        return outputs.index(output)
    whole = isinstance(output, int | np.integer) and not isinstance(output, bool)
    if not whole or not 0 <= output < len(outputs):
        raise BadInput(
            f"Got output={output!r}, but expected one of {_some(outputs)} "
            f"or a position from 0 to {len(outputs) - 1}."
        )
    if str(output) in outputs and outputs[output] != str(output):
        raise BadInput(
            f"Got output={output}, which is the label {str(output)!r} and the position of "
            f"{outputs[output]!r}; name the one that is meant: output={str(output)!r} or "
            f"output={outputs[output]!r}."
        )
    return int(output)


def _notes(method: Method, several: Array, one: Array) -> tuple[str, ...]:
    notes = []
    if method == "labels":
        notes.append("the model gives labels and no probabilities: its outputs are 0 and 1")
    if not np.allclose(several[:1], one, rtol=1e-4, atol=1e-6):
        notes.append("the model answers a row differently alone and among others")
    return tuple(notes)


# --- asking -------------------------------------------------------------------------------------


def _first_look(model: Any, method: Method, sample: Any, counter: Counter) -> tuple[Array, Array]:
    """Answers to the sample and to its first row, from copies that must stay as they were."""
    answers = []
    for rows in (sample, sample.iloc[:1] if isinstance(sample, pd.DataFrame) else sample[:1]):
        handed = copy.deepcopy(rows)
        answers.append(_answers(model, method, handed, counter))
        if not _same(handed, rows):
            raise BadInput(
                f"{_title(model)} changes the rows that it is asked about, but they must stay as "
                "they are. Hand a function that asks it with a copy: lambda rows: f(rows.copy())."
            )
    several, one = answers
    if several.shape[1] != one.shape[1]:
        raise BadInput(
            f"{_title(model)} gave {several.shape[1]} columns for {len(sample)} rows and "
            f"{one.shape[1]} for one row; it must give one row of outputs for each row."
        )
    return several, one


def _answers(model: Any, method: Method, inputs: Any, counter: Counter) -> Array:
    counter.rows += len(inputs)
    raw = _call(model, method, inputs)
    if method == "labels":
        raw = _indicators(model, raw)
    return _finite(model, _matrix(model, raw, len(inputs)), inputs)


def _call(model: Any, method: Method, inputs: Any) -> Any:
    verb = "predict" if method == "labels" else method
    ask: Callable[[Any], Any] = model if verb == "call" else getattr(model, verb)
    rows = _fitting(model, inputs)
    try:
        return ask(rows)
    except Exception as error:
        raise BadInput(_failure(model, inputs, error)) from error


def _failure(model: Any, inputs: Any, error: Exception) -> str:
    from sklearn.exceptions import NotFittedError

    if isinstance(error, NotFittedError):
        return f"Got {_title(model)} unfitted, but expected a fitted model: call fit(X, y) first."
    return (
        f"{_title(model)} failed on {_described(inputs)} with {type(error).__name__}: "
        f"{str(error).rstrip('.')}. Expected an answer to rows as it was fitted on: hand it such "
        "rows, a function that prepares them, or mend the model."
    )


def _fitting(model: Any, inputs: Any) -> Any:
    """Rows with or without column names, and in the order, as the estimator was fitted."""
    known = getattr(model, "feature_names_in_", None)
    width = getattr(model, "n_features_in_", None)
    if known is not None and isinstance(inputs, np.ndarray) and inputs.shape[1:] == (len(known),):
        return pd.DataFrame(inputs, columns=known).infer_objects()
    if isinstance(inputs, pd.DataFrame):
        order = in_order(model, inputs.columns)
        inputs = inputs if order is None else inputs[order]
    if known is None and width is not None and _all_numbers(inputs):
        return inputs.to_numpy(dtype=np.float64)
    return inputs


def _all_numbers(inputs: Any) -> bool:
    from pandas.api.types import is_numeric_dtype

    return isinstance(inputs, pd.DataFrame) and all(is_numeric_dtype(t) for t in inputs.dtypes)


def _indicators(model: Any, labels: Any) -> Any:
    """0/1 columns, one for each class, from predicted labels."""
    found = np.asarray(labels)
    if found.ndim != 1 or isinstance(model.classes_, list):
        raise BadInput(
            f"{_title(model)} predicts several targets at once (shape {found.shape}); "
            "hand a function that returns numbers for one of them."
        )
    return (found[:, None] == np.asarray(model.classes_)[None, :]).astype(np.float64)


# --- answers into clean matrices -----------------------------------------------------------------


def _matrix(model: Any, raw: Any, rows: int) -> Array:
    answers = _numbers(model, raw)
    if answers.ndim == 1 and len(answers) == rows:
        return answers[:, None]
    if answers.ndim == 2 and len(answers) == rows and answers.shape[1] > 0:
        return answers
    raise BadInput(
        f"{_title(model)} gave an answer of shape {answers.shape} for {rows} rows, "
        f"but expected ({rows},) or ({rows}, outputs): one answer for each row."
    )


def _numbers(model: Any, raw: Any) -> Array:
    if isinstance(raw, list) and raw and getattr(raw[0], "ndim", 0) == 2:
        raise BadInput(
            f"{_title(model)} gave a list of {len(raw)} arrays, one for each target; "
            "hand a function that returns the array of one of them."
        )
    try:
        answers = np.asarray(raw)
        if answers.dtype.kind in "biuf":
            return answers.astype(np.float64, copy=False)
        if answers.dtype.kind == "O" and not any(isinstance(v, str) for v in answers.flat):
            return answers.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(_not_numbers(model, type(raw).__name__)) from error
    raise BadInput(_not_numbers(model, f"{answers.dtype} such as {answers.flat[0]!r}"))


def _not_numbers(model: Any, came: str) -> str:
    return (
        f"{_title(model)} gave {came}, but expected numbers. For a classifier hand its "
        "predict_proba, or the estimator itself; else return probabilities or scores."
    )


def _finite(model: Any, answers: Array, inputs: Any) -> Array:
    largest = np.abs(answers).max()
    if largest <= _LARGEST:
        return answers
    if np.isfinite(answers).all():
        raise BadInput(
            f"{_title(model)} gave answers as large as {largest:.3g}, but expected at most "
            f"{_LARGEST:g}: squares run over. Hand a function that gives them in larger units."
        )
    bad = np.flatnonzero(~np.isfinite(answers).all(axis=1))
    raise BadInput(
        f"{_title(model)} gave NaN or infinity for {len(bad)} of {len(answers)} rows "
        f"({_some(bad.tolist())}) of {_described(inputs)}, but expected finite numbers. "
        "Check those rows, or hand a function that fills such answers."
    )


# --- words and comparisons -----------------------------------------------------------------------


def _same(a: Any, b: Any) -> bool:
    """Whether two handings of rows hold the same values, NaN equal to NaN."""
    if isinstance(a, pd.DataFrame):
        return a.equals(b)
    if isinstance(a, np.ndarray) and a.dtype.kind in "biufSU":
        return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and all(map(_same, a.flat, b.flat))
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    return a is b or bool(a == b) or bool(pd.isna(a) and pd.isna(b))


def _title(model: Any) -> str:
    """What to call the model in a message."""
    steps = getattr(model, "steps", None)
    if isinstance(steps, list) and steps:
        return f"the model {type(model).__name__}({type(steps[-1][1]).__name__})"
    return f"the model {getattr(model, '__qualname__', type(model).__name__)}"


def _described(inputs: Any) -> str:
    kind = type(inputs).__name__
    if isinstance(inputs, pd.DataFrame):
        return f"{kind} of shape {inputs.shape} with columns {_some(list(inputs.columns))}"
    if isinstance(inputs, np.ndarray):
        return f"{kind} of shape {inputs.shape} and dtype {inputs.dtype}"
    return f"{kind} of {len(inputs)} {type(inputs[0]).__name__}"


def _some(things: Sequence[Any]) -> str:
    """The first few of many, for a message."""
    return ", ".join(map(repr, things[:5])) + (", ..." if len(things) > 5 else "")
