"""captum behind our protocol: one clear word where it is missing, closed forms where it is not."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from limelab.domains import Text
from limelab.external import CaptumKernelShap, CaptumLime
from limelab.types import Array, BadInput, NotApplicable

HERE = find_spec("captum") is not None and find_spec("torch") is not None
BOTH = [CaptumLime(), CaptumKernelShap()]
absent = pytest.mark.skipif(HERE, reason="captum is installed")
present = pytest.mark.skipif(not HERE, reason="captum is not installed")


def rows() -> Array:
    return np.random.default_rng(0).normal(size=(30, 3))


def line(x: Array) -> Array:
    return np.asarray(x @ [3.0, -1.0, 0.0])


@absent
@pytest.mark.parametrize("explainer", BOTH, ids=repr)
def test_it_says_what_to_install(explainer: Any) -> None:
    with pytest.raises(BadInput, match=r"captum cannot be imported .*pip install 'captum'"):
        explainer.explain(line, rows(), rows()[:1])


@present
def test_shapley_values_of_a_line_are_its_own() -> None:
    x = rows()
    found = CaptumKernelShap().explain(line, x, x[:2], seed=1)
    exact = [3.0, -1.0, 0.0] * (x[:2] - x.mean(axis=0))
    assert np.allclose(found[:, :, 0], exact, atol=1e-3)


@present
@pytest.mark.parametrize("explainer", BOTH, ids=repr)
def test_a_seed_fixes_the_bits_and_rows_stand_alone(explainer: Any) -> None:
    x = rows()
    both = explainer.explain(line, x, x[:2], seed=3)
    assert np.array_equal(both[1:], explainer.explain(line, x, x[1:2], seed=3))


def test_refusals() -> None:
    with pytest.raises(BadInput, match="n_samples"):
        CaptumLime(0)
    with pytest.raises(BadInput, match="n_samples"):
        CaptumKernelShap(1)
    with pytest.raises(NotApplicable, match="is no table"):
        CaptumLime().explain(len, Text(), ["so good"])
