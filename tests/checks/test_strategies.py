"""What the strategies promise, over what they draw."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from limelab.checks import strategies
from limelab.checks.cases import Case
from limelab.domains import Table, infer
from limelab.lime import Lime, explain_with


@settings(max_examples=30)
@given(strategies.cases(rows=2))
def test_a_case_is_a_table_that_can_be_explained(case: Case) -> None:
    table = Table(case.background)
    assert table.encode(case.explained).shape == (2, len(case.columns))
    assert case.labelled or not table.categorical.any()


@settings(max_examples=30)
@given(strategies.documents(max_words=5))
def test_a_document_has_words(text: str) -> None:
    assert 1 <= len(text.split()) <= 5


@settings(max_examples=30)
@given(strategies.images(side=8))
def test_an_image_has_one_range(image: Any) -> None:
    assert image.shape[:2] == (8, 8)
    assert image.shape[2:] in ((), (3,))
    assert image.max() <= (255 if image.dtype == np.uint8 else 1)


def test_the_fixed_cases_lie_where_the_wave_is_steep() -> None:
    for seed in range(20):
        for case in (strategies.curved(seed), strategies.leading(seed)):
            assert abs(float(case.model(case.explained)[0])) < 0.6


@settings(max_examples=20)
@given(st.data())
def test_any_instance_is_a_row_of_the_background(data: st.DataObject) -> None:
    case = data.draw(strategies.cases())
    row = data.draw(strategies.instances(case))
    assert len(row) == 1
    Table(case.background).encode(row)


@settings(max_examples=10)
@given(strategies.explainers(n_samples=64), strategies.cases(codes=False))
def test_any_explainer_explains_a_case(lime: Lime, case: Case) -> None:
    found = explain_with(lime, case.model, infer(case.background), case.explained, case.seed)
    assert found.effect.shape[:2] == (1, len(case.columns))
