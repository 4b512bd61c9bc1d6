"""Pictures are cut, filled and changed alike whatever their range, and come back in it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

import limelab as ll
from limelab.domains import (
    Blur,
    Brightness,
    Cast,
    Colour,
    Felzenszwalb,
    GaussianBlur,
    Grid,
    Image,
    Mean,
    Noise,
    Quickshift,
    Sepia,
    Slic,
    infer,
)
from limelab.types import Array, BadInput, NotApplicable
from tests.parts import PERTURBATIONS, name_of

pytest.importorskip("skimage")

SEGMENTERS = (Grid(4, 5), Slic(30), Quickshift(3, 6, 0.5), Felzenszwalb(20))
FILLS = (Mean(), Colour(0.2, 0.4, 1.0), Blur(0.2), Noise(1))


def photograph() -> Any:
    """A real one, 40 x 52, uint8."""
    gallery = ll.datasets.load_images("photographs")
    return dict(zip(gallery.y, gallery.X, strict=True))["chelsea"][40:200:4, 100:308:4].copy()


PHOTO = photograph()
RANGES: dict[str, Any] = {
    "uint8": PHOTO,
    "0 to 1": PHOTO / 255.0,
    "0 to 1, float32": (PHOTO / 255.0).astype(np.float32),
    "0 to 255": PHOTO.astype(float),
    "whole": PHOTO.astype(np.int64),
    "uint16": PHOTO.astype(np.uint16) * 257,
}


def one(domain: Image, picture: Any = PHOTO) -> Any:
    ((view, _),) = domain.views([picture])
    return view


def levels(stack: Any) -> Array:
    return np.asarray(stack, float).reshape(len(stack), -1).mean(axis=1)


@pytest.mark.parametrize("segmenter", SEGMENTERS, ids=repr)
@pytest.mark.parametrize("kind", RANGES)
def test_the_cut_does_not_depend_on_the_range(kind: str, segmenter: Any) -> None:
    first, other = one(Image(segmenter)), one(Image(segmenter), RANGES[kind])
    assert first.segments.max() > 3
    same = (first.segments == other.segments).mean()
    assert same == 1.0 or (kind.endswith("32") and same > 0.9)


@pytest.mark.parametrize("segmenter", SEGMENTERS, ids=repr)
def test_grey_is_cut_like_grey_in_colour(segmenter: Any) -> None:
    grey = PHOTO.mean(axis=2).astype(np.uint8)
    cuts = [one(Image(segmenter), p).segments
            for p in (grey, grey[:, :, None], np.repeat(grey[:, :, None], 3, axis=2))]  # fmt: skip
    assert (cuts[0] == cuts[1]).all()
    assert (cuts[0] == cuts[2]).all()


@pytest.mark.parametrize("fill", FILLS, ids=repr)
@pytest.mark.parametrize("kind", RANGES)
def test_the_model_gets_the_callers_dtype_and_range(kind: str, fill: Any) -> None:
    picture = RANGES[kind]
    view, white = one(Image(Grid(3, 3), fill), picture), float(np.max(picture))
    stack = view.decode(np.array([[1.0] * 9, [0.0] * 9, [1.0, 0.0] * 4 + [1.0]]))
    assert stack.dtype == picture.dtype
    assert (stack[0] == picture).all()
    unit = np.asarray(one(Image(Grid(3, 3), fill)).decode(np.zeros((1, 9)))[0], float)
    scale = {"0": 255.0, "u": 255.0 / np.iinfo(picture.dtype).max if kind[0] == "u" else 0.0}
    back = stack[1].astype(float) * (
        scale[kind[0]] if "255" not in kind and kind[0] in "0u" else 1.0
    )
    assert np.abs(back - unit).max() <= 0.51  # whole numbers are rounded
    mixed = one(Image(Grid(3, 3), fill), picture).segments % 2 == 0
    assert (stack[2][mixed] == picture[mixed]).all()
    assert (stack[2][~mixed] == stack[1][~mixed]).all()
    assert stack[1].max() <= max(white, 1.0) * 257


def test_the_mean_is_each_superpixels_own() -> None:
    view = one(Image(Grid(2, 2)), PHOTO / 255.0)
    gone = view.decode(np.zeros((1, 4)))[0]
    for j in range(4):
        for c in range(3):
            expected = ndimage.mean(PHOTO[..., c] / 255.0, view.segments, j)
            assert gone[view.segments == j][:, c] == pytest.approx(expected)


def test_noise_has_the_pictures_mean_and_spread_and_its_own_seed() -> None:
    colours = np.clip(np.random.default_rng(0).normal(0.5, 0.1, (200, 200, 3)), 0, 1)
    noise = Noise().picture(colours, np.zeros((200, 200), int))
    assert noise.mean(axis=(0, 1)) == pytest.approx(colours.mean(axis=(0, 1)), abs=0.003)
    assert noise.std(axis=(0, 1)) == pytest.approx(colours.std(axis=(0, 1)), rel=0.02)
    assert abs(np.corrcoef(noise[:, :-1, 0].ravel(), noise[:, 1:, 0].ravel())[0, 1]) < 0.02
    assert (noise == Noise().picture(colours, np.zeros((200, 200), int))).all()
    assert (noise != Noise(1).picture(colours, np.zeros((200, 200), int))).mean() > 0.99


def test_quickshift_is_seeded() -> None:
    """scikit-image drops the name `random_seed` without a word; `rng` it reads."""
    flat = np.full((30, 30, 3), 0.5)  # nothing but ties
    cuts = [Quickshift(2, 6, seed=seed).cut(flat) for seed in (0, 0, 1)]
    assert (cuts[0] == cuts[1]).all()
    assert (cuts[0] != cuts[2]).any()


@pytest.mark.parametrize(
    "part", [*SEGMENTERS, *FILLS, Sepia(), Brightness(), Cast(), GaussianBlur()], ids=repr
)
def test_parts_are_frozen_values(part: Any) -> None:
    twin = pickle.loads(pickle.dumps(part))
    assert (twin, hash(twin), repr(twin)) == (part, hash(part), repr(part))


CHANGES = (Sepia(), Brightness(), GaussianBlur(), Cast(0, 0, 1))


@pytest.mark.parametrize("change", CHANGES, ids=repr)
@pytest.mark.parametrize("kind", ["uint8", "0 to 1", "0 to 255"])
def test_changes_grow_with_their_strength_in_the_callers_range(kind: str, change: Any) -> None:
    picture = RANGES[kind]
    view = one(Image(changes=[change]), picture)
    stack = view.decode(np.array([[0.0], [0.3], [1.0]]))
    assert stack.dtype == picture.dtype
    assert np.abs(stack[0].astype(float) - picture).max() < 1e-9
    small, large = (np.abs(s.astype(float) - picture).mean() for s in stack[1:])
    assert 0 < small < large
    assert stack.min() >= 0
    assert stack.max() <= (255 if picture.max() > 1 else 1.0)


def test_a_model_of_the_cast_is_explained_by_the_cast() -> None:
    """Red less blue grows with sepia and a red cast; brightness moves it only where cut off."""
    grey = np.full((8, 8, 3), 0.5)
    domain = Image(changes=[Sepia(), Brightness(0.2), GaussianBlur()])
    found = ll.explain(
        lambda s: (s[..., 0] - s[..., 2]).mean(axis=(1, 2)), None, [grey], domain=domain
    )
    sepia = (Sepia().at(grey, 1.0)[0, 0] @ [1.0, 0.0, -1.0]).item()
    assert found.coef is not None
    assert found.coef[0, 0, 0] == pytest.approx(sepia, rel=1e-2)
    frame = found.to_frame().set_index("feature")
    assert frame["rank"]["sepia"] == 1
    assert frame["value"].tolist() == [0.0, 0.0, 0.0]
    assert found.features == ("sepia", "brightness", "blur")


def test_a_real_classifier_of_sepia_is_moved_by_sepia_most() -> None:
    gallery = ll.datasets.load_images("sepia")
    known = np.arange(len(gallery.X)) % 4 < 2  # half of either class
    model = ll.models.fit(
        ll.models.colour_linear(), gallery.X[known], gallery.y[known], gallery.kind
    )
    domain = Image(changes=[Sepia(), Brightness(), GaussianBlur()])
    lime = ll.Lime(ll.Strengths(), ll.Strength(), n_samples=256)
    rows = [gallery.X[i] for i in (2, 402, 802)]  # in true colour, unseen
    found = ll.explain(model, None, rows, explainer=lime, domain=domain)
    sepia = found.effect[:, 0, found.outputs.index("sepia")]
    assert (sepia > 0).all()
    assert found.instances == (0, 1, 2)


def test_pictures_are_inferred() -> None:
    grey = PHOTO.mean(axis=2)
    for rows in ([PHOTO], [grey, grey], PHOTO[None], grey[None]):
        assert isinstance(infer(None, rows), Image)
        assert isinstance(infer(rows), Image)


def test_pictures_of_unlike_size_are_explained_side_by_side() -> None:
    lime = ll.Lime(ll.Dropout(), ll.Presence(), n_samples=256)
    found = ll.explain(
        levels, None, [PHOTO, PHOTO[:20, :30]], domain=Image(Grid(3, 3)), explainer=lime
    )
    assert len(found.to_frame()) == 18
    with pytest.raises(BadInput, match="features of their own"):
        found.coef  # noqa: B018 -- asking for it is what fails
    grid = ll.explain(levels, None, [PHOTO, PHOTO[::-1]], domain=Image(Grid(3, 3)), explainer=lime)
    assert grid.coef is not None
    assert grid.coef.shape == (2, 9, 1)  # the same cut has the same features


def test_memory_is_bounded_by_the_batches() -> None:
    longest: list[int] = []

    def ask(stack: Any) -> Array:
        longest.append(stack.nbytes)
        return levels(stack)

    big = np.repeat(np.repeat(PHOTO, 8, axis=0), 8, axis=1)
    ll.explain(
        ask,
        None,
        [big],
        domain=Image(Grid(3, 3)),
        explainer=ll.Lime(ll.Dropout(), ll.Presence(), n_samples=256),
    )
    assert 256 * big.nbytes > 80e6
    assert max(longest) < 10e6


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "one picture": (lambda: Image().labels(PHOTO), r"one picture of .*40, 52, 3.*\[picture\]"),
    "one grey picture": (lambda: Image().labels(PHOTO[..., 0]), "one picture of shape"),
    "channels first": (
        lambda: list(Image().views([np.moveaxis(PHOTO, 2, 0)])),
        r"shape \(3, 40, 52\).*moveaxis",
    ),
    "a row": (lambda: list(Image().views([PHOTO.ravel()])), r"picture 0 has shape \(6240,\)"),
    "NaN": (
        lambda: list(Image().views([PHOTO, np.where(PHOTO > 200, np.nan, PHOTO)])),
        "picture 1 holds .* NaN or infinite",
    ),
    "below the range": (lambda: list(Image().views([PHOTO / 127.5 - 1])), "from -.*limits="),
    "above the range": (lambda: list(Image().views([PHOTO * 2.0])), "expected 0 to 255.*limits="),
    "text": (lambda: list(Image().views([np.full((4, 4), "x")])), "expected numbers"),
    "truth": (lambda: list(Image().views([PHOTO > 100])), "bool values; expected numbers"),
    "nothing": (lambda: Image().labels([]), "expected pictures in a list"),
    "one superpixel": (lambda: list(Image(Grid(1, 1)).views([PHOTO])), "one superpixel.*least two"),
    "limits": (lambda: Image(limits=(1, 0)), "expected .black, white."),
    "segmenter": (lambda: Image("slic"), "expected Grid"),  # type: ignore[arg-type]
    "fill": (lambda: Image(fill=Mean), "expected Mean"),  # type: ignore[arg-type]
    "changes": (lambda: Image(changes=["sepia"]), "expected Sepia"),  # type: ignore[list-item]
    "no change": (lambda: Image(changes=[]), "holds no change; expected some of Sepia"),
    "both": (lambda: Image(Grid(), changes=[Sepia()]), "changes and with superpixels"),
    "the model's shape": (
        lambda: ll.explain(lambda s: np.zeros(3), None, [PHOTO], domain=Image(Grid(2, 2))),
        r"shape \(3,\) for 1 rows",
    ),
    "masks of changes": (
        lambda: ll.explain(levels, None, [PHOTO], explainer=ll.Lime(ll.Dropout(), ll.Presence()),
                           domain=Image(changes=[Sepia()])),
        "strengths of changes; take Strengths",
    ),
    "changes of masks": (
        lambda: ll.explain(levels, None, [PHOTO], explainer=ll.Lime(ll.Strengths(), ll.Strength()),
                           domain=Image(Grid(2, 2))),
        "needs strengths of changes",
    ),
    "embeddings of pictures": (
        lambda: ll.explain(levels, None, [PHOTO], domain=Image(Grid(2, 2)), explainer=ll.Lime(
            ll.Dropout(), ll.Embedded(ll.embeddings.Lsa()))),
        "embeds texts, and these are none",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_is_named(case: str) -> None:
    call, message = BAD[case]
    with pytest.raises(BadInput, match=f"(?s){message}") as caught:
        list(call())
    assert "\n" not in str(caught.value).strip()


def test_limits_open_any_range() -> None:
    standardised = PHOTO / 127.5 - 1.0
    view = one(Image(Grid(2, 2), Colour(), limits=(-1, 1)), standardised)
    stack = view.decode(np.array([[1.0] * 4, [0.0] * 4]))
    assert (stack[0] == standardised).all()
    assert (stack[1] == -1.0).all()


def test_more_superpixels_than_samples_is_an_error_with_the_remedy() -> None:
    lime, cut = ll.Lime(ll.Dropout(), ll.Presence(), n_samples=16), Image(Grid(5, 5))
    said = r"row 0: too few samples: 16 for 25 features.*at least 27.*Grid"
    with pytest.raises(BadInput, match=said):
        ll.explain(levels, None, [PHOTO], domain=cut, explainer=lime)
    with pytest.raises(BadInput, match=said):
        lime.explain(levels, cut, [PHOTO])


@pytest.mark.parametrize("law", [*PERTURBATIONS, ll.Strengths], ids=name_of)
def test_laws_of_tables_and_changes_decline_superpixels(law: Any) -> None:
    with pytest.raises(NotApplicable):
        ll.explain(levels, None, [PHOTO], domain=Image(Grid(2, 2)),
                   explainer=ll.Lime(law(), ll.Presence(), n_samples=8))  # fmt: skip
