"""Known traps of lime 0.2.0.1: each springs on lime here, and not on the preset."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from limelab.lime import Lime
from limelab.presets import lime_tabular, lime_tabular_continuous
from limelab.types import Array, LocalFitWarning

lime_package = pytest.importorskip("lime.lime_tabular")

DATA = np.random.default_rng(5).normal(size=(200, 4))
LIME = lime_tabular(num_samples=500)


def foreign(data: Any = DATA, **options: Any) -> Any:
    settings = {"mode": "regression", "random_state": 0, **options}
    return lime_package.LimeTabularExplainer(data, **settings)


def plane(rows: Any) -> Array:
    return np.asarray(np.asarray(rows, dtype=float)[:, :2] @ [2.0, -1.0])


def weights(explanation: Any, k: int = 4) -> Array:
    found = np.zeros(k)
    for j, coef in explanation.local_exp[1]:
        found[j] = coef
    return found


def explained(explainer: Any, row: Any = DATA[0], model: Any = plane, **options: Any) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return weights(explainer.explain_instance(row, model, num_samples=500, **options))


def coefs(lime: Lime, model: Any, data: Any, rows: Any) -> Array:
    found = lime.explain(model, data, rows, seed=0).coef
    assert found is not None
    return found


def test_the_second_call_says_the_same() -> None:
    theirs = foreign()
    assert not np.array_equal(explained(theirs), explained(theirs))
    first, second = (coefs(LIME, plane, DATA, DATA[:1]) for _ in range(2))
    assert np.array_equal(first, second)


def test_a_row_says_the_same_alone_and_in_company() -> None:
    theirs = foreign()
    explained(theirs, DATA[1])
    assert not np.array_equal(explained(theirs), explained(foreign()))
    whole = coefs(LIME, plane, DATA, DATA[:2])
    assert np.allclose(whole[:1], coefs(LIME, plane, DATA, DATA[:1]), atol=1e-12)


def test_a_pandas_row_is_a_row() -> None:
    frame = pd.DataFrame(DATA, columns=list("abcd"))
    with pytest.raises(KeyError):
        explained(foreign(frame.to_numpy()), frame.iloc[0])
    assert np.isfinite(coefs(LIME, plane, frame, frame.iloc[[0]])).all()


def people() -> tuple[pd.DataFrame, Array]:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(
        {"age": rng.normal(40, 9, 200), "job": rng.choice(["clerk", "smith"], 200)}
    )
    return frame, frame["age"].to_numpy() / 10 + 3.0 * (frame["job"] == "smith").to_numpy()


def test_strings_are_categories() -> None:
    frame, target = people()
    with pytest.raises((ValueError, TypeError)):
        foreign(frame.to_numpy())
    told = make_pipeline(OneHotEncoder(), LinearRegression()).fit(frame[["job"]], target)
    found = coefs(
        LIME, lambda rows: np.asarray(told.predict(rows[["job"]])), frame, frame.iloc[[0]]
    )
    sign = 1 if frame["job"].iloc[0] == "smith" else -1
    assert sign * found[0, 1, 0] > 1


def test_a_pipeline_of_named_columns_is_asked_with_names() -> None:
    frame, target = people()
    columns = ColumnTransformer(
        [("age", StandardScaler(), ["age"]), ("job", OneHotEncoder(), ["job"])]
    )
    model = make_pipeline(columns, LinearRegression()).fit(frame, target)
    coded = np.column_stack([frame["age"], frame["job"] == "smith"]).astype(float)
    with pytest.raises(ValueError, match="dataframes"):
        explained(foreign(coded, categorical_features=[1]), coded[0], model.predict)
    assert np.isfinite(coefs(LIME, model, frame, frame.iloc[:3])).all()


def test_an_explainer_pickles() -> None:
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.dumps(foreign())
    assert pickle.loads(pickle.dumps(LIME)) == LIME


def test_no_output_is_dropped() -> None:
    def two(rows: Array) -> Array:
        return np.column_stack([plane(rows), 5 * rows[:, 3]])

    theirs = explained(foreign(), model=two)
    assert np.array_equal(theirs, explained(foreign(), model=plane))  # the second went unsaid
    assert coefs(LIME, two, DATA, DATA[:1]).shape == (1, 4, 2)


def test_a_constant_column_stays_what_it_is() -> None:
    data = DATA.copy()
    data[:, 2] = 7.0
    seen: list[Any] = []

    def spy(rows: Array) -> Array:
        seen.append(np.ptp(rows[:, 2]))
        return np.asarray(plane(rows) + 100.0 * (rows[:, 2] != 7.0))

    explained(foreign(data, discretize_continuous=False), data[0], spy)
    assert seen[-1] > 1  # lime asked about values that the column never takes
    seen.clear()
    lime = lime_tabular_continuous(num_samples=500)
    found = lime.explain(spy, data, data[:1], seed=0)
    assert max(seen) == 0
    assert found.coef is not None
    assert found.coef[0, 2, 0] == 0
    assert "did not vary here" in found.notes[0]


def test_a_bin_of_one_value_keeps_its_value() -> None:
    data = DATA.copy()
    data[:100, 0] = 7.0  # the quartiles hold a bin (.., 7] whose rows are all 7
    data[100:, 0] = 9.0 + np.abs(DATA[100:, 0])
    seen: list[float] = []

    def spy(rows: Array) -> Array:
        seen.append(float(rows[:, 0].min()))
        return plane(rows)

    explained(foreign(data), data[0], spy)
    assert min(seen) < 6.9
    seen.clear()
    coefs(LIME, spy, data, data[:1])
    assert min(seen) == 7.0


def test_where_no_sample_weighs_anything_there_is_no_answer() -> None:
    far = np.full((1, 4), 80.0)
    theirs = explained(foreign(discretize_continuous=False), far[0])
    assert (theirs == 0).all()  # and no word
    lime = lime_tabular_continuous(num_samples=500)
    with pytest.warns(LocalFitWarning, match="effective samples"):
        found = lime.explain(plane, DATA, far, seed=0)
    assert found.coef is not None
    assert np.isnan(found.coef).all()
