"""Mask laws take away as many parts as they say, each alike, and decline what has no parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import limelab as ll
from limelab.types import Array, BadInput, NotApplicable
from tests.parts import DESIGNS, name_of, numbers

WORDS = "a b c d e f g"


def view(*, fill: bool = False) -> Any:
    corpus = ["a b c", "b c a", "c a b", "d e f", "f g a"]
    domain = ll.Text(corpus, fill=ll.domains.FromCorpus(1)) if fill else ll.Text()
    ((found, _),) = domain.views([WORDS])
    return found


def masks(law: Any, n: int, *, fill: bool = False, seed: int = 0) -> Array:
    here = view(fill=fill)
    u = law.design.draw(n, law.dims(here), np.random.default_rng(seed))[None]
    return np.asarray(law.cloud(u, here.x, here).moves[0])


def test_the_count_is_even_from_one_to_all() -> None:
    gone = 7 - masks(ll.UniformCount(), 14_000).sum(axis=1)
    counts = np.bincount(gone.astype(int), minlength=8)
    assert counts[0] == 0
    assert stats.chisquare(counts[1:]).pvalue > 0.001


def test_which_parts_go_is_even_given_the_count() -> None:
    drawn = masks(ll.UniformCount(), 14_000)
    for gone in (1, 3, 6):
        rows = drawn[drawn.sum(axis=1) == 7 - gone]
        subsets = np.unique(rows, axis=0, return_counts=True)[1]
        assert len(subsets) == {1: 7, 3: 35, 6: 7}[gone]
        assert stats.chisquare(subsets).pvalue > 0.001


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_drops_each_alone_with_its_chance(p: float) -> None:
    gone = 1.0 - masks(ll.Dropout(p), 8192)
    assert np.abs(gone.mean(axis=0) - p).max() < 4 * (p * (1 - p) / 8192) ** 0.5
    assert np.abs(np.corrcoef(gone.T) - np.eye(7)).max() < 4 / 8192**0.5


@pytest.mark.parametrize("law", [ll.Dropout(0.3), ll.UniformCount()], ids=repr)
def test_what_fills_is_even_and_new_for_each_part(law: Any) -> None:
    drawn = masks(law, 8192, fill=True)
    assert drawn.max() == 1.0
    for j in range(7):
        left = drawn[drawn[:, j] < 1, j]
        assert stats.kstest(left, "uniform").pvalue > 0.001
    both = drawn[(drawn[:, 0] < 1) & (drawn[:, 1] < 1)]
    assert abs(np.corrcoef(both[:, 0], both[:, 1])[0, 1]) < 4 / len(both) ** 0.5


@pytest.mark.parametrize("fill", [False, True])
@pytest.mark.parametrize("design", DESIGNS, ids=name_of)
@pytest.mark.parametrize("law", [ll.Dropout, ll.UniformCount])
def test_the_first_masks_are_the_shorter_draw(law: Any, design: Any, fill: bool) -> None:
    part = law(design=design)
    assert (masks(part, 64, fill=fill)[:16] == masks(part, 16, fill=fill)).all()
    assert (masks(part, 64, fill=fill, seed=1) != masks(part, 64, fill=fill)).any()


def test_sobol_masks_are_more_even_than_chance() -> None:
    def spread(design: Any) -> float:
        means = [masks(ll.Dropout(design=design), 256, seed=s).mean(axis=0) for s in range(12)]
        return float(np.std(means))

    assert spread(ll.Sobol()) < 0.3 * spread(ll.Iid())


def test_tables_are_declined_with_what_to_take() -> None:
    for law in (ll.Dropout(), ll.UniformCount()):
        with pytest.raises(NotApplicable, match=r"a table's columns are values; take Gaussian"):
            law.dims(numbers())
        with pytest.raises(NotApplicable, match="a table's columns"):
            law.cloud(np.zeros((1, 2, 9)), numbers().background[:1], numbers())


def test_radii_and_refusals() -> None:
    assert ll.Dropout().at(0.2) == ll.Dropout(0.2)
    with pytest.raises(NotApplicable, match="no radius"):
        ll.UniformCount().at(0.2)
    for p in (0, 1, 1.5, "a"):
        with pytest.raises(BadInput, match="Dropout"):
            ll.Dropout(p)  # type: ignore[arg-type]
