"""Impurity importance put together by feature, against the names that scikit-learn gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from limelab import models
from limelab.domains import Table
from limelab.importance import impurity_importance
from limelab.types import NotApplicable
from tests.parts import mixed

FOREST = RandomForestRegressor(n_estimators=10, random_state=0, n_jobs=1)


def target(n: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=n) + np.arange(n) % 3


def test_of_a_forest_on_numbers_it_is_the_forests_own() -> None:
    x = np.random.default_rng(0).normal(size=(80, 3))
    forest = RandomForestRegressor(n_estimators=10, random_state=0).fit(x, x[:, 1])
    for found in (impurity_importance(forest), impurity_importance(forest, Table(x))):
        assert found.shape == (1, 3, 1)
        assert found[0, :, 0] == pytest.approx(forest.feature_importances_)


def test_of_a_recipe_codes_are_put_together_by_name() -> None:
    table = mixed()
    frame = table.frame
    model = models.fit(models.forest(n_estimators=10), frame, target(len(frame)), "regression")
    found = impurity_importance(model, table)[0, :, 0]
    coder, forest = (step for _, step in model.steps)
    names = coder.get_feature_names_out()
    wanted = [
        sum(v for n, v in zip(names, forest.feature_importances_, strict=True)
            if n == name or n.startswith(f"{name}_"))
        for name in table.names
    ]  # fmt: skip
    assert found == pytest.approx(wanted)
    assert found.sum() == pytest.approx(1)
    assert found == pytest.approx(impurity_importance(model)[0, :, 0])


def test_declared_groups_are_one_feature() -> None:
    rng = np.random.default_rng(2)
    level, age = rng.integers(0, 3, 90), rng.normal(size=90)
    codes = {f"is {j}": (level == j).astype(int) for j in range(3)}
    frame = pd.DataFrame({"is 0": codes["is 0"], "age": age, "is 1": codes["is 1"],
                          "is 2": codes["is 2"]})  # fmt: skip
    table = Table(frame, groups={"level": ["is 0", "is 1", "is 2"]})
    forest = RandomForestClassifier(n_estimators=10, random_state=0).fit(frame, level == 1)
    found = dict(zip(table.names, impurity_importance(forest, table)[0, :, 0], strict=True))
    own = dict(zip(frame, forest.feature_importances_, strict=True))
    assert found["level"] == pytest.approx(own["is 0"] + own["is 1"] + own["is 2"])
    assert found["age"] == pytest.approx(own["age"])


def test_steps_that_keep_columns_apart_are_followed() -> None:
    frame = mixed().frame
    parts = make_column_transformer(
        (make_pipeline(StandardScaler(), MinMaxScaler()), ["pay", "age"]),
        (OneHotEncoder(drop="first", sparse_output=False), ["job", "city"]),
        ("drop", ["same"]),
        remainder="passthrough",
    )
    model = make_pipeline(parts, StandardScaler(), FOREST).fit(frame, target(len(frame)))
    own = model[-1].feature_importances_  # pay, age, two jobs, one city, code
    wanted = {"pay": own[0], "age": own[1], "job": own[2] + own[3], "city": own[4],
              "same": 0.0, "code": own[5]}  # fmt: skip
    found = impurity_importance(model, mixed())[0, :, 0]
    assert found == pytest.approx([wanted[name] for name in mixed().names])


def test_what_is_declined() -> None:
    x = np.random.default_rng(0).normal(size=(60, 3))
    with pytest.raises(NotApplicable, match="LinearRegression has no impurity importance"):
        impurity_importance(LinearRegression().fit(x, x[:, 0]))
    mixing = make_pipeline(PCA(2), FOREST).fit(x, x[:, 0])
    with pytest.raises(NotApplicable, match="PCA before the model mixes columns"):
        impurity_importance(mixing)
    with pytest.raises(NotApplicable, match="takes 3 columns, but the view has 2"):
        impurity_importance(FOREST.fit(x, x[:, 0]), Table(x[:, :2]))
    rare = make_pipeline(OneHotEncoder(min_frequency=25, sparse_output=False), FOREST)
    codes = pd.DataFrame({"a": ["x"] * 30 + ["y"] * 20 + ["z"] * 10})
    with pytest.raises(NotApplicable, match="rare categories"):
        impurity_importance(rare.fit(codes, np.arange(60.0)))


@pytest.mark.slow
def test_it_favours_many_levels() -> None:
    """Strobl et al. 2007, the null case: n = 120, one number and 2, 4, 10, 20 levels, y a coin.

    Impurity of 100 trees rises with the levels to .362 (number), .056, .115, .206, .261.
    """
    found = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        x = np.column_stack(
            [rng.normal(size=120), *(rng.integers(0, m, 120) for m in (2, 4, 10, 20))]
        )
        forest = RandomForestClassifier(n_estimators=100, random_state=seed, n_jobs=1)
        found.append(impurity_importance(forest.fit(x, rng.integers(0, 2, 120)))[0, :, 0])
    assert np.mean(found, axis=0) == pytest.approx([0.362, 0.056, 0.115, 0.206, 0.261], abs=0.012)
