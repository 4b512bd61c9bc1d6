"""scikit-learn's importances as explanations of every row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

import limelab as ll
from limelab.domains import Table
from limelab.external import Impurity, LabelPermutation
from limelab.types import Array, BadInput, NotApplicable


def rows() -> Array:
    return np.random.default_rng(0).normal(size=(60, 3))


def test_every_row_and_output_gets_the_same() -> None:
    x = rows()
    forest = RandomForestClassifier(5, random_state=0).fit(x, x[:, 0] > 0)
    found = Impurity().explain(forest, x, x[:2])
    assert found.shape == (2, 3, 2)
    assert np.array_equal(found[1, :, 0], forest.feature_importances_)


def test_one_hot_columns_of_a_group_are_summed() -> None:
    job = np.random.default_rng(1).integers(0, 3, 60)
    frame = pd.DataFrame({f"job_{j}": (job == j) * 1.0 for j in range(3)} | {"age": rows()[:, 0]})
    forest = RandomForestRegressor(5, random_state=0).fit(frame, job + frame["age"])
    table = Table(frame, groups={"job": ["job_0", "job_1", "job_2"]})
    found = ll.explain(forest, None, frame.iloc[:1], domain=table, explainer=Impurity())
    own = forest.feature_importances_
    j = found.features.index("job")
    assert found.effect[0, j, 0] == pytest.approx(own[:3].sum())


def test_a_model_without_is_declined() -> None:
    x = rows()
    with pytest.raises(NotApplicable, match="LinearRegression has no impurity importance"):
        Impurity().explain(LinearRegression().fit(x, x[:, 0]), x, x[:1])
    pipeline = make_pipeline(PolynomialFeatures(2), RandomForestClassifier(3))
    with pytest.raises(NotApplicable, match="PolynomialFeatures before the model mixes columns"):
        Impurity().explain(pipeline.fit(x, x[:, 0] > 0), x, x[:1])


@pytest.mark.parametrize("classes", [True, False])
def test_labels_give_scikit_learns_own_numbers(classes: bool) -> None:
    x = rows()
    y = np.where(x[:, 0] > 0, "up", "down") if classes else x[:, 0]
    model = (RandomForestClassifier if classes else RandomForestRegressor)(5, random_state=0)
    found = LabelPermutation(3).explain(model.fit(x, y), Table(x, target=y), x[:2], seed=4)
    scoring = "neg_log_loss" if classes else "neg_mean_squared_error"
    theirs = permutation_importance(model, x, y, scoring=scoring, n_repeats=3, random_state=4)
    assert found.shape == (2, 3, 1 + classes)
    assert np.allclose(found[1, :, 0], theirs.importances_mean)


def test_labels_that_are_not_known_are_declined() -> None:
    x = rows()
    with pytest.raises(NotApplicable, match="no target is known"):
        LabelPermutation().explain(lambda z: z[:, 0], x, x[:1])
    with pytest.raises(NotApplicable, match="a model of all its classes"):
        LabelPermutation().explain(lambda z: z[:, :2], Table(x, target=x[:, 0]), x[:1])
    with pytest.raises(BadInput, match="repeats"):
        LabelPermutation(0)
