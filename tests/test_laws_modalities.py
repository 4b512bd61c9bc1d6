"""The laws of the line hold for documents, superpixels and changes, as they do for tables."""

from __future__ import annotations

import hashlib
import itertools
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab.domains import (
    Brightness,
    FromCorpus,
    GaussianBlur,
    Grid,
    Image,
    Noise,
    Pattern,
    Positions,
    Sentences,
    Sepia,
    Text,
    Words,
)
from limelab.explanation import Explanation
from limelab.kernels import EffectiveSize, Exponential
from limelab.surrogates import Tree
from limelab.types import Array
from tests.parts import DESIGNS, KERNELS, SURROGATES, arrays_of, name_of

DOCUMENTS = [
    "A good film is not a bad film. It is good!",
    "So long, and never dull: it is what a film should be. See it.",
    "It is bad. It is not so good; it is a film, all the same.",
]
WEIGHTS = {"good": 1.0, "bad": -1.0, "not": -0.3, "film": 0.2, "it": 0.1}


def opinion(texts: list[str]) -> Array:
    """A model of texts that reads pairs of words."""
    found = []
    for text in texts:
        words = Pattern()(text.lower())
        value = sum(WEIGHTS.get(word, 0.02) for word in words)
        value += sum(1.5 for a, b in itertools.pairwise(words) if (a, b) == ("is", "not"))
        found.append([np.tanh(value), len(words) / 10])
    return np.array(found)


@cache
def pictures() -> tuple[Array, ...]:
    rng = np.random.default_rng(5)
    smooth = np.cumsum(rng.normal(size=(3, 12, 12, 3)), axis=2)
    scaled = (smooth - smooth.min()) / np.ptp(smooth)
    return tuple(scaled * [1.0, 0.8, 0.5])


def looks(stack: Array) -> Array:
    """A model of pictures with two outputs."""
    red = stack[..., 0].mean(axis=(1, 2)) - stack[..., 2].mean(axis=(1, 2))
    return np.column_stack([np.tanh(3 * red), stack[:, :6, 3:8].std(axis=(1, 2, 3))])


Case = tuple[Callable[[], Any], Any, Callable[[Any], Array], Any, Any]
PARTS = (ll.Presence(), (ll.Dropout, ll.UniformCount))
CASES: dict[str, Case] = {
    "words": (Text, DOCUMENTS, opinion, *PARTS),
    "positions": (lambda: Text(units=Positions()), DOCUMENTS, opinion, *PARTS),
    "sentences": (lambda: Text(units=Sentences()), DOCUMENTS, opinion, *PARTS),
    "drawn words": (
        lambda: Text(DOCUMENTS, units=Words("ignored"), fill=FromCorpus(2)),
        DOCUMENTS, opinion, *PARTS,
    ),
    "superpixels": (lambda: Image(Grid(3, 3), Noise()), list(pictures()), looks, *PARTS),
    "changes": (
        lambda: Image(changes=[Sepia(), Brightness(), GaussianBlur()]), list(pictures()), looks,
        ll.Strength(), (ll.Strengths,),
    ),
}  # fmt: skip
every_case = pytest.mark.parametrize("case", CASES)
every_design = pytest.mark.parametrize("design", DESIGNS, ids=name_of)


def explained(case: str, rows: Any = slice(None), *, seed: int = 0, **parts: Any) -> Explanation:
    domain, data, model, seen, laws = CASES[case]
    settings = {"perturbation": laws[0](), "representation": seen, "n_samples": 128, **parts}
    return ll.explain(
        model, None, data[rows], domain=domain(), explainer=ll.Lime(**settings), seed=seed
    )


def each(explanation: Any, n: int) -> list[Any]:
    """The explanations of rows, whether they share their features or not."""
    parts = getattr(explanation, "parts", None)
    return list(parts) if parts is not None else [explanation] * n


def rows_of(explanation: Any, i: int) -> dict[str, Array]:
    """The arrays of one row."""
    if hasattr(explanation, "parts"):
        return arrays_of(explanation.parts[i])
    return {name: array[i : i + 1] for name, array in arrays_of(explanation).items()}


def agree(left: dict[str, Array], right: dict[str, Array], *, rel: float = 0.0) -> None:
    assert left.keys() == right.keys()
    for name, array in left.items():
        if array.dtype.kind == "f" and rel:
            assert right[name] == pytest.approx(array, rel=rel, abs=rel, nan_ok=True), name
        elif array.dtype.kind == "f":
            assert np.array_equal(array, right[name], equal_nan=True), name
        elif name != "pictures":
            assert (array == right[name]).all(), name


@every_design
@every_case
def test_the_same_call_gives_the_same_bits(case: str, design: Any) -> None:
    for law in CASES[case][4]:
        first, again = (explained(case, perturbation=law(design=design)) for _ in range(2))
        for i in range(3):
            agree(rows_of(first, i), rows_of(again, i))


