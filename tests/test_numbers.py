"""Fields of parts are normal forms: equal settings print, compare and hash alike."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import limelab as ll
from limelab.numbers import count, positive
from limelab.types import BadInput


@dataclass(frozen=True)
class Part:
    width: Any = 1.0
    size: Any = 1
    most: Any = None

    def __post_init__(self) -> None:
        positive(self, "width", most=8.0)
        count(self, "size", least=2 if self.most else 1)
        count(self, "most", optional=True)


PARTS: list[Any] = [
    ll.Iid(),
    ll.Sobol(),
    ll.Gaussian(),
    ll.Gaussian(0.1, design=ll.Sobol()),
    ll.Marginals(design=ll.Sobol()),
    ll.Neighbours(share=1 / 3),
    ll.Standardized(),
    ll.Flat(),
    ll.Exponential(1e-7),
    ll.LeastSquares(),
    ll.LeastSquares(select=ll.Forward(3)),
    ll.Ridge(0),
    ll.Ridge(2, select=ll.Forward(1)),
    ll.Tree(),
    ll.Tree(max_depth=None, max_splits=5, min_share=0.05),
    ll.Lime(),
    ll.Lime(ll.Marginals(), kernel=ll.Exponential(0.3), surrogate=ll.Tree(2), draws="own"),
]


@pytest.mark.parametrize("part", PARTS, ids=repr)
def test_parts_are_values(part: Any) -> None:
    again = eval(repr(part), {**vars(ll), **{name: getattr(ll, name) for name in ll.__all__}})
    for twin in (again, pickle.loads(pickle.dumps(part))):
        assert twin == part
        assert hash(twin) == hash(part)
        assert repr(twin) == repr(part)


def test_different_parts_differ() -> None:
    assert len(set(PARTS)) == len({repr(part) for part in PARTS}) == len(PARTS)


@pytest.mark.parametrize("one", [1, 1.0, np.float32(1), np.int64(1), Fraction(1)])
def test_one_is_one(one: Any) -> None:
    assert repr(ll.Ridge(one)) == repr(ll.Ridge(1.0)) == "Ridge(alpha=1.0, select=None)"
    assert ll.Ridge(one) == ll.Ridge(1.0)
    assert hash(ll.Lime(n_samples=one + one)) == hash(ll.Lime(n_samples=2))
    assert type(Part(size=one).size) is int
    assert type(Part(width=one).width) is float


@given(st.floats(min_value=0, max_value=8, exclude_min=True))
def test_a_width_in_range_is_kept(width: float) -> None:
    assert Part(width=width).width == width


@given(st.integers(1, 2**200))
def test_a_count_is_kept_to_the_last_digit(size: int) -> None:
    assert Part(size=size).size == size


NO_WIDTHS = [0, -1, 8.1, np.nan, np.inf, "1", None, True, b"1", Decimal(1), 1 + 0j, 10**400, [1]]
NO_COUNTS = [0, -1, 1.5, np.nan, np.inf, "1", None, True, np.True_, b"1", Decimal(1), [1]]


@pytest.mark.parametrize("width", NO_WIDTHS, ids=repr)
def test_no_widths(width: Any) -> None:
    with pytest.raises(BadInput, match=r"^Part\(width=.*\); expected a finite number above 0 and "):
        Part(width=width)


@pytest.mark.parametrize("size", NO_COUNTS, ids=repr)
def test_no_counts(size: Any) -> None:
    with pytest.raises(BadInput, match=r"^Part\(size=.*\); expected a whole number of at least 1$"):
        Part(size=size)


def test_the_last_digit_of_a_large_count_is_kept() -> None:
    assert Part(size=2**60 + 1).size == 2**60 + 1


def test_none_only_where_it_may_be() -> None:
    assert Part(most=None).most is None
    with pytest.raises(BadInput, match="at least 2"):
        Part(size=1, most=1)
