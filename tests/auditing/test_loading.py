"""Models and tables by name: what is read, what is left out and said, and ten refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from limelab.auditing.loading import data_from, is_file, model_from, must_be_trusted
from limelab.types import BadInput

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame({"a": RNG.normal(size=40), "b": RNG.normal(size=40)})
FRAME["y"] = 2 * FRAME["a"] - FRAME["b"]


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "d.csv"
    FRAME.to_csv(path, index=False)
    return path


def read(path, target="y", rows="0:3", missing="refuse", model=None):
    return data_from(path, target, rows, missing, model)


def holed(tmp_path, *rows):
    frame = FRAME.copy()
    frame.loc[list(rows), "b"] = np.nan
    path = tmp_path / "holes.csv"
    frame.to_csv(path, index=False)
    return path


def test_features_target_and_rows_are_told_apart(csv):
    found = read(csv, rows="1,-1")
    assert list(found.X.columns) == ["a", "b"]
    assert np.allclose(found.y, FRAME["y"])
    assert found.rows.index.tolist() == [1, 39]
    assert found.notes == ()


def test_columns_are_those_that_the_model_was_fitted_on(csv):
    model = LinearRegression().fit(FRAME[["b", "a"]], FRAME["y"])
    found = read(csv, target=None, model=model)
    assert list(found.X.columns) == ["b", "a"]
    assert found.notes == ("columns that the model was not fitted on are left out: y",)


def test_lightgbm_writes_spaces_its_own_way(tmp_path):
    class Named:
        feature_names_in_ = np.array(["mean_area", "b_c"])

    path = tmp_path / "spaced.csv"
    FRAME.rename(columns={"a": "b_c", "b": "mean area"}).to_csv(path, index=False)
    assert list(read(path, target=None, model=Named()).X.columns) == ["mean area", "b_c"]


def test_columns_are_those_that_boosters_name(csv):
    lightgbm, xgboost = pytest.importorskip("lightgbm"), pytest.importorskip("xgboost")
    X, y = FRAME[["b", "a"]], FRAME["y"]
    light = lightgbm.train({"verbose": -1}, lightgbm.Dataset(X, y), 1)
    extreme = xgboost.train({}, xgboost.DMatrix(X, y), 1)
    for model in (light, extreme):
        assert list(read(csv, target=None, model=model).X.columns) == ["b", "a"]
    strange = xgboost.train({}, xgboost.DMatrix(X.rename(columns={"a": "c"}), y), 1)
    with pytest.raises(BadInput, match="lacks 'c', on which the model was fitted"):
        read(csv, model=strange)


def test_a_range_past_the_end_is_said(csv):
    assert read(csv, rows="38:50").notes == (
        "--rows 38:50: 2 of the 12 rows asked for are there; 40 rows came",
    )
    assert read(csv, rows="-2:50").notes == (
        "--rows -2:50: 2 of the 12 rows asked for are there; 40 rows came",
    )
    for rows in ("0:40", "38:", "-3:-1", "0,39"):
        assert read(csv, rows=rows).notes == ()


def test_names_in_messages_are_few_and_say_how_many_more(tmp_path):
    path = tmp_path / "wide.csv"
    pd.DataFrame(np.zeros((3, 12))).add_prefix("c").to_csv(path, index=False)
    with pytest.raises(BadInput, match=r"it has 'c0', .*'c7' and 4 more$"):
        read(path, target="y")


def test_rows_with_missing_values_are_dropped_where_that_is_said(tmp_path):
    path = holed(tmp_path, 1, 20)
    found = read(path, missing="drop")
    assert len(found.X) == len(found.y) == 38
    assert found.rows.index.tolist() == [0, 2]
    assert found.notes == (
        "2 of 40 rows left out for missing values (b 2)",
        "1 of the 3 rows asked for are among them",
    )


def test_labels_that_are_missing_are_not_used(tmp_path):
    path = tmp_path / "labels.csv"
    FRAME.assign(y=FRAME["y"].where(FRAME.index > 4)).to_csv(path, index=False)
    found = read(path)
    assert found.y is None
    assert found.notes == ("labels are not used: 5 of 40 are missing in y",)


def test_parquet_is_read_where_pandas_can(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "d.parquet"
    FRAME.to_parquet(path)
    assert read(path).X.equals(FRAME[["a", "b"]])


REFUSED = {
    "no such file": (lambda p: read(p.parent / "none.csv"), "there is no such file"),
    "another format": (lambda p: read(p.with_suffix(".xls")), r"ends in \.csv or \.parquet"),
    "no such target": (lambda p: read(p, target="z"), "--target z: .* no such column; it has"),
    "no such rows": (lambda p: read(p, rows="90:99"), "holds none of the 40 rows"),
    "rows past the end": (lambda p: read(p, rows="0,40"), "--rows '0,40' of 40 rows; expected"),
    "rows in words": (lambda p: read(p, rows="first"), "expected positions from 0, such as 0:20"),
    "missing values": (
        lambda p: read(holed(p.parent, 3)),
        r"1 of 40 rows have missing values \(b 1\); say --missing drop",
    ),
    "another choice": (lambda p: read(p, missing="fill"), "--missing fill; expected one of refuse"),
    "all rows missing": (
        lambda p: read(holed(p.parent, 0, 1, 2), missing="drop"),
        "all of them have missing values; choose others",
    ),
    "a column of the model": (
        lambda p: read(
            p,
            model=LinearRegression().fit(FRAME[["a", "b"]].rename(columns={"a": "c"}), FRAME["y"]),
        ),
        r"lacks 'c', on which the model was fitted",
    ),
    "an untrusted file": (
        lambda p: must_be_trusted("m.joblib", trusted=False),
        "loading a model file runs whatever code is in it; say --trust-model-file",
    ),
    "no such model file": (lambda p: must_be_trusted("m.joblib", trusted=True), "no file m.joblib"),
    "a name without a module": (lambda p: model_from("mine"), "'mine' names no model; expected"),
    "no such module": (lambda p: model_from("no_such_module:f"), "No module named"),
    "no such function": (lambda p: model_from("math:nothing"), "has no attribute 'nothing'"),
    "one row": (lambda p: one_row(p), "holds 1 rows and 3 columns; too few"),
    "no table": (lambda p: no_table(p), "cannot be read .*expected a table"),
}


def test_parquet_without_a_reader_or_without_a_table_is_one_clear_error(tmp_path):
    path = tmp_path / "d.parquet"
    path.write_bytes(b"no table")
    with pytest.raises(BadInput, match=r"install it, or give CSV|cannot be read"):
        read(path)


def one_row(path):
    FRAME[:1].to_csv(path, index=False)
    return read(path)


def no_table(path):
    path.write_text('a,b\n1,2\n1,2,3,4\n"', encoding="utf-8")
    return read(path)


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_clear_error(case, csv):
    call, message = REFUSED[case]
    with pytest.raises(BadInput, match=message):
        call(csv)


def test_files_and_names_are_told_apart():
    assert is_file("a/b.JOBLIB")
    assert not is_file("package.module:function")
    assert model_from("math:hypot")(3, 4) == 5
