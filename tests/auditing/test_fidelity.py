"""Errors of local models against closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import limelab as ll
from limelab.auditing.fidelity import judged
from limelab.auditing.runs import runs
from limelab.auditing.subject import JUDGE, read

DATA = np.random.default_rng(0).normal(size=(500, 2))
LIME = ll.Lime(n_samples=4096, draws="own")
ZERO = np.zeros((1, 2))


def fit(model, radius=0.5, lime=LIME):
    judge = replace(JUDGE, size=4000)
    subject = read(model, DATA, ZERO, lime, judge, 0)
    return judged(
        subject, runs(subject, lime, [0, 1]), ll.Standardized(), ll.Gaussian(radius), 5
    ), subject


def test_a_line_is_met_at_every_radius():
    for radius in (0.1, 3.0):
        found, _ = fit(lambda x: x @ [2.0, -1.0], radius)
        assert found.rmse.item() == pytest.approx(0, abs=1e-9)
        assert found.r2.item() == pytest.approx(1)


@pytest.mark.parametrize("radius", [0.25, 0.5, 1.0])
def test_of_a_square_with_a_slope_the_line_misses_the_square(radius):
    """f = a^2 + b, s in deviations: the line fitted at .5 misses a^2 - .25 A^2, b is met.

    Error: Var(a^2) = 2 s^4, and the square of s^2 - .25 units; variance: 2 s^4 A^4 + s^2 B^2.
    """
    found, subject = fit(lambda x: x[:, 0] ** 2 + x[:, 1], radius)
    A, B = subject.table.scale
    error = 2 * (radius * A) ** 4 + ((radius**2 - 0.25) * A**2) ** 2
    variance = 2 * (radius * A) ** 4 + (radius * B) ** 2
    assert found.rmse.item() == pytest.approx(np.sqrt(error) / subject.model_sd.item(), rel=0.08)
    assert found.r2.item() == pytest.approx(1 - error / variance, abs=0.1)


def test_where_the_model_does_not_vary_there_is_no_share():
    flat, _ = fit(lambda x: np.where(np.abs(x[:, 0]) > 2.5, 1.0, 0.0), 0.1)
    assert np.isnan(flat.r2.item())
    assert np.isfinite(flat.rmse.item())
    still, _ = fit(lambda x: np.ones(len(x)))
    assert np.isnan(still.rmse.item())
