"""Remedies out of what was tried: how many samples, and which other explainer."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from limelab.auditing.remedies import more_samples
from limelab.seeds import generator


def case(gap, sd, n=1000, runs=400):
    """A row whose first two importances lie a gap apart, each run with this deviation."""
    noise = generator(0, "remedies").normal(size=(runs, 1, 3, 1)) * sd / np.sqrt(2)
    importance = np.array([1.0 + gap, 1.0, 0.1])[:, None] + noise
    found = (SimpleNamespace(n_samples=n),)
    made = SimpleNamespace(importance=importance, found=found)
    return SimpleNamespace(measured=SimpleNamespace(runs=made), i=0, c=0)


def test_samples_grow_with_the_square_of_the_spread_over_the_gap():
    """(1.28 x .2 / .05)^2 = 26 times as many, to the next power of two: 32768 of 1000."""
    assert more_samples(case(0.05, 0.2)) == "Take about 32768 samples instead of 1000."


def test_the_samples_it_names_keep_the_lead_in_nine_runs_of_ten():
    gap, sd = 0.05, 0.2
    n = 1000 * (1.2816 * sd / gap) ** 2
    again = case(gap, sd / np.sqrt(n / 1000), runs=4000).measured.runs.importance[:, 0, :, 0]
    assert (again.argmax(axis=1) == 0).mean() == pytest.approx(0.9, abs=0.02)


def test_where_no_number_does_they_are_equals():
    assert "read them as equals" in more_samples(case(1e-4, 0.2))


def test_an_explainer_that_does_not_say_how_many_it_takes():
    assert "it does not say" in more_samples(case(0.05, 0.2, n=0))
