"""Products whose rows depend on nothing but themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.perturbations.products import row_products


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 200),
    q=st.integers(1, 40),
    start=st.integers(0, 3),
)
def test_rows_are_the_same_to_the_last_bit_for_every_length(
    seed: int, n: int, q: int, start: int
) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, 200 + start, q))[:, start:], rng.normal(size=(q, 7))
    whole = row_products(a, b)
    assert whole == pytest.approx(a @ b)
    assert (row_products(a[:, :n], b) == whole[:, :n]).all()
    assert (row_products(a[1], b) == whole[1]).all()
