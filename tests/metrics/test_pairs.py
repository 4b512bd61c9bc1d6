"""What stands beside every stability score, and the jackknife against textbook cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from limelab.metrics import Rmse, TopK
from limelab.metrics.pairs import beside, jackknife, mean_where, pairs


def test_pairs_are_all_pairs_once():
    first, second = pairs(5)
    assert len(set(zip(first.tolist(), second.tolist(), strict=True))) == 10
    assert (first < second).all()


def test_jackknife_of_a_mean_is_its_standard_error():
    x = np.random.default_rng(0).normal(size=(9, 3))
    left_out = (x.sum(axis=0) - x) / 8
    usable = np.ones(x.shape, dtype=bool)
    assert jackknife(left_out, usable) == pytest.approx(x.std(axis=0, ddof=1) / 3)
    usable[2:, 0] = False
    assert np.isnan(jackknife(left_out, usable)).tolist() == [True, False, False]


def test_means_of_what_counts():
    values, among = np.array([[1.0, np.nan], [3.0, 5.0]]), np.array([[True, False], [True, False]])
    assert mean_where(values, among).tolist()[0] == 2
    assert np.isnan(mean_where(values, among)[1])


def test_fidelity_stands_beside_stability(evidence, with_hole):
    made = with_hole(evidence(), 1, 2)
    (rmse,), (top,) = Rmse().score(made), TopK(3).score(made)
    assert top.columns["fidelity_rmse"][0] == pytest.approx(np.nanmean(rmse.values, axis=0))
    assert np.isnan(beside(replace(made, judged=()))["fidelity_rmse"]).all()
    mute = replace(made, judged=(replace(made.judged[0], g=None),))
    assert np.isnan(beside(mute)["fidelity_rmse"]).all()
    flat = beside(replace(made, model_sd=np.array([0.0, 2.0])))["fidelity_rmse"]
    assert np.isnan(flat[0, 0]).tolist() == [True, False]
