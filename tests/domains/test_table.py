"""A table hands a model just what it was fitted on, and keeps nothing that others may change."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from limelab import datasets
from limelab.domains import Table, infer

WORDS = ["clerk", "smith", "clerk", "baker"]
COLUMNS: dict[str, pd.Series[Any]] = {
    "float": pd.Series([1.5, -2.0, 0.0, 1e300]),
    "int": pd.Series([3, 1, 2, 3]),
    "bool": pd.Series([True, False, False, True]),
    "category": pd.Series(WORDS, dtype=pd.CategoricalDtype([*sorted(set(WORDS)), "unused"])),
    "ordered": pd.Series(
        WORDS, dtype=pd.CategoricalDtype(["smith", "baker", "clerk"], ordered=True)
    ),
    "interval": pd.Series(pd.cut([1, 5, 9, 2], 3)),
    "object": pd.Series(WORDS, dtype=object),
    "str": pd.Series(WORDS, dtype="str"),
    "string": pd.Series(WORDS, dtype="string[python]"),
    "Int64": pd.Series([3, 1, 2, 3], dtype="Int64"),
    "Float64": pd.Series([3, 1, 2.5, 3], dtype="Float64"),
    "boolean": pd.Series([True, False, False, True], dtype="boolean"),
    "float32": pd.Series([0.1, 0.2, 0.3, 0.4], dtype="float32"),
    "uint8": pd.Series([0, 255, 7, 7], dtype="uint8"),
}
MIXED = pd.DataFrame(COLUMNS)
NUMBERS = ["float", "int", "Int64", "Float64", "float32", "uint8"]


def one_hot(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return pd.get_dummies(frame, columns=[column])


@pytest.mark.parametrize("name", COLUMNS)
def test_every_kind_of_column_comes_back(name: str) -> None:
    frame = MIXED[[name]]
    table = Table(frame)
    back = table.decode(table.encode(frame))
    wanted = frame.astype("float64") if name in NUMBERS else frame
    pd.testing.assert_frame_equal(back, wanted)
    assert table.categorical.tolist() == [name not in NUMBERS]


def test_a_mixed_table_comes_back_in_order() -> None:
    table = Table(MIXED)
    rows = MIXED.iloc[[2, 0]]
    back = table.decode(table.encode(rows)).set_index(rows.index)
    pd.testing.assert_frame_equal(back, rows.astype(dict.fromkeys(NUMBERS, "float64")))
    assert table.names == tuple(MIXED.columns)
    assert (
        table.values(table.encode(rows))[:, list(MIXED).index("object")].tolist() == ["clerk"] * 2
    )


@pytest.mark.parametrize("data", ["wine", "anes96", "arrests"])
def test_real_data_come_back(data: str) -> None:
    frame = datasets.load(data).X.reset_index(drop=True)
    table = Table(frame)
    pd.testing.assert_frame_equal(table.decode(table.background), frame)


@given(st.lists(st.sampled_from(list(COLUMNS)), unique=True, min_size=1), st.randoms())
def test_rows_may_come_in_another_order_of_columns(names: list[str], random: Any) -> None:
    frame = MIXED[names]
    shuffled = frame[random.sample(names, len(names))]
    table = Table(frame)
    assert (table.encode(shuffled) == table.background).all()


def test_categories_of_numbers_are_declared() -> None:
    table = Table(MIXED, categorical=["int", "Int64", "float32"])
    assert table.categorical[[list(MIXED).index(n) for n in ("int", "Int64", "float32")]].all()
    back = table.decode(table.encode(MIXED))
    for name in ("int", "Int64", "float32"):
        pd.testing.assert_series_equal(back[name], MIXED[name])
    array = Table(np.array([[1.0, 5.0], [2.0, 7.0]]), categorical=[1])
    assert array.categorical.tolist() == [False, True]
    assert array.decode(array.encode([[1.5, 7.0]])).tolist() == [[1.5, 7.0]]


# --- names ---------------------------------------------------------------------------------------

NAMES: list[list[Any]] = [[0, 1], [("a", 1), ("b", 2)], ["a b", "a_b"], [2.5, "x"], ["$x$", "<b>"]]


@pytest.mark.parametrize("names", NAMES, ids=repr)
@pytest.mark.parametrize("values", [[1.0, 2.0, 3.0], ["u", "v", "u"]], ids=["numbers", "text"])
def test_any_names_are_kept(names: list[Any], values: list[Any]) -> None:
    frame = pd.DataFrame({0: values, 1: [1.0, 2.0, 4.0]})
    frame.columns = pd.Index(names, tupleize_cols=False)
    table = Table(frame)
    pd.testing.assert_frame_equal(table.decode(table.background), frame)
    assert table.names == tuple(map(str, names))


def test_levels_of_column_names_are_kept() -> None:
    frame = pd.DataFrame([[1.0, "u"], [2.0, "v"]])
    frame.columns = pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")], names=["one", "two"])
    table = Table(frame)
    pd.testing.assert_frame_equal(table.decode(table.background), frame, check_dtype=False)


def test_columns_called_like_verbs_make_no_domain() -> None:
    frame = pd.DataFrame({"encode": [1.0, 2.0], "views": [3.0, 4.0]})
    assert infer(frame).views(frame)[0][0].names == ("encode", "views")
    table = Table(frame)
    assert infer(table) is table


# --- arrays --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float64", "float32", "int16", "bool"])
def test_arrays_of_numbers_are_arrays_of_floats(dtype: str) -> None:
    array = np.array([[0, 1], [1, 1], [1, 0]]).astype(dtype)
    table = Table(array)
    back = table.decode(table.background)
    assert back.dtype == np.float64
    assert (back == array).all()
    assert table.categorical.all() == (dtype == "bool")


def test_arrays_of_objects_and_of_text_come_back() -> None:
    mixed = np.array([[1.0, "u"], [2.0, "v"]], dtype=object)
    text = np.array([["a", "u"], ["b", "v"]])
    for array in (mixed, text):
        table = Table(array)
        back = table.decode(table.background)
        assert back.dtype == array.dtype
        assert (back == array).all()
        assert (table.frame == array).all()
    assert Table(mixed).categorical.tolist() == [False, True]
    lists = Table(mixed.tolist())
    assert lists.categorical.tolist() == [False, True]
    assert lists.encode([[3.5, "v"]]).tolist() == [[3.5, 1.0]]


# --- groups --------------------------------------------------------------------------------------


def grouped(*, none: bool) -> tuple[Table, pd.DataFrame]:
    frame = one_hot(datasets.load("anes96").X, "educ")
    members = [name for name in frame if str(name).startswith("educ_")]
    frame = frame[[members[0], "age", *members[1:], "PID"]]  # scattered on purpose
    left_out = members[:-1] if none else members
    return Table(frame.drop(columns=set(members) - set(left_out)), groups={"educ": left_out}), frame


@pytest.mark.parametrize("none", [False, True])
def test_a_group_is_one_feature_and_comes_back_in_place(none: bool) -> None:
    table, _ = grouped(none=none)
    assert table.names == ("educ", "age", "PID")
    back = table.decode(table.background)
    assert list(back) == list(table.frame)
    for name in back.columns.drop("PID"):
        assert (back[name].to_numpy() == table.frame[name].to_numpy(float)).all()
        assert back[name].dtype == np.float64
    labels = set(table.values(table.background)[:, 0])
    assert ("none" in labels) == none
    assert table.categorical.tolist() == [True, False, True]


def test_groups_of_arrays_are_named_by_position() -> None:
    array = np.array([[1, 0, 3.5], [0, 1, 4.5], [0, 0, 5.5]])
    table = Table(array, groups={"job": [0, 1]})
    assert table.names == ("job", "x2")
    assert table.background[:, 0].tolist() == [0, 1, 2]
    assert (table.decode(table.background) == array).all()


# --- what models are handed ----------------------------------------------------------------------


def test_a_pipeline_by_names_answers_as_it_would_by_itself() -> None:
    data = datasets.load("anes96")
    texts = data.X.astype(dict.fromkeys(data.categorical, "str"))
    columns = make_column_transformer(
        (OneHotEncoder(), list(data.categorical)), remainder=StandardScaler()
    )
    model = make_pipeline(columns, LogisticRegression(max_iter=500)).fit(texts, data.y)
    table = Table(texts)
    answers = model.predict_proba(table.decode(table.encode(texts[::-1])))
    assert (answers == model.predict_proba(texts[::-1])).all()


# --- what is kept --------------------------------------------------------------------------------


def test_nothing_leaks_in_or_out() -> None:
    frame, target = MIXED.copy(), np.arange(4.0)
    table = Table(frame, target=target)
    before = table.background.copy()
    pd.testing.assert_frame_equal(frame, MIXED)
    frame.loc[:, "float"] = 7.0
    target[:] = 7
    handed = table.frame
    handed.loc[:, "int"] = 9
    assert (table.background == before).all()
    assert (table.decode(table.background)["float"] == MIXED["float"]).all()
    assert table.frame["int"].tolist() == [3, 1, 2, 3]
    assert table.frame["float"].tolist() == MIXED["float"].tolist()
    assert table.target.tolist() == [0, 1, 2, 3]
    array = np.ones((3, 2))
    kept = Table(array)
    array[0] = 5
    assert (kept.background == 1).all()


def test_what_is_shared_is_read_only() -> None:
    table = Table(MIXED)
    for array in (table.background, table.mean, table.scale):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_a_thing_is_computed_once() -> None:
    table, calls = Table(MIXED), []

    def compute() -> str:
        calls.append(1)
        return "known"

    assert [table.once("key", compute) for _ in range(3)] == ["known"] * 3
    assert len(calls) == 1
    assert Table(MIXED).once("key", lambda: None) is None
    assert pickle.loads(pickle.dumps(table)).fingerprint == table.fingerprint


def test_moments_are_those_of_the_background() -> None:
    frame = datasets.load("diabetes").X
    table = Table(frame)
    numbers = ~table.categorical
    np.testing.assert_allclose(table.mean[numbers], frame.loc[:, numbers].mean(), rtol=1e-13)
    wanted = frame.loc[:, numbers].std(ddof=0)
    np.testing.assert_allclose(table.scale[numbers], wanted, rtol=1e-12)
    assert not table.scale[~numbers].any()
    assert Table(np.full((7, 1), 0.1)).scale.tolist() == [0.0]


@pytest.mark.parametrize("power", [-300, -40, 0, 40, 290])
def test_moments_follow_the_unit(power: int) -> None:
    column = datasets.load("wine").X[["alcohol"]].to_numpy()
    unit, plain = Table(np.ldexp(column, power)), Table(column)
    assert unit.scale == np.ldexp(plain.scale, power)
    assert unit.mean == np.ldexp(plain.mean, power)


def test_labels_are_those_of_the_index() -> None:
    table = Table(MIXED)
    assert table.labels(MIXED.set_axis(list("wxyz"))) == tuple("wxyz")
    assert Table(np.eye(3)).labels(np.eye(3)[1:]) == (0, 1)


# --- fingerprints --------------------------------------------------------------------------------

CHANGES: dict[str, Callable[[], Table]] = {
    "same": lambda: Table(MIXED),
    "copy": lambda: Table(MIXED.set_axis(list("wxyz"))),
    "value": lambda: Table(MIXED.assign(float=[1.5, -2.0, 0.0, 1e299])),
    "level": lambda: Table(MIXED.assign(object=[*WORDS[:3], "cook"])),
    "name": lambda: Table(MIXED.rename(columns={"int": "integer"})),
    "dtype": lambda: Table(MIXED.astype({"int": "int32"})),
    "order": lambda: Table(MIXED[::-1]),
    "columns": lambda: Table(MIXED[list(MIXED)[::-1]]),
    "declared": lambda: Table(MIXED, categorical=["int"]),
    "target": lambda: Table(MIXED, target=[1, 2, 3, 4]),
    "other target": lambda: Table(MIXED, target=[1, 2, 3, 5]),
}


def test_a_fingerprint_tells_tables_apart() -> None:
    prints = {name: make().fingerprint for name, make in CHANGES.items()}
    assert prints["same"] == prints["copy"] == Table(MIXED).fingerprint
    assert len(set(prints.values())) == len(prints) - 1
    frame = datasets.load("wine").X
    assert Table(frame).fingerprint != Table(frame.to_numpy()).fingerprint


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    code = (
        "from limelab import Table, datasets; d = datasets.load('anes96');"
        "print(Table(d.X, categorical=['age'], target=d.y).fingerprint)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    data = datasets.load("anes96")
    assert done.stdout.strip() == Table(data.X, categorical=["age"], target=data.y).fingerprint
