"""Means and spreads over runs, and local models at new points."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import stats

import limelab as ll
from limelab.auditing.runs import asked, predicted, runs
from limelab.auditing.subject import JUDGE, read
from limelab.types import NotApplicable

DATA = np.random.default_rng(0).normal(size=(80, 2))


def subject(explainer, model=lambda x: x[:, 0] ** 3, rows=DATA[:2]):
    return read(model, DATA, rows, explainer, JUDGE, 0)


class Sometimes:
    """It explains the first row in even seeds alone."""

    def explain(self, predict, background, rows, seed):
        return np.array([[seed if seed % 2 == 0 else np.nan, 1.0], [2.0, seed]])


def test_means_and_intervals_are_of_the_runs_that_explain():
    found = runs(subject(Sometimes()), Sometimes(), [2, 3, 6])
    assert found.mean("effect")[:, :, 0].tolist() == [[4.0, 1.0], [2.0, pytest.approx(11 / 3)]]
    two, three = stats.t.ppf(0.975, 1), stats.t.ppf(0.975, 2)
    assert found.half_width("effect")[0, 0, 0] == pytest.approx(two * np.std([2, 6], ddof=1))
    assert found.half_width("effect")[1, 1, 0] == pytest.approx(three * np.std([2, 3, 6], ddof=1))
    assert found.there.tolist() == [True, True]
    assert np.isnan(runs(subject(Sometimes()), Sometimes(), [3]).mean("effect")[0, 0, 0])


def test_of_95_runs_in_100_the_interval_holds_the_next():
    lime = ll.Lime(n_samples=64, draws="own")
    found = runs(subject(lime), lime, range(120))
    reach, mean = found.half_width("effect"), found.mean("effect")
    inside = (np.abs(found.effect - mean) <= reach).mean(axis=0)
    assert inside[:, 0, 0] == pytest.approx([0.95, 0.95], abs=0.06)


def test_what_is_warned_of_is_kept_and_not_shown():
    few = ll.Lime(n_samples=2, draws="own")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = asked(subject(few), few, ll.Table(DATA), DATA[:2], 0)
    assert found.declined[0].startswith("too few samples")
    assert np.isnan(predicted(found, np.zeros((1, 1, 2)))).all()


def test_attributions_have_no_local_model():
    found = runs(subject(Sometimes()), Sometimes(), [2])
    with pytest.raises(NotApplicable, match="no local model"):
        predicted(found.found[0], np.zeros((1, 1, 2)))
