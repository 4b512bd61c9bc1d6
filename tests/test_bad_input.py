"""What is wrong with the input is named in one refusal; what is only odd passes, without noise."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression

import limelab as ll
from limelab import datasets
from limelab.types import BadInput

WINE = datasets.load("wine")
FRAME = WINE.X.iloc[:60, :3].assign(job=["clerk", "smith", "baker"] * 20)  # alcohol, ...
ARRAY = WINE.X.iloc[:60, :3].to_numpy()
LINE = LinearRegression().fit(ARRAY, WINE.X["proline"][:60])


def first(rows: Any) -> Any:
    return np.asarray(rows)[:, 0].astype(float)


def explain(background: Any = FRAME, rows: Any = None, model: Any = first, **options: Any) -> Any:
    rows = background[:2] if rows is None else rows
    options.setdefault("explainer", ll.Lime(n_samples=64))
    return ll.explain(model, background, rows, **options)


def with_cell(value: Any, column: str = "ash", row: int = 7) -> pd.DataFrame:
    frame = FRAME.copy()
    if isinstance(value, str):
        frame[column] = frame[column].astype(object)
    frame.loc[row, column] = value
    return frame


def one_hot(*codes: int) -> pd.DataFrame:
    """A frame of 4 rows whose columns a and b hold the bits of codes."""
    bits = {"a": [code % 2 for code in codes], "b": [code // 2 for code in codes]}
    return pd.DataFrame(bits).assign(age=[1.0, 2.0, 3.0, 4.0])


def grouped(frame: pd.DataFrame, groups: Any) -> Any:
    return ll.explain(first, None, frame, domain=ll.Table(frame, groups=groups))


DATA: dict[str, tuple[Callable[[], Any], str]] = {
    "NaN in the background": (
        lambda: explain(with_cell(np.nan)),
        r"column 'ash' holds a missing .* in row 7 \(1 of 60 rows\); expected .*impute or drop",
    ),
    "inf in the background": (
        lambda: explain(with_cell(np.inf)),
        "column 'ash' holds a missing or infinite value in row 7",
    ),
    "NaN in a row": (
        lambda: explain(rows=with_cell(np.nan, row=1)[:3]),
        r"column 'ash' .* in row 1 \(1 of 3 rows\)",
    ),
    "inf in an array": (
        lambda: explain(ARRAY, np.array([[1.0, -np.inf, 2.0]])),
        "column 'x1' .* in row 0",
    ),
    "a missing category": (
        lambda: explain(with_cell(None, "job")),
        "column 'job' holds a missing value in row 7",
    ),
    "a missing column": (
        lambda: explain(rows=FRAME[["alcohol", "ash", "job"]]),
        r"rows have 3 columns, missing \['malic_acid'\] and extra \[\]; expected .* 4 columns",
    ),
    "an extra column": (
        lambda: explain(rows=FRAME.assign(age=1.0)),
        r"rows have 5 columns, missing \[\] and extra \['age'\]",
    ),
    "too narrow an array": (
        lambda: explain(ARRAY, ARRAY[:2, :2]),
        r"rows have 2 columns, missing \['x2'\]",
    ),
    "an unseen category": (
        lambda: explain(rows=with_cell("cook", "job", 0)[:2]),
        "column 'job' holds 'cook', which .*expected one of 'baker', 'clerk', 'smith'; add rows",
    ),
    "a list as a category": (
        lambda: explain(rows=FRAME[:1].assign(job=pd.Series([["clerk"]]))),
        r"column 'job' holds \['clerk'\], which the background does not",
    ),
    "text where numbers were": (
        lambda: explain(rows=with_cell("2.4", row=0)[:2]),
        r"column 'ash' is numeric in the background but came as object \('2.4'\); give numbers",
    ),
    "one row of background": (
        lambda: explain(FRAME[:1]),
        r"the background has 1 row\(s\); expected at least 2",
    ),
    "no background": (lambda: explain(FRAME[:0]), r"background came with shape \(0, 4\); expected"),
    "None as the background": (
        lambda: explain(None, FRAME[:1]),
        r"background is None and the rows came as DataFrame; expected a table as background",
    ),
    "no rows": (lambda: explain(rows=FRAME[:0]), r"rows came with shape \(0, 4\); expected at lea"),
    "no columns": (lambda: explain(FRAME[[]]), r"background came with shape \(60, 0\)"),
    "one row without brackets": (
        lambda: explain(rows=FRAME.iloc[0]),
        r"rows came as Series of shape \(4,\); expected a table .*rows\.iloc\[\[0\]\]",
    ),
    "a 1-D array": (
        lambda: explain(ARRAY, ARRAY[0]),
        r"rows came as ndarray of shape \(3,\); .*row\.reshape\(1, -1\)",
    ),
    "a 3-D array": (
        lambda: explain(ARRAY[None], ARRAY),
        r"background came as pictures of shape \(1, 60, 3\) and the rows with shape \(60, 3\); exp",
    ),
    "ragged lists": (lambda: explain([[1.0, 2.0], [3.0]]), "rows of unlike length"),
    "a sparse matrix": (
        lambda: explain(sparse.csr_matrix(ARRAY), ARRAY[:1]),
        r"background came as a sparse matrix; expected a dense table; call \.toarray\(\)",
    ),
    "sparse columns": (
        lambda: explain(FRAME[["ash"]].astype(pd.SparseDtype(float))),
        r"background has sparse columns \['ash'\].*to_dense",
    ),
    "times": (
        lambda: explain(FRAME.assign(when=pd.Timestamp("2020-01-01"))),
        r"column 'when' holds Timestamp values .*expected numbers or categories; convert it",
    ),
    "dates": (
        lambda: explain(FRAME.assign(when=[datetime.date(2020, 1, 1)] * 60)),
        "column 'when' holds date values",
    ),
    "durations": (
        lambda: explain(FRAME.assign(long=pd.Timedelta("1h"))),
        "column 'long' holds Timedelta values",
    ),
    "complex numbers": (lambda: explain(ARRAY * 1j), "column 'x0' holds complex values"),
    "columns of one name": (
        lambda: explain(FRAME.set_axis(["a", "b", "a", "job"], axis=1)),
        r"background has columns of the same name \['a'\]; rename them apart",
    ),
    "names that print alike": (
        lambda: explain(pd.DataFrame(ARRAY[:, :2], columns=pd.Index([1, "1"], dtype=object))),
        r"columns of the same name \['1'\]",
    ),
    "an array for a frame": (
        lambda: explain(rows=FRAME.to_numpy()),
        "rows came as an array but the background is a DataFrame; give a DataFrame",
    ),
    "a frame for an array": (
        lambda: explain(ARRAY, FRAME.iloc[:2, :3]),
        "rows came as a DataFrame but the background is an array; give an array",
    ),
    "numbers and text in one column": (
        lambda: explain(with_cell("high", "ash")),
        r"column 'ash' mixes .*'high'; expected values of one kind; .*astype\(str\)",
    ),
    "numbers as objects": (
        lambda: explain(FRAME.astype({"ash": object})),
        r"column 'ash' holds numbers as object; .*\.astype\(float\), or declare it",
    ),
}

TABLES: dict[str, tuple[Callable[[], Any], str]] = {
    "two bits set": (
        lambda: grouped(one_hot(1, 2, 3, 1), {"job": ["a", "b"]}),
        r"group 'job': row 2 of \['a', 'b'\] is not one-hot; expected zeros and at most one 1",
    ),
    "numbers in a group": (
        lambda: grouped(one_hot(1, 2, 2, 1), {"job": ["a", "age"]}),
        "group 'job': row 0 of .* is not one-hot",
    ),
    "no bit in a row": (
        lambda: ll.Table(one_hot(1, 2, 2, 1), groups={"job": ["a", "b"]}).encode(
            one_hot(1, 0, 1, 2)
        ),
        r"group 'job': row 1 has no 1 in \['a', 'b'\], which no background row does",
    ),
    "groups that overlap": (
        lambda: grouped(one_hot(1, 2, 2, 1), {"job": ["a", "b"], "town": ["b"]}),
        "column 'b' stands in group 'job' and in group 'town'; expected one group a column",
    ),
    "a column twice": (
        lambda: grouped(one_hot(1, 2, 2, 1), {"job": ["a", "a"]}),
        "column 'a' stands in group 'job' and in group 'job'",
    ),
    "an unknown member": (
        lambda: grouped(one_hot(1, 2, 2, 1), {"job": ["a", "c"]}),
        r"group 'job' names 'c'; expected one of \['a', 'b', 'age'\]",
    ),
    "an empty group": (
        lambda: grouped(one_hot(1, 2, 2, 1), {"job": []}),
        r"groups \['job'\] have no columns",
    ),
    "a name instead of a list": (
        lambda: grouped(one_hot(1, 2, 2, 1), {"job": "ab"}),
        r"group 'job' came as 'ab'; expected a list of columns, such as \['ab'\]",
    ),
    "a group called like a column": (
        lambda: grouped(one_hot(1, 2, 2, 1), {"age": ["a", "b"]}),
        r"groups \['age'\] carry the name of another column; rename the groups",
    ),
    "an unknown category": (
        lambda: ll.Table(FRAME, categorical=["town"]),
        "categorical names 'town'; expected one of .*'alcohol'",
    ),
    "a category for a list": (
        lambda: ll.Table(FRAME, categorical="job"),
        r"categorical came as 'job'; expected a list of columns, such as \['job'\]",
    ),
    "a position too far": (lambda: ll.Table(ARRAY, categorical=[3]), "categorical names 3"),
    "a target too short": (
        lambda: ll.Table(FRAME, target=[1, 2]),
        r"target has shape \(2,\); expected one value for each of 60 rows",
    ),
}


def spoil(rows: Any) -> Any:
    rows[:, 0] = 0.0
    return rows[:, 1]


@dataclass(frozen=True)
class Returns:
    """An explainer that returns what it is told."""

    found: Any

    def explain(self, predict: Any, background: Any, rows: Any, seed: int) -> Any:
        return self.found


MODELS: dict[str, tuple[Any, str]] = {
    "NaN": (lambda r: np.where(r[:, 0] > 14, np.nan, 1.0), "gave NaN or infinity for .* rows"),
    "too few": (lambda r: r[1:, 0], r"gave an answer of shape \(3,\) for 4 rows"),
    "one number": (lambda r: 1.0, r"gave an answer of shape \(\) for 4 rows"),
    "a spoiler": (spoil, r"spoil changes the rows .*rows\.copy\(\)"),
    "an error": (lambda r: r["age"], "failed on ndarray of shape .* with IndexError"),
    "other columns": (
        LINE.__class__().fit(ARRAY[:, :2], ARRAY[:, 2]),
        "LinearRegression failed on",
    ),
    "labels": (lambda r: np.where(r[:, 0] > 13, "dry", "sweet"), "but expected numbers"),
    "unfitted": (RandomForestClassifier(), "unfitted, but expected a fitted model: call fit"),
    "a class": (RandomForestClassifier, "Got the class RandomForestClassifier, but expected"),
    "no model": (None, "Got a NoneType as the model, but expected an estimator"),
}

CALLS: dict[str, tuple[Callable[[], Any], str]] = {
    "no explainer": (lambda: explain(ARRAY, explainer=first), r"has no explain\(predict, backgro"),
    "an explainer's class": (
        lambda: explain(ARRAY, explainer=ll.Lime),
        r"has no explain\(predict, backgro",
    ),
    "a metric by its name": (
        lambda: ll.evaluate(np.zeros((2, 3)), first, ARRAY, ARRAY[:2], metrics=["pgi"]),
        "expected metric values such as limelab.metrics.PGI",
    ),
    "a metric's class": (
        lambda: ll.evaluate(np.zeros((2, 3)), first, ARRAY, ARRAY[:2], metrics=ll.metrics.PGI),
        "expected metric values such as limelab.metrics.PGI",
    ),
    "a wrong shape": (
        lambda: explain(ARRAY, explainer=Returns(np.zeros((2, 4)))),
        r"returned shape \(2, 4\); expected numbers of shape \(2, 3\) or \(2, 3, 1\)",
    ),
    "one column for two outputs": (
        lambda: explain(ARRAY, model=lambda r: r[:, :2], explainer=Returns(np.zeros((2, 3)))),
        r"returned shape \(2, 3\); expected numbers of shape \(2, 3, 2\); to explain one output",
    ),
    "no numbers": (
        lambda: explain(ARRAY, explainer=Returns({"x0": 1.0})),
        "the explainer returned dict; expected an Explanation or numbers of shape",
    ),
    "a part that is none": (lambda: ll.Lime(kernel=ll.Ridge()), "expected a Kernel value"),  # type: ignore[arg-type]
    "a part's class": (lambda: ll.Lime(surrogate=ll.Tree), "expected a Surrogate value"),  # type: ignore[arg-type]
    "unknown draws": (lambda: ll.Lime(draws="both"), "expected 'shared' or 'own'"),  # type: ignore[arg-type]
}


def refusals(cases: dict[str, tuple[Any, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("call", "message"), cases.values(), ids=cases.keys())


@refusals({**DATA, **TABLES, **CALLS})
def test_one_clear_refusal(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@refusals(MODELS)
def test_a_model_that_cannot_be_used(call: Any, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        explain(ARRAY, model=call)


@pytest.mark.parametrize("seed", [-1, 1.0, "0", None, True])
def test_a_seed_that_is_none(seed: Any) -> None:
    with pytest.raises(BadInput, match=r"seed=.*; expected a whole number of at least 0"):
        explain(ARRAY, seed=seed)
    with pytest.raises(BadInput, match=r"seed=.*; expected a whole number of at least 0"):
        ll.Lime(n_samples=64).explain(first, ARRAY, ARRAY[:1], seed=seed)


def test_good_input_next_to_the_bad_passes() -> None:
    row = FRAME.iloc[0].to_frame().T  # a frame of objects that are numbers
    assert explain(rows=row).instances == (0,)
    assert explain(ARRAY.tolist()).features == ("x0", "x1", "x2")
    assert grouped(one_hot(1, 2, 2, 1), {"job": ["a", "b"]}).features == ("job", "age")


# --- odd, but no reason to refuse ----------------------------------------------------------------

NOISE = np.random.default_rng(0).normal(size=(60, 3))
LABELS = np.random.default_rng(1).integers(0, 3, size=(60, 2))


def wave(rows: Any) -> Any:
    return 2 * rows[:, 0] + np.sin(rows[:, -1])


def of_frame(rows: pd.DataFrame) -> Any:
    """Any frame as one number a row, the first column a number or a category."""
    return rows.apply(lambda column: pd.factorize(column, sort=True)[0]).sum(axis=1) % 7


ODD_MODELS: dict[str, Callable[[Any], Any]] = {
    "constant": lambda r: np.full(len(r), 3.0),
    "zero": lambda r: np.zeros(len(r)),
    "large": lambda r: wave(r) * 1e130,
    "small": lambda r: wave(r) * 1e-130,
    "tiny": lambda r: wave(r) * 1e-300,
    "subnormal": lambda r: wave(r) * 1e-320,
    "far from zero": lambda r: 1e12 + wave(r) * 1e-3,
    "float32": lambda r: wave(r).astype(np.float32),
    "integers": lambda r: (3 * wave(r)).astype(int),
    "truth values": lambda r: wave(r) > 0,
    "objects": lambda r: wave(r).astype(object),
    "a list": lambda r: list(wave(r)),
    "a Series": lambda r: pd.Series(wave(r), index=np.arange(len(r)) + 5),
    "a frame": lambda r: pd.DataFrame({"p": wave(r), "q": 1 - wave(r)}),
    "one constant output": lambda r: np.column_stack([wave(r), np.ones(len(r))]),
}
ODD_DATA: dict[str, Any] = {
    "one column": NOISE[:, :1],
    "two rows": NOISE[:2],
    "three rows": NOISE[:3],
    "two rows, over and over": np.repeat(NOISE[:2], 10, axis=0),
    "a constant column": np.column_stack([NOISE, np.ones(60)]),
    "scales apart": NOISE * [1e12, 1e-12, 1],
    "scales far apart": NOISE * [1e200, 1e-200, 1],
    "far from zero": NOISE * 1e-6 + 1e9,
    "a column twice": NOISE[:, [0, 0, 1]],
    "collinear": np.column_stack([NOISE, NOISE.sum(axis=1)]),
    "all categories": pd.DataFrame(LABELS, columns=["p", "q"]).astype("category"),
    "a category of one": pd.DataFrame({"p": ["u"] * 60, "q": LABELS[:, 0] * 1.0}),
    "a name for each row": pd.DataFrame({"p": [f"u{j}" for j in range(60)], "q": NOISE[:, 0]}),
}
LIMES = [
    ll.Lime(perturbation, kernel=kernel, surrogate=surrogate, n_samples=128)
    for perturbation in (ll.Gaussian(), ll.Gaussian(2, ll.Sobol()), ll.Marginals(), ll.Neighbours())
    for kernel in (ll.Flat(), ll.Exponential(0.5))
    for surrogate in (ll.LeastSquares(), ll.Ridge(1, ll.Forward(2)), ll.Tree())
]


def proven(found: Any) -> None:
    """Finite where there is an explanation, and a note where there is none or R2 is undefined."""
    there = found.declined == ""
    for name in ("importance", "effect", "slope", "coef", "intercept", "g"):
        array = getattr(found, name)
        assert array is None or np.isfinite(array[there]).all(), name
    assert all(found.notes[np.isnan(found.r2).any(axis=1) & there])
    assert (np.abs(found.effect[there]) <= found.importance[there] * (1 + 1e-9)).all()
    frame = found.to_frame()
    assert frame["rank"].notna().sum() == there.sum() * len(found.outputs) * len(found.features)
    assert len(found.diagnostics()) == len(there) * len(found.outputs)


@pytest.mark.filterwarnings("ignore::limelab.LocalFitWarning")
@pytest.mark.parametrize("model", ODD_MODELS.values(), ids=ODD_MODELS.keys())
def test_odd_models(model: Callable[[Any], Any]) -> None:
    for lime in LIMES:
        proven(ll.explain(model, NOISE, NOISE[:2], explainer=lime))


@pytest.mark.filterwarnings("ignore::limelab.LocalFitWarning")
@pytest.mark.parametrize("data", ODD_DATA.values(), ids=ODD_DATA.keys())
def test_odd_data(data: Any) -> None:
    model = of_frame if isinstance(data, pd.DataFrame) else lambda rows: wave(rows / data[0])
    for lime in LIMES:
        proven(ll.explain(model, data, data[:2], explainer=lime))


def test_many_columns() -> None:
    data = np.random.default_rng(0).normal(size=(300, 200))
    for lime in LIMES[:6]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ll.LocalFitWarning)
            proven(ll.explain(wave, data, data[:1], explainer=lime))


def test_nothing_varies() -> None:
    data = np.ones((20, 3))
    for lime in LIMES[:12]:
        found = ll.explain(wave, data, data[:1], explainer=lime)
        proven(found)
        assert "did not vary here" in found.notes[0]
        assert not found.selected.any()
    with pytest.raises(ll.NotApplicable, match="every background row equals x"):
        ll.explain(wave, data, data[:1], explainer=ll.Lime(ll.Neighbours()))
