"""lime's texts behind our protocol: its own numbers, our features, and a word where it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lime.lime_text import LimeTextExplainer

import limelab as ll
from limelab.domains import FromCorpus, Mask, Positions, Sentences, Text, Words
from limelab.external import LimePackage, LimeText
from limelab.ragged import Ragged
from limelab.types import Array, BadInput, NotApplicable

DOCUMENTS = ["Good film, not bad, not it", "so very good", "not it & <b>"]
CUTS: dict[str, tuple[Text, dict[str, Any]]] = {
    "words": (Text(), {"bow": True}),
    "positions": (Text(units=Positions(), fill=Mask()), {"bow": False}),
    "another mask": (
        Text(units=Positions(), fill=Mask("[MASK]")),
        {"bow": False, "mask_string": "[MASK]"},
    ),
    "blanks": (Text(tokenizer=str.split), {"bow": True, "split_expression": str.split}),
}


def opinion(texts: list[str]) -> Array:
    up = np.array([0.5 + 0.2 * t.count("ood") - 0.1 * t.count("not") for t in texts])
    return np.column_stack([1 - up, up])


@pytest.mark.parametrize("cut", CUTS)
def test_the_numbers_are_the_packages(cut: str) -> None:
    domain, options = CUTS[cut]
    found = LimeText(4, 60).explain(opinion, domain, DOCUMENTS, seed=5)
    theirs = LimeTextExplainer(random_state=5, **options)
    for document, mine in zip(DOCUMENTS, found, strict=True):
        one = theirs.explain_instance(
            document, opinion, labels=(0, 1), num_features=4, num_samples=60
        )
        for c in (0, 1):
            assert {(j, w) for j, w in enumerate(mine[:, c]) if w} == set(one.local_exp[c])


def test_an_explanation_names_the_words_and_is_ragged() -> None:
    found = ll.explain(opinion, None, DOCUMENTS, explainer=LimeText(num_samples=200))
    assert isinstance(found, Ragged)
    assert found[0].features == ("Good", "film", "not", "bad", "it")
    assert found[0].effect[0, 0, 1] > 0 > found[0].effect[0, 2, 1]
    assert "Good" in found.marked(0)
    assert np.allclose(found.f, opinion(DOCUMENTS))


def test_the_rows_stay_what_they_were() -> None:
    rows = list(DOCUMENTS)
    LimeText(num_samples=20).explain(opinion, None, rows)
    assert rows == DOCUMENTS


@pytest.mark.parametrize(
    "domain",
    [
        Text(units=Sentences()),
        Text(units=Words("ignored")),
        Text(units=Positions()),
        Text(fill=Mask()),
        Text(["so good", "not bad"], fill=FromCorpus()),
    ],
    ids=repr,
)
def test_what_lime_does_not_do_is_declined(domain: Text) -> None:
    with pytest.raises(NotApplicable, match="removes words everywhere or masks them one by one"):
        LimeText().explain(opinion, domain, ["So good. So bad."])


def test_tables_and_texts_are_not_mixed_up() -> None:
    with pytest.raises(NotApplicable, match="is no Text"):
        LimeText().explain(lambda x: x[:, 0], np.eye(3), np.eye(3)[:1])
    with pytest.raises(NotApplicable, match="is no table"):
        ll.explain(opinion, None, DOCUMENTS, explainer=LimePackage())


def test_refusals() -> None:
    with pytest.raises(BadInput, match="num_samples"):
        LimeText(num_samples=1)
    with pytest.raises(BadInput, match="num_features"):
        LimeText(0)
