"""From lime's own samples of a picture come lime's own numbers, and from our draws the same."""

from __future__ import annotations

import contextlib
import io
from functools import cache
from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab.domains import Colour, Image, Mean, Quickshift
from limelab.lime import fit
from limelab.presets import lime_image
from limelab.types import Array, Cloud
from tests.presets.foreign import agrees

lime_package = pytest.importorskip("lime.lime_image")
pytest.importorskip("skimage")

SAMPLES = 300
FILLS: dict[str, tuple[Any, Any]] = {"mean": (None, Mean()), "black": (0, Colour())}


@cache
def picture() -> Array:
    """A photograph, small, from 0 to 1: there lime's mean colours are not cut off."""
    photographs = ll.datasets.load_images("photographs")
    whole = dict(zip(photographs.y, photographs.X, strict=True))["astronaut"]
    return np.asarray(whole[20:180:4, 130:330:4] / 255.0)


def ask(stack: Array) -> Array:
    """Two classes by colours and by what stands in two corners."""
    red = stack[..., 0].mean(axis=(1, 2)) - stack[:, :20, :20, 2].mean(axis=(1, 2))
    share = 1.0 / (1.0 + np.exp(-4.0 * red - 6.0 * stack[:, 15:, 20:, 1].std(axis=(1, 2)) + 1.0))
    return np.column_stack([1.0 - share, share])


def lime_sample(hidden: Any, seed: int) -> tuple[Array, Array, list[Array], Any]:
    """Masks and answers of lime's, the pictures it asks about, and its base explainer."""
    explainer = lime_package.LimeImageExplainer(random_state=seed)
    kept: dict[str, Any] = {"asked": []}
    plain = explainer.data_labels

    def spied(*arguments: Any, **options: Any) -> Any:
        kept["data"], kept["y"] = plain(*arguments, **options)
        return kept["data"], kept["y"]

    def heard(stack: Array) -> Array:
        kept["asked"].append(stack.copy())
        return ask(stack)

    explainer.data_labels = spied
    with contextlib.redirect_stderr(io.StringIO()):
        explainer.explain_instance(picture(), heard, hide_color=hidden, num_samples=SAMPLES)
    return kept["data"].astype(float), kept["y"], kept["asked"], explainer


@pytest.mark.parametrize("k", [3, 100])
@pytest.mark.parametrize("fill", FILLS)
def test_same_numbers_from_the_same_masks(fill: str, k: int) -> None:
    hidden, ours = FILLS[fill]
    data, y, asked, explainer = lime_sample(hidden, 1)
    ((view, _),) = Image(Quickshift(), ours).views([picture()])
    assert np.abs(view.decode(data) - np.concatenate(asked)).max() < 1e-12  # lime's own pictures
    distances = 1.0 - np.sqrt(data.mean(axis=1))
    cloud = Cloud(view.x, data[None, 1:], np.zeros(len(view.names), bool))
    lime = lime_image(k, num_samples=SAMPLES)
    found = fit(lime, view, cloud, y[None, 1:], y[:1], [0], ("a", "b"))
    for output in (0, 1):
        agrees(
            found,
            explainer.base.explain_instance_with_data(
                data, y, distances, output, k, feature_selection="auto"
            ),
            output,
        )


def test_own_draws_agree_within_four_standard_errors() -> None:
    lime, domain = lime_image(num_samples=SAMPLES), Image(Quickshift())
    theirs = []
    for seed in range(8):
        data, y, _, explainer = lime_sample(None, seed)
        distances = 1.0 - np.sqrt(data.mean(axis=1))
        _, pairs, _, _ = explainer.base.explain_instance_with_data(
            data, y, distances, 1, 1000, feature_selection="auto"
        )
        theirs.append([coef for _, coef in sorted(pairs)])
    runs = [
        ll.explain(ask, None, [picture()], domain=domain, explainer=lime, seed=seed).coef
        for seed in range(16)
    ]
    mine = np.array([coef[0, :, 1] for coef in runs if coef is not None])
    both = np.array(theirs), mine
    error = np.hypot(*(r.std(axis=0, ddof=1) / len(r) ** 0.5 for r in both))
    assert (np.abs(both[0].mean(axis=0) - both[1].mean(axis=0)) <= 4 * error).all()
