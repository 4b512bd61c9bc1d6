"""Notes: every missing value has one, and the first reason wins."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from limelab.metrics.notes import UNDEFINED, declined, explained

VALUES = arrays(float, (2, 3, 1), elements=st.floats())
MASKS = arrays(bool, (2, 3, 1))


@given(VALUES, MASKS, MASKS, st.sampled_from(["", "a caution"]))
def test_missing_and_noted_are_the_same(values, first, second, text):
    score = explained(values, {}, {"first": first, "second": second}, text)
    note = np.broadcast_to(np.asarray(score.note, dtype=object), values.shape)
    assert ((note == text) == np.isfinite(score.values)).all()
    assert (note[first] == "first").all()
    assert (note[second & ~first] == "second").all()
    assert set(note[~first & ~second].ravel()) <= {text, UNDEFINED}


def test_declined_carries_its_columns():
    score = declined("why", judge="Gaussian")
    assert np.isnan(score.values).all()
    assert (score.note, score.columns) == ("why", {"judge": "Gaussian"})
