"""Importances by labels where a model can be scored by them; else the audit goes on and says so."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import limelab as ll
from limelab.auditing.overall import overall
from limelab.auditing.subject import JUDGE, read
from limelab.types import BadInput

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 2))
WORDS = np.where(X[:, 0] > 0, "yes please", "no")


def odds(rows):
    return 1 / (1 + np.exp(-3 * rows[:, 0]))


def both(rows):
    return np.column_stack([1 - odds(rows), odds(rows)])


def found(model, y):
    return overall(read(model, X, X[:1], ll.Lime(n_samples=64), JUDGE, 0), y)


@pytest.mark.parametrize(
    ("model", "y", "why"),
    [
        (odds, WORDS, "these are such as '.*', and the model names no classes"),
        (odds, WORDS.astype(object), "the model names no classes"),
        (both, (X[:, 0] > 0) * 1, "does not say which of its 2 answers they mean"),
        (LogisticRegression().fit(X, WORDS), (X[:, 0] > 0) * 1, "the model has no class '0'"),
    ],
)
def test_labels_that_a_model_cannot_be_scored_by_are_said(model, y, why):
    said, told = found(model, y)
    assert set(said) == {"prediction"}
    assert re.search(why, told)


def test_labels_that_a_model_can_be_scored_by_are_used():
    for model, y in (
        (odds, (X[:, 0] > 0) * 1.0),
        (odds, X[:, 0] > 0),
        (LogisticRegression().fit(X, WORDS), WORDS),
        (LogisticRegression().fit(X, (X[:, 0] > 0) * 1), (X[:, 0] > 0) * 1.0),
    ):
        said, told = found(model, y)
        assert told == ""
        assert said["label"].shape == (2, 1)
        assert said["label"][0, 0] > 10 * abs(said["label"][1, 0])


def test_a_class_that_is_rare_among_the_rows_is_no_obstacle():
    y = np.append(WORDS[:-1], "rare")
    said, told = found(LogisticRegression().fit(X, y), np.append(WORDS[:-1], "no"))
    assert told == ""
    assert np.isfinite(said["label"]).all()


def test_the_audit_goes_on_with_a_note():
    told = ll.audit(odds, X, X[:1], y=WORDS, repeats=5, explainer=ll.Lime(n_samples=256))
    assert len(told.notes) == 1
    assert told.notes[0].startswith("no global importance by labels: ")
    assert "no global importance by labels: " in told._repr_html_()
    assert "label_importance" not in told.to_frame()
    with pytest.raises(BadInput, match="one label for each of the 300"):
        found(odds, WORDS[:5])
