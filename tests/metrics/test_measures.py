"""Measures by name: what each is, and what all of them promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from limelab.metrics import spearman
from limelab.metrics.measures import (
    ORDERS,
    TOP_K,
    ceiling,
    checked,
    formula,
    over_repeats,
    too_narrow,
    unit,
)
from limelab.types import BadInput

VALUES = arrays(float, 5, elements=st.integers(0, 6).map(float))


@pytest.mark.parametrize("name", [*ORDERS, *TOP_K])
@given(a=VALUES, b=VALUES, order=st.permutations(range(5)), scale=st.floats(0.01, 100))
def test_every_measure_is_symmetric_ignores_scale_and_order_and_is_1_on_itself(
    name, a, b, order, scale
):
    measure = formula(name, 3)
    value = float(measure(a, b))
    assert np.isnan(value) or -1 <= value <= 1
    for same in (measure(b, a), measure(scale * a, b), measure(a[order], b[order])):
        assert float(same) == pytest.approx(value, nan_ok=True)
    itself = float(measure(a, a))
    assert itself == pytest.approx(1) or (np.isnan(itself) and np.ptp(a) == 0)


def test_means_leave_out_what_is_undefined():
    one, flat = np.array([1.0, 2.0, 4.0]), np.ones(3)
    assert over_repeats(spearman, one, np.array([one, flat])) == pytest.approx(1)
    assert np.isnan(over_repeats(spearman, one, np.array([flat])))
    assert np.isnan(over_repeats(spearman, np.ones((2, 3)), np.empty((0, 3)))).all()
    assert ceiling(spearman, np.array([one, one, flat])) == pytest.approx(1)
    assert np.isnan(ceiling(spearman, one[None]))


def test_names_units_and_sizes():
    for name in (*ORDERS, *TOP_K):
        assert unit(name).endswith("to 1")
    with pytest.raises(BadInput, match="'pearson' came"):
        checked("pearson")
    assert too_narrow("spearman", 5, 3) == ""
    assert "at least 3" in too_narrow("spearman", 5, 2)
    assert "all of them" in too_narrow("jaccard", 5, 5)
