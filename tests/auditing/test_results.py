"""Frames of an audit: tidy, of one mind with each other, and files that cannot be written."""

from __future__ import annotations

import numpy as np
import pytest

from limelab.types import BadInput


def test_verdicts_and_features_agree(told):
    verdicts, features = told.verdicts, told.to_frame()
    assert len(features) == 3 * len(verdicts)
    for row in verdicts.to_dict("records"):
        mine = features[features["instance"] == row["instance"]].set_index("feature")
        assert mine["importance"].idxmax() == row["lead"]
        assert mine["model_importance"].idxmax() == row["model_lead"]
        assert mine["real_importance"].idxmax() == row["real_lead"]
    low, mid, high = (features[f"importance{end}"] for end in ("_low", "", "_high"))
    assert ((low >= 0) & (low <= mid) & (mid <= high)).all()
    assert (features["effect"].abs() <= features["importance"] + 1e-12).all()


def test_numbers_are_those_of_the_model(told):
    """0.3 age, plus pay squared, plus 2 for a smith, in noise of half a deviation."""
    features = told.to_frame()
    age = features[features["feature"] == "age"]
    table = told.measured.subject.table
    truth = 0.3 * 0.5 * table.scale[0]
    assert age["model_effect"].to_numpy() == pytest.approx(truth, rel=0.1)
    assert age["effect"].to_numpy() == pytest.approx(truth, rel=0.1)
    pay = features[features["feature"] == "pay & tax"]
    s, m = 0.5 * table.scale[1], table.encode(told.measured.subject.rows)[:, 1]
    importance = np.sqrt(4 * m**2 * s**2 + 2 * s**4)
    assert pay["model_importance"].to_numpy() == pytest.approx(importance, rel=0.15)
    assert np.abs(pay["model_importance"] - importance).max() < 4 * (
        pay["model_importance_stderr"].max()
    )
    assert (features["model_importance_stderr"] > 0).all()


def test_sentences_and_counts(told):
    words = told.verdicts["verdict"].value_counts()
    for word in ("trust", "caution", "reject"):
        assert f"{words.get(word, 0)} {word}" in told.sentence
    assert repr(told) == f"Audit(3 rows: {told.sentence})"
    assert told.measured.queries == told.measured.subject.box.queries - 5  # the first look


def test_a_page_that_cannot_be_written_is_one_clear_error(told, tmp_path):
    with pytest.raises(BadInput, match=r"cannot be written .*; name another file"):
        told.save(tmp_path / "no" / "such" / "folder.html")