@every_case
@pytest.mark.parametrize("draws", ["shared", "own"])
def test_a_batch_is_its_rows_one_by_one(case: str, draws: str) -> None:
    whole = explained(case, draws=draws)
    for i in range(3):
        alone = explained(case, slice(i, i + 1), draws=draws)
        agree(rows_of(whole, i), rows_of(alone, 0), rel=1e-10)


@every_case
def test_another_seed_gives_other_bits_and_the_same_model(case: str) -> None:
    first, other = explained(case), explained(case, seed=1)
    assert (first.f == other.f).all()
    assert (first.g != other.g).any()


def test_own_draws_are_of_the_document_and_not_of_its_length() -> None:
    """All documents of as many words are the same point, all ones."""
    documents = ["one two three four", "five six seven eight"]
    lime = ll.Lime(ll.Dropout(), ll.Presence(), n_samples=64)

    def masks(draws: Any) -> list[Any]:
        seen: list[list[str]] = []

        def model(texts: list[str]) -> Array:
            seen.append(texts)
            return np.array([len(t) for t in texts], float)

        ll.explain(model, None, documents, explainer=replace(lime, draws=draws))
        longest = [texts for texts in seen if len(texts) > 60]
        words = zip(longest, documents, strict=True)
        return [[[w in t.split() for w in d.split()] for t in texts] for texts, d in words]

    shared, own = masks("shared"), masks("own")
    assert shared[0] == shared[1]
    assert own[0] != own[1]


@every_case
@pytest.mark.parametrize("surrogate", SURROGATES, ids=name_of)
def test_every_surrogate_serves(case: str, surrogate: Any) -> None:
    found = explained(case, slice(0, 1), surrogate=surrogate, n_samples=256)
    assert not found.declined[0]
    assert np.isfinite(found.importance).all()
    assert (np.abs(found.effect) <= found.importance).all()
    assert len(found.to_frame()) == 2 * len(found.features)


@every_case
@pytest.mark.parametrize("kernel", [*KERNELS, EffectiveSize(0.3)], ids=name_of)
def test_every_kernel_serves(case: str, kernel: Any) -> None:
    if case == "changes" and "Cosine" in repr(kernel):
        pytest.skip("an unchanged picture is the baseline itself: no direction")
    found = explained(case, slice(0, 1), kernel=kernel, n_samples=512)
    assert found.n_effective[0] > 0


@every_case
def test_a_tree_says_which_parts_it_asks_for(case: str) -> None:
    found = explained(case, slice(0, 1), surrogate=Tree(max_depth=2), n_samples=512)
    rules = found.rules(0, 0)
    assert rules
    if case != "changes":
        assert all(rule.endswith(" is there") for rule in rules)


@every_case
def test_nothing_that_is_handed_over_changes(case: str) -> None:
    before = hashlib.sha256(pickle.dumps(CASES[case][1])).hexdigest()
    state = repr(np.random.get_state(legacy=False))  # noqa: NPY002 -- the state is what we look at
    explained(case)
    assert hashlib.sha256(pickle.dumps(CASES[case][1])).hexdigest() == before
    assert repr(np.random.get_state(legacy=False)) == state  # noqa: NPY002


@every_case
def test_replicates_and_widths_work_as_for_tables(case: str) -> None:
    domain, data, model, seen, laws = CASES[case]
    lime = ll.Lime(laws[0](design=ll.Sobol()), seen, n_samples=128)
    found = ll.explain(model, None, data[:1], domain=domain(), explainer=ll.Replicated(lime))
    assert found.stderr is not None
    assert np.isfinite(found.stderr).all()


@pytest.mark.parametrize(
    "part",
    [ll.Dropout(0.2), ll.UniformCount(), ll.Strengths(0.5), ll.Presence(), ll.Strength(),
     ll.Embedded(ll.embeddings.Lsa(3)), ll.presets.lime_text(), ll.presets.lime_image(),
     Words("ignored"), Positions(), Sentences(), Pattern("a+"), FromCorpus(3)],
    ids=repr,
)  # fmt: skip
def test_a_part_is_a_frozen_value(part: Any) -> None:
    twin = pickle.loads(pickle.dumps(part))
    assert (twin, hash(twin), repr(twin)) == (part, hash(part), repr(part))
    with pytest.raises(FrozenInstanceError):
        part.anything = 1


@every_case
def test_the_usual_explainer_is_one_that_fits(case: str) -> None:
    domain, data, model, seen, _ = CASES[case]
    found = ll.explain(model, None, data[:1], domain=domain())
    assert repr(seen) in found.record


def test_exponential_weights_of_words_are_the_same_as_limes() -> None:
    kernel = Exponential(0.25, ll.Cosine())
    assert ll.presets.lime_text().kernel == kernel
