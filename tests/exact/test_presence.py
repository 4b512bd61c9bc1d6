"""Closed forms of laws over presences agree with enumeration, and sampling with them."""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab.exact import enumerate_masks, image_law, text_law
from limelab.exact.presence import MaskLaw, cosine_weight
from limelab.kernels import Exponential
from limelab.types import Array, BadInput

LAWS: dict[str, Callable[..., MaskLaw]] = {"text": text_law, "image": image_law}


def weights(name: str, d: int, width: float) -> Callable[[Array], Array]:
    """Probability of a mask under the law times its kernel weight, by counting."""

    def of(masks: Array) -> Array:
        gone = d - masks.sum(axis=1).astype(int)
        kernel = np.exp(-((1 - np.sqrt(masks.mean(axis=1))) ** 2) / (2 * width**2))
        if name == "image":
            return kernel
        chance = [0.0] + [1 / (d * comb(d, s)) for s in range(1, d + 1)]
        return np.asarray(kernel * np.array(chance)[gone])

    return of


@pytest.mark.parametrize("width", [0.1, 0.25, 1.0, 100.0])
@pytest.mark.parametrize("d", [3, 5, 9])
@pytest.mark.parametrize("name", LAWS)
def test_any_function_has_the_line_of_the_enumeration(name: str, d: int, width: float) -> None:
    values = np.random.default_rng(d).normal(size=2**d)
    seen = enumerate_masks(lambda masks: values, d, weights=weights(name, d, width))
    masks = (np.arange(2**d)[:, None] >> np.arange(d) & 1).astype(float)
    w = weights(name, d, width)(masks)
    law = LAWS[name](d, width=width)
    scale = law.moment(0) / w.sum()  # masks of the image law weigh 1 here, and 2^-d there
    line = law.line(scale * (w @ values), scale * (masks.T @ (w * values)))
    assert line.coef == pytest.approx(seen.coef, abs=1e-9)
    assert line.intercept == pytest.approx(seen.intercept, abs=1e-9)
    assert line.mean == pytest.approx(seen.mean, abs=1e-12)


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("name", LAWS)
def test_a_conjunction_has_the_line_of_the_enumeration(name: str, p: int) -> None:
    seen = enumerate_masks(lambda z: z[:, :p].prod(axis=1), 8, weights=weights(name, 8, 0.25))
    line = LAWS[name](8).conjunction(p)
    for field in ("coef", "intercept", "mean", "r2"):
        assert getattr(line, field) == pytest.approx(getattr(seen, field), abs=1e-10), field
    if p == 1:
        assert line.coef == pytest.approx([1.0] + [0.0] * 7, abs=1e-12)


PUBLISHED = {
    # parts in the conjunction: inside, outside, intercept, of d = 10 at width .25
    ("text", 2): (0.65469, -0.00791, -0.36961),
    ("text", 3): (0.44292, -0.01956, -0.46805),
    ("image", 2): (0.57546, 0.00129, -0.34229),
}


@pytest.mark.parametrize(("name", "p"), PUBLISHED)
def test_the_numbers_of_the_formula_stand(name: str, p: int) -> None:
    line, (inside, outside, intercept) = LAWS[name](10).conjunction(p), PUBLISHED[name, p]
    assert line.coef[[0, -1]] == pytest.approx([inside, outside], abs=6e-6)
    assert line.intercept == pytest.approx(intercept, abs=6e-6)


WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")
PARTS: dict[str, Any] = {"text": ll.UniformCount(), "image": ll.Dropout(0.5)}


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("name", LAWS)
def test_sampling_converges_to_the_closed_form(name: str, p: int) -> None:
    """AND of words; the standard errors are those of the fit itself."""
    lime = ll.Lime(PARTS[name], ll.Presence(), Exponential(0.25, ll.Cosine()), n_samples=20_000)

    def conjunction(texts: list[str]) -> Array:
        return np.array([all(word in text.split() for word in WORDS[:p]) for text in texts], float)

    found = ll.explain(conjunction, None, [" ".join(WORDS)], explainer=lime, seed=p)
    expected = LAWS[name](len(WORDS)).conjunction(p).coef
    assert found.coef is not None
    assert found.stderr is not None
    error = np.maximum(found.stderr[0, :, 0], 1e-9)
    assert (np.abs(found.coef[0, :, 0] - expected) <= 4 * error).all()


def test_the_weight_is_the_kernels_own() -> None:
    lime = ll.presets.lime_text()
    ((view, _),) = ll.Text().views([" ".join(WORDS)])
    masks = np.tril(np.ones((len(WORDS), len(WORDS))))[::-1]
    cloud = ll.Dropout().cloud(np.full((1, 1, 8), 0.9), view.x, view)
    seen = lime.representation.interpret(type(cloud)(view.x, masks[None], cloud.relative), view)
    assert lime.kernel.weights(seen)[0] == pytest.approx(cosine_weight(8, 0.25)[:-1])


def test_bad_laws_are_refused() -> None:
    with pytest.raises(BadInput, match="expected d \\+ 1 finite"):
        MaskLaw((1.0, 2.0))
    with pytest.raises(BadInput, match="parts=1"):
        text_law(1)
    with pytest.raises(BadInput, match="width=0"):
        image_law(4, width=0)
    with pytest.raises(BadInput, match="p=8"):
        text_law(8).conjunction(8)
    with pytest.raises(BadInput, match=r"each has shape \(2,\)"):
        text_law(8).line(1.0, np.zeros(2))
    with pytest.raises(BadInput, match="p=1"):
        image_law(4, p=1)
