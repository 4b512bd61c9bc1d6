"""A resampled background is a table of those rows, with the first one's codes."""

from __future__ import annotations

import numpy as np
import pandas as pd

import limelab as ll
from limelab.auditing.resampling import Resampled
from tests.parts import mixed


def test_means_and_deviations_are_those_of_a_table_of_the_same_rows():
    data = np.random.default_rng(0).normal(size=(30, 2))
    order = np.random.default_rng(1).integers(30, size=30)
    again, plain = Resampled(ll.Table(data), order), ll.Table(data[order])
    assert (again.background == plain.background).all()
    assert np.allclose(again.mean, plain.mean)
    assert np.allclose(again.scale, plain.scale)
    lime = ll.Lime(n_samples=64)
    told = [
        lime.unwarned(lambda x: x @ [1.0, 2.0], domain, data[:2], 3) for domain in (again, plain)
    ]
    assert np.allclose(told[0].coef, told[1].coef)


def test_levels_that_were_not_drawn_keep_their_codes():
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0], "job": ["x", "y", "z"]})
    again = Resampled(ll.Table(frame), np.array([0, 0, 1]))
    assert again.encode(frame)[:, 1].tolist() == [0.0, 1.0, 2.0]
    assert again.frame["job"].tolist() == ["x", "x", "y"]
    assert again.scale[1] == 0
    table = mixed()
    same = Resampled(table, np.arange(len(table.background)))
    assert np.allclose(same.scale, table.scale)
    assert same.fingerprint != Resampled(table, np.arange(5)).fingerprint
