"""Rows with features of their own stand side by side and join by feature name alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import limelab as ll
from limelab.ragged import Ragged
from limelab.types import Array, BadInput

DOCUMENTS = ["good film, not bad", "so good", "not it & <b>"]


def opinion(texts: list[str]) -> Array:
    return np.array([[t.count("good") - t.count("not") / 2, len(t)] for t in texts], float)


def three() -> Ragged:
    found = ll.explain(opinion, None, DOCUMENTS)
    assert isinstance(found, Ragged)
    return found


def test_frames_are_those_of_the_rows_alone() -> None:
    found = three()
    frame = found.to_frame()
    assert len(frame) == 2 * (4 + 2 + 3)
    for i, document in enumerate(DOCUMENTS):
        alone = ll.explain(opinion, None, [document])
        part = frame[frame["instance"] == i]
        assert part["feature"].tolist() == alone.to_frame()["feature"].tolist()
        assert part["coef"].to_numpy() == pytest.approx(alone.to_frame()["coef"].to_numpy())
        assert found[i].coef == pytest.approx(alone.coef)
    assert found.diagnostics()["instance"].tolist() == [0, 0, 1, 1, 2, 2]


def test_features_join_by_name() -> None:
    table = three().by_feature("coef", output=0)
    assert table.shape == (3, 7)
    assert table["good"].tolist() == pytest.approx([1.0, 1.0, np.nan], nan_ok=True)
    assert table["not"].tolist() == pytest.approx([-0.5, np.nan, -0.5], nan_ok=True)
    with pytest.raises(BadInput, match="column='weight'"):
        three().by_feature("weight")


ARRAYS = ("importance", "effect", "selected", "slope", "coef", "stderr", "contribution")
BY_FEATURE = (*ARRAYS, "features", "units", "values", "gap", "at_x", "steps", "limits", "model")


@pytest.mark.parametrize("name", BY_FEATURE)
def test_arrays_by_feature_are_refused_with_the_way_out(name: str) -> None:
    with pytest.raises(BadInput, match=r"2 to 4 each.*take \[i\].*to_frame\(\)"):
        getattr(three(), name)


def test_what_all_rows_have_is_at_hand() -> None:
    found = three()
    assert found.f.shape == (3, 2)
    assert found.intercept is not None
    assert found.intercept.shape == (3, 2)
    assert len(found) == len(found.instances) == 3
    assert "3 instances with features of their own" in repr(found)
    assert found.plot(1, 0).get_yticklabels()
    with pytest.raises(BadInput, match="instance=3"):
        found[3]


def test_the_notebook_shows_every_document_escaped() -> None:
    page = three()._repr_html_()
    assert page.count("white-space:pre-wrap") == 3
    assert "&lt;" in page
    assert "<b>" not in page


def test_rows_of_the_same_words_are_one_explanation() -> None:
    found = ll.explain(opinion, None, ["so good", "so, so good!"])
    assert not isinstance(found, Ragged)
    assert found.importance.shape == (2, 2, 2)


class Attributing:
    """An explainer of another make: how long each word is."""

    def explain(self, predict: object, background: object, rows: list[str], seed: int) -> object:
        return [[float(len(word)) for word in dict.fromkeys(t.split())] for t in rows]


def first_letter(texts: list[str]) -> Array:
    return np.array([t.count("g") for t in texts], float)


def test_arrays_of_another_explainer_stand_by_word() -> None:
    found = ll.explain(first_letter, None, ["so good", "not it so"], explainer=Attributing())
    assert isinstance(found, Ragged)
    assert found.by_feature().loc[1].dropna().to_dict() == {"not": 3.0, "it": 2.0, "so": 2.0}
    assert found.f.tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (lambda rows: [[1.0, 2.0]], "returned 1 entries for 2 documents"),
        (lambda rows: 3.0, "returned float for 2 documents"),
        (lambda rows: [[1.0, 2.0], [1.0, 2.0]], r"returned shape \(1, 2\)"),
        (lambda rows: [["a", "b"], ["a", "b", "c"]], "expected an Explanation or"),
    ],
)
def test_other_shapes_of_another_explainer_are_refused(returned: Any, said: str) -> None:
    class Odd:
        def explain(self, predict: object, background: object, rows: object, seed: int) -> object:
            return returned(rows)

    with pytest.raises(BadInput, match=said):
        ll.explain(first_letter, None, ["so good", "not it so"], explainer=Odd())
