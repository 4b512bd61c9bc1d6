"""What every adapter asks with: encoded rows in, the model's own kinds out, clear refusals."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.external.asked import are_classes, asked, global_seed, package
from limelab.types import BadInput
from tests.parts import mixed, people


def test_codes_come_to_the_model_as_words() -> None:
    table = mixed()
    given = asked(people, table, table.frame.iloc[:3])
    assert np.array_equal(given.ask(given.x)[:, 0], people(table.frame.iloc[:3]))
    assert not given.plain


def test_a_missing_package_is_named_with_its_extra() -> None:
    with pytest.raises(BadInput, match=r"no_such_package cannot be imported .*limelab\[peers\]"):
        package("no_such_package.part", "limelab[peers]")


def test_the_global_state_is_put_back_after_an_error() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    with pytest.raises(ZeroDivisionError), global_seed(1):
        _ = 1 / 0
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_classes_are_rows_that_sum_to_one() -> None:
    assert are_classes(np.full((2, 4), 0.25))
    assert not are_classes(np.array([[1.5, -0.5]]))
    assert not are_classes(np.ones((3, 1)))
