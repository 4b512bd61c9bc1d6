"""What signs can show at all, against enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from limelab.statistics import fewest_data_sets, reach, sign_flip, smallest_p, wilcoxon
from limelab.types import BadInput


@pytest.mark.parametrize("n", range(1, 9))
def test_the_smallest_p_is_that_of_all_signs_alike(n: int) -> None:
    same = np.arange(1.0, n + 1)
    values = [sign_flip(same * signs).p for signs in itertools.product([-1, 1], repeat=n)]
    assert min(values) == smallest_p(n) == wilcoxon(same).p == sign_flip(same).smallest_p


@pytest.mark.parametrize("comparisons", [1, 2, 3, 6, 10])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.0625, 0.1])
def test_the_fewest_is_the_first_that_reaches(alpha: float, comparisons: int) -> None:
    n = fewest_data_sets(alpha, comparisons=comparisons)
    assert smallest_p(n) * comparisons <= alpha < smallest_p(n - 1) * comparisons


def test_the_sentence_of_five_sets() -> None:
    assert "no test of signs or ranks can reach 0.05: its smallest p is 0.0625" in reach(5)
    assert "7 data sets are needed" in reach(6, comparisons=3)
    assert "can reach 0.05" in reach(6)
    assert "fewer than 6 say little" in reach(5, alpha=0.1)


def test_impossible_numbers_are_refused() -> None:
    with pytest.raises(BadInput):
        smallest_p(-1)
    with pytest.raises(BadInput):
        fewest_data_sets(0.0)
