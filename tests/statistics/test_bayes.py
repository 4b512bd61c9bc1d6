"""The Bayesian signed-rank test against Dirichlet moments and a slow loop."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.statistics import bayesian_signed_rank
from limelab.statistics.bayes import posterior_masses
from limelab.types import BadInput

VALUES = np.array([0.3, -0.05, 0.2, 0.02, 0.11])


def test_masses_have_the_moments_of_a_dirichlet() -> None:
    a = np.array([0.5, 1, 1, 1, 1, 1])
    z = np.array([0, *VALUES])
    product = (np.outer(a, a) + np.diag(a)) / (a.sum() * (a.sum() + 1))
    middle = (z[:, None] + z) / 2
    wanted = [product[middle < -0.1].sum(), product[np.abs(middle) <= 0.1].sum(),
              product[middle > 0.1].sum()]  # fmt: skip
    drawn = posterior_masses(VALUES, 0.1, 0.5, np.random.default_rng(0), 40_000)
    assert drawn.sum(axis=1) == pytest.approx(1)
    assert drawn.mean(axis=0) == pytest.approx(wanted, abs=0.005)


def test_votes_are_those_of_a_slow_loop() -> None:
    rng, z = np.random.default_rng(1), np.array([0, *VALUES])
    votes = np.zeros(3)
    for _ in range(3000):
        w = rng.gamma([0.5, 1, 1, 1, 1, 1])
        w = w / w.sum()
        masses = np.zeros(3)
        for i in range(6):
            for j in range(6):
                place = 0 if z[i] + z[j] < -0.2 else 2 if z[i] + z[j] > 0.2 else 1
                masses[place] += w[i] * w[j]
        votes[masses.argmax()] += 1 / 3000
    found = bayesian_signed_rank(VALUES, rope=0.1, rng=np.random.default_rng(2))
    assert [found.below, found.equivalent, found.above] == pytest.approx(votes.tolist(), abs=0.04)
    assert found.error < 0.003


def test_sides_are_symmetric_and_words_fit() -> None:
    def read(values):
        return bayesian_signed_rank(values, rope=0.1, rng=np.random.default_rng(3))

    far, near = read(np.full(8, 0.5)), read(np.full(8, 0.01))
    assert far.above == read(np.full(8, -0.5)).below > 0.99
    assert "a is higher" in far.sentence()
    assert "within 0.1" in near.sentence()
    assert read(np.array([0.15, -0.15, 0.3])).sentence().startswith("Nothing is 0.95 probable")
    assert np.isnan(read(np.array([np.nan])).above)


@pytest.mark.parametrize("rope", [0, -1, np.nan])
def test_a_region_has_a_width(rope: float) -> None:
    with pytest.raises(BadInput, match="above 0"):
        bayesian_signed_rank(VALUES, rope=rope, rng=np.random.default_rng(0))
