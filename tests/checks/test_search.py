"""The search finds a cliff that was put there, shrinks it, saves it and replays it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import limelab as ll
from limelab.checks.search import MoveRatio, SeedSpread, Unstable, find_unstable
from limelab.types import Array, BadInput
from tests.parts import mixed, people


class Jumpy:
    """Stable slopes, but noise where a lies above its upper quartile and b is anything."""

    takes_domain = True

    def explain(self, predict: Any, background: Any, rows: Any, seed: int = 0) -> Array:
        x = np.asarray(rows, dtype=float)
        found = np.tile([1.0, 0.5, 0.2], (len(x), 1))
        noise = np.random.default_rng(seed).normal(size=found.shape)
        return found + np.where(x[:, :1] > 0.9, 3 * noise, 0.0)

    def __repr__(self) -> str:
        return "Jumpy()"


def rows() -> Array:
    return np.random.default_rng(0).normal(size=(200, 3))


def first(x: Array) -> Array:
    return np.asarray(x[:, 0])


def test_the_cliff_is_found_and_only_its_feature_is_away() -> None:
    found = find_unstable(Jumpy(), (first, rows()), n_examples=40)
    assert found.away == ("x0",)
    assert found.row[0] > 0.9
    assert found.value >= 0.8 * found.found
    assert found.typical < 1e-12
    assert len(f"{found.row[0]:g}") <= 4


def test_the_same_seed_finds_the_same() -> None:
    once, twice = (find_unstable(Jumpy(), (first, rows()), n_examples=12, seed=3) for _ in range(2))
    assert once.row == twice.row


def test_a_saved_search_replays(tmp_path: Path) -> None:
    found = find_unstable(Jumpy(), (first, rows()), n_examples=20)
    found.save(tmp_path / "unstable.json")
    again = Unstable.load(tmp_path / "unstable.json")
    assert again.sentence == found.sentence
    assert np.array_equal(again.runs, found.runs)
    assert again.replay(Jumpy(), (first, rows())) == pytest.approx(found.value)
    assert "pickle" not in (tmp_path / "unstable.json").read_text()


def test_small_moves_find_a_step() -> None:
    def step(x: Array) -> Array:
        return np.asarray((x[:, 0] > 1.0) * 1.0)

    lime = ll.Lime(ll.Gaussian(0.05), n_samples=128)
    found = find_unstable(lime, (step, rows()), MoveRatio(0.2), n_examples=40)
    assert abs(found.row[0] - 1.0) < 0.4
    assert found.value > 0.5


def test_categories_are_searched_too() -> None:
    table = mixed()
    found = find_unstable(ll.Lime(n_samples=64), (people, table), SeedSpread(3), n_examples=8)
    assert dict(zip(found.features, found.row, strict=True))["job"] in ("clerk", "smith", "nurse")
    assert isinstance(found.to_frame(), pd.DataFrame)


def test_the_picture_has_a_mark_for_each_seed() -> None:
    found = find_unstable(Jumpy(), (first, rows()), n_examples=8)
    axes = found.plot()
    assert len(axes.lines) == len(found.runs) + 1
    assert axes.get_xlabel()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: find_unstable(Jumpy(), first), "expected a limelab.Task"),
        (lambda: find_unstable(Jumpy, (first, rows())), "expected a value with explain"),
        (lambda: MoveRatio(0.0), "radius"),
        (lambda: Unstable.load("nothing.json"), "is no saved search"),
    ],
)
def test_refusals(call: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        call()
