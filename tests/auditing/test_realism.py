"""Mass off the data: near nothing for real rows, near all for wide noise on twins."""

from __future__ import annotations

import numpy as np
import pytest

import limelab as ll
from limelab.auditing.realism import off_the_data
from limelab.auditing.subject import JUDGE, read
from limelab.types import NotApplicable

A = np.random.default_rng(0).normal(size=300)
TWINS = np.column_stack([A, A + 1e-3 * np.random.default_rng(1).normal(size=300)])


def off(explainer):
    subject = read(lambda x: x[:, 0], TWINS, TWINS[:4], explainer, JUDGE, 0)
    return off_the_data(subject, explainer)


def test_real_rows_are_on_the_data_and_noise_on_twins_is_off():
    assert off(ll.Lime(ll.Rows())).max() == 0
    assert off(ll.Lime(ll.Gaussian(1.0))).min() > 0.9


def test_mass_is_the_kernels():
    """What is off the data is far from x and weighs next to nothing."""
    near = ll.Lime(ll.Gaussian(1.0), kernel=ll.Exponential(0.05))
    assert off(near).mean() < off(ll.Lime(ll.Gaussian(1.0))).mean() - 0.3


def test_an_explainer_of_another_make_shows_no_points():
    class Foreign:
        def explain(self, predict, background, rows, seed):
            raise AssertionError

    with pytest.raises(NotApplicable, match="not made of limelab's parts"):
        off(Foreign())
