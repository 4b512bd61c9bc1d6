"""Linear models of pixels are their own line, whatever the cut, the fill and the law."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab.domains import Blur, Colour, Grid, Image, Mean, Noise
from limelab.exact import linear_pixels
from limelab.types import BadInput


@pytest.mark.parametrize("fill", [Mean(), Colour(0.2, 0.5, 1.0), Blur(), Noise(3)], ids=repr)
@pytest.mark.parametrize("shape", [(12, 9), (12, 9, 1), (12, 9, 3)])
def test_a_linear_model_of_pixels_is_found_exactly(fill: Any, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(4)
    weights, picture = rng.normal(size=shape), rng.random(shape)
    domain = Image(Grid(3, 3), fill)
    ((view, _),) = domain.views([picture])
    filled = view.decode(np.zeros((1, 9)))[0]
    expected = linear_pixels(weights, picture, filled, view.segments)
    found = ll.explain(
        lambda stack: np.tensordot(stack, weights, axes=len(shape)), None, [picture], domain=domain,
        explainer=ll.Lime(ll.Dropout(), ll.Presence(), n_samples=128),
    )  # fmt: skip
    assert found.coef is not None
    assert found.intercept is not None
    assert found.coef[0, :, 0] == pytest.approx(expected.coef, abs=1e-9)
    assert found.intercept[0, 0] == pytest.approx(expected.intercept, abs=1e-9)


def test_a_superpixel_that_is_its_own_fill_gets_nothing() -> None:
    picture = np.ones((4, 4))
    picture[2:] = np.random.default_rng(0).random((2, 4))
    ((view, _),) = Image(Grid(2, 1)).views([picture])
    weights = np.arange(16.0).reshape(4, 4)
    line = linear_pixels(weights, picture, view.decode(np.zeros((1, 2)))[0], view.segments)
    assert line.coef[0] == pytest.approx(0.0, abs=1e-12)
    assert abs(line.coef[1]) > 0.01


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(BadInput, match="expected one shape"):
        linear_pixels(np.ones((2, 2)), np.ones((2, 3)), np.ones((2, 2)), np.zeros((2, 2), int))
