"""Comprehensiveness and sufficiency: a linear model's answer by hand, and what is declined."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limelab.metrics import Comprehensiveness, Sufficiency, comprehensiveness, sufficiency
from limelab.types import BadInput
from tests.metrics.asking import attributed, contributions, coordinates, linear

E = np.random.default_rng(6).normal(size=(2, 3, 4, 2))
SHARES = (0.25, 0.75)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=5), st.floats(-5, 5))
def test_formulas_are_mean_drops(answers, f):
    wanted = np.mean([f - one for one in answers])
    for formula in (comprehensiveness, sufficiency):
        assert float(formula(np.array(f), np.array(answers))) == pytest.approx(wanted)
        assert float(formula(np.array(f), np.full(3, f))) == 0


@pytest.mark.parametrize("cls", [Comprehensiveness, Sufficiency])
def test_linear_model_loses_the_contributions_of_what_goes(cls):
    metric, where = cls(SHARES), coordinates(3)
    (score,) = metric.score(attributed(metric, E, where=where))
    exact, sd = contributions(where), linear(where.background).std(axis=0)
    above = exact.sum(axis=1) > 0
    assert above.any()
    assert not above.all()
    for i, c in np.ndindex(3, 2):
        order = np.argsort(-np.abs(E[0, i, :, c]))
        gone = [order[:k] if cls is Comprehensiveness else order[k:] for k in (1, 3)]
        wanted = np.mean([exact[i, some, c].sum() for some in gone]) / sd[c]
        if above[i, c]:
            assert score.values[0, i, c] == pytest.approx(wanted)
        else:
            assert np.isnan(score.values[0, i, c])
            assert "not above that at the baseline" in score.note[0, i, c]


def test_shares_take_one_feature_at_least_and_never_all():
    metric = Comprehensiveness((0.01, 1.0))
    made = attributed(metric, E)
    points = metric.probes(made, np.random.default_rng(0))[0].reshape(3, 2, 3, 4)
    gone = (points != made.coordinates.x[:, None, None]).sum(axis=-1)
    assert (gone == [1, 3, 4]).all()


@pytest.mark.parametrize("shares", [(), (0,), (1.5,), 0.5, ("x",)])
def test_bad_shares(shares):
    with pytest.raises(BadInput, match="expected numbers above 0"):
        Sufficiency(shares)


def test_lists_become_tuples_and_hash():
    assert hash(Comprehensiveness([0.5])) == hash(Comprehensiveness((0.5,)))
