"""lime's explanations: the label that is meant, of the outputs and features that there are."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import limelab as ll
from limelab import metrics
from limelab.datasets import load
from limelab.types import BadInput
from tests.study.spies import Spy, seen

lime_tabular = pytest.importorskip("lime.lime_tabular")
IRIS = load("iris")
TWO = IRIS.y != "setosa"
X, Y = IRIS.X[TWO].to_numpy(), IRIS.y[TWO]
MODEL = LogisticRegression().fit(X, Y)
ROWS = X[:2]


def explained(model: Any = MODEL, mode: str = "classification", **how: Any) -> list[Any]:
    maker = lime_tabular.LimeTabularExplainer(X, mode=mode, random_state=0)
    ask = model.predict if mode == "regression" else model.predict_proba
    return [maker.explain_instance(row, ask, num_samples=200, **how) for row in ROWS]


def read(given: Any, model: Any = MODEL, **how: Any) -> Any:
    ll.evaluate(given, model, X, ROWS, metrics=[Spy(), metrics.Sparseness()], **how)
    evidence, *_ = seen("spy")
    assert evidence.coef is not None
    return evidence


def weights(given: Any, label: int) -> Any:
    return np.array([[dict(one.as_map()[label])[j] for j in range(4)] for one in given])


def test_one_of_several_labels_may_be_named() -> None:
    given = explained(labels=(0, 1))
    both = read(given).coef[0]
    np.testing.assert_array_equal(both, np.stack([weights(given, c) for c in (0, 1)], axis=2))
    for label, name in enumerate(("versicolor", "virginica")):
        evidence = read(given, output=name)
        assert evidence.outputs == (name,)
        np.testing.assert_array_equal(evidence.coef[0, :, :, 0], weights(given, label))


def test_the_label_that_all_rows_have_is_read_whatever_else_some_have() -> None:
    given = explained(labels=(0, 1))
    del given[0].local_exp[1]
    np.testing.assert_array_equal(read(given).coef[0, :, :, 0], weights(given, 0))


def test_another_output_than_the_label_is_refused() -> None:
    with pytest.raises(BadInput, match=r"output='versicolor' came with .* labels \[1\]"):
        read(explained(labels=(1,)), output=0)


def test_a_label_that_the_model_has_not_is_refused() -> None:
    given = deepcopy(explained(labels=(1,)))
    for one in given:
        one.local_exp = {5: one.local_exp[1]}
    with pytest.raises(BadInput, match=r"labels \[5\]; the model has 2 outputs"):
        read(given)


@pytest.mark.parametrize("feature", [-1, 4])
def test_a_feature_that_the_background_has_not_is_refused(feature: int) -> None:
    given = explained(labels=(1,))
    given[1].local_exp[1][0] = (feature, 1.0)
    with pytest.raises(BadInput, match=f"lime names feature {feature}; .* features 0 to 3"):
        read(given)


def test_of_a_number_the_output_must_be_said_where_the_model_has_several() -> None:
    model = LinearRegression().fit(X, X[:, 0] - X[:, 1])
    given = explained(model, "regression")
    np.testing.assert_array_equal(read(given, model).coef[0, :, :, 0], weights(given, 1))
    with pytest.raises(BadInput, match="say which: output='versicolor'"):
        read(given)
    np.testing.assert_array_equal(read(given, output=0).coef[0, :, :, 0], weights(given, 1))


def test_they_are_slopes_and_nothing_else() -> None:
    read(explained(labels=(1,)), meaning="coef")
    with pytest.raises(BadInput, match="meaning='contribution' came with list, which is read as"):
        read(explained(labels=(1,)), meaning="contribution")
