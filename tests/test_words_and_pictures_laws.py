"""The studies on pictures and texts: their own parts against the house's, and exact curves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from limelab.datasets import load_images
from limelab.domains import Colour, Grid, Image, Mean
from limelab.representations import Presence
from limelab.types import Interpreted
from tests.test_experiments import _assert_in_band as assert_in_band
from tests.test_experiments import measured, module_of

CURVES = (
    (
        "use_case",
        "coefficient_of_each_superpixel",
        "sepia / colour_linear / 26 changes, sepia to superpixel 20",
    ),
)


@pytest.mark.parametrize(("stem", "measure", "task"), CURVES)
def test_exact_curves_lie_in_the_measured_band(stem: str, measure: str, task: str) -> None:
    assert_in_band(measured(stem, measure, task))


def test_superpixels_as_changes_are_those_of_the_domain_of_pictures() -> None:
    parts = module_of("use_case")
    picture = load_images("sepia").X[:1]
    ((changes, _),) = parts.VIEW.over().views(picture)
    u = np.random.default_rng(0).random((1, 2000, len(changes.names)))
    fills = {parts.SuperpixelsInMean: Mean(), parts.SuperpixelsInGrey: Colour(0.5, 0.5, 0.5)}
    for law, fill in fills.items():
        cloud = law().cloud(u, changes.x, changes)
        seen = parts.OfSuperpixels().interpret(cloud, changes)
        assert seen.z.mean() == pytest.approx(0.5, abs=0.01)
        ((superpixels, _),) = Image(Grid(*parts.GRID), fill).views(picture)
        found = changes.decode(cloud.moves[0, :50]).astype(float)
        wanted = superpixels.decode(seen.z[0, :50]).astype(float)
        assert np.abs(found - wanted).max() <= 1.0, "but for rounding"
        presences = replace(cloud, x=superpixels.x, moves=seen.z)
        assert_same_parts(seen, Presence().interpret(presences, superpixels))
    whole = parts.Changes(0.5).cloud(u, changes.x, changes)
    told = parts.OfChanges().interpret(whole, changes)
    assert not whole.moves[..., parts.PARTS].any()
    assert len(told.names) == len(parts.WHOLE) == told.z.shape[2]
    np.testing.assert_allclose(told.z.max(axis=(0, 1)), 0.5, atol=0.01)


def assert_same_parts(mine: Interpreted, wanted: Interpreted) -> None:
    """All but the names."""
    for name in ("z", "at_x", "gap", "spread", "extent", "steps", "units"):
        np.testing.assert_array_equal(getattr(mine, name), getattr(wanted, name), err_msg=name)


def test_every_second_crop_is_altered() -> None:
    parts = module_of("use_case")
    plain = load_images("sepia").X[::2].astype(float)
    brighter = {
        name: (getattr(parts, name)().X - plain).mean(axis=(1, 2))
        for name in ("blue_cast", "green_cast", "red_cast", "darker", "lighter")
    }
    for name, step in brighter.items():
        assert not step[::2].any()
        assert step[1::2].any(axis=1).mean() > 0.98, name  # black stays black
    for place, colour in enumerate(("red_cast", "green_cast", "blue_cast")):
        lead = brighter[colour][1::2].argmax(axis=1)
        assert (lead == place).mean() > 0.98  # what is red already turns no redder
    assert (brighter["darker"][1::2].max(axis=1) <= 0).all()
    assert (brighter["lighter"][1::2].min(axis=1) >= 0).all()
