"""The crossed bootstrap against closed forms, scipy and a slow loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from limelab.statistics import crossed, on_these

NOISES = {"instance": (1, 0, 0), "repeat": (0, 1, 0), "cell": (0, 0, 1), "all": (1, 0.7, 1)}


def noise(rng, scales, n=12, repeats=10):
    sizes = ((n, 1), (1, repeats), (n, repeats))
    return sum(s * rng.normal(size=size) for s, size in zip(scales, sizes, strict=True))


def rejections(scales, n_tasks, times, n_resamples):
    rng = np.random.default_rng(7)
    made = ([noise(rng, scales) for _ in range(n_tasks)] for _ in range(times))
    found = [on_these(tasks, rng=rng, n_resamples=n_resamples) for tasks in made]
    return np.mean([not one.low <= 0 <= one.high for one in found])


class TestOnThese:
    @pytest.mark.parametrize("scales", NOISES.values(), ids=NOISES.keys())
    def test_type_one_error_quick(self, scales):
        assert rejections(scales, 1, 200, 499) <= 0.09

    @pytest.mark.slow
    @pytest.mark.parametrize("n_tasks", [1, 18])
    @pytest.mark.parametrize("scales", NOISES.values(), ids=NOISES.keys())
    def test_type_one_error(self, scales, n_tasks):
        times = 1000 if n_tasks == 1 else 500
        assert rejections(scales, n_tasks, times, 1999) <= 0.05 + 2.6 * np.sqrt(0.0475 / times)

    def test_power(self):
        rng = np.random.default_rng(1)
        tasks = [noise(rng, (0.3, 0.1, 0.3)) + 0.5 for _ in range(3)]
        assert on_these(tasks, rng=rng).low > 0

    def test_one_repeat_is_the_t_test(self):
        cells = np.random.default_rng(0).normal(0.4, 1, size=(15, 1))
        found = on_these([cells], rng=np.random.default_rng(1))
        test = stats.ttest_1samp(cells[:, 0], 0)
        low, high = test.confidence_interval()
        assert found.estimate == pytest.approx(cells.mean())
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.06)
        assert found.p == pytest.approx(test.pvalue, abs=0.03)
        assert "instances only" in found.note

    def test_one_instance_is_the_t_test_over_repeats(self):
        cells = np.random.default_rng(3).normal(size=(1, 20))
        found = on_these([cells], rng=np.random.default_rng(1))
        low, high = stats.ttest_1samp(cells[0], 0).confidence_interval()
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.06)
        assert "repeats only" in found.note

    def test_standard_error_is_that_of_the_components(self):
        rng = np.random.default_rng(5)
        found = [
            on_these([noise(rng, (1, 0.7, 1))] * 1, rng=rng, n_resamples=199) for _ in range(300)
        ]
        truth = np.sqrt(1 / 12 + 0.49 / 10 + 1 / 120)
        assert np.std([one.estimate for one in found]) == pytest.approx(truth, rel=0.1)

    def test_shape_is_that_of_a_slow_loop(self):
        rng = np.random.default_rng(2)
        cells = noise(rng, (1, 0.7, 1), 6, 5)
        cells[0, 0] = np.nan
        loop = []
        for _ in range(4000):
            rows, columns = rng.integers(6, size=6), rng.integers(5, size=5)
            loop.append(np.nanmean(cells[np.ix_(rows, columns)]))
        shape = np.sort(np.abs(np.array(loop) - np.nanmean(cells)))
        half = crossed([cells], rng=rng).half
        ratios = [half[int(9999 * (1 - q))] / np.quantile(shape, q) for q in (0.5, 0.7)]
        assert ratios[0] == pytest.approx(ratios[1], rel=0.1)

    def test_interval_and_p_agree(self):
        rng = np.random.default_rng(4)
        for _ in range(20):
            drawn = crossed([noise(rng, (1, 0, 1)) + 0.4], rng=rng, n_resamples=999)
            p = drawn.at(0.95).p
            for alpha in (p - 0.01, p + 0.01):
                if 0 < alpha < 1:
                    one = drawn.at(1 - alpha)
                    assert (one.low <= 0 <= one.high) == (alpha < p)

    def test_missing_cells_are_counted_and_do_not_bend_the_rest(self):
        cells = np.ones((4, 3))
        cells[0] = np.nan
        gone = np.full((2, 2), np.nan)
        found = on_these([cells, gone], rng=np.random.default_rng(0))
        assert (found.estimate, found.n_missing, found.n_units, found.n_clusters) == (1, 7, 3, 1)
        assert "7 cells missing" in found.note
        assert "1 tasks without a value" in found.note

    def test_nothing_to_resample_is_said(self):
        found = on_these([np.ones((1, 1))], rng=np.random.default_rng(0))
        assert found.estimate == 1
        assert np.isnan(found.low)
        assert "nothing to resample" in found.note
        nothing = on_these([np.full((2, 2), np.nan)], rng=np.random.default_rng(0))
        assert (nothing.note, nothing.n_missing) == ("no values", 4)
        assert on_these([], rng=np.random.default_rng(0)).note == "no tasks"

    def test_same_seed_same_bits(self):
        cells = noise(np.random.default_rng(0), (1, 1, 1))
        first, second = (on_these([cells], rng=np.random.default_rng(9)) for _ in range(2))
        assert first == second

    @given(st.floats(0.1, 100))
    def test_scale_equivariance(self, scale):
        cells = noise(np.random.default_rng(0), (1, 1, 1)) + 0.5
        one, other = (
            on_these([c], rng=np.random.default_rng(0), n_resamples=99)
            for c in (cells, cells * scale)
        )
        assert other.low == pytest.approx(one.low * scale)
        assert other.p == pytest.approx(one.p)

    def test_equal_values_give_a_point(self):
        found = on_these([np.zeros((3, 3))], rng=np.random.default_rng(0))
        assert (found.low, found.high, found.p) == (0, 0, 1)
