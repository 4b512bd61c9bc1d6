"""Parts of cells: thirds share nothing and make the whole; what is left out is left out."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.statistics import crossed, divisible, mean_of_means, on_these, thirds, without_each


def cells(seed: int, shape: tuple[int, int] = (7, 5)) -> np.ndarray:
    return np.random.default_rng(seed).normal(seed, 1.0, shape)


def test_thirds_share_no_instance_and_no_repeat() -> None:
    instance, repeat = np.indices((7, 5)).astype(float)
    rows = [{*part[0].ravel()} for part in thirds([instance])]
    columns = [{*part[0].ravel()} for part in thirds([repeat])]
    for parts, n in ((rows, 7), (columns, 5)):
        assert sum(len(part) for part in parts) == n
        assert set.union(*parts) == {*range(n)}


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [((2, 6), [(2, 2)] * 3), ((4, 1), [(2, 1), (1, 1), (1, 1)]), ((2, 2), [(2, 2)] * 3)],
)
def test_a_short_axis_stays_whole(shape: tuple[int, int], sizes: list[tuple[int, int]]) -> None:
    stack = [np.zeros(shape)]
    assert [part[0].shape for part in thirds(stack)] == sizes
    assert divisible(stack) == (max(shape) > 2)


def test_means_go_over_groups_of_tasks_and_pass_over_what_is_missing() -> None:
    stacks = [np.array([[1.0, np.nan]]), np.array([[3.0]]), np.full((1, 1), np.nan)]
    assert mean_of_means(stacks) == 2.0
    assert mean_of_means([*stacks, np.array([[8.0]])], ["a", "a", "b", "c"]) == 5.0
    assert np.isnan(mean_of_means(stacks[2:]))


def test_without_each_is_the_bootstrap_of_the_rest() -> None:
    stacks, groups = [cells(seed) for seed in range(4)], ["a", "a", "b", "c"]
    found = without_each(stacks, groups, rng=np.random.default_rng(0))
    assert list(found) == ["a", "b", "c"]
    for group, left in found.items():
        rest = [stack for stack, name in zip(stacks, groups, strict=True) if name != group]
        alone = on_these(rest, rng=np.random.default_rng(1))
        assert left.estimate == pytest.approx(alone.estimate, abs=1e-12)
        widths = [one.high - one.low for one in (left.at(0.95), alone)]
        assert widths[0] == pytest.approx(widths[1], rel=0.03)
        assert left.n_clusters == alone.n_clusters


def test_the_shape_of_the_bootstrap_is_that_of_the_rest() -> None:
    outlier, even = np.zeros((8, 1)), cells(0, (30, 1))
    outlier[0] = 1000.0
    left = without_each([outlier, even], ["a", "b"], rng=np.random.default_rng(0))["a"]
    alone = crossed([even], rng=np.random.default_rng(1))
    shapes = [one.half[5000] / one.half[500] for one in (left, alone)]
    assert shapes[0] == pytest.approx(shapes[1], rel=0.05)


def test_without_the_only_group_that_has_values_there_is_nothing() -> None:
    stacks = [cells(0), np.full((2, 2), np.nan)]
    assert without_each(stacks, ["a", "b"], rng=np.random.default_rng(0)) == {}
