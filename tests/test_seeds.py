"""Generators depend on seed and axes and on nothing else."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.seeds import child, generator

AXES = st.lists(st.text(max_size=4) | st.integers(-5, 5) | st.binary(max_size=4), max_size=4)


def draw(seed: int, *axes: str | int | bytes) -> int:
    return int(generator(seed, *axes).integers(2**62))


@given(seed=st.integers(0, 2**70), axes=AXES)
def test_the_same_axes_give_the_same_stream(seed: int, axes: list[str | int | bytes]) -> None:
    assert draw(seed, *axes) == draw(seed, *axes)


@given(one=st.tuples(st.integers(0, 9), AXES), two=st.tuples(st.integers(0, 9), AXES))
def test_other_axes_give_another_stream(one: tuple[int, list], two: tuple[int, list]) -> None:  # type: ignore[type-arg]
    assert (one == two) == (draw(one[0], *one[1]) == draw(two[0], *two[1]))


def test_kinds_and_borders_of_axes_count() -> None:
    axes = [("a", "b"), ("ab",), ("a", "b", ""), ("astrb",), (1,), ("1",), (b"1",), (b"int1",), ()]
    drawn = [draw(0, *axis) for axis in axes]
    assert len(set(drawn)) == len(axes)


def test_integers_of_any_width_are_one() -> None:
    assert draw(3, "repeat", 5) == draw(np.int64(3), "repeat", np.int32(5))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1.5, "1", None])
def test_a_seed_that_is_no_whole_number_is_refused(seed: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        generator(seed)  # type: ignore[arg-type]
    with pytest.raises((TypeError, ValueError)):
        generator(0, "repeat", 0.5)  # type: ignore[arg-type]


def test_children_are_seeds_of_their_own() -> None:
    children = [child(seed, "repeat", r) for seed, r in itertools.product(range(5), range(50))]
    assert len(set(children)) == 250
    assert all(isinstance(seed, int) and seed >= 0 for seed in children)


def test_no_global_state_is_read_or_written() -> None:
    before = np.random.get_state()[1].copy()  # type: ignore[index]  # noqa: NPY002
    first = draw(7, "x")
    np.random.default_rng(1).random(100)
    assert draw(7, "x") == first
    assert (np.random.get_state()[1] == before).all()  # type: ignore[index]  # noqa: NPY002


def test_the_stream_is_the_same_in_every_process() -> None:
    code = "from limelab.seeds import child; print(child(11, 'draws', 3, b'row'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == child(11, "draws", 3, b"row")
