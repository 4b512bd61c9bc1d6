"""Plans against simulated studies, and pilots against their own truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from limelab.statistics import (
    ON_THESE,
    Size,
    Variances,
    half_width,
    in_general,
    on_these,
    pilot,
    plan_for_power,
    plan_for_width,
    power,
)
from limelab.types import BadInput

TRUTH = Variances(data_set=0.3, instance=0.8, repeat=0.2, cell=0.5)


def study(rng, size, effect=0.0, truth=TRUTH):
    n, i, r = size.data_sets, size.instances, size.repeats
    parts = [(n, 1, 1), (n, i, 1), (n, 1, r), (n, i, r)]
    sds = np.sqrt([truth.data_set, truth.instance, truth.repeat, truth.cell])
    return effect + sum(sd * rng.normal(size=one) for sd, one in zip(sds, parts, strict=True))


def test_half_width_and_power_in_general_are_those_of_simulated_studies() -> None:
    rng, size = np.random.default_rng(0), Size(8, 6, 4)
    found = [in_general(study(rng, size, 0.6).mean(axis=(1, 2))) for _ in range(2000)]
    widths = np.array([(one.high - one.low) / 2 for one in found])
    assert np.sqrt((widths**2).mean()) == pytest.approx(half_width(TRUTH, size), rel=0.02)
    share = np.mean([one.low > 0 or one.high < 0 for one in found])
    assert share == pytest.approx(power(TRUTH, size, 0.6), abs=0.03)


def test_half_width_and_power_on_these_tasks_are_those_of_simulated_studies() -> None:
    rng, size = np.random.default_rng(1), Size(2, 10, 6)
    fixed = Variances(0.0, 0.8, 0.2, 0.5)
    made = (
        on_these(list(study(rng, size, 0.6, fixed)), rng=rng, n_resamples=499) for _ in range(150)
    )
    found = list(made)
    widths = np.array([(one.high - one.low) / 2 for one in found])
    wanted = half_width(TRUTH, size, scope=ON_THESE)
    assert np.sqrt((widths**2).mean()) == pytest.approx(wanted, rel=0.06)
    share = np.mean([one.low > 0 or one.high < 0 for one in found])
    assert share == pytest.approx(power(TRUTH, size, 0.6, scope=ON_THESE), abs=0.1)


def test_noise_of_cells_alone_is_counted_once_on_these_tasks() -> None:
    dof = 1 / (1 / 4 + 1 / 3 + 1 / 12)  # Satterthwaite: three equal mean squares of 5 x 4 cells
    wanted = stats.t.isf(0.025, dof) * np.sqrt(1 / 20)
    assert half_width(Variances(0, 0, 0, 1), Size(1, 5, 4), scope=ON_THESE) == pytest.approx(wanted)


def test_a_pilot_finds_the_variances_on_average() -> None:
    rng, found = np.random.default_rng(2), []
    for _ in range(300):
        cells = study(rng, Size(12, 6, 5))
        found.append(pilot({n: (n, one) for n, one in enumerate(cells)}))
    for name in ("data_set", "instance", "repeat", "cell"):
        mean = np.mean([getattr(one, name) for one in found])
        assert mean == pytest.approx(getattr(TRUTH, name), rel=0.12)


def test_tasks_of_one_set_are_averaged_first() -> None:
    rng, found = np.random.default_rng(3), []
    for _ in range(200):
        sets = rng.normal(size=10) * 0.3**0.5
        cells = study(rng, Size(30, 6, 5), truth=Variances(0, 0.8, 0.2, 0.5))
        found.append(pilot({n: (n // 3, one + sets[n // 3]) for n, one in enumerate(cells)}))
    assert np.mean([one.data_set for one in found]) == pytest.approx(0.3, rel=0.12)


def test_a_variance_below_zero_is_zero_and_named() -> None:
    cells = np.add.outer(np.arange(4.0), np.zeros(3))
    cells[0, 0] += 1e-3
    found = pilot({0: (0, cells), 1: (1, cells)})
    assert (found.data_set, found.repeat) == (0, 0)
    assert found.note == "variance of data set, repeat put at 0: the pilot shows none"


@pytest.mark.parametrize("scope", ["in general", "on these tasks"])
def test_a_plan_is_the_smallest_that_reaches(scope) -> None:
    for plan, reached in (
        (plan_for_width(TRUTH, 0.5, scope=scope),
         lambda size: half_width(TRUTH, size, scope=scope) <= 0.5),
        (plan_for_power(TRUTH, 0.5, scope=scope),
         lambda size: power(TRUTH, size, 0.5, scope=scope) >= 0.8),
    ):  # fmt: skip
        assert plan.explanations.is_monotonic_increasing
        for n, i, r in plan[["data_sets", "instances", "repeats"]].itertuples(index=False):
            assert reached(Size(n, i, r))
            assert n == 1 or not reached(Size(n - 1, i, r))
        assert f"take {plan.data_sets[0]} " in plan.sentence[0]


def test_what_no_plan_reaches_is_said() -> None:
    plan = plan_for_width(Variances(100.0, 0, 0, 0), 0.1, instances=[5], repeats=[2])
    assert plan.data_sets.isna().all()
    assert "do not give" in plan.sentence[0]


def test_few_sets_have_no_interval_in_general() -> None:
    assert np.isnan(half_width(TRUTH, Size(5, 10, 10)))
    assert power(TRUTH, Size(5, 10, 10), 9.0) == 0
    assert power(Variances(0, 0, 0, 0), Size(6, 2, 2), 1.0) == 1


def test_bad_input() -> None:
    with pytest.raises(BadInput, match="variances of at least 0"):
        Variances(-1, 0, 0, 0)
    with pytest.raises(BadInput, match="at least 1"):
        Size(0, 1, 1)
    with pytest.raises(BadInput, match="scope="):
        half_width(TRUTH, Size(6, 2, 2), scope="everywhere")
    with pytest.raises(BadInput, match="above 0"):
        plan_for_width(TRUTH, 0)
    with pytest.raises(BadInput, match="1 data sets came"):
        pilot({0: (0, np.ones((3, 3)))})
