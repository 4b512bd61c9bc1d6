"""lime's pictures behind our protocol: its own numbers on our superpixels, in silence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lime.lime_image import LimeImageExplainer

import limelab as ll
from limelab.domains import Blur, Brightness, Colour, Grid, Image, Mean
from limelab.external import LimeImage
from limelab.types import Array, BadInput, NotApplicable


def pictures() -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, size=(12, 12, 3), dtype=np.uint8) for _ in range(2)]


def corners(images: Any) -> Array:
    held = np.asarray(images, dtype=float) / 255
    return np.column_stack([held[:, :4, :4].mean(axis=(1, 2, 3)), held[:, 6:].mean(axis=(1, 2, 3))])


def segments(image: Any) -> Any:
    return Grid(3, 3).cut(np.asarray(image))


def test_the_numbers_are_the_packages(capfd: pytest.CaptureFixture[str]) -> None:
    found = LimeImage(num_samples=40).explain(corners, Image(Grid(3, 3)), pictures(), seed=5)
    assert not capfd.readouterr().err
    theirs = LimeImageExplainer(random_state=5)
    for picture, mine in zip(pictures(), found, strict=True):
        one = theirs.explain_instance(
            picture,
            corners,
            labels=(0, 1),
            top_labels=None,
            num_samples=40,
            segmentation_fn=segments,
        )
        for c in (0, 1):
            assert dict(one.local_exp[c]) == dict(enumerate(mine[:, c]))


@pytest.mark.parametrize("fill", [Mean(), Colour(), Blur()], ids=repr)
@pytest.mark.parametrize("grey", [False, True])
def test_the_model_sees_pictures_as_they_came(fill: Any, grey: bool) -> None:
    rows = [p[..., 0] if grey else p for p in pictures()]
    seen: list[tuple[int, ...]] = []

    def model(images: Any) -> Array:
        seen.extend(np.shape(one) for one in images)
        return np.stack([np.mean(one, dtype=float) for one in images])

    LimeImage(num_samples=10).explain(model, Image(Grid(2, 2), fill), rows)
    assert set(seen) == {rows[0].shape}


def test_a_fill_is_what_stands_for_gone_superpixels() -> None:
    white = Image(Grid(1, 2), Colour(1, 1, 1))
    asked: list[Array] = []

    def model(images: Any) -> Array:
        asked.extend(np.asarray(images))
        return np.stack([np.mean(one, dtype=float) / 255 for one in images])

    dark = np.zeros((4, 4, 3), dtype=np.uint8)
    found = LimeImage(num_samples=60).explain(model, white, [dark])
    assert {float(v) for one in asked for v in np.unique(one)} == {0.0, 255.0}
    assert (found[0] < -0.3).all()  # whole to white is 1, half of it each


def test_an_explanation_has_the_overlay() -> None:
    found = ll.explain(
        corners, None, pictures(), domain=Image(Grid(3, 3)), explainer=LimeImage(num_samples=300)
    )
    assert found.effect.shape == (2, 9, 2)
    assert np.abs(found.effect[:, :, 0]).argmax(axis=1).tolist() == [0, 0]
    assert found.plot(0, 0).images


@pytest.mark.parametrize("channels", [1, 4])
def test_other_channels_are_declined(channels: int) -> None:
    picture = np.zeros((8, 8, channels), dtype=np.uint8)
    with pytest.raises(NotApplicable, match=f"three channels; this has {channels}"):
        LimeImage().explain(lambda p: np.zeros(len(p)), Image(Grid(2, 2)), [picture])


def test_what_it_cannot_do_is_declined() -> None:
    changes = Image(changes=[Brightness()])
    with pytest.raises(NotApplicable, match="no changes of a picture"):
        LimeImage().explain(corners, changes, pictures())
    with pytest.raises(NotApplicable, match="is no Image"):
        LimeImage().explain(corners, np.eye(3), np.eye(3))
    with pytest.raises(BadInput, match="num_samples"):
        LimeImage(num_samples=1)
