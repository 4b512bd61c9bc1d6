"""The lime package behind our protocol: its own numbers, and a word where it would drop outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from lime.lime_tabular import LimeTabularExplainer
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

import limelab as ll
from limelab.external import LimePackage
from limelab.types import Array, BadInput, NotApplicable
from tests.parts import mixed, people


def iris() -> tuple[Array, Any]:
    x, y = load_iris(return_X_y=True)
    return x, LogisticRegression(max_iter=1000).fit(x, y)


def test_the_numbers_are_the_packages() -> None:
    x, model = iris()
    found = LimePackage(4, 300).explain(model, x, x[:2], seed=5)
    theirs = LimeTabularExplainer(x, random_state=5)
    for i in range(2):
        one = theirs.explain_instance(
            x[i], model.predict_proba, labels=(0, 1, 2), num_features=4, num_samples=300
        )
        for c in range(3):
            weights = np.zeros(4)
            for j, weight in one.local_exp[c]:
                weights[j] = weight
            assert np.array_equal(found[i, :, c], weights)


def test_an_explanation_of_a_mixed_table() -> None:
    table = mixed()
    rows = table.frame.iloc[:2]
    lime = LimePackage(10, 400)
    explanation = ll.explain(people, None, rows, explainer=lime, domain=table)
    assert explanation.features == table.names
    assert np.abs(explanation.effect[:, table.names.index("job")]).max() > 0
    assert explanation.effect.shape == (2, len(table.names), 1)


def test_outputs_that_lime_would_drop_are_declined() -> None:
    x, _ = iris()
    with pytest.raises(NotApplicable, match="one regression output; the model has 2"):
        LimePackage().explain(lambda rows: rows[:, :2], x, x[:1])


def test_text_is_no_table() -> None:
    class Elsewhere:
        def encode(self, rows: Any) -> Any: ...

        def views(self, rows: Any) -> Any: ...

    with pytest.raises(NotApplicable, match="is no table"):
        LimePackage().explain(len, Elsewhere(), [[1.0]])


@pytest.mark.parametrize(
    "wrong", [{"num_samples": 0}, {"discretizer": "entropy"}, {"around": "x"}, {"num_features": 0}]
)
def test_refusals(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=next(iter(wrong))):
        LimePackage(**wrong)


def test_a_frame_stays_what_it_was() -> None:
    x, model = iris()
    frame = pd.DataFrame(x, columns=list("abcd"))
    named = LogisticRegression(max_iter=1000).fit(frame, model.predict(x))
    before = frame.copy()
    LimePackage(2, 100).explain(named, frame, frame.iloc[:1])
    pd.testing.assert_frame_equal(frame, before)
