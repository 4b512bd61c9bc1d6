"""What a test says in words, and what is no array of data sets."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.statistics import Outcome, sign_flip, t_test
from limelab.statistics.outcomes import check_level, missing_note, one_a_unit
from limelab.types import BadInput


def test_the_sentence_says_what_was_shown() -> None:
    assert "shows a difference (p = 0.03)" in Outcome("t test", 3.0, 0.03, 8).sentence()
    assert "shows no difference" in Outcome("t test", 3.0, 0.03, 8).sentence(alpha=0.01)


def test_the_sentence_says_what_cannot_be_shown() -> None:
    five = sign_flip(np.arange(1.0, 6.0)).sentence()
    assert five.startswith("The sign-flip test cannot reach 0.05 with 5 data sets")
    assert "0.0625" in five
    assert "cannot be made: 1 data sets came" in t_test(np.array([1.0])).sentence()


@pytest.mark.parametrize("values", [np.ones((2, 2)), np.array([1.0, np.inf])])
def test_what_is_not_one_number_a_set_is_refused(values: np.ndarray) -> None:
    with pytest.raises(BadInput, match="one a data set"):
        one_a_unit(values, "a test")


def test_missing_values_are_counted() -> None:
    values, n_missing = one_a_unit(np.array([1.0, np.nan, 2.0]), "a test")
    assert (values.tolist(), n_missing) == ([1.0, 2.0], 1)
    assert (missing_note(0), missing_note(2)) == ("", "2 data sets without a value")


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_a_share(level: float) -> None:
    with pytest.raises(BadInput, match=r"such as 0\.95"):
        check_level(level, "f")
