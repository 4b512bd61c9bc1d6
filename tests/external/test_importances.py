"""scikit-learn's impurity importance as an explanation of every row."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from limelab.external import Impurity
from limelab.types import NotApplicable


def test_every_row_and_output_gets_the_same() -> None:
    x = np.random.default_rng(0).normal(size=(60, 3))
    forest = RandomForestClassifier(5, random_state=0).fit(x, x[:, 0] > 0)
    found = Impurity().explain(forest, x, x[:2])
    assert found.shape == (2, 3, 2)
    assert np.array_equal(found[1, :, 0], forest.feature_importances_)


def test_a_model_without_is_declined() -> None:
    x = np.random.default_rng(0).normal(size=(60, 3))
    with pytest.raises(NotApplicable, match="LinearRegression has no feature_importances_"):
        Impurity().explain(LinearRegression().fit(x, x[:, 0]), x, x[:1])
    pipeline = make_pipeline(PolynomialFeatures(2), RandomForestClassifier(3))
    with pytest.raises(NotApplicable, match="Pipeline has no feature_importances_"):
        Impurity().explain(pipeline.fit(x, x[:, 0] > 0), x, x[:1])
