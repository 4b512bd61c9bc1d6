"""The laws of tests/test_laws.py over surrogates that keep all of them but one of scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.surrogates import (
    AbsoluteRidge,
    BayesianRidge,
    LeastSquares,
    PlainRidge,
    Polynomial,
    Ridge,
)
from limelab.types import Surrogate
from tests import test_laws as laws
from tests.parts import BY_OUTPUT, BY_WEIGHT, LINES, QUADRATIC, name_of

ABSOLUTE = (*BY_WEIGHT, *BY_OUTPUT)
KEPT = (
    "test_a_stack_is_its_instances_one_by_one",
    "test_features_in_another_order_are_fitted_as_before",
    "test_samples_in_another_order_are_fitted_as_before",
    "test_a_shift_of_the_model_shifts_the_surrogate_and_nothing_else",
    "test_no_effect_exceeds_its_importance",
    "test_outputs_are_fitted_apart",
    "test_a_line_predicts_by_its_own_numbers",
    "test_a_surrogate_changes_nothing_it_is_handed",
)
OF_WEIGHTS = "test_only_the_ratio_of_weights_matters"
OF_OUTPUTS = "test_a_multiple_of_the_model_is_a_multiple_of_the_surrogate"


def once(law: str) -> Any:
    """A law at one case: what breaks everywhere needs no search, and no shrinking either."""
    return getattr(laws, law).hypothesis.inner_test


@pytest.fixture(autouse=True)
def _lines_to_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laws, "LINES", (*LINES, *ABSOLUTE))


@pytest.mark.parametrize("law", KEPT)
@pytest.mark.parametrize("surrogate", ABSOLUTE, ids=name_of)
def test_law_is_kept(law: str, surrogate: Surrogate) -> None:
    prior = getattr(surrogate, "prior_mean", None)
    if prior is not None and "features_in_another_order" in law:
        pytest.skip("a prior mean is said by place")
    getattr(laws, law)(surrogate=surrogate)


@pytest.mark.parametrize("part", ABSOLUTE, ids=name_of)
def test_a_part_is_a_frozen_value(part: Any) -> None:
    laws.test_a_part_is_a_frozen_value(part)


@pytest.mark.parametrize("surrogate", BY_WEIGHT, ids=name_of)
def test_a_penalty_against_raw_weights_keeps_the_law_of_outputs_alone(surrogate: Surrogate) -> None:
    getattr(laws, OF_OUTPUTS)(surrogate=surrogate)
    with pytest.raises(AssertionError):
        once(OF_WEIGHTS)(surrogate=surrogate, seed=0, factor=0.3)


@pytest.mark.parametrize("surrogate", BY_OUTPUT, ids=name_of)
def test_a_penalty_in_output_units_keeps_the_law_of_weights_alone(surrogate: Surrogate) -> None:
    getattr(laws, OF_WEIGHTS)(surrogate=surrogate)
    with pytest.raises(AssertionError):
        once(OF_OUTPUTS)(surrogate=surrogate, seed=0, factor=0.7)


@pytest.mark.parametrize(
    "law", [law for law in (*KEPT, OF_WEIGHTS, OF_OUTPUTS) if "line" not in law]
)
def test_law_is_kept_by_a_polynomial(law: str) -> None:
    getattr(laws, law)(surrogate=QUADRATIC)


# Linear in the output: no selection, and no penalty that looks at it
WHOLE: tuple[Surrogate, ...] = (
    LeastSquares(),
    Ridge(),
    AbsoluteRidge(),
    PlainRidge(),
    BayesianRidge(noise_precision=2, weight_precision=3),
    Polynomial(2),
)


@pytest.mark.parametrize("surrogate", WHOLE, ids=name_of)
@given(seed=st.integers(0, 2**31), classes=st.integers(2, 5))
def test_coefficients_sum_to_zero_over_classes(
    surrogate: Surrogate, seed: int, classes: int
) -> None:
    z, w, y = laws.stack(seed)
    odds = np.exp(np.random.default_rng(seed).normal(size=(*y.shape[:2], classes)) + y[..., :1])
    fitted = surrogate.fit(z, w, odds / odds.sum(axis=2, keepdims=True))
    assert fitted.coef is not None
    assert fitted.intercept is not None
    assert np.abs(fitted.coef.sum(axis=2)).max() < 1e-10
    assert fitted.intercept.sum(axis=1) == pytest.approx(1.0)
    assert np.abs(fitted.coef).max() > 1e-3
